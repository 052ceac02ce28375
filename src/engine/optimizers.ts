/**
 * Optimizer updates with PyTorch's semantics: `torch.optim.Adam`, `AdamW` and `SGD`, in f64, as the reference of every
 * executor. Executors in f32 run the same formulas with the same constants; only the bias corrections are always
 * computed here, in f64.
 */
/** In the order of the knob's options: plans carry the position. */
export const OPTIMIZERS = ['adam', 'adamw', 'sgd'] as const;
export type OptimizerKind = (typeof OPTIMIZERS)[number];

export interface OptimizerHyper {
  learningRate: number;
  /** Adam: decay of the first and of the second moment. */
  beta1: number;
  beta2: number;
  /** Adam: added to √v̂, outside the root. */
  eps: number;
  /** SGD: μ of buf = μ·buf + g; 0 is plain SGD. */
  momentum: number;
  /** L2 in the gradient for adam and sgd; decoupled (θ ← θ − lr·wd·θ before the step) for adamw. */
  weightDecay: number;
}

/** 1 − β1^t and 1 − β2^t at step t. */
export interface BiasCorrections {
  correction1: number;
  correction2: number;
}

/** 1 − β^t for step t = 1, 2, …, without the cancellation that 1 − β**t has for β near 1. */
export function biasCorrection(beta: number, t: number): number {
  return -Math.expm1(t * Math.log(beta));
}

/** The corrections of Adam's step t = 1, 2, … */
export function biasCorrections(beta1: number, beta2: number, t: number): BiasCorrections {
  return { correction1: biasCorrection(beta1, t), correction2: biasCorrection(beta2, t) };
}

/**
 * What a gradient is multiplied by so that its norm is at most `maxNorm`: min(1, maxNorm / (norm + 1e−6)), as
 * `torch.nn.utils.clip_grad_norm_`. A `maxNorm` of 0 switches clipping off.
 */
export function clipCoefficient(norm: number, maxNorm: number): number {
  return maxNorm === 0 ? 1 : Math.min(1, maxNorm / (norm + 1e-6));
}

/** Scales the gradient in place by {@link clipCoefficient}; returns its L2 norm before that. */
export function clipGradientNorm(gradient: Float64Array, maxNorm: number): number {
  let sum = 0;
  for (let i = 0; i < gradient.length; i++) sum += (gradient[i] as number) ** 2;
  const norm = Math.sqrt(sum);
  const coefficient = clipCoefficient(norm, maxNorm);
  if (coefficient !== 1) {
    for (let i = 0; i < gradient.length; i++) gradient[i] = (gradient[i] as number) * coefficient;
  }
  return norm;
}

/**
 * One step, in place and without allocation. Members that share a buffer pass views of it.
 *
 * @param parameters [P]
 * @param gradient [P], already clipped; not changed
 * @param moments [2P], zeros at the start. Adam: first moments, then second. SGD: the momentum buffer, then unused;
 *   starting from zeros makes its first value g, as PyTorch does
 * @param hyper the corrections matter to Adam only
 */
export function optimizerStep(
  kind: OptimizerKind,
  parameters: Float64Array,
  gradient: Float64Array,
  moments: Float64Array,
  hyper: Readonly<OptimizerHyper & BiasCorrections>,
): void {
  if (kind === 'sgd') sgdStep(parameters, gradient, moments, hyper);
  else adamStep(parameters, gradient, moments, hyper, kind === 'adamw');
}

/** Kingma and Ba 2015; decoupled: Loshchilov and Hutter 2019. */
function adamStep(
  parameters: Float64Array,
  gradient: Float64Array,
  moments: Float64Array,
  hyper: Readonly<OptimizerHyper & BiasCorrections>,
  decoupled: boolean,
): void {
  const { learningRate, beta1, beta2, eps, correction1, correction2 } = hyper;
  const P = parameters.length;
  const l2 = decoupled ? 0 : hyper.weightDecay;
  const shrink = decoupled ? 1 - learningRate * hyper.weightDecay : 1;
  for (let i = 0; i < P; i++) {
    const theta = parameters[i] as number;
    const g = (gradient[i] as number) + l2 * theta;
    const m = beta1 * (moments[i] as number) + (1 - beta1) * g;
    const v = beta2 * (moments[P + i] as number) + (1 - beta2) * g * g;
    moments[i] = m;
    moments[P + i] = v;
    parameters[i] = shrink * theta - (learningRate * (m / correction1)) / (Math.sqrt(v / correction2) + eps);
  }
}

function sgdStep(
  parameters: Float64Array,
  gradient: Float64Array,
  moments: Float64Array,
  { learningRate, momentum, weightDecay }: Readonly<OptimizerHyper>,
): void {
  for (let i = 0; i < parameters.length; i++) {
    const theta = parameters[i] as number;
    const buffer = momentum * (moments[i] as number) + (gradient[i] as number) + weightDecay * theta;
    moments[i] = buffer;
    parameters[i] = theta - learningRate * buffer;
  }
}
