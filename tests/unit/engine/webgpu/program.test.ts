import { expect, test } from 'vitest';
import { headExpressions } from '../../../../src/terms/head.ts';
import {
  add,
  constant,
  div,
  equal,
  input,
  knob,
  log,
  mean,
  mul,
  relu,
  select,
  sub,
  sum,
} from '../../../../src/terms/language/expression.ts';
import { gradient } from '../../../../src/terms/language/gradient.ts';
import { program } from '../../../../src/terms/language/program.ts';
import { terms as serviceMixTerms } from '../../../../src/labs/service-mix/terms.ts';

/* Programs that are made without knobs: those of the webgpu executor. */

const shape = { sample: 'row', sizes: { row: 4, class: 3 } } as const;
const x = input('x', 'row', 'class');
const total = (of: typeof x) => mean(sum(of, 'class'), 'row');

test('hold for all knobs, also where a weight is zero or one, or a choice another one', () => {
  const of = add(mul(knob('weight'), x), select(equal(knob('mode'), 1), log(x), relu(x)));
  const made = program([{ value: total(of) }], shape);
  for (const [weight, mode] of [
    [0, 0],
    [1, 1],
    [2, 0],
    [NaN, 7],
  ])
    expect(made.holds((key) => (key === 'weight' ? weight : mode) as number)).toBe(true);
  // Both ways of the choice are there, and the product.
  const operations = made.block.map(({ operation }) => operation);
  expect(operations).toEqual(expect.arrayContaining(['log', 'relu', 'select', 'multiplyAdd']));
  // With knobs they decide.
  const decided = program([{ value: total(of) }], shape, () => 0);
  expect(decided.holds(() => 0)).toBe(true);
  expect(decided.holds(() => 1)).toBe(false);
  expect(decided.block.map(({ operation }) => operation)).not.toContain('log');
});

test('a choice among numbers of the host is a number of the host', () => {
  const scale = select(equal(knob('mode'), 1), knob('a'), div(knob('b'), 2));
  const made = program([{ value: total(mul(scale, x)) }], shape);
  expect(made.block.map(({ operation }) => operation)).not.toContain('select');
  const numbers = (knobs: Record<string, number>) =>
    made.scalars.map((f) => f((key) => knobs[key] as number));
  expect(numbers({ mode: 1, a: 5, b: 8 })).toContain(5);
  expect(numbers({ mode: 0, a: 5, b: 8 })).toContain(4);
  expect(numbers({ mode: 0, a: 5, b: 8 })).not.toContain(5);
});

test('what is the same for all knobs is a constant, what is zero or one among it is left out', () => {
  const made = program([{ value: total(add(mul(1, sub(mul(3, x), 0)), mul(constant(0), log(x)))) }], shape);
  expect(made.block.map(({ operation }) => operation)).not.toContain('log');
  made.scalars.forEach((f, i) => {
    const value = made.constants[i];
    if (value !== undefined) expect(f(() => NaN)).toBe(value);
  });
  expect(made.constants).toContain(3);
});

test('the head of service-mix goes row by row, and decides nothing', () => {
  const head = { kind: 'softmax', terms: serviceMixTerms.map(({ id }) => id) } as const;
  const { total: loss, logits } = headExpressions(head, 'training');
  const made = program(
    [{ value: loss }, { value: gradient(loss, [logits])[0] as typeof loss, name: 'gradient' }],
    shape,
  );
  expect(made.divisible).toBe(true);
  for (const value of [0, 1, 0.5]) expect(made.holds(() => value)).toBe(true);
});
