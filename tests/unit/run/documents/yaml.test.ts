import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serviceMix } from '../../../../src/labs/service-mix/index.ts';
import { defaultsOf } from '../../../../src/labs/lab.ts';
import { ConfigError, wrongWith, type Config } from '../../../../src/run/documents/config.ts';
import { resolveRequest, type Resolved } from '../../../../src/run/documents/request.ts';
import { fromYaml, toYaml } from '../../../../src/run/documents/yaml.ts';
import type { Knob, KnobValue } from '../../../../src/terms/knob.ts';

const lab = serviceMix;
const defaults = defaultsOf(lab.knobs);
const read = (text: string): ReturnType<typeof fromYaml> => fromYaml(lab, text);

/** Unlike anything that a test loads, so that nothing is right by chance. */
const standing = { lab, preset: 'option-1', seed: 77, executor: undefined };
const load = (yaml: string): Promise<Resolved> => resolveRequest({ yaml }, standing);

/** What of a loaded run differs from the defaults. */
async function differing(yaml: string): Promise<{ knobs: Record<string, KnobValue>; said: string[] }> {
  const { log, problems } = await load(yaml);
  const entries = Object.entries(log.knobs).filter(([key, value]) => value !== defaults[key]);
  return { knobs: Object.fromEntries(entries), said: problems.map(({ text }) => text) };
}

describe('keys', () => {
  it.each([
    ['nested in groups', 'model:\n  temperature: 2\nloss:\n  entropy_weight: 0.5\n'],
    ['nested in groups of one line', 'model: { temperature: 2 }\nloss: { entropy_weight: 0.5 }'],
    ['dotted', 'model.temperature: 2\nloss.entropy_weight: 0.5'],
    ['short', 'temperature: 2\nentropy_weight: 0.5'],
    ['quoted', '"model.temperature": 2\n\'entropy_weight\': 0.5'],
    ['in JSON, which is YAML', '{"model": {"temperature": 2}, "loss.entropy_weight": 0.5}'],
    ['among comments', '# one\ntemperature: 2 # two\n\n  # three\nentropy_weight: 0.5 # from 5.0 (10x)'],
    ['with Windows line ends', 'temperature: 2\r\nentropy_weight: 0.5\r\n'],
    ['in two parts of one group', 'model: {temperature: 2}\nloss: {entropy_weight: 0.5}\nmodel: {}'],
    ['through an alias', 'a: &t 2\ntemperature: *t\nentropy_weight: 0.5'],
  ])('may be %s', (_, text) => {
    const { knobs, problems, unreadable } = read(text);
    expect(knobs).toMatchObject({ 'model.temperature': 2, 'loss.entropy_weight': 0.5 });
    expect(problems).toEqual([]);
    expect(unreadable).toBeUndefined();
  });

  it('that only groups tell apart are what their group says', () => {
    const { knobs } = read('data: { seed: 3 }\nseed: 4');
    expect(knobs).toEqual({ 'data.seed': 3 });
    expect(read('data: { seed: 3 }\nseed: 4').seed).toBe(4);
  });

  it('of the document itself are no knobs', () => {
    const loaded = read(
      'lab: service-mix\npreset: before\nseed: 12\ntitle: Mine\ntext: About it.\norder: 1\n',
    );
    expect(loaded).toMatchObject({ lab: 'service-mix', preset: 'before', seed: 12, problems: [] });
    expect(loaded.knobs).toEqual({});
  });

  it('that stand in another group are read, and named with their line', () => {
    const { knobs, problems } = read('temperature: 3\nloss:\n  tau: 0.5\nrun.training:\n  patience: 2\n');
    expect(knobs).toEqual({ 'model.temperature': 3, 'data.tau': 0.5, 'training.patience': 2 });
    expect(problems).toEqual([
      { key: 'data.tau', text: 'Line 3: loss.tau is read as data.tau.', line: 3 },
      {
        key: 'training.patience',
        text: 'Line 5: run.training.patience is read as training.patience.',
        line: 5,
      },
    ]);
  });

  it('that mean nothing are kept for whoever names them', async () => {
    expect(read('loss: { entropy: 1 }').knobs).toEqual({ 'loss.entropy': 1 });
    const { log, problems } = await load('model: { <<: { temp: 2 } }\n? [a, b]\n: 1');
    expect(problems.map(({ key }) => key)).toEqual(['model.<<.temp', '["a","b"]']);
    expect(log.knobs).toEqual(defaults);
  });

  it('that are given twice are named with their line, and the last one counts', () => {
    const twice = read('temperature: 2\nmodel:\n  temperature: 3\nseed: 1\nseed: 2\n');
    expect(twice.knobs).toEqual({ 'model.temperature': 3 });
    expect(twice.seed).toBe(2);
    expect(twice.problems).toEqual([
      {
        key: 'model.temperature',
        text: 'Line 3: model.temperature is given twice; the last one counts.',
        line: 3,
      },
      { key: 'seed', text: 'Line 5: seed is given twice; the last one counts.', line: 5 },
    ]);
    const scheduled = read('patience: 5\n\nscheduler: ReduceLROnPlateau(patience=10)');
    expect(scheduled.knobs).toMatchObject({ 'training.patience': 10 });
    expect(scheduled.problems[0]?.text).toContain('Line 3: training.patience is given twice');
  });

  it('may be none at all', () => {
    for (const text of ['', '\n\n', '# only a comment', '---\n', '{}'])
      expect(read(text)).toEqual({ knobs: {}, problems: [], places: new Map() });
  });
});

describe('the snippets of the field note load as they stand', () => {
  it('option 1', async () => {
    const text = `entropy_weight: 0.5  # Reduce from 5.0 to 0.5 (10x reduction)
min_entropy: 0.5     # Reduce from 1.5 to 0.5 (only penalize very low entropy)
`;
    expect(await differing(text)).toEqual({ knobs: { 'loss.entropy_weight': 0.5 }, said: [] });
    expect((await load(text)).log.knobs['loss.min_entropy']).toBe(0.5);
  });

  it('option 2', async () => {
    const text = 'temperature: 2.0  # Reduce from 4.0 to 2.0\n';
    expect(await differing(text)).toEqual({ knobs: { 'model.temperature': 2 }, said: [] });
  });

  it('option 3, on top of before', async () => {
    const text = 'maxsup_weight: 0.0  # Disable (was 0.1)\n';
    const { log, problems } = await resolveRequest({ preset: 'before', yaml: text }, standing);
    expect(problems).toEqual([]);
    expect(log.knobs['loss.maxsup_weight']).toBe(0);
    expect(log.knobs['loss.entropy_weight']).toBe(5);
  });

  it('option 4, which takes LogitNorm for granted', async () => {
    const text = 'logit_norm: 2.0  # Increase from 1.0 to 2.0\n';
    expect(await differing(text)).toEqual({
      knobs: { 'model.logit_norm': 2, 'model.use_logit_norm': true },
      said: ['Line 1: model.logit_norm is given without model.use_logit_norm; LogitNorm was switched on.'],
    });
  });

  it('the learning rate with its scheduler', async () => {
    const text = `learning_rate: 0.0002  # Increase from 0.0001 to 0.0002
scheduler: ReduceLROnPlateau(patience=10, factor=0.5, min_lr=1e-6)
`;
    expect(await differing(text)).toEqual({
      knobs: {
        'training.learning_rate': 2e-4,
        'training.scheduler': 'reduce_on_plateau',
        'training.factor': 0.5,
        'training.min_lr': 1e-6,
      },
      said: [],
    });
    expect((await load(text)).log.knobs['training.patience']).toBe(10);
  });

  it('priority 1', async () => {
    const text = `loss:
  entropy_weight: 0.5   # Reduce from 5.0 (10x reduction)
  min_entropy: 0.5      # Reduce from 1.5 (only penalize very low entropy)
  maxsup_weight: 0.0    # Disable (was 0.1)

model:
  temperature: 2.0      # Reduce from 4.0
  logit_norm: 2.0       # Increase from 1.0

training:
  learning_rate: 0.0002  # Increase from 0.0001
`;
    const { knobs, said } = await differing(text);
    expect(knobs).toEqual({
      'loss.entropy_weight': 0.5,
      'model.temperature': 2,
      'model.logit_norm': 2,
      'model.use_logit_norm': true,
      'training.learning_rate': 2e-4,
    });
    expect(said).toHaveLength(1);
  });
});

describe('schedules in the spelling of PyTorch', () => {
  it.each([
    ['constant', { scheduler: 'constant' }],
    ['none', { scheduler: 'constant' }],
    ['ExponentialLR(gamma=0.99)', { scheduler: 'exponential', lr_decay: 0.99 }],
    ['reduce_on_plateau', { scheduler: 'reduce_on_plateau' }],
    ['ReduceLROnPlateau()', { scheduler: 'reduce_on_plateau' }],
    [
      '  ReduceLROnPlateau ( threshold = 1e-3 , cooldown=2, )  ',
      { scheduler: 'reduce_on_plateau', threshold: 1e-3, cooldown: 2 },
    ],
    [
      'CosineAnnealingWarmRestarts(T_0=10, T_mult=2, eta_min=1e-6)',
      { scheduler: 'cosine_warm_restarts', t_0: 10, t_mult: 2, eta_min: 1e-6 },
    ],
  ])('%s', (text, meant) => {
    const { knobs, problems } = read(`scheduler: "${text}"`);
    expect(problems).toEqual([]);
    expect(knobs).toEqual(
      Object.fromEntries(Object.entries(meant).map(([key, value]) => [`training.${key}`, value])),
    );
  });

  it('an argument that there is not is named and left out, with the line', () => {
    const { knobs, problems } = read(
      '\nscheduler: ReduceLROnPlateau(optimizer, patience=3, mode=min, factor=)',
    );
    expect(knobs).toEqual({ 'training.scheduler': 'reduce_on_plateau', 'training.patience': 3 });
    expect(problems.map(({ text }) => text)).toEqual(
      ['optimizer', 'mode=min', 'factor='].map(
        (part) => `Line 2: ReduceLROnPlateau has no argument "${part}" here; it was left out.`,
      ),
    );
  });

  it.each([
    'StepLR',
    'constructor',
    '__proto__',
    'reduce on plateau',
    'f(x',
    'ReduceLROnPlateau(patience=(1))',
  ])('a schedule that there is not is named: %s', async (text) => {
    const { log, problems } = await load(`scheduler: "${text}"`);
    expect(log.knobs['training.scheduler']).toBe('constant');
    expect(problems).toHaveLength(1);
    expect(problems[0]?.text).toBe(
      `Line 1: training.scheduler is "${text}": training.scheduler must be one of constant, exponential, reduce_on_plateau, cosine_warm_restarts.`,
    );
  });

  it('arguments are checked like knobs', async () => {
    const { log, problems } = await load(
      'scheduler: ReduceLROnPlateau(patience=soon, factor=7, constructor=1)',
    );
    expect(log.knobs).toMatchObject({ 'training.patience': 10, 'training.factor': 0.99 });
    expect(problems.map(({ text }) => text)).toEqual([
      'Line 1: ReduceLROnPlateau has no argument "constructor=1" here; it was left out.',
      'Line 1: training.patience is "soon": training.patience must be a whole number from 0 to 1000.',
      'Line 1: training.factor is 7: training.factor must be a number from 0.01 to 0.99.',
    ]);
  });
});

describe('events', () => {
  it('of a document may be told as presets tell them, or as logs write them', async () => {
    const { log, problems } = await load(`
preset: sufficient
events:
  - step: 120
    set:
      model: { use_logit_norm: true, temperature: 4 }
  - { step: 130, key: training.learning_rate, value: 1e-4 }
  - step: 150
    pause: true
`);
    expect(problems).toEqual([]);
    expect(log.events).toEqual([
      { step: 120, key: 'model.use_logit_norm', value: true },
      { step: 120, key: 'model.temperature', value: 4 },
      { step: 130, key: 'training.learning_rate', value: 1e-4 },
      { step: 150, key: 'pause', value: true },
    ]);
  });

  it('that are no list are named, and the run goes without them', async () => {
    for (const text of ['events: soon', 'events: 5', 'events:']) {
      const { log, problems } = await load(text);
      expect(log.events).toEqual([]);
      expect(problems.map(({ key }) => key)).toEqual(['events']);
    }
  });
});

describe('a configuration written and loaded again', () => {
  const config = (preset: string, seed: number, knobs: Record<string, KnobValue>): Config => ({
    lab: lab.id,
    preset,
    seed,
    knobs: { ...defaults, ...lab.presets.find(({ id }) => id === preset)?.knobs, ...knobs },
  });
  const roundTrip = async (given: Config): Promise<void> => {
    const { log, problems } = await load(toYaml(lab, given));
    expect(problems).toEqual([]);
    const { lab: id, preset, seed, knobs } = log;
    expect({ lab: id, preset, seed, knobs }).toEqual(given);
  };

  it.each(lab.presets.map(({ id }) => id))('is the same: preset %s', async (id) => {
    await roundTrip(config(id, 5, {}));
    expect(toYaml(lab, config(id, 5, {}))).toBe(`lab: service-mix\npreset: ${id}\nseed: 5\n`);
  });

  it('says only what differs from its preset, in groups', () => {
    const text = toYaml(lab, config('before', 0, { 'model.temperature': 2, 'data.seed': '007' }));
    expect(text).toBe(
      'lab: service-mix\npreset: before\nseed: 0\ndata:\n  seed: "007"\nmodel:\n  temperature: 2\n',
    );
  });

  it('says also what is back at the default that the preset moved', async () => {
    const given = config('before', 0, { 'model.use_logit_norm': false, 'loss.entropy_weight': 0 });
    expect(toYaml(lab, given)).toContain('use_logit_norm: false');
    await roundTrip(given);
  });

  const valueOf = (knob: Knob): fc.Arbitrary<KnobValue> => {
    switch (knob.kind) {
      case 'number':
        return knob.integer
          ? fc.integer({ min: knob.min, max: knob.max })
          : // −0 is written as 0, and means it.
            fc.double({ min: knob.min, max: knob.max, noNaN: true }).map((x) => x + 0);
      case 'switch':
        return fc.boolean();
      case 'choice':
        return fc.constantFrom(...knob.options.map(({ value }) => value));
      case 'text':
        return knob.key === 'data.seed'
          ? fc.stringMatching(/^\d{0,9}$/)
          : fc
              .array(fc.integer({ min: 1, max: 1024 }), { minLength: 1, maxLength: 6 })
              .map((widths) => widths.join(','));
    }
  };
  const settings = fc
    .record(Object.fromEntries(lab.knobs.map((knob) => [knob.key, valueOf(knob)])), { requiredKeys: [] })
    // A batch larger than the data is no configuration.
    .map((knobs): Record<string, unknown> => {
      const [points, batch] = ['data.points', 'training.batch_size'].map((key) =>
        Number(knobs[key] ?? defaults[key]),
      ) as [number, number];
      return { ...knobs, 'data.points': Math.max(points, batch) };
    });

  it('is the same whatever the knobs', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...lab.presets.map(({ id }) => id)),
        fc.nat(999_999_999),
        settings,
        async (preset, seed, knobs) => {
          await roundTrip(config(preset, seed, knobs as Record<string, KnobValue>));
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('what is wrong in a document is named with its line', () => {
  it('values, unknown keys, the seed, and events, in words and as data', async () => {
    const { problems } = await load(`preset: before
model:
  temperature: 99 # too hot
  temprature: 2

seed: 1.5
loss.entropy_weight: high
executor: cuda
events:
  - { step: 1, set: { model: { temperature: 0, hidden: '8' } } }
  - { step: soon }
  - { step: 3, key: loss.foo, value: 1 }
`);
    expect(problems.map(({ line }) => line).sort((a = 0, b = 0) => a - b)).toEqual([
      3, 4, 6, 7, 8, 10, 10, 11, 12,
    ]);
    for (const { text, line } of problems) expect(text).toMatch(new RegExp(`^Line ${String(line)}: `));
    const said = problems.map(({ text }) => text).join('\n');
    for (const part of [
      'Line 3: model.temperature is 99: model.temperature must be a number from 0.05 to 10.',
      'Line 4: model.temprature is not a knob of Service mix. Did you mean model.temperature?',
      'Line 6: The seed must be a whole number',
      'Line 7: loss.entropy_weight is "high": ',
      'Line 8: There is no executor “cuda”',
      'Line 10: model.temperature is 0: ',
      'Line 10: model.hidden restarts a run',
      'Line 11: Event 2 is not a step',
      'Line 12: loss.foo is not a knob',
    ])
      expect(said).toContain(part);
  });

  it('what refuses it altogether too', async () => {
    for (const [text, line] of [
      ['\npreset: befor', 2],
      ['seed: 1\n\nlab: cats', 3],
      ['\n\ndata: { points: 100 }\ntraining: { batch_size: 256 }', 4],
      ['a: 1\nb: 2\nc: "x', 3],
    ] as const) {
      const refused = await load(text).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(ConfigError);
      expect((refused as ConfigError).problems.map((problem) => problem.line)).toEqual([line]);
    }
  });

  it('events that are none, where they stand', async () => {
    expect((await load('tau: 0.1\nevents: soon')).problems).toMatchObject([{ key: 'events', line: 2 }]);
  });

  it.each(['presett', 'sed', 'event', 'labb'])('a misspelt field is recognized: %s', async (name) => {
    const { problems } = await load(`tau: 0.1\n${name}: before`);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.text).toMatch(
      new RegExp(`^Line 2: ${name} is not known here. Did you mean (preset|seed|events|lab)\\?$`),
    );
  });

  it.each([
    ['a key without a value that is one', 'model:\n  temperature: [1\nloss: 5', 3],
    ['a tab', 'model:\n\ttemperature: 2', 2],
    ['an open quote', 'a: 1\nb: 2\nc: "x', 3],
    ['two documents', 'temperature: 1\n---\ntemperature: 2', 2],
  ])('%s', async (_, text, line) => {
    await expect(load(text)).rejects.toThrow(ConfigError);
    await expect(load(text)).rejects.toThrow(`This is not valid YAML, line ${String(line)}: `);
  });
});

describe('hostile documents end in a sentence', () => {
  const repeat = (text: string, times: number): string => text.repeat(times);
  const tooDeep = 'The configuration is nested deeper than 4 levels.';
  const noMap = 'A configuration is a list of keys with values, such as "temperature: 2".';
  const letters = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];
  /** Each letter is nine times the one before. */
  const laughs = (between: string): string =>
    letters
      .map(
        (letter, i) =>
          `${letter}: &${letter} [${Array(9)
            .fill(i === 0 ? 'lol' : `*${letters[i - 1] ?? ''}`)
            .join(',')}]`,
      )
      .join(between);

  it.each([
    [
      'ten megabytes',
      () => repeat('a: 1\n', 2e6),
      'The text has 10000000 characters; a configuration has at most 100000.',
    ],
    ['a billion laughs', () => laughs('\n'), 'The configuration repeats parts of itself more than 20 times.'],
    ['a billion laughs among events', () => `events: [{${laughs(', ')}}]`, 'repeats parts of itself'],
    ['few aliases of much', () => `a: &a [${repeat('x, ', 9000)}]\nb: [${repeat('*a, ', 19)}]`, undefined],
    ['thousands of aliases', () => `a: &a 1\nb: [${repeat('*a, ', 20_000)}]`, 'repeats parts of itself'],
    [
      'a list that contains itself',
      () => 'tau: &a [*a]',
      'The part "a" of the configuration contains itself.',
    ],
    ['a group that contains itself', () => 'model: &m { temperature: 2, b: *m }', 'contains itself'],
    ['events that contain themselves', () => 'events: &e [{ step: 1, set: *e }]', 'contains itself'],
    ['lists, thousands deep', () => `a: ${repeat('[', 20_000)}${repeat(']', 20_000)}`, tooDeep],
    ['lists, thousands deep and open', () => `a: ${repeat('[', 40_000)}`, tooDeep],
    ['groups, thousands deep', () => `${repeat('{a: ', 15_000)}1${repeat('}', 15_000)}`, tooDeep],
    ['groups, six deep', () => 'a: {b: {c: {d: {e: {f: 1}}}}}', tooDeep],
    ['dashes, thousands deep', () => `a:\n ${repeat('- ', 30_000)}`, tooDeep],
    [
      'thousands of keys',
      () => `{${Array.from({ length: 12_000 }, (_, i) => `k${i}`).join()}}`,
      'more than 1000 keys',
    ],
    ['a list at the top', () => '- temperature: 2', noMap],
    ['a text at the top', () => 'hello', noMap],
    ['a number at the top', () => '42', noMap],
    ['an alias of nothing', () => 'a: 1\nb: *c', 'Unresolved alias'],
    ['an unknown lab', () => 'lab: cats', 'There is no lab “cats”. Known: service-mix.'],
    [
      'an unknown preset',
      () => 'preset: ../before',
      'Service mix has no preset "../before". Known: intro, before,',
    ],
    ['a preset named like what every object has', () => 'preset: constructor', 'has no preset "constructor"'],
    [
      'a batch larger than the data',
      () => 'batch_size: 512\npoints: 100',
      'A batch of 512 is larger than the 100',
    ],
  ])('%s', async (_, text, sentence) => {
    if (sentence === undefined) {
      expect((await load(text())).problems.map(({ key }) => key)).toEqual(['a', 'b']);
      return;
    }
    const error: unknown = await load(text()).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message).toContain(sentence);
    expect((error as Error).message.length).toBeLessThan(300);
  });

  it('a scheduler of spaces without end is no hang', async () => {
    const { problems } = await load(`scheduler: "a${repeat(' ', 90_000)}!"`);
    expect(problems.map(({ key }) => key)).toEqual(['training.scheduler']);
    expect(problems[0]?.text.length).toBeLessThan(300);
  });

  it('values of every wrong form are repaired and named', async () => {
    const { log, problems } = await load(`
temperature: [1, 2]
logit_norm: 2024-01-01
tau: .nan
learning_rate: .inf
use_logit_norm: yes
hidden: "64,,64"
points: 0x400
maxsup_form: !!js/function "raw"
patience: 1e999
seed: -1
`);
    expect(problems.map(({ key }) => key)).toEqual([
      'model.temperature',
      'model.logit_norm',
      'data.tau',
      'training.learning_rate',
      'model.use_logit_norm',
      'model.hidden',
      'training.patience',
      'seed',
    ]);
    expect(log.knobs).toMatchObject({ 'training.learning_rate': 10, 'training.patience': 1000 });
    expect(log.seed).toBe(standing.seed);
  });

  it('names of what every object has are unknown keys, and nothing is polluted', async () => {
    const before = Object.getOwnPropertyNames(Object.prototype);
    const { log, problems } = await load(`
__proto__: { polluted: true }
__proto__.polluted: true
constructor: { prototype: { polluted: true } }
toString: 1
model: { __proto__: { temp: 9 }, hasOwnProperty: 2 }
events: [{ step: 1, set: { __proto__: { polluted: true }, constructor: 1 } }, { __proto__: { step: 1 } }]
`);
    expect(problems.map(({ key }) => key)).toEqual([
      '__proto__.polluted',
      '__proto__.polluted',
      'constructor.prototype.polluted',
      'toString',
      'model.__proto__.temp',
      'model.hasOwnProperty',
      '__proto__.polluted',
      'constructor',
      'events',
    ]);
    expect(log.knobs).toEqual(defaults);
    expect(log.events).toEqual([]);
    expect('polluted' in {}).toBe(false);
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
  });

  const pieces = [
    'model:',
    'temperature: ',
    'seed: ',
    'events:',
    'step: 1',
    'set:',
    'scheduler: ',
    'preset: before',
  ];
  const signs = [
    '\n',
    ' ',
    '  ',
    '- ',
    '[',
    ']',
    '{',
    '}',
    ',',
    ': ',
    '? ',
    '&a ',
    '*a',
    '"',
    "'",
    '|',
    '>',
    '#',
  ];
  const odd = ['<<: ', '!!', '---', '\t', '\0', '\uFEFF', '__proto__: ', '2', '1e999', '.nan', 'true', '%'];
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.array(fc.constantFrom(...pieces, ...signs, ...odd), { maxLength: 40 }).map((parts) => parts.join('')),
  );

  it('junk of any kind gives a run that is right, or an Error with a sentence', async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const result = await load(text).catch((error: unknown) => error);
        if (result instanceof Error) {
          expect(['Error', 'ConfigError']).toContain(result.name);
          expect(result.message.length).toBeGreaterThan(10);
          return;
        }
        const { log } = result as Resolved;
        expect(Object.keys(log.knobs).sort()).toEqual(lab.knobs.map(({ key }) => key).sort());
        for (const knob of lab.knobs) expect(wrongWith(knob, log.knobs[knob.key])).toBeUndefined();
        expect(Number.isSafeInteger(log.seed)).toBe(true);
      }),
      { numRuns: 300 },
    );
    expect('polluted' in {}).toBe(false);
  });
});
