import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KeptRun } from '../../../../src/engine/protocol.ts';
import { floatsFromBase64, floatsToBase64 } from '../../../../src/run/kept/base64.ts';
import {
  decodeHeader,
  decodeRun,
  encodeHeader,
  encodeRun,
  type Whole,
} from '../../../../src/run/kept/file.ts';
import { linesOf } from '../../../../src/run/kept/lines.ts';
import { atStep, bitsOf, entryOf, keptRun, manyEvents } from '../../../support/kept.ts';

const NOW = 10_000;
const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 1, 2, 3);
const whole = (fields: Parameters<typeof keptRun>[0] = {}): Whole => {
  const run = keptRun(fields);
  return { entry: entryOf(run, { thumbnail: png, differs: ['Temperature T 4 → 1'] }), run };
};
const back = async (line: string): Promise<Whole> => {
  const read = await decodeRun(line, NOW);
  if ('wrong' in read) throw new Error(read.wrong);
  return read;
};
/** A run with something in it changed, as its line. */
const with_ = (change: (json: Record<string, Record<string, unknown>>) => void): string => {
  const json = JSON.parse(encodeRun(whole())) as Record<string, Record<string, unknown>>;
  change(json);
  return JSON.stringify(json);
};
const wrongOf = async (line: string): Promise<string> => {
  const read = await decodeRun(line, NOW);
  return 'wrong' in read ? read.wrong : '';
};
const bits = ({ saved, series }: KeptRun): number[][] =>
  [saved.parameters, saved.moments, series.values].map(bitsOf);

describe('a run as a line', () => {
  test('gives the run again, bit by bit', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          step: fc.integer({ min: 0, max: 9_999 }),
          rows: fc.nat(200),
          parameters: fc.integer({ min: 1, max: 500 }),
          seed: fc.nat(999_999_999),
          salt: fc.nat(100),
        }),
        async (fields) => {
          const given = whole(fields);
          const read = await back(encodeRun(given));
          expect(bits(read.run)).toEqual(bits(given.run));
          expect(read).toEqual(given);
        },
      ),
    );
  });

  test.each([10_000_001, 2 ** 40])('is as it was at step %i', async (step) => {
    const given = whole();
    given.run = atStep(given.run, step);
    given.entry.final.step = step;
    expect(await back(encodeRun(given))).toEqual(given);
  });

  test('is as it was, whatever training makes of it', async () => {
    const given = whole();
    const { saved } = given.run;
    // A step that blows the weights up is noticed at the next one.
    saved.parameters.fill(-Infinity, 0, 1);
    saved.moments.fill(Infinity, 3, 4);
    saved.progress.gradientNorm = null;
    expect(await back(encodeRun(given))).toEqual(given);
    saved.progress.schedule.best = -Infinity;
    // JSON has no infinity: the next loss is the best then.
    expect((await back(encodeRun(given))).run.saved.progress.schedule.best).toBeNull();
  });

  test('is as it was with more events than anyone makes by hand', async () => {
    const { events } = (await back(encodeRun(whole({ events: manyEvents(100_001), step: 200_000 })))).run.log;
    expect(JSON.stringify(events) === JSON.stringify(manyEvents(100_001))).toBe(true);
  });

  test('keeps what a newer page wrote beside it', async () => {
    const line = with_((json) => {
      Object.assign(json['log'] as object, { mood: 'blue' });
      Object.assign((json['saved'] as { progress: object }).progress, { velocity: 3 });
    });
    const { log, saved } = (await back(line)).run;
    expect(log).toEqual({ ...whole().run.log, mood: 'blue' });
    expect(saved.progress).toEqual({ ...whole().run.saved.progress, velocity: 3 });
  });

  test('keeps every double', () => {
    fc.assert(
      fc.property(fc.float64Array({ minLength: 0, maxLength: 60 }), (values) => {
        const read = floatsFromBase64(floatsToBase64(values));
        expect(read && bitsOf(read)).toEqual(bitsOf(values));
      }),
    );
    const many = Float64Array.from({ length: 50_000 }, (_, i) => Math.sin(i));
    expect(floatsFromBase64(floatsToBase64(many))).toEqual(many);
  });

  test('forgets that it was deleted, and is not from the future', async () => {
    const given = whole();
    given.entry = { ...given.entry, deleted: 5, changed: 1e15 };
    const { entry } = await back(encodeRun(given));
    expect(entry.deleted).toBeUndefined();
    expect(entry.changed).toBe(NOW);
  });

  test('says of itself what the run says', async () => {
    const { entry } = await back(
      with_((json) => {
        Object.assign(json['entry'] as object, { lab: 'other', rows: 3, name: ' a\u202eb ', bytes: 1 });
        (json['entry'] as { final: { step: number } }).final.step = 9_000;
      }),
    );
    expect(entry).toMatchObject({ lab: 'service-mix', rows: 10, name: 'a b', final: { step: 120 } });
  });

  test('loses a picture that is none, and nothing else', async () => {
    const { entry } = await back(
      with_(({ entry }) => Object.assign(entry as object, { thumbnail: btoa('<svg/>') })),
    );
    expect(entry.thumbnail).toBeUndefined();
    expect(entry.name).toBe('Before, seed 0');
  });
});

describe('what is wrong with a line is said', () => {
  test.each<[string, string, string]>([
    ['nothing', '', 'cut off or broken'],
    ['half of it', encodeRun(whole()).slice(0, 700), 'cut off or broken'],
    ['something else', '{"a":1}', '“entry”'],
    ['a list', '[]', 'missing'],
    ['null', 'null', 'no record'],
    ['a prototype', encodeRun(whole()).replace('{', '{"__proto__":{"x":1},'), '__proto__'],
    [
      'a hidden prototype',
      encodeRun(whole()).replace('"knobs":{', '"knobs":{"\\u005f_proto__":1,'),
      '__proto__',
    ],
    [
      'a constructor',
      with_(({ log }) => Object.assign(log as object, { knobs: { constructor: 1 } })),
      'constructor',
    ],
    ['depth', `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`, 'nested'],
    ['another lab', with_(({ log }) => Object.assign(log as object, { lab: 'nowhere' })), 'no lab “nowhere”'],
    [
      'a knob that is none',
      with_(({ saved }) => Object.assign((saved as { knobs: object }).knobs, { 'loss.foo': 1 })),
      'loss.foo is not a knob',
    ],
    [
      'a knob out of range',
      with_(({ log }) => Object.assign((log as { knobs: object }).knobs, { 'data.points': 1e12 })),
      'data.points must be',
    ],
    ['a seed', with_(({ log }) => Object.assign(log as object, { seed: -1 })), '“log.seed”'],
    [
      'an event',
      with_(({ log }) =>
        Object.assign(log as object, { events: [{ step: 1, key: 'model.hidden', value: '8' }] }),
      ),
      'restarts a run',
    ],
    ['a count', with_(({ saved }) => Object.assign(saved as object, { step: 1e300 })), '“saved.step”'],
    ['no numbers', with_(({ saved }) => Object.assign(saved as object, { parameters: '' })), '0 parameters'],
    [
      'broken numbers',
      with_(({ saved }) => Object.assign(saved as object, { parameters: '%%%' })),
      'cut off or broken',
    ],
    [
      'half a number',
      with_(({ saved }) => Object.assign(saved as object, { moments: btoa('1234567') })),
      'cut off or broken',
    ],
    [
      'too few moments',
      with_(({ saved }) => Object.assign(saved as object, { moments: floatsToBase64(new Float64Array(3)) })),
      '3 moments for 5',
    ],
    [
      'NaN',
      with_(({ saved }) =>
        Object.assign(saved as object, { parameters: floatsToBase64(new Float64Array(5).fill(NaN)) }),
      ),
      'no numbers',
    ],
    [
      'a cut row',
      with_(({ series }) =>
        Object.assign(series as object, { values: floatsToBase64(new Float64Array(29)) }),
      ),
      'last row',
    ],
    [
      'too few rows',
      with_(({ series }) =>
        Object.assign(series as object, { values: floatsToBase64(new Float64Array(27)) }),
      ),
      '9 rows',
    ],
    [
      'steps from later',
      with_(({ series }) =>
        Object.assign(series as object, { values: floatsToBase64(new Float64Array(30).fill(121)) }),
      ),
      'out of order',
    ],
    [
      'columns twice',
      with_(({ series }) => Object.assign(series as object, { columns: ['step', 'kl', 'kl'] })),
      'same name',
    ],
    [
      'no steps',
      with_(({ series }) => Object.assign(series as object, { columns: ['a', 'b', 'c'] })),
      'no steps',
    ],
    ['a bad id', with_(({ entry }) => Object.assign(entry as object, { id: '../x' })), '“id”'],
    ['a newer entry', with_(({ entry }) => Object.assign(entry as object, { version: 2 })), '“version”'],
  ])('%s', async (_, line, part) => {
    expect(await wrongOf(line)).toContain(part);
  });

  test('a run that diverged may stand on what made it diverge', async () => {
    const given = whole();
    given.run.saved.parameters[0] = NaN;
    expect(await wrongOf(encodeRun(given))).toContain('no numbers');
    given.run.saved.progress.status = 'diverged';
    given.entry.final.status = 'diverged';
    expect((await back(encodeRun(given))).run.saved.parameters[0]).toBeNaN();
  });

  test('whatever the line is', async () => {
    const good = encodeRun(whole());
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc
            .tuple(fc.nat(good.length), fc.nat(80), fc.string())
            .map(([at, cut, put]) => good.slice(0, at) + put + good.slice(at + cut)),
        ),
        async (line) => {
          const read = await decodeRun(line, NOW);
          if ('wrong' in read) expect(read.wrong.length).toBeGreaterThan(10);
          else expect(read.run.saved.moments.length).toBe(2 * read.run.saved.parameters.length);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('the first line', () => {
  test('says what the file is', () => {
    expect(decodeHeader(encodeHeader(3))).toEqual({ runs: 3 });
    expect(decodeHeader('{"collapse-lab-runs":1}')).toEqual({ runs: NaN });
    for (const line of ['', 'null', '{}', 'step,kl', '{"collapse-lab-runs":0}'])
      expect(decodeHeader(line)).toEqual({ wrong: expect.stringContaining('no file of runs') as string });
    expect(decodeHeader('{"collapse-lab-runs":2}')).toEqual({
      wrong: expect.stringContaining('newer version') as string,
    });
  });
});

describe('lines of a file', () => {
  const read = async (blob: Blob, max?: number): Promise<(string | undefined)[]> => {
    const all: (string | undefined)[] = [];
    for await (const line of linesOf(blob, max)) all.push(line);
    return all;
  };

  test('are as they were written, the last without an end too', async () => {
    expect(await read(new Blob(['a\n', 'é→\n\n', 'c']))).toEqual(['a', 'é→', '', 'c']);
    expect(await read(new Blob(['a\n']))).toEqual(['a']);
    expect(await read(new Blob([]))).toEqual([]);
    const long = Array.from({ length: 3 }, (_, i) => String(i).repeat(200_000));
    expect(await read(new Blob([long.join('\n')]))).toEqual(long);
  });

  test('that are too long are left out, and the next one is read', async () => {
    expect(await read(new Blob(['x'.repeat(300_000), '\nab\n', 'y'.repeat(30)]), 20)).toEqual([
      undefined,
      'ab',
      undefined,
    ]);
  });
});
