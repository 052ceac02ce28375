import type { KnobValues } from '../../../terms/knob.ts';
import { boundedForm, isOff, neutralOf } from '../../../terms/neutral.ts';
import { isLogitTransform } from '../../../terms/kinds.ts';
import type { Term } from '../../../terms/term.ts';
import type { Attribution, Settled } from './diagnosis.ts';
import type { Settler } from './settle.ts';

interface Part {
  id: string;
  label: string;
  color: string;
  terms: readonly Term[];
}

/** The setting with some terms taken away. */
export const withoutTerms = (values: KnobValues, some: readonly Term[]): KnobValues =>
  some.reduce<KnobValues>((rest, term) => ({ ...rest, ...neutralOf(term) }), values);

/**
 * Leave one out and leave one in: every part that is switched on is taken away from the whole, and put alone beside KL.
 * Transforms of the logits act through their product, so they stand together first, and then each by itself.
 */
export function* attribute(
  settler: Settler,
  terms: readonly Term[],
  values: KnobValues,
  settled: Settled,
): Generator<undefined, Attribution[]> {
  const on = terms.filter((term) => neutralOf(term) !== undefined && !isOff(term, values));
  const transforms = on.filter(isLogitTransform);
  const parts: Part[] = on.map((term) => ({
    id: term.id,
    label: term.label,
    color: term.id,
    terms: [term],
  }));
  if (transforms.length > 1)
    parts.unshift({
      id: 'reach',
      label: transforms.map(({ label }) => label).join(' × '),
      color: transforms[0]?.id ?? '',
      terms: transforms,
    });
  const found: Attribution[] = [];
  for (const { id, label, color, terms: mine } of parts) {
    const rest = withoutTerms(values, mine);
    const without = settler.settle(rest);
    yield;
    const alone = settler.settle(
      withoutTerms(
        values,
        terms.filter((term) => !mine.includes(term)),
      ),
    );
    yield;
    const guarded = without.bounded ? undefined : guard(settler, on, rest);
    found.push({
      id,
      label,
      color,
      without,
      ...(guarded && { guarded }),
      alone,
      share: alone.kl / settled.kl,
    });
    yield;
  }
  return found;
}

/** What would be left, were the terms without a lower bound used in a form that has one. */
function guard(settler: Settler, on: readonly Term[], rest: KnobValues): Attribution['guarded'] {
  let values = rest;
  const names: string[] = [];
  for (const term of on) {
    const form = boundedForm(term, values);
    if (!form) continue;
    values = { ...values, ...form };
    names.push(`${term.label} ${Object.values(form).join(' ')}`);
  }
  const settled = settler.settle(values);
  return names.length > 0 && settled.bounded ? { text: `with ${names.join(', ')}`, settled } : undefined;
}
