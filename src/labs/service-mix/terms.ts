import { confidencePenalty } from '../../terms/confidencePenalty.term.ts';
import { entropy } from '../../terms/entropy.term.ts';
import { kl } from '../../terms/kl.term.ts';
import { labelSmoothing } from '../../terms/labelSmoothing.term.ts';
import { logitNorm } from '../../terms/logitNorm.term.ts';
import { maxsup } from '../../terms/maxsup.term.ts';
import { registered } from '../../terms/registry.ts';
import { temperature } from '../../terms/temperature.term.ts';
import type { Term } from '../../terms/term.ts';

/** The terms of the lab's loss, in the order of the panel; transforms act in it one after the other. */
export const terms = registered<Term>([
  kl,
  logitNorm,
  entropy,
  temperature,
  confidencePenalty,
  maxsup,
  labelSmoothing,
]);
