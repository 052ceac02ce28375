import { minimiseRows, type RowLosses, type RowMinima } from '../../../science/equilibrium.ts';
import type { KnobValues } from '../../knob.ts';
import { isOff } from '../../neutral.ts';
import { term } from '../../registry.ts';
import { reachOf } from '../../reachOf.ts';
import { softmaxClosedForm, type SoftmaxHead } from './head.ts';
import { temperatureIn } from '../../temperature.term.ts';
import type { NumericKnobs } from '../../term.ts';

/** A softmax head with its knobs: what an equilibrium is of. */
export interface HeadSetting {
  head: SoftmaxHead;
  classes: number;
  values: KnobValues;
  /** The same as numbers. */
  numeric: NumericKnobs;
}

/** Targets are never quite certain here: the logits of a zero would be −∞. KL moves by less than this. */
const LEAST_PROBABILITY = 1e-12;
/** The farthest that a descent starts from flat, as a share of the reach. */
const INSIDE = 0.9;

/**
 * Where a perfect model would settle under this head and loss: row by row the raw logits that minimise the training
 * loss, and what becomes of them at inference. It is a bound for every network, as the floor is one for the reach alone.
 *
 * Descends from two points, the target itself as far as the reach lets it be said, and the flat answer, for with a
 * hinge or a maximum the loss need not be convex.
 *
 * @param targets what the model is trained on, `[rows, K]`
 */
export function headEquilibrium(given: HeadSetting, targets: Float64Array): RowMinima {
  // What is switched off would be worked out thousands of times for nothing.
  const on = given.head.terms.filter((id) => !isOff(term(id), given.values));
  const setting: HeadSetting = { ...given, head: { ...given.head, terms: on } };
  // In units of the logits that enter the softmax, so that no temperature makes steps too long or too short.
  const T = temperatureIn(setting.numeric, 'training');
  const raw = rowLosses(setting, targets);
  const { target: asked } = softmaxClosedForm(
    setting.head,
    new Float64Array(targets.length),
    targets,
    setting.classes,
    setting.numeric,
    'training',
  );
  const found = minimiseRows(
    (logits, rows) => {
      const { values, gradient } = raw(times(logits, T), rows);
      return { values, gradient: times(gradient, T) };
    },
    [startAt(setting, asked, 1), startAt(setting, asked, 0)],
    setting.classes,
  );
  return { ...found, logits: times(found.logits, T) };
}

const times = (x: Float64Array, factor: number): Float64Array =>
  factor === 1 ? x : x.map((value) => value * factor);

/** The training loss of each row by itself, with its gradient by the raw logits. */
export function rowLosses({ head, classes, numeric }: HeadSetting, targets: Float64Array): RowLosses {
  return (logits, rows) => {
    const mine = new Float64Array(logits.length);
    rows.forEach((row, i) => {
      mine.set(targets.subarray(row * classes, (row + 1) * classes), i * classes);
    });
    const { contributions, gradient } = softmaxClosedForm(head, logits, mine, classes, numeric, 'training', {
      gradient: true,
    });
    if (!gradient) throw new Error('The head gave no gradient.');
    const values = new Float64Array(rows.length);
    for (const { perRow } of contributions)
      for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) + (perRow[i] as number);
    // The head's gradient is that of the mean.
    for (let i = 0; i < gradient.length; i++) gradient[i] = (gradient[i] as number) * rows.length;
    return { values, gradient };
  };
}

/**
 * Logits after temperature under which the head says the target, or as much of it as lies within reach.
 *
 * @param share how far from flat, 0 … 1
 */
function startAt({ classes: K, values }: HeadSetting, targets: Float64Array, share: number): Float64Array {
  const R = reachOf(values, 'training');
  const out = new Float64Array(targets.length);
  for (let from = 0; from < out.length; from += K) {
    let mean = 0;
    for (let k = from; k < from + K; k++) {
      out[k] = Math.log(Math.max(targets[k] as number, LEAST_PROBABILITY));
      mean += (out[k] as number) / K;
    }
    let squares = 0;
    for (let k = from; k < from + K; k++) {
      out[k] = share * ((out[k] as number) - mean);
      squares += (out[k] as number) ** 2;
    }
    // On the rim of the reach the mean of the logits has no slope, whichever way the loss falls: start inside of it.
    const shrink = Math.min(1, (INSIDE * R) / Math.sqrt(squares));
    if (shrink < 1) {
      squares *= shrink * shrink;
      for (let k = from; k < from + K; k++) out[k] = shrink * (out[k] as number);
    }
    // LogitNorm gives every vector one length: what the target does not use goes into the mean, which softmax ignores.
    const rest = R < Infinity ? Math.sqrt(Math.max(0, R * R - squares) / K) : 0;
    for (let k = from; k < from + K; k++) out[k] = (out[k] as number) - rest;
  }
  return out;
}
