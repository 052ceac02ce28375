import type { OracleKind } from '../contract.ts';
import { activations } from './activations.ts';
import { affine, affineByInput, affineByParameters } from './affine.ts';
import type { DenseLayer } from './dense.ts';

/** A dense layer in f64. */
export const denseOnOracle: OracleKind<DenseLayer> = (spec, at, maxRows) => {
  const { inputs, outputs, activation } = spec;
  const [weights, biases] = at as [number, number];
  const shape = { rows: 0, inputs, outputs, weights, biases };
  const rule = activation && activations[activation];
  /** Before the activation, `[rows, outputs]`. */
  const sums = new Float64Array(rule ? maxRows * outputs : 0);
  return {
    forward(out, x, parameters, rows) {
      shape.rows = rows;
      affine(rule ? sums : out, x, parameters, shape);
      if (!rule) return;
      const { value } = rule;
      for (let i = 0; i < rows * outputs; i++) out[i] = value(sums[i] as number);
    },
    backward(by, x, parameters, gradient, byInput, rows) {
      shape.rows = rows;
      if (rule) {
        const { slope } = rule;
        for (let i = 0; i < rows * outputs; i++) by[i] = (by[i] as number) * slope(sums[i] as number);
      }
      affineByParameters(gradient, x, by, shape);
      if (byInput) affineByInput(byInput, by, parameters, shape);
    },
  };
};
