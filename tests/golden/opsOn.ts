import type { Tf } from '../../src/terms/language/tfjs.ts';
import { fieldOps } from './ops/fields.ts';
import { optimOps } from './ops/optim.ts';
import { optimizerTrajectory } from './ops/optimTfjs.ts';
import { scienceOps } from './ops/science.ts';
import { serviceMixOps } from './ops/serviceMix.ts';
import type { Ops } from './types.ts';

/** Every golden op that is implemented, from one file per family in `ops/`; column tfjs runs on the backend that is set. */
export const opsOn = (tf: Tf): Ops => ({
  ...scienceOps,
  ...optimOps,
  optimizer_trajectory: { ...optimOps['optimizer_trajectory'], tfjs: optimizerTrajectory(tf) },
  ...serviceMixOps(tf),
  ...fieldOps(tf),
});
