import { tf } from '../support/cpu.ts';
import { opsOn } from './opsOn.ts';
import type { Ops } from './types.ts';

/** Every golden op that is implemented, in Node. */
export const ops: Ops = opsOn(tf);
