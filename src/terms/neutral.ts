import type { Knob, KnobValue, KnobValues } from './knob.ts';
import type { Term } from './term.ts';

/**
 * Values under which a term is not there: its first knob switches it. Undefined for a term that cannot be taken away,
 * as the one that compares with the targets.
 */
export function neutralOf({ knobs }: Pick<Term, 'knobs'>): KnobValues | undefined {
  const [first] = knobs;
  const value = first && neutralValue(first);
  return first && value !== undefined ? { [first.key]: value } : undefined;
}

function neutralValue(knob: Knob): KnobValue | undefined {
  if (knob.kind === 'switch') return false;
  if (knob.kind === 'number') return knob.min <= 0 ? 0 : knob.default;
  return undefined;
}

/** Whether a term is not there under these values. */
export function isOff(term: Pick<Term, 'knobs'>, values: KnobValues): boolean {
  const neutral = neutralOf(term);
  return neutral !== undefined && Object.entries(neutral).every(([key, value]) => values[key] === value);
}

/** The choice that gives a term its lower bound, where it has none as it is: its default first. */
export function boundedForm(term: Term, values: KnobValues): KnobValues | undefined {
  if (term.kind !== 'penalty' || !term.unbounded?.(values)) return undefined;
  for (const knob of term.knobs) {
    if (knob.kind !== 'choice') continue;
    const names = [knob.default, ...knob.options.map(({ value }) => value)];
    const form = names.find((name) => term.unbounded?.({ ...values, [knob.key]: name }) === undefined);
    if (form !== undefined) return { [knob.key]: form };
  }
  return undefined;
}
