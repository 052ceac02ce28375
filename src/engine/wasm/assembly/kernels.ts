/** What the module exports. `../kernels.ts` has the same in TypeScript. */
export { affine, outer, take } from './dense';
export { activate, slope } from './activations';
export { run } from './program';
export { adam, sgd, squares } from './optimizers';
export { LANES } from './lanes';
