/** Recorded metrics of a run: rows of numbers under fixed column names, in the order of recording. */
export class Series {
  #columns: string[] = [];
  #rows: Float64Array[] = [];
  /** Rows that were handed out and have not changed since. */
  #taken = 0;

  get columns(): readonly string[] {
    return this.#columns;
  }

  get length(): number {
    return this.#rows.length;
  }

  /** @throws when the names differ from those of the rows before */
  push(row: Readonly<Record<string, number>>): void {
    if (this.#rows.length === 0) this.#columns = Object.keys(row);
    this.#rows.push(
      Float64Array.from(this.#columns, (name) => {
        const value = row[name];
        if (value === undefined) throw new Error(`A recorded row lacks the column ${name}.`);
        return value;
      }),
    );
  }

  /** Rows that are new or were replaced since the last call, row-major, and the position of the first. */
  take(): { from: number; values: Float64Array } {
    const from = this.#taken;
    const rows = this.#rows.slice(from);
    this.#taken = this.#rows.length;
    const values = new Float64Array(rows.length * this.#columns.length);
    rows.forEach((row, i) => {
      values.set(row, i * this.#columns.length);
    });
    return { from, values };
  }

  truncate(length: number): void {
    this.#rows.length = Math.min(this.#rows.length, length);
    this.#taken = Math.min(this.#taken, length);
  }

  /** All rows as they are now: rows never change, so that this costs little. */
  save(): { columns: readonly string[]; rows: readonly Float64Array[] } {
    return { columns: this.#columns, rows: [...this.#rows] };
  }

  /** The first `length` rows of what was saved; those that are here already are not handed out again. */
  restore({ columns, rows }: ReturnType<Series['save']>, length = rows.length): void {
    const next = rows.slice(0, length);
    const same = next.findIndex((row, i) => row !== this.#rows[i]);
    this.#taken = Math.min(this.#taken, same < 0 ? next.length : same);
    this.#columns = [...columns];
    this.#rows = next;
  }

  clear(): void {
    this.truncate(0);
  }

  toRecord(): Record<string, number[]> {
    return Object.fromEntries(
      this.#columns.map((name, c) => [name, this.#rows.map((row) => row[c] as number)]),
    );
  }
}

/**
 * Rows of a stored series under the columns of this page: another version may have measured more, or less.
 *
 * @param length how many of them
 */
export function rowsIn(
  { columns, values }: { columns: readonly string[]; values: Float64Array },
  wanted: readonly string[],
  length: number,
): ReturnType<Series['save']> {
  const places = wanted.map((name) => columns.indexOf(name));
  const rows = Array.from({ length }, (_, row) =>
    Float64Array.from(places, (c) => (c < 0 ? NaN : (values[row * columns.length + c] as number))),
  );
  return { columns: wanted, rows };
}

/** Steps from one recording to the next, by the steps since the start or the last event: dense where things happen. */
const PACES = [
  { until: 10, every: 1 },
  { until: 50, every: 5 },
  { until: 500, every: 10 },
  { until: 2_000, every: 25 },
  { until: 10_000, every: 100 },
  { until: Infinity, every: 500 },
] as const;

/** The next step after `step` at which metrics are recorded: a function of the log alone, never of the frame rate. */
export function nextRecording(step: number, lastEvent: number): number {
  const since = step - lastEvent;
  const pace = PACES.find(({ until }) => since < until)?.every ?? 500;
  return lastEvent + (Math.floor(since / pace) + 1) * pace;
}
