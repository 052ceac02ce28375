import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { RunEvent, RunLog } from '../../../src/engine/protocol.ts';
import { labs } from '../../../src/labs/index.ts';
import { defaultsOf, type Lab } from '../../../src/labs/lab.ts';
import { fromLink, toLink } from '../../../src/run/link.ts';
import { resolveRequest, type Resolved, type Standing } from '../../../src/run/request.ts';
import type { Knob, KnobValue } from '../../../src/terms/knob.ts';
import { extremesOf, valueAt } from '../../support/terms.ts';

vi.setConfig({ testTimeout: 300_000 });

const lab = labs[0] as Lab;
const standing: Standing = { lab, preset: '', seed: 0, executor: undefined };
const open = (url: string): Promise<Resolved> => resolveRequest({ url }, standing);
const baseOf = (preset: string): Record<string, KnobValue> => ({
  ...defaultsOf(lab.knobs),
  ...lab.presets.find(({ id }) => id === preset)?.knobs,
});

test('a link is readable, and says only what differs', () => {
  const knobs = { ...baseOf('before'), 'model.temperature': 2, 'model.hidden': '32,32' };
  const events: RunEvent[] = [
    { step: 400, key: 'model.temperature', value: 1 },
    { step: 400, key: 'loss.maxsup_form', value: 'centered' },
    { step: 520, key: 'pause', value: true },
  ];
  expect(toLink({ lab: lab.id, preset: 'before', seed: 3, knobs })).toBe(
    'v=1&lab=service-mix&preset=before&seed=3&model.hidden=32,32&model.temperature=2',
  );
  expect(toLink({ lab: lab.id, preset: 'before', seed: 3, knobs, events, executor: 'oracle' })).toBe(
    'v=1&lab=service-mix&preset=before&seed=3&model.hidden=32,32&model.temperature=2&executor=oracle&log=400~model.temperature:1~loss.maxsup_form:centered;520~pause:true',
  );
});

test('a preset that tells a story tells it by link too, unless something differs', async () => {
  const story = lab.presets.find(({ id }) => id === 'intro');
  expect((await open('#v=1&preset=intro')).log.events).toEqual(story?.events);
  expect((await open('#v=1&preset=intro&model.temperature=2')).log.events).toEqual([]);
});

test('a link that is none starts what ships, and says so', async () => {
  const { log, problems } = await open('https://example.org/lab/#section-2');
  expect(log.preset).toBe(lab.opening);
  expect(problems.map(({ text }) => text)).toEqual([
    '“section-2” is not a link of this page; the run starts as it ships.',
  ]);
  expect((await open('https://example.org/lab/')).problems).toEqual([]);
});

test('what is wrong is named, and the rest is kept', async () => {
  const { log, problems } = await open(
    '#v=1&lab=service-mix&preset=before&seed=4&model.temperature=0&loss.foo=1&model.hidden=%E0%A4%A&executor=cuda&log=x~a:1;5~model.hidden:8;9~training.learning_rate:0.01',
  );
  expect(log).toMatchObject({ preset: 'before', seed: 4 });
  expect(log.knobs['model.temperature']).toBe(0.05);
  expect(log.events).toEqual([{ step: 9, key: 'training.learning_rate', value: 0.01 }]);
  const said = problems.map(({ text }) => text).join('\n');
  for (const part of [
    'model.temperature must be a number from 0.05 to 10',
    'loss.foo is not a knob',
    'Hidden widths are',
    'no executor “cuda”',
    'begins with no step',
    'model.hidden restarts a run',
  ])
    expect(said).toContain(part);
});

test('unknown labs and presets, versions from the future, and doubled fields are named', async () => {
  const { log, problems } = await open('#v=9&lab=nope&preset=none&seed=1&seed=2');
  expect(log).toMatchObject({ lab: lab.id, seed: 2 });
  const said = problems.map(({ text }) => text).join('\n');
  for (const part of ['version 9', 'no lab “nope”', 'no preset “none”', 'seed twice'])
    expect(said).toContain(part);
});

test('settings that cannot be trained together go back to the preset’s', async () => {
  const { log, problems } = await open('#v=1&preset=before&data.points=16&training.batch_size=8192');
  expect(lab.check(log.knobs)).toEqual([]);
  expect(problems.length).toBeGreaterThan(0);
});

test('no key of a hostile link means more than itself', async () => {
  const { log, problems } = await open('#v=1&__proto__=1&constructor=2&toString=3&hasOwnProperty=4');
  expect(({} as Record<string, unknown>)['1']).toBeUndefined();
  expect(Object.keys(log.knobs).sort()).toEqual(lab.knobs.map(({ key }) => key).sort());
  expect(problems.filter(({ text }) => text.includes('is not a knob'))).toHaveLength(4);
});

describe('fuzzed', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const valueOf = (knob: Knob): fc.Arbitrary<KnobValue> =>
    fc.oneof(
      share.map((at) => settled(knob, valueAt(knob, at))),
      fc.constantFrom(...extremesOf(knob)),
    );
  const settled = (knob: Knob, value: KnobValue): KnobValue =>
    knob.kind === 'number' && knob.integer ? Math.round(Number(value)) : value;
  const some = (knobs: readonly Knob[]): fc.Arbitrary<[string, KnobValue][]> =>
    fc
      .subarray([...knobs], { maxLength: 8 })
      .chain((picked) =>
        fc.tuple(...picked.map((knob) => valueOf(knob).map((v): [string, KnobValue] => [knob.key, v]))),
      );
  const live = lab.knobs.filter((knob) => knob.live);
  const event = fc
    .tuple(fc.nat(1000), fc.constantFrom(...live))
    .chain(([step, knob]) => valueOf(knob).map((value): RunEvent => ({ step, key: knob.key, value })));
  const runs: fc.Arbitrary<RunLog> = fc
    .record({
      preset: fc.constantFrom(...lab.presets.map(({ id }) => id)),
      seed: fc.nat(999_999_999),
      changed: some(lab.knobs),
      events: fc.array(event, { maxLength: 4 }),
    })
    .map(({ preset, seed, changed, events }) => ({
      lab: lab.id,
      preset,
      seed,
      knobs: { ...baseOf(preset), ...Object.fromEntries(changed) },
      events: events.sort((a, b) => a.step - b.step),
    }))
    .filter(({ knobs }) => lab.check(knobs).length === 0);

  test('what was written is what is read: 20 000 runs', async () => {
    await fc.assert(
      fc.asyncProperty(runs, async (run) => {
        const { log, problems } = await open(`#${toLink(run)}`);
        expect(problems).toEqual([]);
        expect(log).toEqual(run);
      }),
      { numRuns: 20_000, seed: 4 },
    );
  });

  test('any text leads to a run that can be trained: 100 000 texts', async () => {
    const keys = ['v', 'lab', 'preset', 'seed', 'log', 'executor', ...lab.knobs.map(({ key }) => key)];
    const piece = fc.tuple(
      fc.oneof(fc.constantFrom(...keys), fc.string()),
      fc.oneof(fc.string(), fc.double().map(String), fc.constantFrom('true', '1', 'before', '5~a:1;6', '%')),
    );
    const near = fc.array(piece, { maxLength: 5 }).map((all) => all.map((pair) => pair.join('=')).join('&'));
    let count = 0;
    await fc.assert(
      fc.asyncProperty(fc.oneof(near, fc.string({ unit: 'binary', maxLength: 60 })), async (text) => {
        count++;
        fromLink(text);
        const { log } = await open(`#${text}`);
        if (lab.check(log.knobs).length > 0 || Object.keys(log.knobs).length !== lab.knobs.length)
          throw new Error(JSON.stringify(log));
      }),
      { numRuns: 100_000, seed: 5 },
    );
    expect(count).toBe(100_000);
  });
});
