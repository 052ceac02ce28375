/** Which steps are shown: arithmetic of ranges. */

/** From, to. */
export type Span = readonly [number, number];

/** Nearer one cannot get: a few steps side by side. */
export const LEAST_STEPS = 4;

/**
 * A range inside of all steps: at least `LEAST_STEPS` wide, moved in where it stands over.
 *
 * @returns undefined where it is all there is
 */
export function within([from, to]: Span, [start, end]: Span): Span | undefined {
  const middle = (from + to) / 2;
  const width = Math.max(to - from, Math.min(LEAST_STEPS, end - start));
  if (width >= end - start) return undefined;
  const left = Math.min(Math.max(start, middle - width / 2), end - width);
  return [left, left + width];
}

/** The range with `step` staying where it is, `factor` times as wide. */
export const zoomAround = ([from, to]: Span, all: Span, step: number, factor: number): Span | undefined =>
  within([step - (step - from) * factor, step + (to - step) * factor], all);

/** The range moved by so many steps, as far as there are any. */
export const pan = ([from, to]: Span, all: Span, by: number): Span | undefined =>
  within([from + by, to + by], all);

/** The range moved as little as shows the step. */
export function showing(span: Span, all: Span, step: number): Span | undefined {
  const [from, to] = span;
  const by = step < from ? step - from : step > to ? step - to : 0;
  return by === 0 ? span : pan(span, all, by);
}

/** What two fingers show: the steps that they took hold of stay under them. Shares are of the plot's width. */
export function pinched(
  steps: readonly [number, number],
  shares: readonly [number, number],
  all: Span,
): Span | undefined {
  const apart = shares[1] - shares[0];
  // Fingers over each other, or crossed, hold nothing apart.
  if (apart < 0.02) return undefined;
  const perShare = (steps[1] - steps[0]) / apart;
  const from = steps[0] - shares[0] * perShare;
  return within([from, from + perShare], all);
}
