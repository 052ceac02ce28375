import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { serviceMix } from '../../../../src/labs/service-mix/index.ts';
import { defaultsOf } from '../../../../src/labs/lab.ts';
import {
  checkKnobs,
  checkMoves,
  ConfigError,
  seedSchema,
  wrongWith,
} from '../../../../src/run/documents/config.ts';
import { MAX_SEED } from '../../../../src/run/documents/seed.ts';

const lab = serviceMix;
const defaults = defaultsOf(lab.knobs);
const known = new Map(lab.knobs.map((knob) => [knob.key, knob]));

/** One value under one key: what is used, and what is said about it. */
function check(key: string, value: unknown): { used: unknown; said: string[] } {
  const { knobs, problems } = checkKnobs(lab, { [key]: value });
  for (const problem of problems) expect(problem.key).toBe(key);
  return { used: knobs[key], said: problems.map(({ text }) => text) };
}

describe('checkKnobs takes every right value as it is', () => {
  it.each([
    ['a number at either end of its range', 'training.learning_rate', 10],
    ['a number at either end of its range', 'training.learning_rate', 1e-6],
    ['a whole number', 'data.categories', 12],
    ['a switch', 'model.use_logit_norm', true],
    ['a choice', 'loss.maxsup_form', 'hinge'],
    ['one hidden layer', 'model.hidden', '1'],
    ['the widest and most hidden layers', 'model.hidden', '1024,1,1,1,1,1024'],
    ['an empty data seed', 'data.seed', ''],
    ['a data seed of nine digits', 'data.seed', '999999999'],
  ])('%s: %s = %o', (_, key, value) => {
    expect(check(key, value)).toEqual({ used: value, said: [] });
  });

  it('reads lists and numbers where a text means them', () => {
    expect(check('model.hidden', [32, 16])).toEqual({ used: '32,16', said: [] });
    expect(check('model.hidden', 32)).toEqual({ used: '32', said: [] });
    expect(check('data.seed', 7)).toEqual({ used: '7', said: [] });
    expect(check('data.seed', null)).toEqual({ used: '', said: [] });
  });

  it('says nothing where nothing is given', () => {
    expect(checkKnobs(lab, {})).toEqual({ knobs: {}, problems: [] });
  });
});

describe('checkKnobs names a wrong value and takes the nearest right one', () => {
  const rate = 'training.learning_rate must be a number from 0.000001 to 10.';
  const categories = 'data.categories must be a whole number from 3 to 12.';
  it.each([
    ['too large', 'training.learning_rate', 11, 10, `training.learning_rate is 11: ${rate}`],
    ['too small', 'training.learning_rate', 0, 1e-6, `training.learning_rate is 0: ${rate}`],
    ['infinite', 'training.learning_rate', Infinity, 10, `training.learning_rate is Infinity: ${rate}`],
    ['infinite', 'training.learning_rate', -Infinity, 1e-6, `training.learning_rate is -Infinity: ${rate}`],
    ['one category', 'data.categories', 1, 3, `data.categories is 1: ${categories}`],
    ['not whole', 'data.categories', 7.6, 8, `data.categories is 7.6: ${categories}`],
    ['neither whole nor in range', 'data.categories', 99.5, 12, `data.categories is 99.5: ${categories}`],
    ['τ of 0', 'data.tau', 0, 0.001, 'data.tau is 0: data.tau must be a number from 0.001 to 1.'],
    ['a number as a text', 'training.learning_rate', '0.5', 0.5, `training.learning_rate is "0.5": ${rate}`],
    [
      'a text beyond numbers',
      'training.learning_rate',
      '1e999',
      10,
      `training.learning_rate is "1e999": ${rate}`,
    ],
  ])('%s: %s = %o becomes %o', (_, key, value, used, said) => {
    expect(check(key, value)).toEqual({ used, said: [said] });
    expect(checkKnobs(lab, { [key]: value }).problems[0]).toEqual({ key, text: said, used });
  });
});

describe('checkKnobs names a value that is near to nothing, and takes what stood there', () => {
  const form = 'loss.maxsup_form must be one of centered, hinge, raw.';
  it.each([
    ['NaN', 'data.tau', NaN, 'data.tau is NaN: '],
    ['a text for a number', 'data.tau', 'sharp', 'data.tau is "sharp": '],
    ['an empty text for a number', 'data.tau', ' ', 'data.tau is " ": '],
    ['true for a number', 'data.tau', true, 'data.tau is true: '],
    ['nothing for a number', 'data.tau', null, 'data.tau is null: '],
    ['nothing at all for a number', 'data.tau', undefined, 'data.tau is undefined: '],
    ['a list for a number', 'data.tau', [0.1], 'data.tau is [0.1]: '],
    ['a group for a number', 'data.tau', { a: 1 }, 'data.tau is {"a":1}: '],
    ['a big integer', 'data.tau', 1n, 'data.tau is 1: '],
    ['a symbol', 'data.tau', Symbol('x'), 'data.tau is symbol: '],
    ['a function', 'data.tau', () => 1, 'data.tau is function: '],
    ['1 for a switch', 'model.use_logit_norm', 1, 'model.use_logit_norm must be true or false.'],
    ['"yes" for a switch', 'model.use_logit_norm', 'yes', 'model.use_logit_norm must be true or false.'],
    ['a choice that there is not', 'loss.maxsup_form', 'rw', `loss.maxsup_form is "rw": ${form}`],
    ['a number for a choice', 'loss.maxsup_form', 2, `loss.maxsup_form is 2: ${form}`],
    ['a switch for a text', 'model.hidden', true, 'model.hidden must be a text.'],
    ['a group for a text', 'model.hidden', { a: 1 }, 'model.hidden must be a text.'],
    ['a list that is no list of widths', 'model.hidden', [[64]], 'model.hidden must be a text.'],
    ['a data seed with a letter', 'data.seed', '12a', 'a whole number of at most nine digits'],
    ['a data seed too long', 'data.seed', '1234567890', 'a whole number of at most nine digits'],
    ['a negative data seed', 'data.seed', -1, 'a whole number of at most nine digits'],
  ])('%s: %s', (_, key, value, said) => {
    const standing = { ...defaults, 'data.tau': 0.2, 'loss.maxsup_form': 'raw', 'model.hidden': '8' };
    const base = { ...standing, 'model.use_logit_norm': true, 'data.seed': '5' };
    const { knobs, problems } = checkKnobs(lab, { [key]: value }, base);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.text).toContain(said);
    expect(knobs[key]).toBe(base[key as keyof typeof base]);
    expect(check(key, value).used).toBe(defaults[key]);
  });

  it.each(['0', '1000000', '', '64,,64', '8,8,8,8,8,8,8', '-8', '1.5', '64;64', 'wide', '1025', ','])(
    'hidden widths "%s"',
    (text) => {
      const { used, said } = check('model.hidden', text);
      expect(used).toBe('64,64');
      expect(said).toEqual([
        `model.hidden is "${text}": model.hidden: Hidden widths are 1 to 6 whole numbers from 1 to 1024, separated by commas, such as 64,64.`,
      ]);
    },
  );

  it('says something even of what cannot be written down', () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(check('data.tau', cycle).said[0]).toContain('data.tau is a list: ');
    expect(check('data.tau', { cycle }).said[0]).toContain('data.tau is an object: ');
    expect(check('model.hidden', [{ toString: null }]).said).toHaveLength(1);
  });

  it('quotes a long value in part only', () => {
    expect(check('data.tau', 'x'.repeat(1e5)).said[0]?.length).toBeLessThan(200);
  });
});

describe('checkKnobs names what no single knob can know', () => {
  it('a batch larger than the data', () => {
    const { problems } = checkKnobs(lab, { 'training.batch_size': 512, 'data.points': 256 });
    expect(problems).toEqual([
      {
        key: 'training.batch_size',
        text: 'A batch of 512 is larger than the 256 training places (data.points). Lower training.batch_size or raise data.points.',
      },
    ]);
  });

  it('also where the other half is in what the values stand on', () => {
    const base = { ...defaults, 'training.batch_size': 512 };
    expect(checkKnobs(lab, { 'data.points': 511 }, base).problems).toHaveLength(1);
    expect(checkKnobs(lab, { 'data.points': 512 }, base).problems).toHaveLength(0);
  });
});

describe('checkKnobs leaves out unknown keys', () => {
  it.each([
    ['loss.entropy_wieght', 'loss.entropy_weight'],
    ['temprature', 'model.temperature'],
    ['loss.temperature', 'model.temperature'],
    ['model.logitnorm', 'model.logit_norm'],
  ])('%s may mean %s', (key, meant) => {
    const { knobs, problems } = checkKnobs(lab, { [key]: 2 });
    expect(knobs).toEqual({});
    expect(problems[0]?.key).toBe(key);
    expect(problems[0]?.text).toContain(`${key} is not a knob of Service mix.`);
    expect(problems[0]?.text).toContain(`Did you mean ${meant}?`);
  });

  it('guesses nothing where nothing is near, however long the key', () => {
    for (const key of ['quantum_flux', 'z'.repeat(5000), `${'z.'.repeat(2000)}zzzzzzzzzzzzz`]) {
      const said = check(key, 1).said[0];
      expect(said).not.toContain('Did you mean');
      expect(said?.length).toBeLessThan(200);
    }
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'])(
    '%s is an unknown knob like any other',
    (key) => {
      const given = JSON.parse(`{"${key}": {"polluted": true}}`) as Record<string, unknown>;
      const { knobs, problems } = checkKnobs(lab, given);
      expect(Object.keys(knobs)).toEqual([]);
      expect(Object.getPrototypeOf(knobs)).toBe(Object.prototype);
      expect(problems.map((problem) => problem.key)).toEqual([key]);
      expect('polluted' in {}).toBe(false);
    },
  );
});

describe('checkKnobs', () => {
  it('changes nothing that it is given', () => {
    const list = Object.freeze([0, 64]);
    const given = Object.freeze({ 'model.hidden': list, 'data.tau': 7, other: Object.freeze({ a: 1 }) });
    const base = Object.freeze({ ...defaults, 'data.tau': 0.5 });
    expect(checkKnobs(lab, given, base).problems).toHaveLength(3);
    expect(given).toEqual({ 'model.hidden': [0, 64], 'data.tau': 7, other: { a: 1 } });
    expect(base).toEqual({ ...defaults, 'data.tau': 0.5 });
  });

  const keys = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...known.keys()) },
    fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', ''),
    fc.string({ unit: 'binary' }),
  );
  const values = fc.oneof(
    fc.jsonValue(),
    fc.double(),
    fc.anything({ withBigInt: true, withNullPrototype: true, withObjectString: true }),
    fc.constantFrom(...lab.knobs.map((knob) => knob.default)),
  );
  const records = fc
    .array(fc.tuple(keys, values), { maxLength: 8 })
    .map((entries) => Object.fromEntries(entries));

  it('makes knobs that are right of any record whatsoever, and names every key that was not', () => {
    const before = Object.getOwnPropertyNames(Object.prototype);
    fc.assert(
      fc.property(records, (given) => {
        const { knobs, problems } = checkKnobs(lab, given);
        for (const [key, value] of Object.entries(knobs)) {
          const knob = known.get(key);
          expect(knob && wrongWith(knob, value), key).toBeUndefined();
          expect(knob, key).toBeDefined();
        }
        const combined = lab.check({ ...defaults, ...knobs });
        const again = checkKnobs(lab, knobs);
        expect(again).toEqual({ knobs, problems: combined });
        const named = new Set(problems.slice(0, problems.length - combined.length).map(({ key }) => key));
        for (const [key, value] of Object.entries(given)) {
          const taken = Object.hasOwn(knobs, key) && String(knobs[key]) === textOf(value);
          expect(named.has(key) || taken, key).toBe(true);
          if (!known.has(key)) expect(named).toContain(key);
        }
        for (const { text } of problems) expect(text).toMatch(/^.+[.?]$/su);
      }),
      { numRuns: 300 },
    );
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
  });
});

/** The text of a right value: those that are right have one. */
function textOf(value: unknown): string | undefined {
  if (value === null) return '';
  if (Array.isArray(value))
    return value.every((item) => typeof item !== 'object') ? value.join(',') : undefined;
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string'
    ? String(value)
    : undefined;
}

describe('checkMoves', () => {
  const moves = (given: unknown, within = false): unknown => checkMoves(lab, given, defaults, { within });

  it('gives what is right', () => {
    expect(moves({ 'model.temperature': 2, 'data.points': 600, seed: 4 })).toEqual({
      knobs: { 'model.temperature': 2, 'data.points': 600 },
      seed: 4,
    });
    expect(moves({ 'model.temperature': 2 }, true)).toEqual({
      knobs: { 'model.temperature': 2 },
      seed: undefined,
    });
  });

  it.each([undefined, null, 5, 'model.temperature', [], ['model.temperature']])('refuses %o', (given) => {
    expect(() => moves(given)).toThrow(
      'Knobs are set by an object of keys and values, such as { "model.temperature": 2 }.',
    );
  });

  it.each([
    [
      { 'model.temprature': 2 },
      'model.temprature is not a knob of Service mix. Did you mean model.temperature?',
    ],
    [{ 'model.temperature': 99 }, 'model.temperature must be a number from 0.05 to 10.'],
    [{ 'model.temperature': null }, 'model.temperature is null'],
    [{ seed: -1 }, 'The seed must be a whole number'],
    [{ 'data.points': 600 }, 'data.points restarts a run and cannot move within one.'],
    [{ seed: 4 }, 'seed restarts a run and cannot move within one.'],
    [{ 'model.hidden': 'x', toString: 1 }, 'toString is not a knob'],
  ])('refuses within a run, by name: %o', (given, sentence) => {
    expect(() => moves(given, true)).toThrow(ConfigError);
    expect(() => moves({ 'model.temperature': 1, ...given }, true)).toThrow(sentence);
  });
});

describe('the schema of seeds', () => {
  it('takes whole numbers from 0 to its largest', () => {
    for (const seed of [0, 1, MAX_SEED]) expect(v.safeParse(seedSchema, seed).success).toBe(true);
  });

  it.each([-1, 0.5, MAX_SEED + 1, NaN, Infinity, '5', null, 5n, [5]])(
    'refuses %o with a sentence',
    (seed) => {
      const result = v.safeParse(seedSchema, seed);
      expect(result.issues?.[0].message).toBe('The seed must be a whole number from 0 to 999999999.');
    },
  );
});

describe('ConfigError', () => {
  it('says everything that is wrong, and keeps it by name', () => {
    const problems = [
      { key: 'a', text: 'A is wrong.' },
      { key: 'b', text: 'B is too.' },
    ];
    const error = new ConfigError(problems);
    expect(error.message).toBe('A is wrong. B is too.');
    expect(error.name).toBe('ConfigError');
    expect(error.problems).toBe(problems);
    expect(error).toBeInstanceOf(Error);
  });
});
