import { describe, expect, it } from 'vitest';
import { EXECUTORS, type RunLog } from '../../../../src/engine/protocol.ts';
import { serviceMix } from '../../../../src/labs/service-mix/index.ts';
import { defaultsOf, type Preset } from '../../../../src/labs/lab.ts';
import { ConfigError } from '../../../../src/run/documents/config.ts';
import { resolveRequest, type LoadRequest, type Standing } from '../../../../src/run/documents/request.ts';
import { serviceMixLog } from '../../../support/runs.ts';

const lab = serviceMix;
const defaults = defaultsOf(lab.knobs);
const standing: Standing = { lab, preset: 'before', seed: 77, executor: undefined };
const preset = (id: string): Preset => lab.presets.find((candidate) => candidate.id === id) as Preset;
const logOf = async (request: LoadRequest, on: Partial<Standing> = {}): Promise<RunLog> =>
  (await resolveRequest(request, { ...standing, ...on })).log;
/** What types forbid and consoles send. */
const untyped = (request: unknown): LoadRequest => request as LoadRequest;

describe('a request that says nothing', () => {
  it('is the preset that stands, with its seed', async () => {
    const { log, problems, lab: found } = await resolveRequest({}, standing);
    expect(found).toBe(lab);
    expect(problems).toEqual([]);
    expect(log).toEqual({
      lab: 'service-mix',
      preset: 'before',
      seed: 77,
      knobs: { ...defaults, ...preset('before').knobs },
      events: [],
    });
  });

  it('is the opening preset with its story, where none stands', async () => {
    const log = await logOf({}, { preset: '' });
    expect(log.preset).toBe(lab.opening);
    expect(log.events).toEqual(preset(lab.opening).events);
  });

  it('never asks one lab for the preset of another', async () => {
    const other = { ...lab, id: 'other' };
    expect((await logOf({ lab: lab.id }, { lab: other, preset: 'theirs' })).preset).toBe(lab.opening);
  });
});

describe('what is given by itself counts more than a log, and a log more than a document', () => {
  const yaml = 'preset: after\nseed: 1\ntemperature: 3\ntau: 0.5\n';
  const log: RunLog = { ...serviceMixLog({ preset: 'option-2', seed: 2 }), knobs: { 'data.tau': 0.25 } };

  it('preset', async () => {
    expect((await logOf({ yaml })).preset).toBe('after');
    expect((await logOf({ yaml, log })).preset).toBe('option-2');
    expect((await logOf({ yaml, log, preset: 'option-3' })).preset).toBe('option-3');
  });

  it('seed, 0 too', async () => {
    expect((await logOf({ yaml })).seed).toBe(1);
    expect((await logOf({ yaml, log })).seed).toBe(2);
    expect((await logOf({ yaml, log, seed: 0 })).seed).toBe(0);
    expect((await logOf({ preset: 'after' })).seed).toBe(77);
  });

  it('knobs: preset, then document, then log', async () => {
    const base = { ...defaults, ...preset('option-2').knobs };
    expect((await logOf({ yaml, log })).knobs).toEqual({ ...base, 'model.temperature': 3, 'data.tau': 0.25 });
  });
});

describe('events', () => {
  const log = serviceMixLog({ preset: 'intro', events: [{ step: 5, key: 'model.temperature', value: 2 }] });

  it('are the preset’s own where nothing else was said', async () => {
    expect((await logOf({ preset: 'intro' })).events).toEqual(preset('intro').events);
    expect((await logOf({ preset: 'learning-rate', seed: 3, executor: 'oracle' })).events).toHaveLength(4);
  });

  it('are none where a document says nothing of them', async () => {
    expect((await logOf({ yaml: 'preset: intro' })).events).toEqual([]);
    expect((await logOf({ preset: 'intro', yaml: 'seed: 3' })).events).toEqual([]);
  });

  it('are those of a log, also when they are none', async () => {
    expect((await logOf({ log })).events).toEqual(log.events);
    expect((await logOf({ log: { ...log, events: [] } })).events).toEqual([]);
    expect((await logOf({ log: { ...log, events: undefined } as unknown as RunLog })).events).toEqual([]);
  });

  it('are those of a document that has some', async () => {
    const yaml = 'preset: intro\nevents: [{ step: 9, pause: true }]';
    expect((await logOf({ yaml })).events).toEqual([{ step: 9, key: 'pause', value: true }]);
    expect((await logOf({ yaml, log })).events).toEqual(log.events);
  });

  it('that are wrong are named among the problems', async () => {
    const events = [{ step: 1, key: 'data.points', value: 100 }];
    const { log: made, problems } = await resolveRequest({ log: { ...log, events } }, standing);
    expect(made.events).toEqual([]);
    expect(problems.map(({ key }) => key)).toEqual(['data.points']);
  });
});

describe('the executor', () => {
  const log: RunLog = { ...serviceMixLog(), executor: 'tfjs:cpu' };

  it('is pinned by the request, else by the log, else by what stands', async () => {
    expect((await logOf({ log, executor: 'oracle' }, { executor: 'tfjs' })).executor).toBe('oracle');
    expect((await logOf({ log }, { executor: 'tfjs' })).executor).toBe('tfjs:cpu');
    expect((await logOf({}, { executor: 'tfjs' })).executor).toBe('tfjs');
  });

  it('may be another one by itself only where nobody chose and nothing is replayed', async () => {
    const free = async (request: LoadRequest, on = {}): Promise<boolean> =>
      (await resolveRequest(request, { ...standing, ...on })).free === true;
    const events = [{ step: 3, key: 'training.learning_rate', value: 0.01 }];
    expect(await free({})).toBe(true);
    // A preset's own story is no replay of anybody's curve.
    expect(await free({ preset: 'intro' })).toBe(true);
    expect(await free({ log: { ...serviceMixLog(), events } })).toBe(false);
    expect(await free({ executor: 'wasm' })).toBe(false);
    expect(await free({}, { executor: 'tfjs' })).toBe(false);
  });

  it('is left open where nobody says', async () => {
    expect(await logOf({})).not.toHaveProperty('executor');
  });

  it.each(['webgl', '', 5])('that there is not is refused with those that there are: %o', async (id) => {
    for (const request of [untyped({ executor: id }), untyped({ log: { ...log, executor: id } })])
      await expect(resolveRequest(request, standing)).rejects.toThrow(
        `There is no executor "${String(id)}". Known: ${EXECUTORS.join(', ')}.`,
      );
  });
});

describe('LogitNorm', () => {
  const on = async (request: LoadRequest): Promise<[unknown, number]> => {
    const { log, problems } = await resolveRequest(request, standing);
    return [log.knobs['model.use_logit_norm'], problems.length];
  };

  it('is switched on, and said to be, where a document gives its length and no more', async () => {
    expect(await on({ yaml: 'logit_norm: 2' })).toEqual([true, 1]);
    expect((await resolveRequest({ yaml: 'logit_norm: 2' }, standing)).problems).toEqual([
      {
        key: 'model.use_logit_norm',
        text: 'Line 1: model.logit_norm is given without model.use_logit_norm; LogitNorm was switched on.',
        used: true,
        line: 1,
      },
    ]);
  });

  it('is as the document says, or the preset that anybody names', async () => {
    expect(await on({ yaml: 'logit_norm: 2\nuse_logit_norm: false' })).toEqual([false, 0]);
    expect(await on({ yaml: 'preset: sufficient\nlogit_norm: 2' })).toEqual([false, 0]);
    expect(await on({ preset: 'sufficient', yaml: 'logit_norm: 2' })).toEqual([false, 0]);
    expect(await on({ preset: 'before', yaml: 'logit_norm: 2' })).toEqual([true, 0]);
  });
});

describe('a document', () => {
  it('without a preset stands on the defaults, whatever stood before', async () => {
    const log = await logOf({ yaml: 'temperature: 2' });
    expect(log.preset).toBe('sufficient');
    expect(log.knobs).toEqual({ ...defaults, 'model.temperature': 2 });
    expect(preset(lab.plain).knobs).toEqual(
      Object.fromEntries(Object.keys(preset(lab.plain).knobs).map((key) => [key, defaults[key]])),
    );
  });

  it('has its wrong values repaired and named, and nothing else is lost', async () => {
    const { log, problems } = await resolveRequest(
      { yaml: 'preset: before\nseed: 1.5\ntemperature: 99\ntemprature: 2\ntau: 0.1' },
      standing,
    );
    expect(problems.map(({ key, used }) => [key, used])).toEqual([
      ['model.temperature', 10],
      ['temprature', undefined],
      ['seed', 77],
    ]);
    expect(log).toMatchObject({ preset: 'before', seed: 77 });
    expect(log.knobs).toMatchObject({ 'model.temperature': 10, 'data.tau': 0.1, 'loss.entropy_weight': 5 });
  });

  it('that cannot be trained is refused by name', async () => {
    const refused = resolveRequest({ yaml: 'data: { points: 100 }' }, standing);
    await expect(refused).rejects.toThrow(ConfigError);
    await expect(refused).rejects.toThrow('A batch of 256 is larger than the 100 training places');
  });
});

describe('a log', () => {
  it('comes back as it was', async () => {
    const log: RunLog = {
      ...serviceMixLog({ preset: 'intro', seed: 5, knobs: { 'data.seed': '9', 'model.hidden': '8' } }),
      executor: 'oracle',
    };
    const { log: made, problems } = await resolveRequest({ log: structuredClone(log) }, standing);
    expect(made).toEqual(log);
    expect(problems).toEqual([]);
  });

  it('of an older version gets the defaults of knobs that it does not know', async () => {
    const log = serviceMixLog({ preset: 'before' });
    const { 'model.activation': _, ...older } = log.knobs;
    expect((await logOf({ log: { ...log, knobs: older } })).knobs).toEqual(log.knobs);
  });

  it('of a newer version is loaded without what is unknown, by name', async () => {
    const log = serviceMixLog({ preset: 'before' });
    const knobs = { ...log.knobs, 'loss.gravity': 9.81 };
    const { log: made, problems } = await resolveRequest({ log: { ...log, knobs } }, standing);
    expect(made.knobs).toEqual(log.knobs);
    expect(problems.map(({ key }) => key)).toEqual(['loss.gravity']);
  });
});

describe('a request that cannot be met is refused with a sentence', () => {
  it.each([
    [
      'an unknown field',
      { presett: 'before' },
      'load() does not know "presett". Known: lab, preset, seed, yaml, json, url,',
    ],
    ['an unknown lab', { lab: 'cats' }, 'There is no lab “cats”. Known: service-mix.'],
    ['an unknown preset', { preset: 'befor' }, 'Service mix has no preset "befor". Known: intro, before,'],
    ['a lab of a log that there is not', { log: { lab: 'cats' } }, 'There is no lab “cats”.'],
    ['nothing', null, 'load() takes an object'],
    ['a text', 'before', 'load() takes an object'],
    ['a number', 5, 'load() takes an object, such as { preset: "before" }.'],
    ['a list', [], 'load() takes an object'],
    ['a map', new Map(), 'load() takes an object'],
    ['a date', new Date(), 'load() takes an object'],
    ['a function', () => 1, 'load() takes an object'],
    ['a list as a log', { log: [] }, 'load({ log }) takes the log of a run'],
    ['a log of no knobs', { log: { knobs: 'x' } }, 'The knobs of load({ log }) are an object'],
    ['a log of a list of knobs', { log: { knobs: [1] } }, 'The knobs of load({ log }) are an object'],
    ['a number as a link', { url: 5 }, 'load({ url }) takes a link as text'],
    ['a number as a document', { yaml: 5 }, 'load({ yaml }) takes the text of a configuration.'],
    ['a number as JSON', { json: 5 }, 'load({ json }) takes the text of a run or a configuration'],
    ['an object as JSON', { json: {} }, 'an object is load({ log })'],
    ['nothing as a document', { yaml: null }, 'load({ yaml }) takes the text of a configuration.'],
    ['a text as a log', { log: 'log' }, 'load({ log }) takes the log of a run, as lab.log() gives it.'],
    ['nothing as a log', { log: null }, 'load({ log }) takes the log of a run, as lab.log() gives it.'],
    ['a wrong seed', { seed: -1 }, 'The seed must be a whole number from 0 to 999999999.'],
    ['a seed as a text', { seed: '5' }, 'The seed must be a whole number from 0 to 999999999.'],
    ['a document that is none', { yaml: '- a' }, 'A configuration is a list of keys with values'],
  ])('%s', async (_, request, sentence) => {
    await expect(resolveRequest(untyped(request), standing)).rejects.toThrow(sentence);
  });
});

it('a request is not changed by being read', async () => {
  const log = serviceMixLog({ preset: 'intro' });
  const request = { log, seed: 3, yaml: 'tau: 0.1' };
  const copy = structuredClone(request);
  Object.freeze(log.knobs);
  Object.freeze(log.events);
  Object.freeze(Object.freeze(request).log);
  await resolveRequest(request, Object.freeze({ ...standing }));
  expect(request).toEqual(copy);
});
