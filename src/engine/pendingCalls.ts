/**
 * Calls that a worker has not answered yet. A worker that is gone answers nothing, so that its calls are rejected here.
 * Of an answer that has come nothing is kept: a race against a promise that never settles would keep every one.
 *
 * For pages and workers alike, and therefore without imports.
 */
export class PendingCalls {
  readonly #waiting = new Set<(error: Error) => void>();
  #end: Error | undefined;

  /** The answer of a call, or a rejection where the worker ends before it comes. */
  until<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#end) {
        // Nobody hears what still comes of it.
        answer.catch(() => undefined);
        reject(this.#end);
        return;
      }
      this.#waiting.add(reject);
      answer.then(resolve, reject).finally(() => this.#waiting.delete(reject));
    });
  }

  /** Rejects all calls that wait, and every later one. The first reason counts. */
  end(reason: Error): void {
    if (this.#end) return;
    this.#end = reason;
    for (const reject of this.#waiting) reject(reason);
    this.#waiting.clear();
  }
}
