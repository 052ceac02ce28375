import type { Contender, Entry, Opened } from './contender.ts';

/** Makes contenders and lets one work at a time; in the page. */
export class Contest {
  readonly #entries: readonly Entry[];
  readonly #running = new Map<string, { contender: Contender; pace: number }>();

  constructor(entries: readonly Entry[]) {
    this.#entries = entries;
  }

  /**
   * All contenders, after their first steps, which warm them up. Who cannot run says why.
   *
   * @param judge the entry from whose parameters the distance of the others is taken
   */
  async open(steps: number, judge: string, say: (text: string) => void): Promise<Opened[]> {
    const opened: Opened[] = [];
    const parameters = new Map<string, Float64Array>();
    for (const { id, name, instead, kind = 'thread', create } of this.#entries) {
      const row: Opened = { id, name, ...(instead && { instead }), kind, models: 1, flops: 0 };
      opened.push(row);
      try {
        const contender = await create();
        await contender.train(steps);
        if (contender.parameters) parameters.set(id, await contender.parameters());
        row.models = contender.models;
        row.flops = contender.flops;
        if (contender.bytes !== undefined) row.bytes = contender.bytes;
        this.#running.set(id, { contender, pace: 0 });
        say(`${name}: ready`);
      } catch (error) {
        row.missing = error instanceof Error ? error.message : String(error);
        say(`${name}: cannot run: ${row.missing}`);
      }
    }
    const right = parameters.get(judge);
    const { models = 1 } = opened.find(({ id }) => id === judge) ?? {};
    for (const row of opened) {
      const own = parameters.get(row.id);
      if (right && own && row.id !== judge) row.distance = greatestDistance(own, row.models, right, models);
    }
    return opened;
  }

  /** Lets one work for some milliseconds, in four calls or so where its pace is known. */
  async work(id: string, milliseconds: number): Promise<{ steps: number; milliseconds: number }> {
    const running = this.#running.get(id);
    if (!running) throw new Error(`${id} does not run.`);
    const call = Math.max(1, Math.round((running.pace * milliseconds) / 4));
    const started = performance.now();
    let [steps, elapsed] = [0, 0];
    while (elapsed < milliseconds) {
      await running.contender.train(call);
      steps += call;
      elapsed = performance.now() - started;
    }
    running.pace = steps / elapsed;
    return { steps, milliseconds: elapsed };
  }
}

/** Of the models that both have, the relative distance of the one that is furthest off. */
function greatestDistance(a: Float64Array, modelsA: number, b: Float64Array, modelsB: number): number {
  const size = b.length / modelsB;
  const models = Math.min(modelsA, modelsB);
  return Math.max(
    ...Array.from({ length: models }, (_, k) => {
      const [from, to] = [k * size, (k + 1) * size];
      return distance(a.subarray(from, to), b.subarray(from, to));
    }),
  );
}

function distance(a: Float64Array, b: Float64Array): number {
  let [difference, size] = [0, 0];
  b.forEach((x, i) => {
    difference += ((a[i] ?? NaN) - x) ** 2;
    size += x ** 2;
  });
  return Math.sqrt(difference / size);
}
