import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  budgetOf,
  dispatchesOf,
  membersAtOnce,
  Spans,
  type Pass,
} from '../../../../src/engine/webgpu/dispatches.ts';
import { GROUP, SPAN_BYTES, SPAN_WORDS } from '../../../../src/engine/webgpu/shaders/bindings.ts';

const MOST_GROUPS = 65_535;

// Many invocations are light ones: what a device is asked for at once has some bound.
const passes = fc.array(
  fc.oneof(
    fc.record({
      threads: fc.integer({ min: 1, max: 3000 }),
      work: fc.integer({ min: 1, max: 100_000 }),
      whole: fc.boolean(),
    }),
    fc.record({
      threads: fc.integer({ min: 1, max: 9_000_000 }),
      work: fc.constant(1),
      whole: fc.constant(false),
    }),
  ),
  { minLength: 1, maxLength: 3 },
);

/** A whole pass is one workgroup. */
const passOf = (
  { threads, work, whole }: { threads: number; work: number; whole: boolean },
  i: number,
): Pass => ({
  label: String(i),
  set: i % 2 === 0 ? 'network' : 'closing',
  code: '',
  threads: () => (whole ? GROUP : threads),
  whole,
  work: () => work,
  pipeline: { label: String(i) } as GPUComputePipeline,
});

test('every invocation of every member is made exactly once, in pieces of bounded work', () => {
  fc.assert(
    fc.property(
      passes,
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 12 }),
      fc.constantFrom(true, false),
      (shapes, members, most, software) => {
        const all = shapes.map(passOf);
        const budget = budgetOf(software);
        const atOnce = membersAtOnce(all, 16, members, budget, most);
        expect(atOnce).toBeLessThanOrEqual(Math.min(members, most));
        const spans = new Spans();
        const lots = dispatchesOf(
          all,
          { stride: 4, pitch: 9, rows: 16, lists: 0, steps: 0, members },
          atOnce,
          budget,
          spans,
        );
        const words = spans.words();
        const word = (span: number, name: (typeof SPAN_WORDS)[number]): number =>
          words[span / 4 + SPAN_WORDS.indexOf(name)] as number;
        const covered = new Map<string, [from: number, to: number][]>();
        for (const lot of lots)
          for (const { pipeline, span, groups, members: together } of lot) {
            const pass = all[Number(pipeline.label)] as Pass;
            expect(groups).toBeLessThanOrEqual(MOST_GROUPS);
            expect(together).toBeLessThanOrEqual(atOnce);
            // A single workgroup is never cut.
            if (groups > 1)
              expect(groups * GROUP * pass.work(16) * together).toBeLessThanOrEqual(
                budget + GROUP * pass.work(16) * together,
              );
            for (let k = 0; k < together; k++) {
              const key = `${pipeline.label} of member ${String(word(span, 'member') + k)}`;
              const pieces = covered.get(key) ?? [];
              const base = word(span, 'base');
              pieces.push([base, Math.min(base + groups * GROUP, pass.threads(16))]);
              covered.set(key, pieces);
            }
          }
        expect(covered.size).toBe(all.length * members);
        for (const [key, pieces] of covered) {
          // One piece begins where the last one ends: the next would do again what its last workgroup did.
          const pass = all[Number(key.split(' ')[0])] as Pass;
          let at = 0;
          for (const [from, to] of pieces) {
            expect(from, key).toBe(at);
            at = to;
          }
          expect(at, key).toBe(pass.threads(16));
        }
      },
    ),
  );
});

test('passes keep their order in every lot', () => {
  const all = [300, 20, 4000].map((threads, i) => passOf({ threads, work: 100_000, whole: false }, i));
  const shape = { stride: 4, pitch: 9, rows: 16, lists: 0, steps: 0, members: 5 };
  const lots = dispatchesOf(all, shape, 2, budgetOf(true), new Spans());
  expect(lots.map((lot) => lot[0]?.members)).toEqual([2, 2, 1]);
  for (const lot of lots) {
    const order = lot.map(({ pipeline }) => Number(pipeline.label));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(new Set(order)).toEqual(new Set([0, 1, 2]));
  }
});

test('spans that are the same lie at one place, and what holds for now is told to all', () => {
  const spans = new Spans();
  const span = { member: 0, base: 0, stride: 4, pitch: 5, rows: 16, lists: 0, steps: 0, members: 2 };
  expect([spans.add(span), spans.add({ ...span, base: 64 }), spans.add({ ...span })]).toEqual([
    0,
    SPAN_BYTES,
    0,
  ]);
  const words = spans.words({ steps: 7, lists: 1 });
  expect(words.length).toBe((2 * SPAN_BYTES) / 4);
  for (const at of [0, SPAN_BYTES / 4]) {
    expect(words[at + SPAN_WORDS.indexOf('steps')]).toBe(7);
    expect(words[at + SPAN_WORDS.indexOf('lists')]).toBe(1);
    expect(words[at + SPAN_WORDS.indexOf('pitch')]).toBe(5);
  }
  expect(words[SPAN_BYTES / 4 + SPAN_WORDS.indexOf('base')]).toBe(64);
});
