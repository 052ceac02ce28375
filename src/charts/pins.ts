/** Something that was changed, at one step or, where it took a while, at several. */
export interface Change {
  /** The first of its steps, where it stands. */
  step: number;
  steps: readonly number[];
  text: string;
  /** How many changes the text stands for. */
  count: number;
  /** Each of them in words. */
  details: readonly string[];
}

/** “Step 120”, or “Steps 120–164”. */
export function stepsText(steps: readonly number[], format: (step: number) => string): string {
  const [first = 0, last = first] = [steps[0], steps.at(-1)];
  return first === last ? `Step ${format(first)}` : `Steps ${format(first)}–${format(last)}`;
}

/** Changes nearer to each other than this, in pixels, are one pin. */
export const JOIN_PX = 24;

export interface Pin {
  x: number;
  text: string;
  count: number;
  /** What the pin stands for, by step. */
  changes: readonly Change[];
}

/** A pin with as much of its words as there is room for, to one side of it. */
export interface PlacedPin extends Pin {
  /** Empty where there is no room. */
  shown: string;
  side: 'left' | 'right';
}

/** Width of words in pixels. */
export type Measure = (text: string) => number;

/** From the middle of a pin to its words, and from words to what comes next. */
const WORDS_FROM_PIN = 8;
/** Less than this of a text says nothing. */
const LEAST_WORDS = 48;

/**
 * Joins what would overlap: a change that is nearer than `apart` to the first of the pin before it joins that pin, which
 * stands where its first change was.
 *
 * @param changes by step
 */
export function joinChanges(changes: readonly Change[], x: (step: number) => number, apart = JOIN_PX): Pin[] {
  const pins: Pin[] = [];
  for (const change of changes) {
    const at = x(change.step);
    const last = pins.at(-1);
    if (last && at - last.x < apart) {
      const count = last.count + change.count;
      const joined = [...last.changes, change];
      pins[pins.length - 1] = { x: last.x, text: `${count} changes`, count, changes: joined };
    } else pins.push({ x: at, text: change.text, count: change.count, changes: [change] });
  }
  return pins;
}

/**
 * Gives pins their words, the latest first: to the right where they fit, else to the left, else cut short on the wider
 * side. No words run over another pin, over other words or out of `left` … `right`.
 *
 * @param pins by x
 */
export function placePins(pins: readonly Pin[], left: number, right: number, measure: Measure): PlacedPin[] {
  let free = right;
  return [...pins]
    .reverse()
    .map((pin, i): PlacedPin => {
      const before = pins[pins.length - 2 - i];
      const rooms = {
        right: free - pin.x - WORDS_FROM_PIN,
        left: pin.x - WORDS_FROM_PIN - (before ? before.x + WORDS_FROM_PIN : left),
      };
      const width = measure(pin.text);
      const side =
        width <= rooms.right ? 'right' : width <= rooms.left || rooms.left > rooms.right ? 'left' : 'right';
      const shown = rooms[side] < Math.min(width, LEAST_WORDS) ? '' : fit(pin.text, rooms[side], measure);
      const taken = side === 'left' && shown ? measure(shown) + WORDS_FROM_PIN : 0;
      free = pin.x - taken - WORDS_FROM_PIN;
      return { ...pin, shown, side };
    })
    .reverse();
}

/** As much of a text as fits, with an ellipsis where something is missing. */
export function fit(text: string, room: number, measure: Measure): string {
  if (measure(text) <= room) return text;
  let length = text.length;
  while (length > 0 && measure(`${text.slice(0, length).trimEnd()}…`) > room) length--;
  return length > 0 ? `${text.slice(0, length).trimEnd()}…` : '';
}

/** The pin that stands where the cursor is, within half of what pins are apart. */
export function pinAt<P extends Pin>(pins: readonly P[], x: number): P | undefined {
  let nearest: P | undefined;
  for (const pin of pins)
    if (Math.abs(pin.x - x) <= JOIN_PX / 2 && !(nearest && Math.abs(nearest.x - x) <= Math.abs(pin.x - x)))
      nearest = pin;
  return nearest;
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
