import { describe, expect, test, vi } from 'vitest';
import type * as language from '../../../../src/terms/language/expression.ts';

type Language = typeof language;

/** The language with nothing built in it yet. */
async function fresh(): Promise<Language> {
  vi.resetModules();
  return import('../../../../src/terms/language/expression.ts');
}

const formula = ({ input, knob, logSoftmax, mean, mul, sub, sum, xlogx }: Language) => {
  const [logits, target] = [input('logits', 'row', 'class'), input('target', 'row', 'class')];
  const kl = sum(sub(xlogx(target), mul(target, logSoftmax(logits, 'class'))), 'class');
  return mul(knob('weight'), mean(kl, 'row'));
};

/** The order of the nodes, without the numbers by which they are interned. */
const orderOf = (language: Language, outputs: Parameters<Language['schedule']>[0]): string[] => {
  const order = language.schedule(outputs);
  return order.map((x) => {
    const { id: _, axes, op, ...rest } = x;
    const leaf = Object.entries(rest).filter(([, value]) => typeof value !== 'object');
    return JSON.stringify([op, axes, leaf, language.operands(x).map((operand) => order.indexOf(operand))]);
  });
};

describe('the schedule of a formula', () => {
  test('does not depend on what was built before', async () => {
    const first = await fresh();
    const expected = orderOf(first, [formula(first)]);
    const second = await fresh();
    // The same parts, made in another order and with others between them.
    const { input, knob, log, maximum, mean, mul } = second;
    mean(mul(input('target', 'row', 'class'), 3), 'row');
    log(maximum(input('target', 'row', 'class'), 1e-36));
    mul(knob('weight'), knob('other'));
    input('logits', 'row', 'class');
    expect(orderOf(second, [formula(second)])).toEqual(expected);
    expect(first.schedule([formula(first)])[0]?.id).not.toBe(second.schedule([formula(second)])[0]?.id);
  });

  test('names operands before their users, and every node once', async () => {
    const language = await fresh();
    const f = formula(language);
    const order = language.schedule([f, f]);
    expect(new Set(order).size).toBe(order.length);
    order.forEach((x, i) => {
      for (const operand of language.operands(x)) expect(order.indexOf(operand)).toBeLessThan(i);
    });
    expect(order.at(-1)).toBe(f);
  });

  test('is not too deep for long chains', async () => {
    const language = await fresh();
    let x = language.input('x');
    for (let i = 0; i < 20_000; i++) x = language.add(x, language.constant(i + 1));
    expect(language.schedule([x]).length).toBe(40_001);
  });
});
