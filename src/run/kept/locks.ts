/**
 * Which tab has a run open: one Web Lock for each, held for as long as the tab lives, so that a crash releases it.
 * Where the browser has no locks (a page over plain http) every claim is granted; then the last tab to write wins.
 */
const PREFIX = 'run:';
const held = new Map<string, () => void>();

/** Claims a run for this tab. False where another tab has it open: then go on with a copy. */
export async function claim(id: string): Promise<boolean> {
  if (held.has(id)) return true;
  if (!('locks' in navigator)) {
    held.set(id, () => undefined);
    return true;
  }
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(PREFIX + id, { ifAvailable: true }, (lock) => {
        // Asked twice at once: the first of the two calls got it.
        if (!lock) {
          resolve(held.has(id));
          return undefined;
        }
        return new Promise<void>((release) => {
          held.set(id, release);
          resolve(true);
        });
      })
      .catch(reject);
  });
}

export function release(id: string): void {
  held.get(id)?.();
  held.delete(id);
}

/** Whether this tab has it open. */
export const isMine = (id: string): boolean => held.has(id);

/** Ids of the runs that any tab has open, this one included. */
export async function openRuns(): Promise<Set<string>> {
  if (!('locks' in navigator)) return new Set(held.keys());
  const { held: all = [] } = await navigator.locks.query();
  return new Set(
    all
      .flatMap(({ name }) => (name?.startsWith(PREFIX) ? [name.slice(PREFIX.length)] : []))
      .concat([...held.keys()]),
  );
}
