/** Recorded metrics as the page keeps them: one growing list by name, in the order of recording. */
export class SeriesStore {
  #columns: readonly string[] = [];
  #lists: number[][] = [];

  get length(): number {
    return this.#lists[0]?.length ?? 0;
  }

  /** Adds rows `[n, columns]` at position `from`, dropping what was there: a run may go back to a checkpoint. */
  append(from: number, columns: readonly string[], values: Float64Array): void {
    if (columns.length === 0) return;
    if (this.#columns.join() !== columns.join()) {
      this.#columns = columns;
      this.#lists = columns.map(() => []);
    }
    this.#lists.forEach((list, c) => {
      list.length = Math.min(list.length, from);
      for (let i = c; i < values.length; i += columns.length) list.push(values[i] as number);
    });
  }

  clear(): void {
    this.#lists = this.#columns.map(() => []);
  }

  /** The list under a name; empty where nothing is recorded yet. Not to be changed. */
  column(name: string): readonly number[] {
    return this.#lists[this.#columns.indexOf(name)] ?? [];
  }

  /** The first rows as values `[rows, columns]`; those that are not there are left out. */
  rows(count: number): { columns: readonly string[]; values: Float64Array } {
    const width = this.#columns.length;
    const values = new Float64Array(Math.min(count, this.length) * width);
    this.#lists.forEach((list, c) => {
      for (let i = c, row = 0; i < values.length; i += width) values[i] = list[row++] as number;
    });
    return { columns: this.#columns, values };
  }

  toRecord(): Record<string, number[]> {
    return Object.fromEntries(this.#columns.map((name, c) => [name, [...(this.#lists[c] ?? [])]]));
  }
}
