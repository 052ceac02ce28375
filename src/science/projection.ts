import { centredLogRatioNorm, logSumExp, xlogx } from './distributions.ts';

/** The best that any model within reach R can do on one target. */
export interface Projection {
  /** Least KL(target‖p) in nats, ≥ 0. */
  kl: number;
  /** The p that attains it, [K]. */
  probabilities: Float64Array;
  /** ‖log t − mean log t‖₂: the reach that the target itself needs; ∞ when it has a zero. */
  clrNorm: number;
  /** Whether the target lies within reach (up to rounding). */
  exactlyReachable: boolean;
}

/** The best that any model within reach R can do on a set of targets. */
export interface Floor {
  /** Mean of `perRow`; NaN without rows. */
  mean: number;
  /** Least KL(target‖p) of each row in nats, [rows]. */
  perRow: Float64Array;
  /** Share of targets within reach; NaN without rows. */
  shareReachable: number;
}

/**
 * Projects a target onto the distributions within reach R: argmin of KL(t‖softmax v) over ‖v − mean v‖₂ ≤ R.
 *
 * The problem is convex; its solution satisfies softmax(v) − t + λv = 0 with ‖v‖ = R. KL is accurate to 1e−12.
 *
 * @param target [K] non-negative numbers, normalised here
 * @param R ≥ 0; ∞ (no LogitNorm) puts every target within reach, one with zeros as a limit
 * @throws RangeError when R is negative or NaN, or the target is not a distribution
 */
export function projectOntoReach(target: ArrayLike<number>, R: number): Projection {
  const projector = new Projector(target.length);
  const kl = projector.project(target, 0, R);
  return {
    kl,
    probabilities: projector.p,
    clrNorm: projector.clrNorm,
    exactlyReachable: projector.reachable,
  };
}

/**
 * Projects every row of `targets` [rows·K] onto reach R.
 *
 * @throws RangeError as {@link projectOntoReach}
 */
export function floorKl(targets: ArrayLike<number>, rows: number, K: number, R: number): Floor {
  const projector = new Projector(K);
  const perRow = new Float64Array(rows);
  let sum = 0;
  let reachable = 0;
  for (let i = 0; i < rows; i++) {
    const kl = projector.project(targets, i * K, R);
    perRow[i] = kl;
    sum += kl;
    if (projector.reachable) reachable++;
  }
  return { mean: sum / rows, perRow, shareReachable: reachable / rows };
}

/**
 * Below this λ the constraint no longer matters: p differs from t by λv, so the KL that is left is of order 1e−14.
 * Going on would only compare rounding errors, since p and t are known to 1e−16.
 */
const LEAST_LAMBDA = 1e-15;
/** Below this R the first order is exact: what it leaves out is of order R². */
const TINY_REACH = 1e-8;
const NORM_ACCURACY = 1e-12;
const STEP_ACCURACY = 1e-8;

/**
 * Solves the projection through its dual: v(λ) minimises KL(t‖softmax v) + λ‖v‖²/2, and ‖v(λ)‖ falls as λ grows, so the
 * λ at which it is R is found by a bracketed Newton iteration, each v(λ) starting from the one before.
 */
class Projector {
  clrNorm = 0;
  reachable = false;
  readonly p: Float64Array;
  private readonly t: Float64Array;
  private readonly v: Float64Array;
  private readonly gradient: Float64Array;
  private readonly step: Float64Array;

  constructor(private readonly K: number) {
    this.p = new Float64Array(K);
    this.t = new Float64Array(K);
    this.v = new Float64Array(K);
    this.gradient = new Float64Array(K);
    this.step = new Float64Array(K);
  }

  /** Returns the least KL; `p`, `clrNorm` and `reachable` hold the rest until the next call. */
  project(targets: ArrayLike<number>, offset: number, R: number): number {
    if (!(R >= 0)) throw new RangeError(`The reach must be 0 or more, not ${R}.`);
    this.normalise(targets, offset);
    this.clrNorm = centredLogRatioNorm(this.t);
    this.reachable = this.clrNorm <= R + NORM_ACCURACY * (1 + R);
    if (this.reachable) {
      this.p.set(this.t);
      return 0;
    }
    if (R < TINY_REACH) this.firstOrder(R);
    else this.solve(R);
    this.softmax();
    const normaliser = logSumExp(this.v);
    let kl = 0;
    for (let k = 0; k < this.K; k++) {
      const t = this.t[k] as number;
      kl += xlogx(t) - t * ((this.v[k] as number) - normaliser);
    }
    return Math.max(0, kl);
  }

  private normalise(targets: ArrayLike<number>, offset: number): void {
    let sum = 0;
    for (let k = 0; k < this.K; k++) {
      const t = targets[offset + k] as number;
      if (!(t >= 0)) throw new RangeError(`A target has the probability ${t}.`);
      sum += t;
    }
    if (!(sum > 0 && sum < Infinity)) throw new RangeError(`The probabilities of a target sum to ${sum}.`);
    for (let k = 0; k < this.K; k++) this.t[k] = (targets[offset + k] as number) / sum;
  }

  /** Near the uniform distribution the best direction is t − 1/K. */
  private firstOrder(R: number): void {
    const { v, t, K } = this;
    for (let k = 0; k < K; k++) v[k] = (t[k] as number) - 1 / K;
    this.scale(R / norm(v));
  }

  private solve(R: number): void {
    const { v, p, step, K } = this;
    let lambda = this.start(R);
    let low = LEAST_LAMBDA;
    let lowTried = false;
    // λ = ‖t − p‖ / R, and two distributions are at most √2 apart.
    let high = Math.SQRT2 / R;
    for (let iteration = 0; iteration < 60; iteration++) {
      lambda = Math.min(Math.max(lambda, low), high);
      this.minimise(lambda);
      const length = norm(v);
      if (Math.abs(length - R) <= NORM_ACCURACY * R) break;
      if (length > R) {
        low = lambda;
        lowTried = true;
      } else {
        if (lambda <= LEAST_LAMBDA) return;
        high = lambda;
      }
      // dv/dλ = −H⁻¹v, and from it d log‖v‖ / d log λ = −elasticity.
      this.newtonStep(v, lambda);
      let projected = 0;
      for (let k = 0; k < K; k++) projected -= (step[k] as number) * (v[k] as number);
      const elasticity = (lambda * projected) / (length * length);
      // Where the target is close, ‖v‖ is nearly linear in λ; elsewhere log ‖v‖ is nearly linear in log λ.
      const linear = lambda * (1 + (length / R - 1) / elasticity);
      let next =
        elasticity > 0.3 || linear <= 0 ? lambda * Math.exp(Math.log(length / R) / elasticity) : linear;
      if (next <= low && !lowTried) next = low;
      else if (!(next > low && next < high)) next = Math.sqrt(low * high);
      if (next === lambda) break;
      // Predict v at the next λ: classes that λ outweighs move with log λ, the others with λ.
      const byLog = lambda * Math.log(next / lambda);
      const byLambda = next - lambda;
      for (let k = 0; k < K; k++) {
        v[k] = (v[k] as number) + (step[k] as number) * ((p[k] as number) > lambda ? byLambda : byLog);
      }
      this.centre();
      lambda = next;
    }
    this.scale(R / norm(v));
  }

  /**
   * First v: the target's centred log-ratio, with small classes lifted to where a reach of R can put them, within the
   * ball. First λ: least squares of t − p = λv in the metric of H⁻¹ ≈ 1/p. One-hot targets are solved by this already.
   */
  private start(R: number): number {
    const { v, t, p, K } = this;
    const least = Math.max(Math.exp(-R) / K, 1e-17);
    for (let k = 0; k < K; k++) v[k] = Math.log(Math.max(t[k] as number, least));
    this.centre();
    const length = norm(v);
    if (length > R) this.scale(R / length);
    this.softmax();
    let above = 0;
    let below = 0;
    for (let k = 0; k < K; k++) {
      const weighted = (v[k] as number) / (p[k] as number);
      above += weighted * ((t[k] as number) - (p[k] as number));
      below += weighted * (v[k] as number);
    }
    return above / below;
  }

  /**
   * v(λ) by Newton's method. Steps are shortened as is known to suffice for log-sum-exp (Sun and Tran-Dinh 2019,
   * "Generalized self-concordant functions"), so no line search compares values that differ by rounding only.
   */
  private minimise(lambda: number): void {
    const { v, t, p, gradient, step, K } = this;
    this.softmax();
    for (let iteration = 0; iteration < 200; iteration++) {
      for (let k = 0; k < K; k++) {
        gradient[k] = (p[k] as number) - (t[k] as number) + lambda * (v[k] as number);
      }
      this.newtonStep(gradient, lambda);
      let least = Infinity;
      let most = -Infinity;
      for (let k = 0; k < K; k++) {
        least = Math.min(least, step[k] as number);
        most = Math.max(most, step[k] as number);
      }
      const range = most - least;
      const damping = range > STEP_ACCURACY ? Math.log1p(range) / range : 1;
      for (let k = 0; k < K; k++) v[k] = (v[k] as number) + damping * (step[k] as number);
      this.softmax();
      if (range <= STEP_ACCURACY) return;
    }
  }

  /**
   * step = −H⁻¹g for H = diag(p + λ) − p pᵀ and Σg = 0, by Sherman and Morrison. Written with Σp = 1 and Σg = 0 put in,
   * which leaves no differences of nearly equal numbers.
   */
  private newtonStep(g: Float64Array, lambda: number): void {
    const { p, step, K } = this;
    let pSum = 0;
    let gSum = 0;
    for (let k = 0; k < K; k++) {
      const inverse = 1 / ((p[k] as number) + lambda);
      pSum += (p[k] as number) * inverse;
      gSum += (g[k] as number) * inverse;
    }
    const shared = gSum / pSum;
    for (let k = 0; k < K; k++) {
      step[k] = ((p[k] as number) * shared - (g[k] as number)) / ((p[k] as number) + lambda);
    }
  }

  private softmax(): void {
    const { p, v, K } = this;
    let max = -Infinity;
    for (let k = 0; k < K; k++) max = Math.max(max, v[k] as number);
    let sum = 0;
    for (let k = 0; k < K; k++) {
      const e = Math.exp((v[k] as number) - max);
      p[k] = e;
      sum += e;
    }
    for (let k = 0; k < K; k++) p[k] = (p[k] as number) / sum;
  }

  private centre(): void {
    const { v, K } = this;
    let sum = 0;
    for (let k = 0; k < K; k++) sum += v[k] as number;
    for (let k = 0; k < K; k++) v[k] = (v[k] as number) - sum / K;
  }

  private scale(factor: number): void {
    for (let k = 0; k < this.K; k++) this.v[k] = (this.v[k] as number) * factor;
  }
}

function norm(v: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < v.length; k++) sum += (v[k] as number) ** 2;
  return Math.sqrt(sum);
}
