import type { Knob, KnobValue, KnobValues, NumberKnob } from '../../../terms/knob.ts';
import { boundedForm, isOff, neutralOf } from '../../../terms/neutral.ts';
import { reachOf } from '../../../terms/reachOf.ts';
import { isLogitTransform, isPenalty } from '../../../terms/kinds.ts';
import type { Term } from '../../../terms/term.ts';
import type { ReachFacts, Settled, Suggestion } from './diagnosis.ts';
import type { Settler } from './settle.ts';

/** KL in nats too small to see: what costs less may stay. */
const UNSEEN = 0.005;
/** A suggestion that saves less is not made. */
const WORTH = 0.002;

const [LENGTH, TEMPERATURE] = ['model.logit_norm', 'model.temperature'] as const;

export interface Ground {
  settler: Settler;
  terms: readonly Term[];
  knobs: readonly Knob[];
  values: KnobValues;
  reach: ReachFacts;
  settled: Settled;
}

/** What to change, the cure first, then by what a perfect model would gain. Pauses between its steps. */
export function* suggestionsFor(ground: Ground): Generator<undefined, Suggestion[]> {
  const { settler, terms, knobs, values, settled } = ground;
  const found: Suggestion[] = [];
  const offer = (id: string, title: string, after: KnobValues): void => {
    const set = changed(values, after);
    const keys = Object.keys(set);
    if (keys.length === 0 || found.some((other) => sameSet(other.set, set))) return;
    const then = settler.settle({ ...values, ...set });
    if (!then.bounded || (settled.bounded && settled.kl - then.kl < WORTH)) return;
    found.push({
      id,
      title,
      set,
      sets: inWords(set, knobs),
      settled: then,
      R: reachOf({ ...values, ...set }),
      gain: settled.kl - then.kl,
    });
  };

  const cure = yield* leastCure(ground);
  offer('cure', 'All that stands in the way, and nothing else', cure);
  yield;
  const penaltiesOnly = Object.fromEntries(
    terms
      .filter(isPenalty)
      .flatMap(({ knobs: own }) => own.map(({ key }) => [key, cure[key] ?? values[key]])),
  ) as KnobValues;
  const kept = longEnough(ground);
  if (kept) {
    offer('reach', 'Keep LogitNorm and lengthen it', { ...values, ...penaltiesOnly, ...kept });
    yield;
    offer('reach only', 'Only lengthen the reach', { ...values, ...kept });
    yield;
  }
  for (const term of terms) {
    const form = boundedForm(term, values) ?? (isPenalty(term) && !isOff(term, values) ? ofPaper(term) : {});
    offer(`form ${term.id}`, `Only another form of ${term.label}`, { ...values, ...form });
    const neutral = neutralOf(term);
    if (!neutral || isOff(term, values)) continue;
    yield;
    offer(`without ${term.id}`, `Only ${inWords(neutral, knobs)}`, { ...values, ...neutral });
  }
  const leads = ({ id }: Suggestion): number => (id === 'cure' ? 0 : 1);
  return found.sort((a, b) => leads(a) - leads(b) || a.settled.kl - b.settled.kl);
}

/** Takes everything away, and puts back what costs nothing: what is left out stands in the way. */
function* leastCure({ settler, terms, values }: Ground): Generator<undefined, KnobValues> {
  let cure: KnobValues = { ...values };
  for (const term of terms) cure = { ...cure, ...neutralOf(term) };
  const best = settler.settle(cure);
  yield;
  const transforms = terms.filter(isLogitTransform);
  const back = (some: readonly Term[]): KnobValues => ({
    ...cure,
    ...Object.fromEntries(
      some.flatMap(({ knobs }) => knobs.map(({ key }) => [key, values[key] as KnobValue])),
    ),
  });
  // Transforms of the logits go together: a temperature without LogitNorm has no use in training.
  for (const some of [transforms, ...terms.filter((term) => !isLogitTransform(term)).map((term) => [term])]) {
    const tried = back(some);
    const then = settler.settle(tried);
    if (then.bounded && then.kl - best.kl <= UNSEEN) cure = tried;
    yield;
  }
  return cure;
}

/** Norm and temperature with which 95 % of the targets lie within reach; as far as the knobs go where none are. */
function longEnough({ knobs, reach }: Ground): KnobValues | undefined {
  if (reach.R === Infinity || reach.floorKl <= UNSEEN) return undefined;
  const range = (key: string): NumberKnob | undefined =>
    knobs.find((knob): knob is NumberKnob => knob.key === key && knob.kind === 'number');
  const [s, T] = [range(LENGTH), range(TEMPERATURE)];
  if (!s || !T) return undefined;
  const R = Math.min(Math.ceil(reach.forMost), s.max);
  return { [LENGTH]: R, [TEMPERATURE]: 1 };
}

/** The forms of a penalty as its paper has them. */
const ofPaper = ({ knobs }: Term): KnobValues =>
  Object.fromEntries(
    knobs.flatMap((knob) =>
      knob.kind === 'choice' && knob.options.length > 2 ? [[knob.key, knob.default] as const] : [],
    ),
  );

const changed = (before: KnobValues, after: KnobValues): Record<string, KnobValue> =>
  Object.fromEntries(Object.entries(after).filter(([key, value]) => before[key] !== value));

const sameSet = (a: KnobValues, b: KnobValues): boolean =>
  Object.keys(a).length === Object.keys(b).length &&
  Object.entries(a).every(([key, value]) => b[key] === value);

/** Knobs and what they are set to, in words. */
export function inWords(set: KnobValues, knobs: readonly Knob[]): string {
  return Object.entries(set)
    .map(([key, value]) => {
      const knob = knobs.find((candidate) => candidate.key === key);
      if (!knob) return `${key} ${String(value)}`;
      if (knob.kind === 'switch') return `${knob.label} ${value === true ? 'on' : 'off'}`;
      if (knob.kind === 'choice')
        return `${knob.label} ${knob.options.find((option) => option.value === value)?.label ?? String(value)}`;
      return `${knob.label} ${String(value)}`;
    })
    .join(', ');
}
