export const MAX_WIDTH = 1024;
export const MAX_LAYERS = 6;

/** "64,64" as numbers; undefined where the text does not say widths that can be trained. */
export function hiddenWidths(text: string): number[] | undefined {
  const parts = text.split(',').map((part) => part.trim());
  const widths = parts.map(Number);
  const right = parts.every(
    (part, i) => /^\d+$/.test(part) && (widths[i] as number) >= 1 && (widths[i] as number) <= MAX_WIDTH,
  );
  return right && widths.length <= MAX_LAYERS ? widths : undefined;
}
