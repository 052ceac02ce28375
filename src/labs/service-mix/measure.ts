import type { Measured } from '../../engine/task.ts';
import { closeness, knownTargets, type KnownTargets } from '../../science/agreement.ts';
import { floorKl } from '../../science/reach.ts';
import { mean, quantiles, standardDeviation } from '../../science/statistics.ts';
import { numberAt, type KnobValues } from '../../terms/knob.ts';
import { term } from '../../terms/registry.ts';
import { reachOf } from '../../terms/reachOf.ts';
import {
  softmaxForward,
  softmaxPenalties,
  type SoftmaxForward,
  type SoftmaxHead,
} from '../../terms/heads/softmax/head.ts';
import { isPenalty } from '../../terms/kinds.ts';
import type { NumericKnobs, SoftmaxBatch } from '../../terms/term.ts';

/** KL beyond this many times that of a flat guess is an explosion, not a phase. */
const EXPLOSION = 50;
/** A term without a lower bound has run away once it has fallen by this many times log K. */
const RUNAWAY = 5;

/** Measures predictions on the validation set of a service-mix run; keeps what does not change between calls. */
export class Meter {
  readonly #head: SoftmaxHead;
  /** `[rows, K]` */
  readonly #targets: Float64Array;
  readonly #classes: number;
  readonly #known: KnownTargets;
  /** What was predicted last: measured and drawn at one step. */
  #last: { logits: Float64Array; knobs: KnobValues; forward: SoftmaxForward } | undefined;
  #floor: { reach: number; mean: number; perRow: Float64Array; shareReachable: number } | undefined;

  constructor(head: SoftmaxHead, targets: Float64Array, classes: number) {
    this.#head = head;
    this.#targets = targets;
    this.#classes = classes;
    this.#known = knownTargets(targets, targets.length / classes, classes);
  }

  /** What the head says at inference. @param logits raw, `[rows, K]`: never changed once they were given */
  predict(logits: Float64Array, knobs: KnobValues, numeric: NumericKnobs): SoftmaxBatch {
    return this.#forward(logits, knobs, numeric).batch;
  }

  #forward(logits: Float64Array, knobs: KnobValues, numeric: NumericKnobs): SoftmaxForward {
    if (this.#last?.logits !== logits || this.#last.knobs !== knobs)
      this.#last = {
        logits,
        knobs,
        forward: softmaxForward(this.#head, logits, this.#targets, this.#classes, numeric, 'evaluation'),
      };
    return this.#last.forward;
  }

  /** Best KL of each place within reach, and the share of places that can be said exactly. */
  floor(knobs: KnobValues): { mean: number; perRow: Float64Array; shareReachable: number } {
    const reach = reachOf(knobs);
    if (this.#floor?.reach !== reach)
      this.#floor = {
        reach,
        ...floorKl(this.#targets, this.#targets.length / this.#classes, this.#classes, reach),
      };
    return this.#floor;
  }

  measure(logits: Float64Array, knobs: KnobValues, numeric: NumericKnobs): Measured {
    const rows = logits.length / this.#classes;
    const forward = this.#forward(logits, knobs, numeric);
    const { logProbabilities, probabilities, normalized } = forward.batch;
    const head = softmaxPenalties(this.#head, forward, numeric, 'evaluation');
    const agree = closeness(logProbabilities, probabilities, this.#known);
    const [q05, q25, q75, q95] = quantiles(agree.entropyPredicted, [0.05, 0.25, 0.75, 0.95]) as [
      number,
      number,
      number,
      number,
    ];
    const kl = mean(agree.kl);
    const floor = this.floor(knobs);
    const terms = Object.fromEntries(head.contributions.map(({ id, perRow }) => [id, mean(perRow)]));
    const hinge = numberAt(knobs, 'loss.min_entropy');
    const hinged =
      numberAt(knobs, 'loss.entropy_weight') > 0
        ? agree.entropyPredicted.filter((h) => h < hinge).length / rows
        : 0;
    const values = {
      kl,
      klSd: standardDeviation(agree.kl),
      floorKl: floor.mean,
      shareInReach: floor.shareReachable,
      entropyMean: mean(agree.entropyPredicted),
      entropySd: standardDeviation(agree.entropyPredicted),
      entropyTargetMean: mean(agree.entropyTarget),
      entropyQ05: q05,
      entropyQ25: q25,
      entropyQ75: q75,
      entropyQ95: q95,
      entropyCorrelation: agree.entropyCorrelation,
      betweenSampleSd: agree.betweenSampleSd,
      top1Agreement: agree.top1Agreement,
      maxLogitMean: meanOfRows(normalized, this.#classes, largest),
      featureNormMean: meanOfRows(logits, this.#classes, euclidean),
      hingeActiveShare: hinged,
      ...this.#pulls(logits, numeric),
    };
    const diverged = this.#divergence(kl, terms, knobs);
    return { total: head.total, terms, values, ...(diverged !== undefined && { diverged }) };
  }

  /** Mean length of each term's gradient on the raw logits: which terms pull, and how hard. */
  #pulls(logits: Float64Array, numeric: NumericKnobs): Record<string, number> {
    const rows = logits.length / this.#classes;
    const [head, phase] = [this.#head, 'training'] as const;
    const forward = softmaxForward(head, logits, this.#targets, this.#classes, numeric, phase);
    const ids = this.#head.terms.filter((id) => isPenalty(term(id)));
    return Object.fromEntries(
      ids.map((id) => {
        const { gradient } = softmaxPenalties(head, forward, numeric, phase, { gradient: true, only: [id] });
        return [`pull.${id}`, rows * meanOfRows(gradient ?? logits, this.#classes, euclidean)];
      }),
    );
  }

  #divergence(kl: number, terms: Readonly<Record<string, number>>, knobs: KnobValues): string | undefined {
    const flat = Math.log(this.#classes);
    for (const id of this.#head.terms) {
      const declared = term(id);
      const contribution = terms[id];
      if (!isPenalty(declared) || contribution === undefined) continue;
      const unbounded = declared.unbounded?.(knobs);
      if (unbounded && contribution < -RUNAWAY * flat)
        return `${declared.label} fell to ${contribution.toFixed(1)}. ${unbounded}`;
    }
    if (Number.isNaN(kl) || kl > EXPLOSION * flat) return explainDivergence(this.#head, knobs, kl);
    return undefined;
  }
}

/** What most likely made a run explode: a term without a lower bound, else the learning rate. */
export function explainDivergence(head: SoftmaxHead, knobs: KnobValues, kl = NaN): string {
  for (const id of head.terms) {
    const declared = term(id);
    const unbounded = isPenalty(declared) ? declared.unbounded?.(knobs) : undefined;
    if (unbounded) return `${declared.label} made the loss leave the range of numbers. ${unbounded}`;
  }
  const rate = String(knobs['training.learning_rate']);
  const seen = Number.isFinite(kl) ? `KL rose to ${kl.toFixed(0)} nats` : 'The loss is no longer a number';
  return `${seen}. The steps are too large: lower the learning rate, now ${rate}, or set a gradient clip, then reset.`;
}

/** Mean over rows of f(values, start of the row, width). */
function meanOfRows(
  values: Float64Array,
  width: number,
  f: (values: Float64Array, from: number, width: number) => number,
): number {
  let total = 0;
  for (let from = 0; from < values.length; from += width) total += f(values, from, width);
  return total / (values.length / width);
}

function largest(values: Float64Array, from: number, width: number): number {
  let top = -Infinity;
  for (let i = from; i < from + width; i++) top = Math.max(top, values[i] as number);
  return top;
}

function euclidean(values: Float64Array, from: number, width: number): number {
  let squares = 0;
  for (let i = from; i < from + width; i++) squares += (values[i] as number) ** 2;
  return Math.sqrt(squares);
}
