/** What the module exports. `../wasmKernels.ts` and each layer kind's `wasm.ts` have the same in TypeScript. */
export { LANES } from '../../../layers/assembly/lanes';
export { activate, slope } from '../../../layers/dense/assembly/activations';
export { affine, outer } from '../../../layers/dense/assembly/affine';
export { copyColumn, gatherRows, scatterRows, zeros } from '../../../layers/embed/assembly/rows';
export { adam, sgd, squares } from './optimizers';
export { run } from './program';
export { take } from '../../../layers/assembly/take';
