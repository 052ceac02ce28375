import { mul, neg, sum, type Expression } from '../../language/expression.ts';
import { mi, mo, mrow, written } from '../../language/notation.ts';
import type { SoftmaxScope } from '../../term.ts';

/** H(p) = −Σ p log p of each row, nats, `[row]`: from log-probabilities, never log(p + ε). */
export function entropyExpression({ logProbabilities, probabilities }: SoftmaxScope): Expression {
  return written(
    neg(sum(mul(probabilities, logProbabilities), 'class')),
    mrow(mi('H'), mo('('), mi('p'), mo(')')),
  );
}

/** The same of one row that starts at `from`. */
export function entropyOfRow(
  logProbabilities: Float64Array,
  probabilities: Float64Array,
  from: number,
  classes: number,
): number {
  let h = 0;
  for (let i = from; i < from + classes; i++)
    h -= (probabilities[i] as number) * (logProbabilities[i] as number);
  return h;
}
