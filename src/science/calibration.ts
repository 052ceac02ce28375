import { xlogx } from './distributions.ts';

/** Post-hoc temperature scaling; all losses are means per row in nats. */
export interface TemperatureFit {
  temperature: number;
  /** Cross-entropy at T = 1 and at `temperature`. */
  nllBefore: number;
  nllAfter: number;
  /** KL(target‖softmax(logits/T)): the cross-entropy less the targets' own entropy, which is 0 for labels. */
  klBefore: number;
  klAfter: number;
  /** The best temperature lies at or beyond a bound. Logits that rank every label first ask for T → 0. */
  atBound: boolean;
}

export const LEAST_TEMPERATURE = 0.01;
export const LARGEST_TEMPERATURE = 100;

/**
 * Fits the one temperature T in .01 … 100 that minimises the mean cross-entropy of softmax(logits/T) to the targets
 * (Guo et al. 2017, "On calibration of modern neural networks"), which also minimises the mean KL. T is accurate to
 * 1e−10; where no T differs from another (one class, or logits without differences) it is 1.
 *
 * @param logits [rows·K]
 * @param targets [rows·K] probabilities; for labels see {@link oneHot}
 * @throws RangeError without rows, or when a logit or target is not finite
 */
export function fitTemperature(
  logits: ArrayLike<number>,
  targets: ArrayLike<number>,
  rows: number,
  K: number,
): TemperatureFit {
  const n = rows * K;
  if (!(n > 0)) throw new RangeError('There is nothing to fit a temperature to.');
  for (let i = 0; i < n; i++) {
    if (!Number.isFinite(logits[i])) throw new RangeError(`Logit ${i} is ${logits[i]}.`);
    if (!Number.isFinite(targets[i])) throw new RangeError(`Target ${i} is ${targets[i]}.`);
  }
  const loss = new InverseTemperatureLoss(logits, targets, rows, K);
  const [beta, atBound] = minimise(loss);
  const temperature = 1 / beta;
  const nllBefore = loss.at(1).value;
  const nllAfter = loss.at(beta).value;
  let entropy = 0;
  for (let i = 0; i < n; i++) entropy -= xlogx(targets[i] as number) / rows;
  return {
    temperature,
    nllBefore,
    nllAfter,
    klBefore: nllBefore - entropy,
    klAfter: nllAfter - entropy,
    atBound,
  };
}

/** Labels [rows] as probabilities [rows·K]. */
export function oneHot(labels: ArrayLike<number>, K: number): Float64Array {
  const out = new Float64Array(labels.length * K);
  for (let i = 0; i < labels.length; i++) out[i * K + (labels[i] as number)] = 1;
  return out;
}

/** The mean cross-entropy as a function of β = 1/T, in which it is convex. */
class InverseTemperatureLoss {
  constructor(
    private readonly logits: ArrayLike<number>,
    private readonly targets: ArrayLike<number>,
    private readonly rows: number,
    private readonly K: number,
  ) {}

  /** Value, first and second derivative by β. */
  at(beta: number): { value: number; slope: number; curvature: number } {
    const { logits, targets, rows, K } = this;
    let value = 0;
    let slope = 0;
    let curvature = 0;
    for (let offset = 0; offset < rows * K; offset += K) {
      let max = -Infinity;
      for (let k = offset; k < offset + K; k++) max = Math.max(max, logits[k] as number);
      let mass = 0;
      let first = 0;
      let second = 0;
      let targetMass = 0;
      let targetFirst = 0;
      for (let k = offset; k < offset + K; k++) {
        const z = (logits[k] as number) - max;
        const t = targets[k] as number;
        const e = Math.exp(beta * z);
        mass += e;
        first += e * z;
        second += e * z * z;
        targetMass += t;
        targetFirst += t * z;
      }
      const average = first / mass;
      value += targetMass * Math.log(mass) - beta * targetFirst;
      slope += targetMass * average - targetFirst;
      curvature += targetMass * (second / mass - average * average);
    }
    return { value: value / rows, slope: slope / rows, curvature: curvature / rows };
  }
}

/** The β with the least loss within the bounds, and whether it is one of them: Newton's method in log β, bracketed. */
function minimise(loss: InverseTemperatureLoss): [beta: number, atBound: boolean] {
  const leastBeta = 1 / LARGEST_TEMPERATURE;
  const largestBeta = 1 / LEAST_TEMPERATURE;
  const slopeAtLeast = loss.at(leastBeta).slope;
  const slopeAtLargest = loss.at(largestBeta).slope;
  if (slopeAtLeast === 0 && slopeAtLargest === 0) return [1, false];
  if (slopeAtLeast >= 0) return [leastBeta, true];
  if (slopeAtLargest <= 0) return [largestBeta, true];
  let low = Math.log(leastBeta);
  let high = Math.log(largestBeta);
  let x = 0;
  for (let iteration = 0; iteration < 100; iteration++) {
    const { slope, curvature } = loss.at(Math.exp(x));
    if (slope === 0) break;
    if (slope < 0) low = x;
    else high = x;
    let next = x - slope / (Math.exp(x) * curvature);
    if (!(next > low && next < high)) next = (low + high) / 2;
    const moved = Math.abs(next - x);
    x = next;
    if (moved < 1e-12) break;
  }
  return [Math.exp(x), false];
}
