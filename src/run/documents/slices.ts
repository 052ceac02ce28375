/** Long work on the page's own thread, done in slices between which the page draws and answers. */

/** Yields where it may be interrupted, or what it has to wait for, and returns what it came to. */
export type Sliced<T> = Generator<undefined | Promise<unknown>, T, undefined>;

/** All of it without an interruption: for work that has nothing to wait for. */
export function atOnce<T>(work: Sliced<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

/** One slice in each task of the browser; work of a single slice takes no task of its own. */
export async function inSlices<T>(work: Sliced<T>): Promise<T> {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    await (step.value ?? nextTask());
  }
}

/** A message, because timers that follow each other are held back, in hidden pages by a second each. */
const nextTask = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
