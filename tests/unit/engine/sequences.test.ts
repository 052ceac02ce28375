import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { ExecutorId, KeptRun, RunLog } from '../../../src/engine/protocol.ts';
import type { KnobValues } from '../../../src/terms/knob.ts';
import { Desk, outcomeOf } from '../../support/desk.ts';
import { tinyLog } from '../../support/sessions.ts';

/** How many; `SEQUENCES=1000` for the long form. */
const RUNS = Number(process.env['SEQUENCES'] ?? 40);
// A limit for what hangs, which the long form does not.
vi.setConfig({ testTimeout: 180_000 + 20_000 * RUNS });

const KNOBS: readonly KnobValues[] = [
  { 'model.temperature': 3 },
  { 'model.temperature': 1, 'loss.entropy_weight': 2 },
  { 'training.optimizer': 'sgd', 'training.momentum': 0.9 },
  { 'training.optimizer': 'adamw' },
  { 'training.scheduler': 'exponential', 'training.lr_decay': 0.98 },
  { 'training.scheduler': 'reduce_on_plateau', 'training.patience': 0 },
  { 'training.scheduler': 'cosine_warm_restarts', 'training.t_0': 2 },
  { 'training.learning_rate': 0.02 },
];
const LOGS: readonly RunLog[] = [
  { ...tinyLog(), executor: 'wasm' },
  {
    ...tinyLog({ seed: 3, preset: 'before' }),
    executor: 'oracle',
    events: [
      { step: 7, key: 'executor', value: 'wasm' },
      { step: 7, key: 'model.temperature', value: 2 },
      { step: 15, key: 'pause', value: true },
      { step: 19, key: 'executor', value: 'webgpu' },
      { step: 19, key: 'loss.entropy_weight', value: 1 },
      { step: 26, key: 'executor', value: 'oracle' },
    ],
  },
];

type Command =
  | { do: 'play' | 'step'; steps: number }
  | { do: 'set'; knobs: number; gesture: number | undefined }
  | { do: 'use'; executor: ExecutorId }
  | { do: 'jump'; percent: number }
  | { do: 'undo' | 'redo' | 'keep' | 'open' | 'reset' }
  | { do: 'load'; log: number }
  /** Whether wasm can be had from here on. */
  | { do: 'refuse'; wasm: boolean };

const command = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('play' as const), steps: fc.integer({ min: 1, max: 20 }) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('step' as const), steps: fc.integer({ min: 1, max: 25 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('set' as const),
      knobs: fc.nat(KNOBS.length - 1),
      gesture: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('use' as const),
      executor: fc.constantFrom<ExecutorId>('oracle', 'wasm', 'oracle', 'wasm', 'webgpu'),
    }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      do: fc.constant('jump' as const),
      percent: fc.integer({ min: 0, max: 100 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('undo' as const, 'redo' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('keep' as const, 'open' as const, 'reset' as const) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('load' as const), log: fc.nat(LOGS.length - 1) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('refuse' as const), wasm: fc.boolean() }) },
);

/** The run is what its log leads to, bit by bit. */
async function expectTrue(desk: Desk): Promise<void> {
  const outcome = await desk.outcome();
  expect(outcome).toEqual(await outcomeOf(desk.player.log(), outcome.step));
}

async function carryOut(commands: readonly Command[]): Promise<void> {
  const desk = new Desk();
  const { player } = desk;
  let kept: KeptRun | undefined;
  await player.load(LOGS[0] as RunLog);
  for (const one of commands) {
    switch (one.do) {
      case 'play':
        // What follows finds the run playing.
        await desk.playOnTo(desk.last.metrics.step + one.steps);
        break;
      case 'step':
        await player.step(one.steps);
        break;
      case 'set':
        await player.set(KNOBS[one.knobs] as KnobValues, one.gesture);
        break;
      case 'use':
        // Refused executors leave the run as it is.
        await player.use(one.executor).catch(() => undefined);
        break;
      case 'jump':
        await player.jump(Math.round((one.percent / 100) * desk.last.end));
        break;
      case 'undo':
      case 'redo':
      case 'reset':
        await player[one.do]();
        break;
      case 'keep':
        kept = await desk.keep();
        break;
      case 'open':
        if (kept) await player.open(structuredClone(kept));
        break;
      case 'load':
        await player.load(LOGS[one.log] as RunLog);
        break;
      case 'refuse':
        if (one.wasm) desk.refused.add('wasm');
        else desk.refused.delete('wasm');
    }
    if (['jump', 'undo', 'redo', 'open'].includes(one.do)) await expectTrue(desk);
  }
  await expectTrue(desk);
}

describe('whatever is done to a run', () => {
  test('its log leads to the same weights, moments, knobs and recorded rows, bit by bit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 6, maxLength: 18, size: 'max' }), carryOut),
      {
        numRuns: RUNS,
        ...(process.env['SEQUENCES_SEED'] && { seed: Number(process.env['SEQUENCES_SEED']) }),
      },
    );
  });
});
