import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toGain, toSweep, UNDO_MS, withinQuota } from '../../../../src/run/kept/bounds.ts';
import { CHUNK_ROWS, chunksFrom, firstChanged, joined, tight } from '../../../../src/run/kept/chunks.ts';
import { cleanName, finalOf, freshName } from '../../../../src/run/kept/entry.ts';
import { SENTENCES, troubleOf } from '../../../../src/run/kept/trouble.ts';
import type { Metrics } from '../../../../src/engine/protocol.ts';
import { bitsOf, keptRun } from '../../../support/kept.ts';

describe('pieces of curves', () => {
  const rows = (n: number, columns: number, from = 0): Float64Array =>
    Float64Array.from({ length: n * columns }, (_, i) => Math.sin(from + i));

  test('give the rows again, bit by bit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 4 }), (n, columns) => {
        const values = rows(n, columns);
        if (n > 0) values[0] = NaN;
        const back = joined(chunksFrom(values, columns, 0), columns, n);
        expect(back && bitsOf(back)).toEqual(bitsOf(values));
      }),
    );
  });

  test('that were written before and from a row on are the same as all written at once', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 200 }),
        fc.integer({ min: 1, max: 200 }),
        fc.nat(200),
        (before, after, changed) => {
          const [old, now] = [rows(before, 2), rows(after, 2)];
          // From some row on it went another way.
          for (let i = 2 * changed; i < now.length; i++) now[i] = 7 + i;
          const from = firstChanged(old, now, 2);
          expect(from).toBe(Math.min(before, after, changed));
          const kept = new Map(chunksFrom(old, 2, 0).map((piece) => [piece.chunk, piece]));
          for (const piece of chunksFrom(now, 2, from)) kept.set(piece.chunk, piece);
          const pieces = [...kept.values()]
            .sort((a, b) => a.chunk - b.chunk)
            .slice(0, Math.ceil(after / CHUNK_ROWS));
          // A run that became shorter: its last piece was too long, and is written again.
          const back = joined(pieces, 2, after);
          expect(back && bitsOf(back)).toEqual(bitsOf(now));
        },
      ),
    );
  });

  test('that are missing, doubled, too short or too long are noticed', () => {
    const pieces = chunksFrom(rows(130, 2), 2, 0);
    expect(pieces).toHaveLength(3);
    const [a, b, c] = pieces as [(typeof pieces)[0], (typeof pieces)[0], (typeof pieces)[0]];
    expect(joined([a, c], 2, 130)).toBeUndefined();
    expect(joined([a, a, c], 2, 130)).toBeUndefined();
    expect(joined(pieces, 2, 129)).toBeUndefined();
    expect(joined(pieces, 2, 131)).toBeUndefined();
    expect(joined([a, b, { ...c, values: c.values.subarray(1) }], 2, 130)).toBeUndefined();
    expect(joined(pieces, 2, Number.MAX_SAFE_INTEGER)).toBeUndefined();
  });

  test('NaN is no change, and −0 is one', () => {
    expect(firstChanged(Float64Array.of(NaN, 1), Float64Array.of(NaN, 1), 1)).toBe(2);
    expect(firstChanged(Float64Array.of(0, 1), Float64Array.of(-0, 1), 1)).toBe(0);
  });

  test('a view is stored without what lies around it', () => {
    const whole = new Float64Array(100);
    expect(tight(whole)).toBe(whole);
    expect(tight(whole.subarray(2, 4)).buffer.byteLength).toBe(16);
  });
});

describe('what makes room', () => {
  const entry = (id: string, changed: number, fields: object = {}) => ({
    id,
    changed,
    starred: false,
    bytes: 10,
    ...fields,
  });
  const now = 1e9;
  const none = (): boolean => false;

  test('is the oldest without a star', () => {
    const entries = [
      entry('new', 5),
      entry('old', 1),
      entry('starred', 0, { starred: true }),
      entry('mid', 3),
    ];
    expect(toSweep(entries, { runs: 3, bytes: 1e6 }, now, none)).toEqual(['old']);
    expect(toSweep(entries, { runs: 1, bytes: 1e6 }, now, none)).toEqual(['old', 'mid', 'new']);
    expect(toSweep(entries, { runs: 100, bytes: 25 }, now, none)).toEqual(['old', 'mid']);
    expect(toSweep(entries, { runs: 100, bytes: 40 }, now, none)).toEqual([]);
  });

  test('is never what is open', () => {
    const entries = [entry('open', 0), entry('other', 1)];
    expect(toSweep(entries, { runs: 0, bytes: 0 }, now, (id) => id === 'open')).toEqual(['other']);
  });

  test('is never what is open, though it was deleted long ago', () => {
    const entries = [
      entry('open', 9, { deleted: now - UNDO_MS - 1 }),
      entry('long', 9, { deleted: now - UNDO_MS - 1 }),
    ];
    const isOpen = (id: string): boolean => id === 'open';
    expect(toSweep(entries, { runs: 100, bytes: 1e6 }, now, isOpen)).toEqual(['long']);
    expect(toSweep(entries, { runs: 0, bytes: 0 }, now, isOpen)).toEqual(['long']);
  });

  test('is what was deleted long ago, and what was deleted before what was not', () => {
    const entries = [
      entry('old', 0),
      entry('lately', 9, { deleted: now - 1, starred: true }),
      entry('long', 9, { deleted: now - UNDO_MS - 1 }),
    ];
    expect(toSweep(entries, { runs: 100, bytes: 1e6 }, now, none)).toEqual(['long']);
    expect(toSweep(entries, { runs: 1, bytes: 1e6 }, now, none)).toEqual(['long', 'lately']);
  });

  test('is as much as is asked for, where the browser is full', () => {
    const entries = [entry('a', 1), entry('b', 2), entry('c', 3)];
    expect(toGain(entries, 15, now, none)).toEqual(['a', 'b']);
    expect(toGain(entries, 1, now, (id) => id === 'a')).toEqual(['b']);
  });

  test('comes sooner where the browser gives little', () => {
    const bounds = { runs: 2, bytes: 100 };
    expect(withinQuota(bounds, 50)).toEqual({ runs: 2, bytes: 25 });
    expect(withinQuota(bounds, undefined)).toEqual(bounds);
    expect(withinQuota(bounds, 0)).toEqual(bounds);
  });
});

describe('names', () => {
  test('are never given twice', () => {
    expect(freshName('Before', [])).toBe('Before');
    expect(freshName('Before', ['Before', 'Before (2)'])).toBe('Before (3)');
    expect(freshName('  ', [])).toBe('Run');
  });

  test('are one line of what was typed', () => {
    expect(cleanName('  my\n\u202erun\u0000 ')).toBe('my run');
    expect(cleanName(' \u200b ')).toBeUndefined();
    expect(cleanName('x'.repeat(500))).toHaveLength(120);
    expect(cleanName('<b>bold</b>')).toBe('<b>bold</b>');
  });
});

test('final numbers are those that are numbers', () => {
  const { saved } = keptRun();
  const metrics = { step: 130, epoch: 2, kl: 0.5, klSd: NaN, status: 'ok', terms: { kl: 1 } };
  expect(finalOf(saved, metrics as unknown as Metrics)).toEqual({
    step: 120,
    status: 'ok',
    numbers: { kl: 0.5 },
  });
});

test('what browsers throw becomes a sentence', () => {
  const kind = (name: string, opening = false): string =>
    troubleOf(new DOMException('x', name), opening).kind;
  // Node has no storage at all.
  expect(kind('UnknownError')).toBe('unavailable');
  globalThis.indexedDB = {} as IDBFactory;
  try {
    expect(kind('VersionError')).toBe('newer');
    expect(kind('QuotaExceededError')).toBe('full');
    expect(kind('SecurityError')).toBe('unavailable');
    expect(kind('UnknownError')).toBe('damaged');
    expect(kind('InvalidStateError', true)).toBe('unavailable');
    expect(kind('InvalidStateError')).toBe('failed');
    expect(troubleOf('anything').message).toBe(SENTENCES.failed);
  } finally {
    Reflect.deleteProperty(globalThis, 'indexedDB');
  }
});
