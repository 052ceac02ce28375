import { describe, expect, test } from 'vitest';
import { inSinglePrecision } from '../../../src/engine/handOver.ts';
import type { RunLog } from '../../../src/engine/protocol.ts';
import type { Session } from '../../../src/engine/session.ts';
import type { KnobValues } from '../../../src/terms/knob.ts';
import { relativeDistance } from '../../support/executors.ts';
import { openTiny, tinyLog, type Watched } from '../../support/sessions.ts';

/** What a visitor does to a run: trains, looks, moves knobs. */
type Deed = number | 'look' | KnobValues | 'oracle' | 'wasm';

async function live(log: RunLog, deeds: readonly Deed[]): Promise<Watched> {
  const watched = await openTiny(log);
  const { session } = watched;
  for (const deed of deeds) {
    if (typeof deed === 'number') await session.advance(deed);
    else if (deed === 'look') await look(session);
    else if (deed === 'oracle' || deed === 'wasm') await session.use(deed);
    else await session.set(deed);
  }
  return watched;
}

async function look(session: Session): Promise<void> {
  await session.metrics();
  await session.view();
  await session.samples(3);
}

const STORIES: Record<string, Deed[]> = {
  'knobs moved between looks': [
    7,
    'look',
    { 'training.learning_rate': 0.02 },
    13,
    'look',
    { 'model.use_logit_norm': true, 'model.logit_norm': 1, 'model.temperature': 4 },
    'look',
    31,
    { 'loss.entropy_weight': 5, 'loss.min_entropy': 1.3, 'training.grad_clip': 0.1 },
    20,
  ],
  'a slider dragged while the run stands still': [
    23,
    { 'model.temperature': 2 },
    'look',
    { 'model.temperature': 3 },
    'look',
    { 'model.temperature': 4, 'loss.confidence_penalty': 0.1 },
    20,
  ],
  'a knob moved and moved back at one step': [
    23,
    { 'model.temperature': 2 },
    'look',
    { 'model.temperature': 1 },
    20,
  ],
  'optimizers tried and left again at one step': [
    23,
    { 'training.optimizer': 'sgd' },
    'look',
    { 'training.optimizer': 'adam' },
    20,
    { 'training.optimizer': 'adamw', 'training.weight_decay': 0.01 },
    10,
    { 'training.optimizer': 'sgd', 'training.momentum': 0.5 },
    10,
  ],
  'schedules tried and left again at one step': [
    { 'training.scheduler': 'exponential', 'training.lr_decay': 0.95 },
    23,
    { 'training.scheduler': 'constant' },
    'look',
    { 'training.scheduler': 'exponential', 'training.learning_rate': 0.01 },
    20,
    { 'training.scheduler': 'reduce_on_plateau', 'training.patience': 0 },
    11,
    { 'training.patience': 1, 'training.factor': 0.5 },
    30,
    { 'training.scheduler': 'cosine_warm_restarts', 'training.t_0': 2 },
    30,
  ],
  'a knob moved at a step that is recorded anyway': [
    20,
    { 'model.temperature': 2 },
    5,
    { 'model.temperature': 3 },
    20,
  ],
  'a knob moved at the end of an epoch': [
    { 'training.scheduler': 'cosine_warm_restarts' },
    24,
    { 'training.learning_rate': 0.01 },
    21,
  ],
  'hand-overs to executors that compute otherwise': [
    23,
    'wasm',
    10,
    { 'model.temperature': 2 },
    12,
    'oracle',
    7,
  ],
  'a knob moved and then a hand-over at one step': [23, { 'model.temperature': 2 }, 'look', 'wasm', 17],
  'a hand-over and then a knob moved at one step': [23, 'wasm', 'look', { 'model.temperature': 2 }, 17],
  'the same at a step that is recorded anyway': [
    20,
    { 'model.temperature': 2, 'training.scheduler': 'exponential' },
    'wasm',
    { 'training.lr_decay': 0.97 },
    'oracle',
    17,
    { 'model.temperature': 3 },
    'wasm',
    5,
  ],
  'an executor chosen before the first step': ['wasm', { 'model.temperature': 2 }, 21],
};

describe('a replayed log gives the same parameters, moments and curves, bit by bit', () => {
  test.each(Object.entries(STORIES))('after %s', async (_, deeds) => {
    const { session, outcome } = await live(tinyLog({ seed: 2 }), deeds);
    const again = await openTiny(session.log);
    await again.session.advance(session.step);
    expect(await again.outcome()).toEqual(await outcome());
    expect(again.session.events).toEqual(session.events);
    expect(again.session.log).toEqual(session.log);
  });

  test('after a preset with events of its own, in which somebody meddles', async () => {
    const log = tinyLog({
      events: [
        { step: 20, key: 'model.use_logit_norm', value: true },
        { step: 20, key: 'model.temperature', value: 4 },
        { step: 30, key: 'pause', value: true },
        { step: 40, key: 'model.use_logit_norm', value: false },
      ],
    });
    const { session, outcome } = await live(log, [
      11,
      { 'loss.entropy_weight': 1 },
      24,
      { 'model.temperature': 2 },
      15,
    ]);
    const again = await openTiny(session.log);
    await again.session.advance(50);
    expect(await again.outcome()).toEqual(await outcome());
  });

  test('after a hand has taken over a knob that the log would have moved', async () => {
    const log = tinyLog({ events: [{ step: 40, key: 'model.temperature', value: 4 }] });
    const { session, outcome } = await live(log, [23, { 'model.temperature': 2 }, 27]);
    expect(session.knobs['model.temperature']).toBe(2);
    const again = await openTiny(session.log);
    await again.session.advance(50);
    expect(await again.outcome()).toEqual(await outcome());
  });

  test('and is as exact when it is cut and looked at', async () => {
    const { session, outcome } = await live(tinyLog(), STORIES['knobs moved between looks'] as Deed[]);
    const again = await openTiny(session.log);
    while (again.session.step < session.step) {
      await again.session.advance(1);
      await look(again.session);
    }
    expect(await again.outcome()).toEqual(await outcome());
  });
});

describe('a hand-over', () => {
  test('at a step keeps parameters and moments, and another arithmetic goes on', async () => {
    const undisturbed = await live(tinyLog(), [40]);
    const { session, executors, outcome } = await live(tinyLog(), [17]);
    const before = await outcome();
    await session.use('wasm');
    expect(executors.length).toBe(2);
    // What is handed over are numbers that every executor has.
    expect(await outcome()).toEqual({ ...before, state: inSinglePrecision(before.state) });
    expect(session.events).toEqual([{ step: 17, key: 'executor', value: 'wasm' }]);
    await session.advance(23);
    const [{ state }, other] = [await outcome(), await undisturbed.outcome()];
    expect(state.parameters).not.toEqual(other.state.parameters);
    expect(relativeDistance(state.parameters, other.state.parameters)).toBeLessThan(1e-5);
  });

  test('before the first step pins the executor, and is no event', async () => {
    const { session } = await live(tinyLog(), ['oracle', 3]);
    expect(session.log.executor).toBe('oracle');
    expect(session.events).toEqual([]);
  });
});
