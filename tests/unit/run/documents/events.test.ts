import { describe, expect, it } from 'vitest';
import { EXECUTORS } from '../../../../src/engine/protocol.ts';
import { serviceMix } from '../../../../src/labs/service-mix/index.ts';
import { checkEvents, eventsIn, SLICE } from '../../../../src/run/documents/events.ts';
import { manyEvents } from '../../../support/kept.ts';

const lab = serviceMix;
const check = (...events: unknown[]): ReturnType<typeof checkEvents> => checkEvents(lab, events);
const said = (...events: unknown[]): string[] => check(...events).problems.map(({ text }) => text);

const moved = { step: 5, key: 'model.temperature', value: 2 };
const outOfForm = 'is not a step from 0 with a key and a value, or with what to set; it was left out.';

describe('right events', () => {
  it('as logs write them stay as they are, in their order', () => {
    const events = [
      moved,
      { step: 5, key: 'model.use_logit_norm', value: true },
      { step: 0, key: 'loss.maxsup_form', value: 'hinge' },
      { step: Number.MAX_SAFE_INTEGER, key: 'pause', value: true },
      { ...moved, gesture: 3 },
      ...EXECUTORS.map((value) => ({ step: 9, key: 'executor', value })),
    ];
    expect(check(...events)).toEqual({ events, problems: [] });
    expect(check()).toEqual({ events: [], problems: [] });
  });

  it('as presets tell them become one event for each knob, and the pause comes last', () => {
    const told = {
      step: 7,
      pause: true,
      set: { model: { temperature: 2, use_logit_norm: true }, 'loss.min_entropy': 1 },
    };
    expect(check(told, { step: 8, pause: false }, { step: 9, set: {} })).toEqual({
      events: [
        { step: 7, key: 'model.temperature', value: 2 },
        { step: 7, key: 'model.use_logit_norm', value: true },
        { step: 7, key: 'loss.min_entropy', value: 1 },
        { step: 7, key: 'pause', value: true },
      ],
      problems: [],
    });
  });
});

describe('wrong events are named, and the others stay', () => {
  it('a value out of range is repaired', () => {
    const { events, problems } = check({ ...moved, value: 99 }, moved);
    expect(events).toEqual([{ ...moved, value: 10 }, moved]);
    expect(problems).toEqual([
      {
        key: 'model.temperature',
        text: 'model.temperature is 99: model.temperature must be a number from 0.05 to 10.',
        used: 10,
      },
    ]);
  });

  it('an unknown knob is left out', () => {
    expect(check({ ...moved, key: 'model.temprature' }, moved).events).toEqual([moved]);
    expect(said({ ...moved, key: 'model.temprature' })[0]).toContain('Did you mean model.temperature?');
  });

  it('a knob that restarts a run is left out, right or wrong', () => {
    const { events, problems } = check(
      { step: 1, set: { data: { points: 500 }, model: { hidden: [32, 32], temperature: 3 } } },
      moved,
    );
    expect(events).toEqual([{ step: 1, key: 'model.temperature', value: 3 }, moved]);
    expect(problems.map(({ text }) => text)).toEqual([
      'data.points restarts a run and cannot move within one; the event was left out.',
      'model.hidden restarts a run and cannot move within one; the event was left out.',
    ]);
    expect(said({ step: 1, key: 'data.points', value: 1 })).toHaveLength(1);
  });

  it('an executor that there is not is left out', () => {
    const { events, problems } = check({ step: 1, key: 'executor', value: 'webgl' }, moved);
    expect(events).toEqual([moved]);
    expect(problems).toEqual([
      { key: 'executor', text: 'The log hands over to an unknown executor "webgl"; left out.' },
    ]);
  });

  it.each([
    ['nothing', null],
    ['a number', 5],
    ['a list', [1, 'model.temperature', 2]],
    ['no step', { key: 'model.temperature', value: 2 }],
    ['a step before the first', { ...moved, step: -1 }],
    ['a step between two', { ...moved, step: 0.5 }],
    ['a step as a text', { ...moved, step: '5' }],
    ['an infinite step', { ...moved, step: Infinity }],
    ['a step that is not counted exactly', { ...moved, step: 2 ** 53 }],
    ['no value', { step: 5, key: 'model.temperature' }],
    ['a value of nothing', { ...moved, value: null }],
    ['a list as a value', { ...moved, value: [2] }],
    ['NaN', { ...moved, value: NaN }],
    ['a step alone', { step: 5 }],
    ['a set that is none', { step: 5, set: 'temperature' }],
    ['a pause that is none', { step: 5, pause: 'yes' }],
  ])('%s is no event, and is named by its place', (_, wrong) => {
    expect(check(moved, wrong, moved)).toEqual({
      events: [moved, moved],
      problems: [{ key: 'events', text: `Event 2 ${outOfForm}` }],
    });
  });
});

describe('what is no list of events', () => {
  it.each([undefined, null, 5, 'soon', {}, { 0: moved, length: 1 }, new Set([moved])])(
    'is named, and the run goes without: %o',
    (given) => {
      expect(checkEvents(lab, given)).toEqual({
        events: [],
        problems: [
          {
            key: 'events',
            text: 'The events are not a list of steps with keys and values; the run goes without them.',
          },
        ],
      });
    },
  );
});

describe('very many events', () => {
  /** The most events that are looked at between two interruptions. */
  const longestSlice = (events: readonly object[]): number => {
    let [read, most] = [0, 0];
    const watched = events.map(
      (event) =>
        new Proxy(event, {
          get: (of, name) => {
            if (name === 'step') read++;
            return Reflect.get(of, name) as unknown;
          },
        }),
    );
    const work = eventsIn(lab, watched);
    for (let done = false; !done; read = 0) {
      done = work.next().done === true;
      most = Math.max(most, read);
    }
    return most;
  };

  it('are as right as few', () => {
    const many = manyEvents(100_001);
    const { events, problems } = checkEvents(lab, many);
    expect(problems).toEqual([]);
    expect(JSON.stringify(events) === JSON.stringify(many)).toBe(true);
  });

  it.each<[string, object[]]>([
    ['right', manyEvents(5_000)],
    ['unknown', Array.from({ length: 5_000 }, (_, step) => ({ step, key: `loss.k${step}`, value: 1 }))],
    ['no events', Array.from({ length: 5_000 }, () => ({ step: 'soon' }))],
  ])('are read in slices, also where they are %s', (_, events) => {
    const most = longestSlice(events);
    // The step of an event is looked at twice.
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(2 * SLICE);
  });

  it('that set many knobs at once count as many', () => {
    const set = Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`k${i}`, 1]));
    expect(longestSlice(Array.from({ length: 100 }, () => ({ step: 1, set })))).toBeLessThanOrEqual(
      (2 * SLICE) / 250,
    );
  });
});

it('an event that sets more than any lab has is left out', () => {
  const set = { a: Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`k${i}`, 1])) };
  expect(check({ step: 4, set }, moved)).toEqual({
    events: [moved],
    problems: [{ key: 'events', text: 'The event of step 4 sets more than 500 keys; it was left out.' }],
  });
});

it('of very many wrong events a hundred are named, and the others counted', () => {
  const { events, problems } = check(...Array<unknown>(150).fill({}), moved);
  expect(events).toEqual([moved]);
  expect(problems).toHaveLength(101);
  expect(problems.at(-1)?.text).toBe('50 more problems with events are not listed.');
});

it('names of what every object has are unknown knobs, and nothing is polluted', () => {
  const set = JSON.parse(
    '{"__proto__": {"polluted": true}, "constructor": 1, "model": {"__proto__": 5}}',
  ) as object;
  const { events, problems } = check(
    { step: 1, set },
    { step: 1, key: '__proto__', value: 1 },
    JSON.parse('{"__proto__": {"step": 1, "pause": true}}'),
  );
  expect(events).toEqual([]);
  expect(problems.map(({ key }) => key)).toEqual([
    '__proto__.polluted',
    'constructor',
    'model.__proto__',
    '__proto__',
    'events',
  ]);
  expect('polluted' in {}).toBe(false);
});

it('a set that contains itself is named and ends', () => {
  const set: Record<string, unknown> = {};
  set['model'] = { temperature: set, again: set };
  const { events, problems } = check({ step: 1, set }, moved);
  expect(events.at(-1)).toEqual(moved);
  expect(problems.length).toBeGreaterThan(0);
  expect(problems.length).toBeLessThan(50);
});
