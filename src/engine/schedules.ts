/**
 * Learning-rate schedules with the semantics of `torch.optim.lr_scheduler`, as state machines whose state is plain data
 * (JSON keeps it), so that a run can be checkpointed and replayed.
 */
export type ScheduleKind = 'constant' | 'exponential' | 'reduce_on_plateau' | 'cosine_warm_restarts';

/** The knobs of all schedules; each reads its own. */
export interface ScheduleHyper {
  /** exponential: the rate is multiplied by this after every optimizer step. */
  decay: number;
  /** reduce_on_plateau: whether less or more of the metric is better. */
  mode: 'min' | 'max';
  /** reduce_on_plateau: what the rate is multiplied by. */
  factor: number;
  /** reduce_on_plateau: epochs without improvement that are borne; the rate falls at the next one. */
  patience: number;
  /** reduce_on_plateau: by how much the best must be beaten, as a share of it or absolutely. */
  threshold: number;
  thresholdMode: 'rel' | 'abs';
  /** reduce_on_plateau: epochs after a reduction in which bad ones do not count. */
  cooldown: number;
  minLearningRate: number;
  /** reduce_on_plateau: a reduction by no more than this is left out. */
  eps: number;
  /** cosine_warm_restarts: epochs of the first cycle, an integer ≥ 1. */
  t0: number;
  /** cosine_warm_restarts: how much longer each cycle is than the one before, an integer ≥ 1. */
  tMult: number;
  /** cosine_warm_restarts: the rate that a cycle falls towards. */
  etaMin: number;
}

/** PyTorch's defaults where it has them. */
export const SCHEDULE_DEFAULTS: Readonly<ScheduleHyper> = {
  decay: 1,
  mode: 'min',
  factor: 0.1,
  patience: 10,
  threshold: 1e-4,
  thresholdMode: 'rel',
  cooldown: 0,
  minLearningRate: 0,
  eps: 1e-8,
  t0: 10,
  tMult: 1,
  etaMin: 0,
};

/** Everything that a schedule remembers. */
export interface ScheduleState {
  kind: ScheduleKind;
  /** The rate that was asked for, before the schedule. */
  base: number;
  /** Product of all reductions so far (exponential, reduce_on_plateau). */
  scale: number;
  /** Epochs reported so far. */
  epoch: number;
  /** Best metric so far (finite, or JSON would lose it); null before the first that counts. */
  best: number | null;
  badEpochs: number;
  cooldownLeft: number;
}

/**
 * A schedule in force. Moving a knob takes effect at once:
 *
 * - `setBase`: the rate becomes the new base times all reductions so far (constant, exponential, reduce_on_plateau), or
 *   the same point of a cosine that starts at the new base;
 * - `setHyper`: decay, patience, factor, threshold, cooldown and the rest count from now on; `minLearningRate` does not
 *   raise a rate that is already below it; for the cosine the current rate becomes what it would be had the cycles
 *   always been these.
 */
export interface Schedule {
  readonly kind: ScheduleKind;
  /** The rate for the next optimizer step. */
  readonly learningRate: number;
  /** To be called after every optimizer step. */
  afterStep: () => void;
  /** To be called at the end of every epoch with the validation total; NaN counts as no improvement. */
  afterEpoch: (metric: number) => void;
  setBase: (learningRate: number) => void;
  setHyper: (hyper: Readonly<ScheduleHyper>) => void;
  /** A copy. */
  state: () => ScheduleState;
  /** @throws Error when the state is of another kind */
  restore: (state: Readonly<ScheduleState>) => void;
}

/**
 * `CosineAnnealingWarmRestarts` at a fractional epoch (Loshchilov and Hutter 2017, SGDR):
 * etaMin + (base − etaMin)(1 + cos(π T_cur / T_i)) / 2, where T_cur is the time since the last restart and T_i the
 * length of the cycle. At a restart it is `base` again.
 *
 * @throws RangeError when a cycle would have no length, or cycles would shrink
 */
export function cosineWarmRestarts(
  epoch: number,
  base: number,
  hyper: Readonly<Pick<ScheduleHyper, 't0' | 'tMult' | 'etaMin'>>,
): number {
  checkCycles(hyper);
  const { t0, tMult, etaMin } = hyper;
  let current = epoch;
  let cycle = t0;
  if (tMult === 1) current = epoch % t0;
  else {
    // By subtraction, not by logarithms, which miss restarts by one rounding error.
    while (current >= cycle) {
      current -= cycle;
      cycle *= tMult;
    }
  }
  return etaMin + ((base - etaMin) * (1 + Math.cos((Math.PI * current) / cycle))) / 2;
}

/** The same check as PyTorch's: a cycle without length would restart for ever. */
function checkCycles({ t0, tMult }: Readonly<Pick<ScheduleHyper, 't0' | 'tMult'>>): void {
  if (!(t0 > 0)) throw new RangeError(`The first cycle needs a positive length, not ${t0} epochs.`);
  if (!(tMult >= 1)) throw new RangeError(`Cycles grow by a factor of 1 or more, not ${tMult}.`);
}

/**
 * A schedule at its start.
 *
 * @throws RangeError, as does `setHyper`, when the cosine's cycles have no length or shrink
 */
export function createSchedule(
  kind: ScheduleKind,
  hyper: Readonly<ScheduleHyper>,
  baseLearningRate: number,
): Schedule {
  const checked = (next: Readonly<ScheduleHyper>): ScheduleHyper => {
    if (kind === 'cosine_warm_restarts') checkCycles(next);
    return { ...next };
  };
  let knobs = checked(hyper);
  let now: ScheduleState = {
    kind,
    base: baseLearningRate,
    scale: 1,
    epoch: 0,
    best: null,
    badEpochs: 0,
    cooldownLeft: 0,
  };
  return {
    kind,
    get learningRate() {
      return kind === 'cosine_warm_restarts'
        ? cosineWarmRestarts(now.epoch, now.base, knobs)
        : now.base * now.scale;
    },
    afterStep() {
      if (kind === 'exponential') now.scale *= knobs.decay;
    },
    afterEpoch(metric) {
      now.epoch += 1;
      if (kind === 'reduce_on_plateau') reportToPlateau(now, knobs, metric);
    },
    setBase(learningRate) {
      now.base = learningRate;
    },
    setHyper(next) {
      knobs = checked(next);
    },
    state: () => ({ ...now }),
    restore(state) {
      if (state.kind !== kind)
        throw new Error(`A ${kind} schedule cannot take up the state of ${state.kind}.`);
      now = { ...state };
    },
  };
}

/** `ReduceLROnPlateau.step`. */
function reportToPlateau(now: ScheduleState, hyper: Readonly<ScheduleHyper>, metric: number): void {
  if (isBetter(metric, now.best, hyper)) {
    now.best = metric;
    now.badEpochs = 0;
  } else now.badEpochs += 1;
  if (now.cooldownLeft > 0) {
    now.cooldownLeft -= 1;
    now.badEpochs = 0;
  }
  if (now.badEpochs <= hyper.patience) return;
  const rate = now.base * now.scale;
  const reduced = Math.max(rate * hyper.factor, hyper.minLearningRate);
  if (rate - reduced > hyper.eps) now.scale = reduced / now.base;
  now.cooldownLeft = hyper.cooldown;
  now.badEpochs = 0;
}

/** PyTorch's rule word for word, odd as it is for a relative threshold on negative metrics. */
function isBetter(metric: number, best: number | null, hyper: Readonly<ScheduleHyper>): boolean {
  const { threshold } = hyper;
  const relative = hyper.thresholdMode === 'rel';
  if (hyper.mode === 'min') {
    const bar = best ?? Infinity;
    return metric < (relative ? bar * (1 - threshold) : bar - threshold);
  }
  const bar = best ?? -Infinity;
  return metric > (relative ? bar * (1 + threshold) : bar + threshold);
}
