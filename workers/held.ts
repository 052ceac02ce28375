/**
 * Takes a lock that is held as long as this worker lives: whoever waits for it learns when the worker is gone. Resolves
 * when it is held; at once where the browser has no locks, as in pages without TLS.
 */
export function held(lock: string): Promise<void> {
  const locks = navigator.locks as LockManager | undefined;
  if (!locks) return Promise.resolve();
  return new Promise((resolve) => {
    void locks.request(lock, () => {
      resolve();
      return new Promise(() => undefined);
    });
  });
}
