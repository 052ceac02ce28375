const cache = new Map<string, number>();
let context: CanvasRenderingContext2D | null = null;

/** Width of a label in pixels: what a chart writes in 11 pixels, at its boldest. */
export function labelWidth(text: string): number {
  const known = cache.get(text);
  if (known !== undefined) return known;
  // Labels are numbers that change: what was measured long ago is not asked for again.
  if (cache.size > 1000) cache.clear();
  context ??= fontContext();
  if (!context) return 6 * text.length;
  const { width } = context.measureText(text);
  cache.set(text, width);
  return width;
}

/** What the page's font is called does not change: asking in every frame would have styles worked out in the middle of one. */
function fontContext(): CanvasRenderingContext2D | null {
  // Until its own font is here another stands in.
  document.fonts.addEventListener('loadingdone', () => {
    cache.clear();
  });
  const made = document.createElement('canvas').getContext('2d');
  if (made) made.font = `600 11px ${getComputedStyle(document.body).fontFamily}`;
  return made;
}
