import { shortestInHull } from './hull.ts';

/** Slope that a step must gain, and share of the slope that it must leave behind (weak Wolfe conditions). */
const ARMIJO = 1e-4;
const CURVATURE = 0.5;
/** Looks at one bracket; past them the point is a minimum as far as doubles can tell, or lies at a kink. */
const MAX_LOOKS = 30;
/** The same for a step away from a kink. */
const KINK_LOOKS = 8;
/** A bracket that ends this close, in logits, holds nothing that anyone sees. */
const NEAR = 1e-10;
/** A bracket loses at least this share with every look. */
const MARGIN = 0.1;
/** A gradient shorter than this moves no value by more than rounding does. */
const FLAT = 1e-11;
/** A gradient this short is that of a smooth minimum; at a kink gradients are as long as its weight. */
const SHORT = 1e-5;
/** A step that promises to gain less than this, relative to the value, is not taken: nobody sees it. */
const GAIN = 1e-12;
/** So many steps that together gain less lead nowhere. */
const PATIENCE = 5;
/** No step is tried first that is longer: variables are logits, and far out a softmax hardly feels them any more. */
const LONGEST = 3;
/** First step away from a kink: the minimum is near. */
const KINK_STEP = 1e-3;
/** Leaving a kink must have gained this much to be tried again. */
const KINK_GAIN = 1e-8;
/** A value this low was reached along a slope that does not end: losses are a few nats. */
const BOTTOMLESS = -1e6;
const MAX_EVALUATIONS = 1000;

/**
 * Minimises one function of a few variables, as a machine that asks for one evaluation at a time, so that hundreds of
 * them can be evaluated together.
 *
 * BFGS with a line search for the weak Wolfe conditions, which also converges where the function has kinks, as hinges
 * and maxima have (Lewis and Overton 2013, "Nonsmooth optimization via quasi-Newton methods"). Where it stops at a kink,
 * the gradients on all sides of it show the way along, or that there is none.
 */
export class Descent {
  /** Where the function is to be evaluated next. */
  readonly trial: Float64Array;
  /** The best point so far, and its value. */
  readonly point: Float64Array;
  value = Infinity;
  /** The function falls without end from here. */
  bottomless = false;
  done = false;
  private readonly n: number;
  private readonly gradient: Float64Array;
  private readonly direction: Float64Array;
  /** Approximate inverse of the Hessian, `[n, n]`; not known while `fresh`. */
  private readonly inverse: Float64Array;
  private fresh = true;
  private readonly s: Float64Array;
  private readonly y: Float64Array;
  private readonly hy: Float64Array;
  private slope = 0;
  private step = 0;
  private low = 0;
  private high = Infinity;
  /** Value and slope at the two ends of the bracket, and the gradient at the upper one. */
  private below = { value: 0, slope: 0 };
  private above = { value: 0, slope: 0 };
  private readonly beyond: Float64Array;
  private looks = 0;
  /** Length of the direction. */
  private length = 0;
  private evaluations = 0;
  /** Steps that gained nothing, since this value. */
  private idle = 0;
  private reference = Infinity;
  /** Gradients around the kink that is to be left, and the value there. */
  private around: Float64Array[] = [];
  private kink = Infinity;

  constructor(start: ArrayLike<number>) {
    this.trial = Float64Array.from(start);
    this.point = Float64Array.from(start);
    const n = (this.n = start.length);
    const vector = (): Float64Array => new Float64Array(n);
    this.gradient = vector();
    this.direction = vector();
    this.beyond = vector();
    this.s = vector();
    this.y = vector();
    this.hy = vector();
    this.inverse = new Float64Array(n * n);
  }

  /** Takes the value and the gradient at `trial`; the gradient starts at `from`. */
  take(value: number, gradients: Float64Array, from = 0): void {
    this.evaluations++;
    if (this.value === Infinity) {
      this.accept(value, gradients, from);
      this.reference = value;
      this.aim();
      return;
    }
    if (value < BOTTOMLESS) {
      this.accept(value, gradients, from);
      this.bottomless = this.done = true;
      return;
    }
    const slope = this.dot(gradients, from, this.direction);
    // Written so that a value that is no number counts as too high.
    // Away from a kink, what rounding gives is no gain.
    const enough = this.around.length === 0 || this.value - value > GAIN * (1 + Math.abs(this.value));
    if (!enough || !(value <= this.value + ARMIJO * this.step * this.slope)) {
      this.high = this.step;
      this.above = { value, slope };
      for (let i = 0; i < this.n; i++) this.beyond[i] = gradients[from + i] as number;
    } else if (slope < CURVATURE * this.slope) {
      this.low = this.step;
      this.below = { value, slope };
    } else {
      this.learn(gradients, from);
      this.accept(value, gradients, from);
      this.around = [];
      if (this.stalls()) this.turn();
      else this.aim();
      return;
    }
    if (this.evaluations >= MAX_EVALUATIONS) this.done = true;
    else if (this.high === Infinity) this.look(2 * this.low);
    else if (
      ++this.looks > (this.around.length > 0 ? KINK_LOOKS : MAX_LOOKS) ||
      this.high * this.length < NEAR
    )
      this.turn();
    else this.look(this.between());
  }

  /** Where the tangents at both ends of the bracket meet: at a kink between them, that is the kink. */
  private between(): number {
    const { low, high, below, above } = this;
    const meet =
      (below.value - above.value + above.slope * high - below.slope * low) / (above.slope - below.slope);
    const margin = MARGIN * (high - low);
    return above.slope > 0 && Number.isFinite(meet)
      ? Math.min(Math.max(meet, low + margin), high - margin)
      : (low + high) / 2;
  }

  private stalls(): boolean {
    if (this.reference - this.value > GAIN * (1 + Math.abs(this.value))) {
      this.reference = this.value;
      this.idle = 0;
    } else this.idle++;
    return this.idle >= PATIENCE;
  }

  private accept(value: number, gradients: Float64Array, from: number): void {
    this.value = value;
    this.point.set(this.trial);
    for (let i = 0; i < this.n; i++) this.gradient[i] = gradients[from + i] as number;
  }

  /** A new direction from the point; done where the function is flat. */
  private aim(): void {
    const { n, gradient, direction, inverse } = this;
    const length = Math.sqrt(this.dot(gradient, 0, gradient));
    if (!(length > FLAT) || this.evaluations >= MAX_EVALUATIONS) {
      this.done = true;
      return;
    }
    this.slope = 0;
    if (!this.fresh)
      for (let i = 0; i < n; i++) {
        let sum = 0;
        for (let j = 0; j < n; j++) sum -= (inverse[i * n + j] as number) * (gradient[j] as number);
        direction[i] = sum;
        this.slope += sum * (gradient[i] as number);
      }
    if (!this.fresh && -this.slope < GAIN * (1 + Math.abs(this.value))) {
      // Nothing is left to gain where the gradient is short; a long one means that a kink has misled BFGS.
      if (length < SHORT) this.done = true;
      else this.turn();
      return;
    }
    if (!(this.slope < 0)) {
      this.fresh = true;
      for (let i = 0; i < n; i++) direction[i] = -(gradient[i] as number) / length;
      this.slope = -length;
    }
    this.search(Math.min(1, LONGEST / Math.sqrt(this.dot(direction, 0, direction))));
  }

  /** No step gains: along the kink there may be one. With each side of it that is seen, fewer directions are left. */
  private turn(): void {
    if (this.around.length === 0) {
      if (!(this.value < this.kink - KINK_GAIN)) {
        this.done = true;
        return;
      }
      this.kink = this.value;
      this.around = [Float64Array.from(this.gradient)];
    }
    if (this.high < Infinity) this.around.push(Float64Array.from(this.beyond));
    const shortest = shortestInHull(this.around);
    const length = Math.sqrt(this.dot(shortest, 0, shortest));
    if (!(length > SHORT) || this.around.length > this.n + 2) {
      this.done = true;
      return;
    }
    for (let i = 0; i < this.n; i++) this.direction[i] = -(shortest[i] as number) / length;
    this.slope = this.dot(this.gradient, 0, this.direction);
    this.fresh = true;
    this.idle = 0;
    if (this.slope < 0) this.search(KINK_STEP);
    else this.done = true;
  }

  private search(first: number): void {
    this.low = 0;
    this.high = Infinity;
    this.below = { value: this.value, slope: this.slope };
    this.looks = 0;
    this.length = Math.sqrt(this.dot(this.direction, 0, this.direction));
    this.look(first);
  }

  private look(step: number): void {
    this.step = step;
    for (let i = 0; i < this.n; i++)
      this.trial[i] = (this.point[i] as number) + step * (this.direction[i] as number);
  }

  /** The update of BFGS by the accepted step; the first one also sets the scale (Nocedal and Wright 2006, 6.20). */
  private learn(gradients: Float64Array, from: number): void {
    const { n, s, y, hy, inverse } = this;
    let sy = 0;
    let yy = 0;
    for (let i = 0; i < n; i++) {
      s[i] = this.step * (this.direction[i] as number);
      y[i] = (gradients[from + i] as number) - (this.gradient[i] as number);
      sy += (s[i] as number) * (y[i] as number);
      yy += (y[i] as number) ** 2;
    }
    if (!(sy > 0)) return;
    if (this.fresh) {
      inverse.fill(0);
      for (let i = 0; i < n; i++) inverse[i * n + i] = sy / yy;
      this.fresh = false;
    }
    let yhy = 0;
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let j = 0; j < n; j++) sum += (inverse[i * n + j] as number) * (y[j] as number);
      hy[i] = sum;
      yhy += sum * (y[i] as number);
    }
    const along = (1 + yhy / sy) / sy;
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++)
        inverse[i * n + j] =
          (inverse[i * n + j] as number) +
          along * (s[i] as number) * (s[j] as number) -
          ((hy[i] as number) * (s[j] as number) + (s[i] as number) * (hy[j] as number)) / sy;
  }

  private dot(a: Float64Array, from: number, b: Float64Array): number {
    let sum = 0;
    for (let i = 0; i < this.n; i++) sum += (a[from + i] as number) * (b[i] as number);
    return sum;
  }
}
