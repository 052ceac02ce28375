import type { LogitTransform, Penalty, TargetTransform, Term } from './term.ts';

/** Apart from term.ts and without its imports: panels that are loaded later need these alone. */
export const isPenalty = (x: Term): x is Penalty => x.kind === 'penalty';
export const isLogitTransform = (x: Term): x is LogitTransform => x.kind === 'logits';
export const isTargetTransform = (x: Term): x is TargetTransform => x.kind === 'target';
