import { erf } from '../../science/special.ts';
import type { Activation } from './dense.ts';

const SQRT_HALF = Math.SQRT1_2;
const INVERSE_SQRT_2PI = 1 / Math.sqrt(2 * Math.PI);

/** Value and slope of each activation at z; GELU is the exact one (erf), PyTorch's default. */
export const activations: Record<Activation, { value: (z: number) => number; slope: (z: number) => number }> =
  {
    relu: { value: (z) => (z > 0 ? z : z === z ? 0 : z), slope: (z) => (z > 0 ? 1 : 0) },
    tanh: { value: Math.tanh, slope: (z) => 1 - Math.tanh(z) ** 2 },
    silu: {
      value: (z) => z / (1 + Math.exp(-z)),
      slope: (z) => {
        const s = 1 / (1 + Math.exp(-z));
        return s * (1 + z * (1 - s));
      },
    },
    gelu: {
      value: (z) => 0.5 * z * (1 + erf(z * SQRT_HALF)),
      slope: (z) => 0.5 * (1 + erf(z * SQRT_HALF)) + z * INVERSE_SQRT_2PI * Math.exp(-0.5 * z * z),
    },
  };
