/**
 * Checks of plain data from outside, without a library: what a schema of valibot's needs beyond what the page needs
 * anyway would be loaded with its first picture.
 */
export type Check<T> = (value: unknown, at: string) => T;
export type Checked<C> = C extends Check<infer T> ? T : never;

const wrong = (at: string): never => {
  throw new ShapeError(at);
};

/** Where something is not as it must be: a path of names, empty for the whole. */
export class ShapeError extends Error {
  constructor(readonly at: string) {
    super(`Not as it must be${at ? ` at ${at}` : ''}.`);
  }
}

export const finite: Check<number> = (value, at) =>
  typeof value === 'number' && Number.isFinite(value) ? value : wrong(at);

/** A whole number. */
export const whole =
  (least = 0, most = Number.MAX_SAFE_INTEGER): Check<number> =>
  (value, at) =>
    Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most
      ? (value as number)
      : wrong(at);

export const text: Check<string> = (value, at) => (typeof value === 'string' ? value : wrong(at));

/** A number, a switch or a word. */
export const scalar: Check<number | boolean | string> = (value, at) =>
  typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string' ? value : wrong(at);

export const oneOf =
  <T extends string>(words: readonly T[]): Check<T> =>
  (value, at) =>
    words.find((word) => word === value) ?? wrong(at);

export const orNull =
  <T>(check: Check<T>): Check<T | null> =>
  (value, at) =>
    value === null ? null : check(value, at);

export const orAbsent =
  <T>(check: Check<T>): Check<T | undefined> =>
  (value, at) =>
    value === undefined ? undefined : check(value, at);

export const listOf =
  <T>(check: Check<T>): Check<T[]> =>
  (value, at) =>
    Array.isArray(value) ? value.map((item, i) => check(item, `${at}.${i}`)) : wrong(at);

/** Any names, one kind of value. */
export const recordOf =
  <T>(check: Check<T>): Check<Record<string, T>> =>
  (value, at) =>
    Object.fromEntries(
      Object.entries(object(value, at)).map(([key, item]) => [key, check(item, `${at}.${key}`)]),
    );

/** These names and no others. */
export const fields =
  <T extends Record<string, Check<unknown>>>(checks: T): Check<{ [K in keyof T]: Checked<T[K]> }> =>
  (value, at) => {
    const given = object(value, at);
    for (const key of Object.keys(given)) if (!Object.hasOwn(checks, key)) wrong(`${at}.${key}`);
    return Object.fromEntries(
      Object.entries(checks).map(([key, check]) => [key, check(given[key], `${at}.${key}`)]),
    ) as { [K in keyof T]: Checked<T[K]> };
  };

const object = (value: unknown, at: string): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : wrong(at);
