/** Reads the named values of a golden case; each method throws an Error that names what is missing or of another type. */
export class Fields {
  constructor(
    private readonly values: Readonly<Record<string, unknown>>,
    private readonly what: string,
  ) {}

  /** Present and not null. */
  has(name: string): boolean {
    return this.values[name] !== undefined && this.values[name] !== null;
  }

  number(name: string, otherwise?: number): number {
    if (otherwise !== undefined && !this.has(name)) return otherwise;
    return asNumber(this.values[name]) ?? this.fail(name, 'a number');
  }

  boolean(name: string, otherwise?: boolean): boolean {
    if (otherwise !== undefined && !this.has(name)) return otherwise;
    const value = this.values[name];
    return typeof value === 'boolean' ? value : this.fail(name, 'true or false');
  }

  /** One of the given words. */
  choice<const T extends string>(name: string, words: readonly T[], otherwise?: T): T {
    if (otherwise !== undefined && !this.has(name)) return otherwise;
    return words.find((word) => word === this.values[name]) ?? this.fail(name, words.join(' or '));
  }

  /** A list of words. */
  words(name: string): string[] {
    const value = this.values[name];
    const words = Array.isArray(value) ? value.filter((word) => typeof word === 'string') : [];
    return Array.isArray(value) && words.length === value.length ? words : this.fail(name, 'a list of words');
  }

  /** All numbers of an array of any depth, row by row. */
  vector(name: string): Float64Array {
    return Float64Array.from(flatten(this.values[name]) ?? this.fail(name, 'an array of numbers'));
  }

  /** The lengths of an array's axes, outermost first. */
  shape(name: string): number[] {
    const lengths: number[] = [];
    for (let at = this.values[name]; Array.isArray(at); at = at[0] as unknown) lengths.push(at.length);
    const size = lengths.reduce((product, length) => product * length, 1);
    if (size !== this.vector(name).length) this.fail(name, 'an array whose rows are of one length');
    return lengths;
  }

  /** A matrix, flat, with its size. */
  matrix(name: string): { data: Float64Array; rows: number; columns: number } {
    const [rows, columns, ...rest] = this.shape(name);
    if (rows === undefined || columns === undefined || rest.length > 0) return this.fail(name, 'a matrix');
    return { data: this.vector(name), rows, columns };
  }

  private fail(name: string, expected: string): never {
    throw new Error(`${this.what} "${name}" should be ${expected}.`);
  }
}

/** A number, or one of the strings that stand for numbers JSON does not have. */
export function asNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
  return undefined;
}

/** The numbers of a nested array in order; undefined when it holds anything else. */
export function flatten(value: unknown): number[] | undefined {
  if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array);
  if (!Array.isArray(value)) return undefined;
  const out: number[] = [];
  for (const entry of value as unknown[]) {
    const number = asNumber(entry);
    const numbers = number === undefined ? flatten(entry) : [number];
    if (numbers === undefined) return undefined;
    // Not push(...numbers): a long row would be too many arguments.
    for (const x of numbers) out.push(x);
  }
  return out;
}
