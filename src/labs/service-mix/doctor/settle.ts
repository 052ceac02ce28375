import { entropy as entropyOf } from '../../../science/distributions.ts';
import { mean, standardDeviation } from '../../../science/statistics.ts';
import { headEquilibrium } from '../../../terms/heads/softmax/equilibrium.ts';
import type { Knob, KnobValues } from '../../../terms/knob.ts';
import { numbersOf } from '../../../terms/numericKnobs.ts';
import { softmaxClosedForm, type SoftmaxHead } from '../../../terms/heads/softmax/head.ts';
import { defaultsOf } from '../../lab.ts';
import type { Settled } from './diagnosis.ts';

/** An answer this far from the hinge's minimum, in nats, is not at it. */
const AT = 1e-3;

/** What a loss is examined on, as numbers. */
export interface Sample {
  classes: number;
  /** What the answers are measured against, `[rows, K]`. */
  targets: Float64Array;
  /** What the model is trained on in the mean, `[rows, K]`: the same but for label noise. */
  trained: Float64Array;
}

/** Finds where a perfect model settles under one setting after another, and remembers what it found. */
export class Settler {
  readonly #known = new Map<string, Settled>();
  readonly #declared: readonly Knob[];

  constructor(
    readonly head: SoftmaxHead,
    declared: readonly Knob[],
    readonly sample: Sample,
  ) {
    // Of all knobs only the head's move an equilibrium: neither network nor optimizer nor schedule.
    this.#declared = declared;
  }

  settle(values: KnobValues): Settled {
    const key = JSON.stringify(this.#declared.map((knob) => values[knob.key]));
    let settled = this.#known.get(key);
    if (!settled) this.#known.set(key, (settled = this.#find(values)));
    return settled;
  }

  #find(values: KnobValues): Settled {
    const { classes: K, targets, trained } = this.sample;
    const numeric = numbersOf(this.#declared).numericKnobs({ ...defaultsOf(this.#declared), ...values });
    const { logits, bottomless } = headEquilibrium({ head: this.head, classes: K, values, numeric }, trained);
    if (bottomless.includes(1)) return UNSETTLED;
    const { logProbabilities } = softmaxClosedForm(this.head, logits, targets, K, numeric, 'evaluation');
    const rows = targets.length / K;
    const entropies = Float64Array.from({ length: rows }, (_, row) =>
      entropyOf(logProbabilities, row * K, K),
    );
    const kl = new Float64Array(rows);
    targets.forEach((t, i) => {
      const row = Math.floor(i / K);
      if (t > 0) kl[row] = (kl[row] as number) + t * (Math.log(t) - (logProbabilities[i] as number));
    });
    const minimum = Number(values['loss.entropy_weight']) > 0 ? Number(values['loss.min_entropy']) : -1;
    const share = (test: (h: number) => boolean): number => entropies.filter(test).length / rows;
    return {
      bounded: true,
      kl: Math.max(0, mean(kl)),
      klError: standardDeviation(kl) / Math.sqrt(rows),
      entropyMean: mean(entropies),
      entropyMin: Math.min(...entropies),
      entropyMax: Math.max(...entropies),
      hingeActive: share((h) => h < minimum - AT),
      hingePinned: share((h) => Math.abs(h - minimum) <= AT),
      entropies,
    };
  }
}

const UNSETTLED: Settled = {
  bounded: false,
  kl: NaN,
  klError: NaN,
  entropyMean: NaN,
  entropyMin: NaN,
  entropyMax: NaN,
  hingeActive: NaN,
  hingePinned: NaN,
  entropies: new Float64Array(0),
};
