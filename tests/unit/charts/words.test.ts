import { expect, test } from 'vitest';
import type { Metrics } from '../../../src/engine/protocol.ts';
import { stateOf } from '../../../src/panels/labs/service-mix/stage/placeText.ts';

const metrics = (values: Partial<Record<string, number | string>>): Metrics =>
  ({
    step: 800,
    status: 'ok',
    entropyMean: 1.1,
    entropyTargetMean: 1.1,
    top1Agreement: 0.95,
    ...values,
  }) as unknown as Metrics;

test.each([
  ['the same flat mix everywhere', { entropyMean: 2.077 }],
  ['almost flat everywhere', { entropyMean: 1.95 }],
  ['paler than the truth', { entropyMean: 1.4 }],
  ['as varied as the truth', {}],
  ['more certain than the truth', { entropyMean: 0.6 }],
  ['colours in the wrong places', { top1Agreement: 0.3 }],
  ['nothing that is a number', { entropyMean: NaN }],
  ['stopped at step 800', { status: 'diverged', entropyMean: NaN }],
])('%s', (words, values) => {
  expect(stateOf(metrics(values), 8)).toBe(words);
});

test('nothing is said before anything is measured', () => {
  expect(stateOf(undefined, 8)).toBe('');
});
