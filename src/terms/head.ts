import { fieldClosedForm, fieldExpressions, type FieldHead } from './fields/fieldHead.ts';
import { softmaxClosedForm, softmaxExpressions, type SoftmaxHead } from './softmaxHead.ts';
import type { HeadExpressions, NumericKnobs, Phase } from './term.ts';

/** What turns the outputs of a network into a loss. A head is data; what it means is here, for every executor. */
export type Head = SoftmaxHead | FieldHead;

/** Any head as expressions, from which executors train. @throws when a term does not fit the head */
export function headExpressions(head: Head, phase: Phase): HeadExpressions {
  return head.kind === 'softmax' ? softmaxExpressions(head, phase) : fieldExpressions(head);
}

/**
 * Training loss of any head, and its gradient by the raw logits, by the closed forms in f64.
 *
 * @param logits raw logits, `[samples, outputs]`
 * @param target what they are compared with, `[samples, outputs]`
 * @param outputs units of the last layer: classes or pixels
 * @throws when a term does not fit the head
 */
export function headLoss(
  head: Head,
  logits: Float64Array,
  target: Float64Array,
  outputs: number,
  knobs: NumericKnobs,
): { total: number; gradient: Float64Array } {
  const want = { gradient: true };
  const { total, gradient } =
    head.kind === 'softmax'
      ? softmaxClosedForm(head, logits, target, outputs, knobs, 'training', want)
      : fieldClosedForm(head, logits, target, outputs, knobs, want);
  if (!gradient) throw new Error('The head gave no gradient.');
  return { total, gradient };
}
