import { describe, expect, it } from 'vitest';
import { serviceMix } from '../../../src/labs/service-mix/index.ts';
import { defaultsOf, type Preset } from '../../../src/labs/lab.ts';
import { flatten, readPresets } from '../../../src/labs/presets.ts';
import { checkKnobs } from '../../../src/run/documents/config.ts';
import { checkEvents } from '../../../src/run/documents/events.ts';
import type { KnobValues } from '../../../src/terms/knob.ts';
import { reachOf } from '../../../src/terms/reachOf.ts';

const lab = serviceMix;
const defaults = defaultsOf(lab.knobs);
const preset = (id: string): Preset => lab.presets.find((candidate) => candidate.id === id) as Preset;
const knobsOf = (id: string): KnobValues => ({ ...defaults, ...preset(id).knobs });

/** What of a preset is not as in another. */
function beyond(id: string, base: KnobValues): KnobValues {
  return Object.fromEntries(Object.entries(knobsOf(id)).filter(([key, value]) => base[key] !== value));
}

/** The field note's settings. */
const BEFORE = {
  'model.use_logit_norm': true,
  'model.logit_norm': 1,
  'model.temperature': 4,
  'loss.entropy_weight': 5,
  'loss.min_entropy': 1.5,
  'loss.maxsup_weight': 0.1,
  'loss.maxsup_form': 'raw',
};
const OPTIONS = ['option-1', 'option-2', 'option-3', 'option-4', 'option-5'];

describe('the presets of service-mix', () => {
  it('are all there, in the order in which they are offered', () => {
    const ids = ['intro', 'before', 'after', 'sufficient', ...OPTIONS, 'learning-rate'];
    expect(lab.presets.map(({ id }) => id)).toEqual(ids);
    expect(lab.opening).toBe('intro');
    expect(lab.plain).toBe('sufficient');
  });

  it.each(lab.presets)('$id: knobs and events are as declared', ({ knobs, events }) => {
    expect(checkKnobs(lab, knobs)).toEqual({ knobs, problems: [] });
    expect(checkEvents(lab, events)).toEqual({ events, problems: [] });
  });

  it.each(lab.presets)('$id: has a title, and a text of one sentence', ({ title, text }) => {
    expect(title).toMatch(/^\S.*\S$/);
    expect(text).toMatch(/^[A-Z].*[^.]\.$/);
    expect(text.split(/[.!?](?:\s|$)/).filter((part) => part !== '')).toHaveLength(1);
    expect(text.length).toBeLessThan(200);
  });

  it('no two are the same', () => {
    for (const part of ['id', 'title', 'text'] as const)
      expect(new Set(lab.presets.map((one) => one[part])).size).toBe(lab.presets.length);
    const runs = lab.presets.map(({ id, events }) => JSON.stringify([knobsOf(id), events]));
    expect(new Set(runs).size).toBe(lab.presets.length);
  });

  it('differ in the loss only: all but learning-rate train alike, on the same data and network', () => {
    for (const { id } of lab.presets.filter((one) => one.id !== 'learning-rate')) {
      expect(knobsOf(id)['training.learning_rate']).toBe(3e-3);
      for (const key of Object.keys(beyond(id, defaults))) expect(key).toMatch(/^(loss|model)\./);
    }
    for (const { id } of lab.presets)
      for (const { key, live } of lab.knobs) if (!live) expect(knobsOf(id)[key]).toBe(defaults[key]);
  });
});

describe('before', () => {
  it('is the field note’s settings, and nothing more', () => {
    expect(preset('before').knobs).toEqual(BEFORE);
    expect(preset('before').events).toEqual([]);
  });
});

describe('after', () => {
  it('is the field note’s priority 1, but for its learning rate', () => {
    expect(beyond('after', knobsOf('before'))).toEqual({
      'model.logit_norm': 2,
      'model.temperature': 2,
      'loss.entropy_weight': 0.5,
      'loss.min_entropy': 0.5,
      'loss.maxsup_weight': 0,
    });
    expect(preset('after').events).toEqual([]);
  });
});

describe('each option alone, on top of before', () => {
  it.each([
    ['option-1', { 'loss.entropy_weight': 0.5, 'loss.min_entropy': 0.5 }],
    ['option-2', { 'model.temperature': 2 }],
    ['option-3', { 'loss.maxsup_weight': 0 }],
    ['option-4', { 'model.logit_norm': 2 }],
    ['option-5', { 'loss.min_entropy': 0.3 }],
  ])('%s', (id, changes) => {
    expect(beyond(id, knobsOf('before'))).toEqual(changes);
    expect(preset(id).events).toEqual([]);
  });
});

describe('sufficient', () => {
  it('is LogitNorm off, temperature 1 and no regularizer: the defaults', () => {
    expect(beyond('sufficient', defaults)).toEqual({});
    expect(knobsOf('sufficient')).toMatchObject({
      'model.use_logit_norm': false,
      'model.temperature': 1,
      'loss.entropy_weight': 0,
      'loss.confidence_penalty': 0,
      'loss.maxsup_weight': 0,
      'loss.label_smoothing': 0,
      'training.weight_decay': 0,
    });
    expect(preset('sufficient').events).toEqual([]);
  });
});

describe('learning-rate', () => {
  it('is before at the field note’s rate and schedule, and its advice as an event', () => {
    expect(beyond('learning-rate', knobsOf('before'))).toEqual({
      'training.learning_rate': 1e-4,
      'training.scheduler': 'reduce_on_plateau',
      'training.patience': 5,
      'training.factor': 0.5,
    });
    expect(preset('learning-rate').events).toEqual([
      { step: 1000, key: 'training.learning_rate', value: 2e-4 },
      { step: 1000, key: 'training.patience', value: 10 },
      { step: 1000, key: 'training.factor', value: 0.5 },
      { step: 1000, key: 'training.min_lr', value: 1e-6 },
    ]);
  });
});

describe('intro', () => {
  it('trains the free head, switches before on, and pauses to be looked at', () => {
    expect(beyond('intro', defaults)).toEqual({});
    const { events } = preset('intro');
    const switched = events.filter(({ key }) => key !== 'pause');
    expect(Object.fromEntries(switched.map(({ key, value }) => [key, value]))).toEqual(BEFORE);
    expect(switched.map(({ step }) => step)).toEqual(Array(7).fill(120));
    expect(events.at(-1)).toEqual({ step: 150, key: 'pause', value: true });
    expect(events).toHaveLength(8);
  });
});

describe('what the texts say of reach is so', () => {
  it.each([
    ['before', 0.25],
    ['after', 1],
    ['option-1', 0.25],
    ['option-2', 0.5],
    ['option-3', 0.25],
    ['option-4', 0.5],
    ['option-5', 0.25],
    ['learning-rate', 0.25],
    ['sufficient', Infinity],
  ])('%s: R = %d', (id, reach) => {
    expect(reachOf(knobsOf(id))).toBe(reach);
    for (const [, from, to] of preset(id).text.matchAll(/reach grows from ([\d.]+) to ([\d.]+)/g))
      expect([Number(from), Number(to)]).toEqual([0.25, reach]);
    for (const [, is] of preset(id).text.matchAll(/(?:a reach of|at reach|reach is still) ([\d.]+\d)/g))
      expect(Number(is)).toBe(reach);
  });
});

describe('readPresets', () => {
  it('names presets by file, sorts them by order, and flattens groups', () => {
    const read = readPresets({
      '../configs/x/late.yaml': { order: 2, title: 'Late', text: 'Later.' },
      '../configs/x/early.yaml': {
        order: 1,
        title: 'Early',
        text: 'Earlier.',
        model: { hidden: '8' },
        'loss.a': 0,
        events: [{ step: 3, set: { model: { temperature: 2 } }, pause: true }, { step: 4 }],
      },
    });
    expect(read).toEqual([
      {
        id: 'early',
        title: 'Early',
        text: 'Earlier.',
        knobs: { 'model.hidden': '8', 'loss.a': 0 },
        events: [
          { step: 3, key: 'model.temperature', value: 2 },
          { step: 3, key: 'pause', value: true },
        ],
      },
      { id: 'late', title: 'Late', text: 'Later.', knobs: {}, events: [] },
    ]);
  });
});

describe('flatten', () => {
  it('keeps lists and nothing as values', () => {
    expect(flatten({ a: { b: [1, 2], c: null }, d: true })).toEqual({ 'a.b': [1, 2], 'a.c': null, d: true });
  });

  it('defines keys and never sets them', () => {
    const flat = flatten(JSON.parse('{"__proto__": 5, "a": {"__proto__": null}}') as Record<string, unknown>);
    expect(Object.keys(flat)).toEqual(['__proto__', 'a.__proto__']);
    expect(Object.getPrototypeOf(flat)).toBe(Object.prototype);
  });

  it('ends where a group contains itself', () => {
    const group: Record<string, unknown> = {};
    group['again'] = group;
    expect(Object.keys(flatten(group))).toEqual(['again.again.again.again']);
  });
});
