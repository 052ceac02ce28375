import { expect, test } from 'vitest';
import { defaultsOf } from '../../../src/labs/lab.ts';
import { knobs } from '../../../src/labs/service-mix/knobs.ts';
import { formulaOf, type Style } from '../../../src/terms/formula.ts';
import type { KnobValues } from '../../../src/terms/knob.ts';
import { plain } from '../../../src/terms/language/notation.ts';
import { terms as serviceMixTerms } from '../../../src/labs/service-mix/terms.ts';
import { term } from '../../../src/terms/registry.ts';

const before: KnobValues = {
  'model.use_logit_norm': true,
  'model.logit_norm': 1,
  'model.temperature': 4,
  'loss.entropy_weight': 5,
  'loss.min_entropy': 1.5,
  'loss.maxsup_weight': 0.1,
  'loss.maxsup_form': 'raw',
};
const written = (id: string, style: Style, values: KnobValues = before): string => {
  const { of, is, where } = formulaOf(term(id), knobs, { ...defaultsOf(knobs), ...values }, style, String);
  return [
    `${of ? `${plain(of)} = ` : ''}${plain(is)}`,
    ...where.map(({ name, is: meaning }) => `${plain(name)} = ${plain(meaning)}`),
  ].join(', ');
};

test('formulas with the numbers in force', () => {
  expect(written('kl', 'numbers')).toBe('KL(t‖p)');
  expect(written('entropy', 'numbers')).toBe('5 · [1.5 − H(p)]_+');
  expect(written('maxsup', 'numbers')).toBe('0.1 · max u');
  expect(written('confidence_penalty', 'numbers')).toBe('−0 · H(p)');
  expect(written('logit_norm', 'numbers')).toBe('u = 1 · f ÷ ‖f‖');
  expect(written('temperature', 'numbers')).toBe('v = u ÷ 4');
});

test('choices and switches decide which branch is written', () => {
  expect(written('maxsup', 'numbers', { ...before, 'loss.maxsup_form': 'centered' })).toBe(
    '0.1 · (max u − mean u)',
  );
  expect(written('maxsup', 'numbers', { ...before, 'loss.maxsup_form': 'hinge' })).toBe(
    '0.1 · [max u − 0]_+',
  );
  expect(written('logit_norm', 'numbers', {})).toBe('u = f');
  expect(written('temperature', 'numbers', { ...before, 'model.temperature_at': 'training' })).toBe('v = u');
  expect(written('kl', 'numbers', { ...before, 'loss.kl_reduction': 'mean' })).toBe('KL(t‖p) · 1 ÷ K');
});

test('formulas in symbols say what their names stand for', () => {
  expect(written('entropy', 'symbols')).toBe('w · [H_min − H(p)]_+, H(p) = −∑_class p · log p');
  expect(written('kl', 'symbols')).toBe('KL(t‖p), KL(t‖p) = ∑_class (t · log t − t · log p)');
  expect(written('logit_norm', 'symbols')).toBe('u = s · f ÷ ‖f‖ + 10⁻⁷');
  expect(written('label_smoothing', 'symbols')).toBe('t′ = (1 − ε) · t + ε ÷ K');
});

test('every term has a formula in which each of its numbers has a symbol', () => {
  for (const { id, knobs: own } of serviceMixTerms) {
    expect(() => written(id, 'symbols')).not.toThrow();
    for (const knob of own) if (knob.kind === 'number') expect(knob.symbol, knob.key).toBeTruthy();
  }
});
