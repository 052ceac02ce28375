/** Something that was changed, at a step. */
export interface Change {
  step: number;
  text: string;
  /** How many changes the text stands for. */
  count: number;
}

/** Changes nearer to each other than this, in pixels, are one pin. */
export const JOIN_PX = 24;

export interface Pin {
  x: number;
  text: string;
  count: number;
}

/**
 * Joins what would overlap: a change that is nearer than `JOIN_PX` to the first of the pin before it joins that pin, which
 * stands where its first change was.
 *
 * @param changes by step
 */
export function joinChanges(changes: readonly Change[], x: (step: number) => number): Pin[] {
  const pins: Pin[] = [];
  for (const change of changes) {
    const at = x(change.step);
    const last = pins.at(-1);
    if (last && at - last.x < JOIN_PX) {
      last.count += change.count;
      last.text = `${last.count} changes`;
    } else pins.push({ x: at, text: change.text, count: change.count });
  }
  return pins;
}

/** Moves labels apart, keeping their order: each at least `gap` below the one before, all within `top` … `bottom`. */
export function spread(wanted: readonly number[], gap: number, top: number, bottom: number): number[] {
  const order = wanted.map((y, i) => ({ y, i })).sort((a, b) => a.y - b.y || a.i - b.i);
  let above = top - gap;
  for (const label of order) above = label.y = Math.max(label.y, above + gap);
  let below = bottom + gap;
  for (const label of order.reverse()) below = label.y = Math.min(label.y, below - gap);
  const out = new Array<number>(wanted.length).fill(0);
  for (const { y, i } of order) out[i] = y;
  return out;
}
