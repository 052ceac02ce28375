import { numericValue, type Knob, type KnobValues } from './knob.ts';
import type { NumericKnobs } from './term.ts';

/** The knobs of a declaration as the numbers that formulas and executors read. */
export interface Numbers {
  /** One knob. @throws when it is not declared, or has no value */
  numeric: (values: KnobValues, key: string) => number;
  /** All of one setting, each worked out once: formulas ask for them row by row. */
  numericKnobs: (values: KnobValues) => NumericKnobs;
}

export function numbersOf(declared: readonly Knob[]): Numbers {
  const byKey = new Map(declared.map((knob) => [knob.key, knob]));
  const numeric = (values: KnobValues, key: string): number => {
    const knob = byKey.get(key);
    const value = values[key];
    if (!knob || value === undefined) throw new Error(`There is no knob ${key}.`);
    return numericValue(knob, value);
  };
  return {
    numeric,
    numericKnobs: (values) => {
      const known = new Map<string, number>();
      return (key) => {
        let value = known.get(key);
        if (value === undefined) known.set(key, (value = numeric(values, key)));
        return value;
      };
    },
  };
}
