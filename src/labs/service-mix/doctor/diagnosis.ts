import type { KnobValues } from '../../../terms/knob.ts';

/** What the doctor finds, as plain data: it crosses a worker's border, and the console gives it away as it is. */
export interface Diagnosis {
  /** What it was worked out on. */
  targets: TargetFacts;
  reach: ReachFacts;
  /** Where a perfect model would settle under the configuration as it is. */
  settled: Settled;
  /** Mean KL of the flat answer: what a model that knows nothing has. */
  flatKl: number;
  summary: Summary;
  /** Every term of the head, with what it does here. */
  terms: readonly TermFinding[];
  /** Each part of the head that is switched on: the KL without it, and with it alone. */
  attribution: readonly Attribution[];
  /** What to change, the cure first; each with where a perfect model would settle then. */
  suggestions: readonly Suggestion[];
}

export interface TargetFacts {
  source: 'lab' | 'rows' | 'entropies';
  /** What they are and what of them is assumed, as sentences. */
  text: string;
  rows: number;
  classes: number;
  /** Of each target, nats. */
  entropies: Float64Array;
  entropyMean: number;
  /** The reach that each target needs to be said exactly; Infinity for one with zeros. */
  needed: Float64Array;
}

/** What the head can express at all, at inference. */
export interface ReachFacts {
  /** R = s / T; Infinity without LogitNorm. */
  R: number;
  pMax: number;
  minEntropy: number;
  /** Share of targets that can be said exactly. */
  share: number;
  /** Best mean KL within reach, and its 5 and 95 % quantiles over targets. */
  floorKl: number;
  floorQ05: number;
  floorQ95: number;
  /** Least reach for half and for 95 % of the targets; Infinity where targets with zeros are among them. */
  forHalf: number;
  forMost: number;
  /** Least reach at which the floor is at most `close`. */
  forClose: number;
  close: number;
  /** Least reach for the largest probability that 95 % of the targets stay below, and that probability. */
  forPMax: number;
  pMaxNeeded: number;
  /** Least reach at which any distribution has the entropy of the 5 % most certain targets, and that entropy. */
  forEntropy: number;
  entropyNeeded: number;
}

/** Where a perfect model settles. Without a lower bound nothing settles: `bounded` is false and the numbers are NaN. */
export interface Settled {
  bounded: boolean;
  /** Mean KL(target‖model) in nats. */
  kl: number;
  /** Standard error of that mean over targets: another sample of the same source differs by so much. */
  klError: number;
  entropyMean: number;
  entropyMin: number;
  entropyMax: number;
  /** Share of answers that the entropy hinge still pulls on, and of those that it stopped exactly at its minimum. */
  hingeActive: number;
  hingePinned: number;
  /** Entropy of each answer, `[rows]`; empty where nothing settles. */
  entropies: Float64Array;
}

/** Which state the configuration leads to, and the three things to say of it in order. */
export interface Summary {
  state: 'unbounded' | 'collapsed' | 'limited' | 'held' | 'fine';
  title: string;
  symptom: string;
  cause: string;
  cure: string;
}

export type Verdict =
  /** Its weight or switch takes it out. */
  | 'off'
  /** The term that compares with the targets. */
  | 'guides'
  /** Switched on, and no reachable answer gives it anything to act on. */
  | 'cannot act'
  /** Acts, and moves where the model settles by less than can be seen. */
  | 'no effect'
  /** Without it the model would settle farther from the targets. */
  | 'helps'
  /** Moves the answers a little away from the targets. */
  | 'acts'
  /** Takes the answers far from the targets. */
  | 'pulls apart'
  /** Puts targets out of reach. */
  | 'limits'
  /** Falls for ever. */
  | 'unbounded';

export interface TermFinding {
  id: string;
  label: string;
  /** The term in whose colour it is drawn. */
  color: string;
  verdict: Verdict;
  /** Why, with its numbers, as sentences. */
  text: string;
  /** KL that it costs: with everything, less without it. NaN where one of the two does not settle; 0 for what is off. */
  cost: number;
}

export interface Attribution {
  /** A term's id, or `reach` for LogitNorm and temperature together. */
  id: string;
  label: string;
  /** The term in whose colour it is drawn. */
  color: string;
  /** The configuration without this part. */
  without: Settled;
  /** Where that has no lower bound: the same with the form that has one, in words and settled. */
  guarded?: { text: string; settled: Settled };
  /** This part alone, with nothing else but KL. */
  alone: Settled;
  /** KL of this part alone as a share of the KL of all; NaN where one of them does not settle. */
  share: number;
}

export interface Suggestion {
  id: string;
  title: string;
  /** Everything that it sets. */
  set: KnobValues;
  /** The same in words. */
  sets: string;
  settled: Settled;
  R: number;
  /** KL that is saved against the configuration as it is; NaN where that does not settle. */
  gain: number;
}
