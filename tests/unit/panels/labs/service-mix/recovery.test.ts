import { expect, test } from 'vitest';
import { cutAt, recoveryOf } from '../../../../../src/panels/labs/service-mix/recovery.ts';
import type { KnobValue, KnobValues } from '../../../../../src/terms/knob.ts';

const collapsed: KnobValues = {
  'model.use_logit_norm': true,
  'model.logit_norm': 1,
  'model.temperature': 4,
  'model.temperature_at': 'both',
};
const event = (
  step: number,
  key: string,
  value: KnobValue,
): { step: number; key: string; value: KnobValue } => ({
  step,
  key,
  value,
});
/** A row every 5 steps: collapsed until `at`, then back within ten. */
const rows = (at: number, end: number): Record<'steps' | 'kl' | 'agreement', number[]> => {
  const steps = Array.from({ length: end / 5 + 1 }, (_, i) => 5 * i);
  const kl = steps.map((step) => (step <= at ? 0.87 : step <= at + 5 ? 0.15 : 0.002));
  return { steps, kl, agreement: steps.map(() => 0.9) };
};

test('one change of reach is told with what it did', () => {
  expect(recoveryOf(collapsed, [event(400, 'model.use_logit_norm', false)], rows(400, 600))).toEqual({
    step: 400,
    from: 0.25,
    to: Infinity,
    klBefore: 0.87,
    klSoon: 0.15,
    steps: 5,
    agreementBefore: 0.9,
  });
});

test('a drag is one change, from where it began to where it ended', () => {
  const drag = [396, 397, 398, 400].map((step, i) =>
    event(step, 'model.temperature', [2, 1, 0.5, 0.1][i] ?? 1),
  );
  expect(recoveryOf(collapsed, drag, rows(400, 600))).toMatchObject({ step: 396, from: 0.25, to: 10 });
});

test('a cut is the last change of reach, where that made it smaller', () => {
  const free = { ...collapsed, 'model.use_logit_norm': false };
  const on = event(120, 'model.use_logit_norm', true);
  expect(cutAt(free, [on])).toBe(120);
  expect(cutAt(free, [on, event(150, 'loss.maxsup_weight', 0)])).toBe(120);
  expect(cutAt(free, [on, event(200, 'model.temperature', 1)])).toBeUndefined();
  expect(cutAt(collapsed, [])).toBeUndefined();
});

test('nothing is told of a run that was never away, is not back, or came back by something else', () => {
  const calm = rows(400, 600);
  expect(recoveryOf(collapsed, [], calm)).toBeUndefined();
  const flat = { ...calm, kl: calm.kl.map(() => 0.87) };
  expect(recoveryOf(collapsed, [event(400, 'model.use_logit_norm', false)], flat)).toBeUndefined();
  expect(recoveryOf(collapsed, [event(400, 'loss.maxsup_weight', 0)], calm)).toBeUndefined();
  expect(recoveryOf(collapsed, [event(400, 'model.temperature', 8)], calm)).toBeUndefined();
});
