/** Where letters are written so that all can be read: on their places, or beside them where places are too close. */

/** In CSS pixels. */
export interface Letter {
  name: string;
  /** The place. */
  at: { x: number; y: number };
  /** The middle of the letter. */
  label: { x: number; y: number };
  /** Whether the letter is so far from its place that a line must lead there. */
  led: boolean;
}

/** Pixels between two letters. */
const CLEAR = 2;
const ROUNDS = 60;
/** Nearer than this the circle still covers its place. */
const LED_FROM = 4;

/**
 * @param places `[m, 2]` in units of the width
 * @param radius of a letter's circle, with its edge, in pixels
 * @param inside whether letters must stay within the box
 */
export function spreadLetters(
  places: ArrayLike<number>,
  { width, height }: { width: number; height: number },
  radius: number,
  inside: boolean,
): Letter[] {
  const letters = Array.from({ length: places.length / 2 }, (_, i): Letter => {
    const at = { x: (places[2 * i] as number) * width, y: (places[2 * i + 1] as number) * width };
    return { name: String.fromCharCode(65 + i), at, label: { ...at }, led: false };
  });
  const clamp = (x: number, most: number): number => Math.min(most - radius, Math.max(radius, x));
  const least = 2 * radius + CLEAR;
  for (let round = 0; round < ROUNDS; round++) {
    let moved = false;
    for (const [i, { label: a }] of letters.entries())
      for (const { label: b } of letters.slice(0, i)) {
        const distance = Math.hypot(a.x - b.x, a.y - b.y);
        if (distance >= least - 1e-3) continue;
        // On the same spot any direction will do, but not the same one for all.
        const angle = distance < 1e-6 ? 2.4 * i : Math.atan2(a.y - b.y, a.x - b.x);
        const push = (least - distance) / 2;
        a.x += push * Math.cos(angle);
        a.y += push * Math.sin(angle);
        b.x -= push * Math.cos(angle);
        b.y -= push * Math.sin(angle);
        moved = true;
      }
    if (inside)
      for (const { label } of letters) {
        label.x = clamp(label.x, width);
        label.y = clamp(label.y, height);
      }
    if (!moved) break;
  }
  for (const letter of letters)
    letter.led = Math.hypot(letter.label.x - letter.at.x, letter.label.y - letter.at.y) > LED_FROM;
  return letters;
}
