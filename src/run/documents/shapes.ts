/** Small shapes that stored records, files and checkpoints are checked by. */
import * as v from 'valibot';
import type { KnobValues } from '../../terms/knob.ts';

export const text = (max: number, min = 0) =>
  v.custom<string>((value) => typeof value === 'string' && value.length >= min && value.length <= max);

/** Whether it is a whole number from 0 that doubles count exactly: a step, and a number of anything. */
export const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;
/** A whole number from 0. */
export const count = (max = Number.MAX_SAFE_INTEGER, min = 0) =>
  v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));

export const orNull = <T>(schema: v.GenericSchema<unknown, T>) =>
  v.union([v.custom<null>((value) => value === null), schema]);

export const anything = v.custom<unknown>(() => true);
export const floats = v.custom<Float64Array<ArrayBuffer>>((value) => value instanceof Float64Array);

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const record = v.custom<Record<string, unknown>>(isRecord);

/** Infinities are numbers, NaN is none. */
export const isNumber = (value: unknown): value is number =>
  typeof value === 'number' && !Number.isNaN(value);
export const isValue = (value: unknown): value is number | boolean | string =>
  typeof value === 'boolean' || typeof value === 'string' || isNumber(value);
export const value = v.custom<number | boolean | string>(isValue);
/** Values by key, as knobs have them. */
export const values = v.custom<KnobValues>((given) => isRecord(given) && Object.values(given).every(isValue));

/** A list of short texts. */
export const texts = (most: number, max: number) =>
  v.custom<string[]>(
    (given) =>
      Array.isArray(given) &&
      given.length <= most &&
      given.every((one) => typeof one === 'string' && one.length <= max),
  );

export const finite = v.pipe(v.number(), v.finite());
