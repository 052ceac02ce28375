import fc from 'fast-check';
import { deflateSync } from 'fflate';
import { describe, expect, test, vi } from 'vitest';
import type { RunEvent, RunLog } from '../../../../src/engine/protocol.ts';
import { serviceMix } from '../../../../src/labs/service-mix/index.ts';
import { defaultsOf } from '../../../../src/labs/lab.ts';
import {
  fromLink,
  isPacked,
  MAX_LENGTH,
  READABLE,
  SLICE,
  toLink,
} from '../../../../src/run/documents/link.ts';
import { pack, sealed, toBase64 } from '../../../../src/run/documents/pack.ts';
import { resolveRequest, type Resolved, type Standing } from '../../../../src/run/documents/request.ts';
import { atOnce } from '../../../../src/run/documents/slices.ts';
import type { Knob, KnobValue } from '../../../../src/terms/knob.ts';
import { extremesOf, valueAt } from '../../../support/terms.ts';

vi.setConfig({ testTimeout: 300_000 });

const lab = serviceMix;
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
  expect(toLink(lab, { preset: 'before', seed: 3, knobs })).toBe(
    'v=1&lab=service-mix&preset=before&seed=3&model.hidden=32,32&model.temperature=2',
  );
  expect(toLink(lab, { preset: 'before', seed: 3, knobs, events, executor: 'oracle' })).toBe(
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

test('the address of a lab opens what it shows first, with its story', async () => {
  const { log, problems } = await open(`#lab=${lab.id}`);
  expect(log).toMatchObject({ lab: lab.id, preset: lab.opening, knobs: baseOf(lab.opening) });
  expect(log.events).toEqual(lab.presets.find(({ id }) => id === lab.opening)?.events);
  expect(problems).toEqual([]);
  // As ever: a link that says more, but no preset, says what differs from the defaults.
  const more = await open(`#v=1&lab=${lab.id}&seed=3`);
  expect(more.log).toMatchObject({
    preset: lab.plain,
    seed: 3,
    events: lab.presets.find(({ id }) => id === lab.plain)?.events,
  });
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

describe('a long log', () => {
  const run = (count: number): RunLog => ({
    lab: lab.id,
    preset: 'before',
    seed: 3,
    knobs: { ...baseOf('before'), 'model.temperature': 2 },
    events: Array.from({ length: count }, (_, i) => ({
      step: i * 3,
      key: 'loss.entropy_weight',
      value: ((i * 37) % 50) / 10,
    })),
  });

  test('is packed where the link would be longer than people read, and the rest stays readable', async () => {
    for (const [count, packed] of [
      [10, false],
      [200, false],
      [400, true],
      [3000, true],
    ] as const) {
      const link = toLink(lab, run(count));
      expect(isPacked(`https://example.org/#${link}`)).toBe(packed);
      expect(link).toContain(`&log${packed ? 'z' : ''}=`);
      expect(link).toContain(`v=${packed ? 2 : 1}&lab=service-mix&preset=before&seed=3&model.temperature=2&`);
      expect(link.length).toBeLessThanOrEqual(packed ? 30_000 : READABLE);
      expect((await open(`#${link}`)).log).toEqual(run(count));
    }
  });

  test('that was cut off or changed on its way is named, and the run opens without it', async () => {
    const link = toLink(lab, run(400));
    const at = link.indexOf('logz=') + 5;
    const cases: [string, string][] = [
      [link.slice(0, -3), 'cut off or changed on its way'],
      [link.slice(0, at), 'cut off or changed on its way'],
      [`${link.slice(0, at + 40)}x${link.slice(at + 41)}`, 'cut off or changed on its way'],
      [`${link.slice(0, at)}hello`, 'cut off or changed on its way'],
      [
        link.slice(0, at) + sealed(toBase64(deflateSync(new Uint8Array(30_000_000)))),
        'packed from more than can be read',
      ],
    ];
    for (const [text, fault] of cases) {
      const { log, problems } = await open(text);
      expect(log).toEqual(run(0));
      expect(problems).toEqual([
        { key: 'logz', text: `The log of the link is ${fault}; the run opens without it.` },
      ]);
    }
  });

  test('that is said twice counts as it can be read', async () => {
    const { log, problems } = await open(`#v=2&preset=before&log=5~pause:true&logz=${pack('7~pause:true')}`);
    expect(log.events).toEqual([{ step: 5, key: 'pause', value: true }]);
    expect(problems.map(({ key }) => key)).toEqual(['logz']);
  });

  test('of foreign text names some of what is wrong with it, and counts the rest', async () => {
    const { log, problems } = await open(`#v=2&preset=before&logz=${pack('x;'.repeat(400_000))}`);
    expect(log.events).toEqual([]);
    expect(problems).toHaveLength(21);
    expect(problems.at(-1)?.text).toBe(
      '399980 more parts of the log begin with no step; they were left out.',
    );
  });
});

test('of thousands of fields the first are read, and the others counted', async () => {
  const { problems } = await open(`#v=1&preset=before&${'a&'.repeat(50_000)}`);
  expect(problems[0]?.text).toContain('those after the first 500 were left out');
  expect(problems.length).toBeLessThan(505);
});

test.each([10_000_001, 2 ** 40, Number.MAX_SAFE_INTEGER])('a log says step %i as any other', async (step) => {
  const knobs = baseOf('before');
  const events: RunEvent[] = [{ step, key: 'model.temperature', value: 2 }];
  const { log, problems } = await open(`#${toLink(lab, { preset: 'before', seed: 3, knobs, events })}`);
  expect(problems).toEqual([]);
  expect(log.events).toEqual(events);
});

test('a step that is not counted exactly is none', async () => {
  const { log, problems } = await open(`#v=1&preset=before&log=${String(2 ** 53)}~pause:true;9~pause:true`);
  expect(log.events).toEqual([{ step: 9, key: 'pause', value: true }]);
  expect(problems[0]?.text).toContain('begins with no step');
});

test('a link is read up to a length, and not beyond it', async () => {
  const link = '#v=1&preset=before&seed=7&pad=';
  const filled = link.padEnd(MAX_LENGTH + 1, 'x');
  // The # is no part of what is read.
  expect((await open(filled)).log.seed).toBe(7);
  const { log, problems } = await open(`${filled}x`);
  expect(log).toMatchObject({ preset: lab.opening, seed: 0 });
  expect(problems.map(({ text }) => text)).toEqual([
    'The link is 200001 characters long, and at most 200000 are read; the run starts as it ships.',
  ]);
});

test.each([
  ['of many steps', ';'],
  ['of one step', '~'],
])('a long log %s is read in slices', (_, between) => {
  const moves = Array.from({ length: 50_000 }, (_, i) => (between === ';' ? `${i}~k:1` : 'k:1'));
  const work = fromLink(
    lab,
    `v=2&preset=before&logz=${pack(`${between === '~' ? '5~' : ''}${moves.join(between)}`)}`,
  );
  let slices = 0;
  let step = work.next();
  for (; !step.done; step = work.next()) slices++;
  expect(step.value.events).toHaveLength(50_000);
  expect(slices).toBeGreaterThanOrEqual(Math.floor(50_000 / SLICE));
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

  test('what was written is what is read, packed or not: 4 000 runs', async () => {
    await fc.assert(
      fc.asyncProperty(runs, async (run) => {
        const link = toLink(lab, run);
        const { log, problems } = await open(`#${link}`);
        expect(problems).toEqual([]);
        expect(log).toEqual(run);
        const packed = link.replace(/&log=(.*)$/, (_, text: string) => `&logz=${pack(text)}`);
        const [read, written] = [packed, link].map((one) => JSON.stringify(atOnce(fromLink(lab, one))));
        if (packed === link || read !== written) throw new Error(`${String(read)} for ${String(written)}`);
      }),
      { numRuns: 4000, seed: 4 },
    );
  });

  test('long runs are read as they were written: 200 runs', async () => {
    const long = fc
      .tuple(runs, fc.array(event, { minLength: 200, maxLength: 600 }))
      .map(([run, events]) => ({ ...run, events: events.sort((a, b) => a.step - b.step) }));
    let packed = 0;
    await fc.assert(
      fc.asyncProperty(long, async (run) => {
        const link = toLink(lab, run);
        if (isPacked(link)) packed++;
        expect(await open(`#${link}`)).toEqual({ lab, log: run, problems: [] });
      }),
      { numRuns: 200, seed: 7 },
    );
    expect(packed).toBeGreaterThan(50);
  });

  test('any text leads to a run that can be trained: 20 000 texts', async () => {
    const keys = ['v', 'lab', 'preset', 'seed', 'log', 'executor', ...lab.knobs.map(({ key }) => key)];
    const piece = fc.tuple(
      fc.oneof(fc.constantFrom(...keys), fc.string()),
      fc.oneof(fc.string(), fc.double().map(String), fc.constantFrom('true', '1', 'before', '5~a:1;6', '%')),
    );
    // Bytes that are no stream, streams of foreign text, and whole ones that were changed on their way.
    const packed = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => sealed(toBase64(bytes))),
      fc.string({ maxLength: 40 }).map((text) => pack(encodeURIComponent(text))),
      fc.tuple(fc.nat(30), fc.string()).map(([at, text]) => pack('5~a:1;9~pause:true').slice(0, at) + text),
    );
    const field = fc.oneof(
      { weight: 4, arbitrary: piece },
      { weight: 1, arbitrary: fc.tuple(fc.constant('logz'), packed) },
    );
    const near = fc.array(field, { maxLength: 5 }).map((all) => all.map((pair) => pair.join('=')).join('&'));
    let count = 0;
    await fc.assert(
      fc.asyncProperty(fc.oneof(near, fc.string({ unit: 'binary', maxLength: 60 })), async (text) => {
        count++;
        atOnce(fromLink(lab, text));
        const { log } = await open(`#${text}`);
        if (lab.check(log.knobs).length > 0 || Object.keys(log.knobs).length !== lab.knobs.length)
          throw new Error(JSON.stringify(log));
      }),
      { numRuns: 20_000, seed: 5 },
    );
    expect(count).toBe(20_000);
  });
});
