import type { OracleKind } from '../contract.ts';
import { lookupsOf, outputsOf, passedBy, type EmbedLayer } from './embed.ts';

/** Lookup and concatenation in f64. */
export const embedOnOracle: OracleKind<EmbedLayer> = (spec, at) => {
  const { inputs } = spec;
  const [passed, lookups, outputs] = [passedBy(spec), lookupsOf(spec), outputsOf(spec)];
  return {
    forward(out, x, parameters, rows) {
      for (let row = 0; row < rows; row++) {
        const [from, to] = [row * inputs, row * outputs];
        for (let i = 0; i < passed.length; i++) out[to + i] = x[from + (passed[i] as number)] as number;
        for (const { column, table, width, to: first } of lookups) {
          const vector = (at[table] as number) + (x[from + column] as number) * width;
          for (let j = 0; j < width; j++) out[to + first + j] = parameters[vector + j] as number;
        }
      }
    },
    backward(by, x, _, gradient, byInput, rows) {
      byInput?.fill(0, 0, rows * inputs);
      for (let row = 0; row < rows; row++) {
        const [from, to] = [row * inputs, row * outputs];
        if (byInput)
          for (let i = 0; i < passed.length; i++)
            byInput[from + (passed[i] as number)] = by[to + i] as number;
        for (const { column, table, width, to: first } of lookups) {
          const vector = (at[table] as number) + (x[from + column] as number) * width;
          for (let j = 0; j < width; j++)
            gradient[vector + j] = (gradient[vector + j] as number) + (by[to + first + j] as number);
        }
      }
    },
  };
};
