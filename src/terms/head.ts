import { fieldHead, type FieldHead } from './heads/field/head.ts';
import { softmaxHead, type SoftmaxHead } from './heads/softmax/head.ts';
import type { HeadExpressions, HeadKind, NumericKnobs, Phase } from './term.ts';

/** What turns the outputs of a network into a loss. A head is data; what it means is here, for every executor. */
export type Head = SoftmaxHead | FieldHead;

const kinds: { readonly [K in Head['kind']]: HeadKind<Extract<Head, { kind: K }>> } = {
  softmax: softmaxHead,
  field: fieldHead,
};
const kindOf = <H extends Head>(head: H): HeadKind<H> => kinds[head.kind] as unknown as HeadKind<H>;

/** Any head as expressions, from which executors train. @throws when a term does not fit the head */
export const headExpressions = (head: Head, phase: Phase): HeadExpressions =>
  kindOf(head).expressions(head, phase);

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
  const { total, gradient } = kindOf(head).closedForm(head, logits, target, outputs, knobs);
  if (!gradient) throw new Error('The head gave no gradient.');
  return { total, gradient };
}
