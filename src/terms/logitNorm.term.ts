import type { SwitchKnob } from './knob.ts';
import { number } from './numberKnob.ts';
import { add, div, equal, knob, mul, norm, select } from './language/expression.ts';
import type { LogitTransform } from './term.ts';

const source = 'Wei et al. 2022 (s/T = 1/τ; the paper has τ = 0.04)';

const on: SwitchKnob = {
  kind: 'switch',
  key: 'model.use_logit_norm',
  label: 'LogitNorm',
  caption:
    'Scales every logit vector to one length. Then R = s / T alone decides which distributions can be said at all.',
  source,
  live: true,
  default: false,
};

const length = number('model.logit_norm', {
  label: 'Logit norm s',
  symbol: 's',
  caption: 'The length that every logit vector gets.',
  source,
  min: 0.25,
  max: 40,
  default: 1,
  scale: 'log',
  inactive: (values) => (values[on.key] === true ? undefined : 'LogitNorm is off.'),
});

/** Keeps the zero vector at zero, as the paper’s code does. */
const EPSILON = 1e-7;

/** u = s · f / (‖f‖ + 1e-7). Its transposed Jacobian is s/(‖f‖+ε) (I − f fᵀ / (‖f‖ (‖f‖+ε))). */
export const logitNorm: LogitTransform = {
  kind: 'logits',
  id: 'logit_norm',
  label: 'LogitNorm',
  color: { light: '#0f766e', dark: '#4fc4b6' },
  caption:
    'Fixes the length of the logits: with temperature it bounds how far a prediction can be from flat.',
  source,
  knobs: [on, length],
  golden: { logit_norm: length.key },
  expression: (logits) =>
    select(
      equal(knob(on.key), 1),
      div(mul(knob(length.key), logits), add(norm(logits, 'class'), EPSILON)),
      logits,
    ),
  forward: (logits, out, knobs) => {
    const scale = knobs(on.key) === 1 ? knobs(length.key) / (euclidean(logits) + EPSILON) : 1;
    for (let i = 0; i < logits.length; i++) out[i] = scale * (logits[i] as number);
  },
  backward: (logits, gradient, knobs) => {
    if (knobs(on.key) !== 1) return;
    const n = euclidean(logits);
    const scale = knobs(length.key) / (n + EPSILON);
    let along = 0;
    for (let i = 0; i < logits.length; i++) along += (logits[i] as number) * (gradient[i] as number);
    // At the zero vector the length has gradient 0 (PyTorch's convention).
    const radial = n === 0 ? 0 : along / (n * (n + EPSILON));
    for (let i = 0; i < logits.length; i++)
      gradient[i] = scale * ((gradient[i] as number) - radial * (logits[i] as number));
  },
};

function euclidean(x: Float64Array): number {
  let squares = 0;
  for (const value of x) squares += value * value;
  return Math.sqrt(squares);
}
