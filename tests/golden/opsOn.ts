import type { Gpu } from '../../src/engine/webgpu/gpu.ts';
import type { Tf } from '../../src/terms/language/tfjs.ts';
import { fieldOps } from './ops/fields.ts';
import { layerOps } from './ops/layers.ts';
import { optimOps } from './ops/optim.ts';
import { optimizerTrajectory } from './ops/optimTfjs.ts';
import { optimizerTrajectoryOnWasm } from './ops/optimWasm.ts';
import { optimizerTrajectoryOnWebgpu } from './ops/optimWebgpu.ts';
import { scienceOps } from './ops/science.ts';
import { serviceMixOps } from './ops/serviceMix.ts';
import type { Ops } from './types.ts';

/**
 * Every golden op that is implemented, from one file per family in `ops/`; column tfjs runs on the backend that is set.
 *
 * @param gpu without it column webgpu is not run
 */
export const opsOn = (tf: Tf, gpu?: Gpu): Ops => ({
  ...scienceOps,
  ...optimOps,
  optimizer_trajectory: {
    ...optimOps['optimizer_trajectory'],
    tfjs: optimizerTrajectory(tf),
    wasm: optimizerTrajectoryOnWasm,
    ...(gpu && { webgpu: optimizerTrajectoryOnWebgpu(gpu) }),
  },
  ...serviceMixOps(tf, gpu),
  ...fieldOps(tf, gpu),
  ...layerOps(tf, gpu),
});
