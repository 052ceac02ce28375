import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunLog } from '../../../../src/engine/protocol.ts';
import { serviceMix } from '../../../../src/labs/service-mix/index.ts';
import { defaultsOf } from '../../../../src/labs/lab.ts';
import { ConfigError } from '../../../../src/run/documents/config.ts';
import { toJson } from '../../../../src/run/documents/documents.ts';
import { jsonFault } from '../../../../src/run/documents/jsonFault.ts';
import { resolveRequest, type Resolved, type Standing } from '../../../../src/run/documents/request.ts';
import { atOnce } from '../../../../src/run/documents/slices.ts';
import { manyEvents } from '../../../support/kept.ts';
import { serviceMixLog } from '../../../support/runs.ts';

const lab = serviceMix;
const defaults = defaultsOf(lab.knobs);
const standing: Standing = { lab, preset: 'before', seed: 77, executor: undefined };
const load = (json: string): Promise<Resolved> => resolveRequest({ json }, standing);
const loadValue = (value: unknown): Promise<Resolved> => load(JSON.stringify(value));

describe('a run', () => {
  const run: RunLog = {
    ...serviceMixLog({
      preset: 'before',
      seed: 4,
      knobs: { 'model.hidden': '8', 'data.seed': '7' },
      events: [
        { step: 5, key: 'model.temperature', value: 2 },
        { step: 9, key: 'executor', value: 'oracle' },
        { step: 12, key: 'pause', value: true },
      ],
    }),
    executor: 'tfjs:cpu',
  };

  it('that was exported loads as it was: it is replayed', async () => {
    const text = toJson('1.2.3', run, { step: [0, 1], kl: [0.5, NaN] });
    expect(await load(text)).toEqual({ lab, log: run, problems: [] });
  });

  it.each([10_000_001, 2 ** 40])('that was moved at step %i loads as it was', async (step) => {
    const old = { ...run, events: [{ step, key: 'model.temperature', value: 2 }] };
    expect((await load(toJson('1', old, {}))).log).toEqual(old);
  });

  it('of many hours loads as it was: more events than anyone makes, and a million recorded numbers', async () => {
    const old = { ...run, events: manyEvents(100_001) };
    const column = Array.from({ length: 40_000 }, (_, i) => Math.sin(i));
    const series = Object.fromEntries(Array.from({ length: 25 }, (_, c) => [`column ${c}`, column]));
    const text = toJson('1', old, series);
    expect(text.length).toBeGreaterThan(16_000_000);
    const { log, problems } = await load(text);
    expect(problems).toEqual([]);
    expect(JSON.stringify(log) === JSON.stringify(old)).toBe(true);
  });

  it('loads as a bare log too, and as a kept run', async () => {
    expect((await loadValue(run)).log).toEqual(run);
    expect(await loadValue({ log: run, saved: { step: 40 }, series: { columns: [], values: {} } })).toEqual({
      lab,
      log: run,
      problems: [],
    });
  });

  it('has what is wrong with it named by path, and the rest kept', async () => {
    const { log, problems } = await loadValue({
      run: {
        ...run,
        seed: -1,
        executor: 'cuda',
        knobs: { ...run.knobs, 'model.temperature': 99, 'loss.foo': 1 },
        events: [...run.events, { step: 20, key: 'loss.bar', value: 1 }, { step: 'soon' }],
      },
    });
    expect(log).toMatchObject({ preset: 'before', seed: 77 });
    expect(log.knobs).toEqual({ ...run.knobs, 'model.temperature': 10 });
    expect(log.events).toEqual(run.events);
    const said = problems.map(({ text }) => text);
    for (const start of [
      'run.knobs.model.temperature: model.temperature is 99: ',
      'run.knobs.loss.foo: loss.foo is not a knob',
      'run.seed: The seed must be',
      'run.executor: There is no executor “cuda”',
      'run.events[3]: loss.bar is not a knob',
      'run.events[4]: Event 5 is not a step',
    ])
      expect(said.some((text) => text.startsWith(start))).toBe(true);
    expect(said).toHaveLength(6);
  });
});

describe('a configuration', () => {
  it.each([
    ['nested', { preset: 'after', seed: 3, model: { temperature: 2 }, loss: { entropy_weight: 0 } }],
    ['dotted', { preset: 'after', seed: 3, 'model.temperature': 2, 'loss.entropy_weight': 0 }],
    ['short', { preset: 'after', seed: 3, temperature: 2, entropy_weight: 0 }],
    [
      'as lab.config() gives it',
      { preset: 'after', seed: 3, knobs: { 'model.temperature': 2, 'loss.entropy_weight': 0 } },
    ],
  ])('may be %s', async (_, value) => {
    const after = lab.presets.find(({ id }) => id === 'after');
    const { log, problems } = await loadValue(value);
    expect(problems).toEqual([]);
    expect(log).toEqual({
      lab: lab.id,
      preset: 'after',
      seed: 3,
      knobs: { ...defaults, ...after?.knobs, 'model.temperature': 2, 'loss.entropy_weight': 0 },
      events: [],
    });
  });

  it('has what is wrong with it named once, without a path that says no more', async () => {
    const { problems } = await loadValue({ 'model.temperature': 0, temprature: 1, loss: { tau: 0.2 } });
    expect(problems.map(({ text }) => text)).toEqual([
      'loss.tau: loss.tau is read as data.tau.',
      'model.temperature is 0: model.temperature must be a number from 0.05 to 10.',
      'temprature is not a knob of Service mix. Did you mean model.temperature?',
    ]);
  });

  it('may be empty', async () => {
    expect((await load('{}')).log.preset).toBe('before');
  });
});

describe('what is no run and no configuration ends in a sentence', () => {
  const deep = (open: string, close: string): string => open.repeat(200_000) + close.repeat(200_000);
  it.each([
    ['a package', { name: 'x', version: '1', scripts: { a: 'b' } }, 'it has "name", "version", "scripts"'],
    ['one misspelt knob', { temprature: 1 }, 'Did you mean model.temperature?'],
    ['a hostile key', { constructor: 1 }, 'Nothing in this JSON belongs to a run of Service mix'],
    ['a list', [1, 2], 'is an object'],
    ['a text', 'before', 'is an object'],
    ['nothing', null, 'is an object'],
    ['another lab', { lab: 'cats' }, 'There is no lab “cats”'],
    ['another preset', { preset: 'befor' }, 'has no preset "befor"'],
    [
      'thousands of keys',
      Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`k${i}`, i])),
      'more than 1000',
    ],
    ['groups, six deep', { a: { b: { c: { d: { e: { f: 1 } } } } } }, 'deeper than 4 levels'],
  ])('%s', async (_, value, sentence) => {
    const refused = await loadValue(value).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ConfigError);
    expect((refused as ConfigError).message).toContain(sentence);
  });

  it.each([
    ['lists, very deep', () => deep('[', ']'), 'is an object'],
    ['groups, very deep', () => `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`, 'deeper than 4 levels'],
    ['lists, very deep and open', () => '['.repeat(400_000), 'This is not valid JSON, line 1: '],
    ['ten megabytes of numbers', () => `[${'1,'.repeat(5_000_000)}1]`, 'is an object'],
    [
      'ten megabytes and a fault',
      () => `{${'"a":1,\n'.repeat(1_300_000)}}`,
      'not valid JSON, line 1300001: ',
    ],
    ['no text at all', () => '', 'This is not valid JSON, line 1: a value is missing, and the text ends.'],
    ['bytes', () => '\u0000\u0001\ufffd', 'This is not valid JSON, line 1: a value is missing before'],
  ])('%s', async (_, text, sentence) => {
    await expect(load(text())).rejects.toThrow(sentence);
  });

  it('and no key means more than itself', async () => {
    const { log, problems } = await load('{"preset":"before","__proto__":{"polluted":1},"toString":2}');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(Object.keys(log.knobs).sort()).toEqual(lab.knobs.map(({ key }) => key).sort());
    expect(problems.map(({ key }) => key)).toEqual(['__proto__.polluted', 'toString']);
  });
});

describe('the first fault of a text that is no JSON', () => {
  it.each([
    ['{"a": 1,}', 1, 'a name in double quotes is missing before }'],
    ['{"a": 1\n "b": 2}', 2, 'a comma or } is missing before "b": 2}'],
    ['{\n\n"a" 1}', 3, 'a colon is missing after the name before 1}'],
    ['{"a": }', 1, 'a value is missing before }'],
    ['[1 2]', 1, 'a comma or ] is missing before 2]'],
    ['[1,\n2', 2, 'a comma or ] is missing, and the text ends'],
    ["{'a': 1}", 1, "a name in double quotes or } is missing before 'a': 1}"],
    ['{"a": 01}', 1, 'a value is missing before 01}'],
    ['{"a": nul}', 1, 'a value is missing before nul}'],
    ['{"a": "x\ny"}', 1, 'a value is missing before "x'],
    ['{}\n{}', 2, 'something follows the end before {}'],
    ['// no\n{}', 1, 'a value is missing before // no'],
  ])('%j', (text, line, said) => {
    expect(atOnce(jsonFault(text))).toEqual({ line, text: said });
  });

  it('is found exactly where JSON.parse refuses', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"\\u00e9"',
      '"\u0085"',
      '\u00a0',
      '\t',
      '1',
      '-0.5e3',
      'true',
      ' ',
      '\n',
      'x',
      '"',
    );
    const parses = (text: string): boolean => {
      try {
        JSON.parse(text);
        return true;
      } catch {
        return false;
      }
    };
    const texts = fc.oneof(
      fc.array(piece, { maxLength: 8 }).map((parts) => parts.join('')),
      fc.json(),
      fc
        .tuple(fc.json(), fc.nat(60), piece)
        .map(([text, at, more]) => text.slice(0, at) + more + text.slice(at)),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(atOnce(jsonFault(text)) === undefined).toBe(parses(text));
      }),
      { numRuns: 5000, seed: 3 },
    );
  });
});
