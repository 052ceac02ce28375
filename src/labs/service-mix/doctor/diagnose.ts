import { centredLogRatioNorm, entropyOfProbabilities } from '../../../science/distributions.ts';
import { floorKl } from '../../../science/reach.ts';
import { mean } from '../../../science/statistics.ts';
import { numberAt, type Knob, type KnobValues } from '../../../terms/knob.ts';
import { reachOf } from '../../../terms/reachOf.ts';
import type { Term } from '../../../terms/term.ts';
import { attribute } from './attribution.ts';
import type { Diagnosis, TargetFacts } from './diagnosis.ts';
import { termFindings } from './findings.ts';
import { reachFacts } from './reachFacts.ts';
import { Settler, type Sample } from './settle.ts';
import { suggestionsFor } from './suggest.ts';
import { summarise } from './summary.ts';

/** A configuration whose head is examined; network, optimizer and schedule move no optimum and are not looked at. */
export interface Examined {
  /** What stands in the head. */
  terms: readonly Term[];
  knobs: readonly Knob[];
  values: KnobValues;
}

export interface ExaminedTargets extends Sample {
  source: TargetFacts['source'];
  /** What they are, as sentences. */
  text: string;
}

/** The whole diagnosis at once. */
export function diagnose(examined: Examined, targets: ExaminedTargets): Diagnosis {
  const steps = diagnosing(examined, targets);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/**
 * What a configuration leads to, without training: what its head can express, where a perfect model would settle, which
 * terms act, and what to change. Pauses every tenth of a second or so, so that the caller can stop or answer messages.
 */
export function* diagnosing(
  { terms, knobs, values }: Examined,
  targets: ExaminedTargets,
): Generator<undefined, Diagnosis> {
  const settler = new Settler(
    { kind: 'softmax', terms: terms.map(({ id }) => id) },
    terms.flatMap((term) => term.knobs),
    targets,
  );
  const facts = targetFacts(targets);
  const reach = reachFacts(targets.targets, facts, reachOf(values));
  yield;
  const settled = settler.settle(values);
  yield;
  const attribution = yield* attribute(settler, terms, values, settled);
  const training = reachOf(values, 'training');
  const settlement = {
    values,
    classes: targets.classes,
    reach: training,
    temperature:
      training < Infinity
        ? numberAt(values, 'model.logit_norm') / training
        : values['model.temperature_at'] === 'inference'
          ? 1
          : numberAt(values, 'model.temperature'),
    targetEntropies: facts.entropies,
    entropies: settled.entropies,
  };
  const found = termFindings(terms, settlement, settled, attribution, reach);
  const suggestions = yield* suggestionsFor({ settler, terms, knobs, values, reach, settled });
  return {
    targets: facts,
    reach,
    settled,
    flatKl: floorKl(targets.targets, facts.rows, targets.classes, 0).mean,
    summary: summarise(facts, reach, settled, found, attribution, suggestions),
    terms: found,
    attribution,
    suggestions,
  };
}

function targetFacts({ classes: K, targets, source, text }: ExaminedTargets): TargetFacts {
  const rows = targets.length / K;
  const each = (f: (values: Float64Array, from: number, width: number) => number): Float64Array =>
    Float64Array.from({ length: rows }, (_, row) => f(targets, row * K, K));
  const entropies = each(entropyOfProbabilities);
  return {
    source,
    text,
    rows,
    classes: K,
    entropies,
    entropyMean: mean(entropies),
    needed: each(centredLogRatioNorm),
  };
}
