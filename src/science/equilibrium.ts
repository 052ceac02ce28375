import { Descent } from './descent.ts';

/**
 * The loss of some rows and its gradient. Science knows no terms: whoever asks for an equilibrium brings them.
 *
 * @param logits `[rows.length, K]`, a point for each of the rows
 * @param rows which rows they are
 * @returns values `[rows.length]`, and the gradient of each by its own logits, `[rows.length, K]`
 */
export type RowLosses = (
  logits: Float64Array,
  rows: readonly number[],
) => { values: Float64Array; gradient: Float64Array };

/** Where a perfect model would settle: what minimises the whole loss, row by row. */
export interface RowMinima {
  /** `[rows, K]` */
  logits: Float64Array;
  /** `[rows]`; of a row without a lower bound the last value that was looked at. */
  values: Float64Array;
  /** 1 where a row's loss falls without end, `[rows]`. */
  bottomless: Uint8Array;
  /** Evaluations of a single row, all together. */
  evaluations: number;
}

/**
 * Minimises each row's loss from each of the starts and keeps the best. Rows are evaluated together, for formulas cost
 * less by the hundred. Values are accurate to about 1e−9 for smooth losses and 1e−6 at kinks, which hinges and maxima
 * have; a loss that is not convex may need more starts.
 *
 * @param starts points to start from, `[rows, K]` each
 * @throws RangeError without a start, or when starts are no multiple of K
 */
export function minimiseRows(losses: RowLosses, starts: readonly Float64Array[], K: number): RowMinima {
  const length = starts[0]?.length;
  if (length === undefined) throw new RangeError('An equilibrium needs a point to start from.');
  if (length % K !== 0 || starts.some((start) => start.length !== length))
    throw new RangeError(`A start has ${length} logits, which is no multiple of ${K}, or another number.`);
  const rows = length / K;
  const best: RowMinima = {
    logits: new Float64Array(length),
    values: new Float64Array(rows).fill(Infinity),
    bottomless: new Uint8Array(rows),
    evaluations: 0,
  };
  const all = Array.from({ length: rows }, (_, row) => row);
  const [first, ...others] = starts as [Float64Array, ...Float64Array[]];
  descend(losses, first, K, all, best);
  for (const start of others) {
    // Most losses have one valley. Some of the rows tell whether this one has more.
    const some = all.filter((row) => rows <= FEW || row % SCOUTS === 0);
    if (descend(losses, start, K, some, best) > SAME && rows > FEW)
      descend(
        losses,
        start,
        K,
        all.filter((row) => row % SCOUTS !== 0),
        best,
      );
  }
  return best;
}

/** Of more rows than a few, one in so many tries the further starts. */
const FEW = 64;
const SCOUTS = 8;
/** Values closer than this are of one valley. */
const SAME = 1e-6;

/** Descends some rows from a start; returns by how much the best row gained on what it had. */
function descend(
  losses: RowLosses,
  start: Float64Array,
  K: number,
  rows: readonly number[],
  best: RowMinima,
): number {
  const descents = rows
    .filter((row) => best.bottomless[row] !== 1)
    .map((row) => ({ row, descent: new Descent(start.subarray(row * K, (row + 1) * K)) }));
  let open = descents;
  while (open.length > 0) {
    const trials = new Float64Array(open.length * K);
    open.forEach(({ descent }, i) => {
      trials.set(descent.trial, i * K);
    });
    const { values, gradient } = losses(
      trials,
      open.map(({ row }) => row),
    );
    best.evaluations += open.length;
    open.forEach(({ descent }, i) => {
      descent.take(values[i] as number, gradient, i * K);
    });
    open = open.filter(({ descent }) => !descent.done);
  }
  let gained = 0;
  for (const { row, descent } of descents) {
    if (!descent.bottomless && !(descent.value < (best.values[row] as number))) continue;
    gained = Math.max(gained, (best.values[row] as number) - descent.value);
    best.values[row] = descent.value;
    best.logits.set(descent.point, row * K);
    if (descent.bottomless) best.bottomless[row] = 1;
  }
  return gained;
}
