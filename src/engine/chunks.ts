/** Time that one chunk of training takes at best: short enough to answer, long enough to hide the cost of calling. */
const CHUNK_MS = 30;
export const MAX_CHUNK = 1024;

/** How many steps fit into one chunk, from what the last one took. */
export function nextChunk(steps: number, milliseconds: number): number {
  const fitting = Math.round((steps * CHUNK_MS) / Math.max(milliseconds, 0.1));
  return Math.max(1, Math.min(MAX_CHUNK, 2 * steps, fitting));
}
