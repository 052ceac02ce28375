import { optimOps } from './ops/optim.ts';
import { scienceOps } from './ops/science.ts';
import type { Ops } from './types.ts';

/** Every golden op that is implemented, from one file per family in `ops/`. */
export const ops: Ops = { ...scienceOps, ...optimOps };
