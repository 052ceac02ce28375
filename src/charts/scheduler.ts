/** All that is to be drawn is drawn in one animation frame, whoever asked and how often. */
const waiting = new Set<() => void>();
let frame = 0;

/** Calls `draw` once, in the next animation frame. Browsers give none to hidden pages. */
export function inNextFrame(draw: () => void): void {
  waiting.add(draw);
  frame ||= requestAnimationFrame(flush);
}

export function forget(draw: () => void): void {
  waiting.delete(draw);
}

function flush(): void {
  frame = 0;
  const draws = [...waiting];
  waiting.clear();
  for (const draw of draws) {
    try {
      draw();
    } catch (error) {
      // One chart that fails must not stop the others.
      reportError(error);
    }
  }
}
