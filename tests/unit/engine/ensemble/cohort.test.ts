import { describe, expect, test } from 'vitest';
import { Cohort, type CohortHost } from '../../../../src/engine/ensemble/cohort.ts';
import type { ParameterState } from '../../../../src/engine/executor.ts';
import type { Metrics, RunLog } from '../../../../src/engine/protocol.ts';
import { runtimeOf } from '../../../../src/labs/runtimes.ts';
import type { KnobValues } from '../../../../src/terms/knob.ts';
import { localMachine } from '../../../support/hosts.ts';
import { REAL } from '../../../support/realExecutors.ts';
import { firstDifference } from '../../../support/members.ts';
import { readPublic } from '../../../support/runs.ts';
import { advanceTo, openTiny, tinyLog } from '../../../support/sessions.ts';

let built = 0;
const hostOf = (machine: CohortHost['machine']): CohortHost => ({
  build: async (log) => {
    built += 1;
    const runtime = await runtimeOf(log.lab);
    return runtime.build(log, readPublic);
  },
  machine,
});

const of = (knobs: KnobValues, seed = 0, events: RunLog['events'] = []): RunLog =>
  tinyLog({ seed, knobs, events: [...events] });

const PLATEAU: KnobValues = {
  'training.scheduler': 'reduce_on_plateau',
  'training.learning_rate': 0.2,
  'training.patience': 0,
  'training.factor': 0.5,
};
const EXPONENTIAL: KnobValues = { 'training.scheduler': 'exponential', 'training.lr_decay': 0.98 };
const COSINE: KnobValues = {
  'training.scheduler': 'cosine_warm_restarts',
  'training.t_0': 3,
  'training.t_mult': 2,
};
const SGD: KnobValues = {
  'training.optimizer': 'sgd',
  'training.learning_rate': 0.1,
  'training.momentum': 0.8,
};
const ADAMW: KnobValues = { 'training.optimizer': 'adamw', 'training.weight_decay': 0.05 };

/** Eight runs that have little in common. Their data are of two seeds. */
const LOGS: readonly RunLog[] = [
  of({}),
  of({ ...EXPONENTIAL, ...SGD }, 4),
  of({ ...PLATEAU, 'data.seed': '0' }, 7),
  of({ ...COSINE, ...ADAMW }),
  of({ ...PLATEAU, ...ADAMW }, 4),
  // Moments start afresh on the way, and the rate moves.
  of({}, 0, [
    { step: 13, key: 'training.optimizer', value: 'sgd' },
    { step: 13, key: 'training.learning_rate', value: 0.05 },
    { step: 20, key: 'pause', value: true },
    { step: 31, key: 'training.optimizer', value: 'adam' },
  ]),
  of({ ...EXPONENTIAL, 'training.grad_clip': 0.05, 'training.beta1': 0.5 }, 4, [
    { step: 0, key: 'loss.entropy_weight', value: 1 },
    { step: 22, key: 'training.scheduler', value: 'reduce_on_plateau' },
  ]),
  of({ 'loss.entropy_weight': 3, 'training.beta2': 0.9 }, 12),
];

interface Outcome {
  step: number;
  status: string;
  state: ParameterState;
  series: Record<string, number[]>;
  metrics: Metrics;
}

/** The same run by itself. */
async function aloneTo(
  id: keyof typeof REAL,
  log: RunLog,
  step: number,
): Promise<Outcome & { notice: string | undefined }> {
  const { session, executors } = await openTiny(log, REAL[id]);
  await advanceTo(session, step);
  return {
    step: session.step,
    status: session.status,
    state: (await executors.at(-1)?.save()) as ParameterState,
    series: session.series.toRecord(),
    metrics: await session.metrics(),
    notice: session.notice?.text,
  };
}

async function outcomeOf(cohort: Cohort, k: number): Promise<Outcome> {
  const member = cohort.members[k];
  if (!member) throw new Error(`There is no member ${k}.`);
  return {
    step: member.step,
    status: member.status,
    state: await cohort.state(k),
    series: member.series.toRecord(),
    metrics: (await cohort.metrics())[k] as Metrics,
  };
}

function expectSame(a: Outcome, b: Outcome): void {
  expect(firstDifference(a.state.parameters, b.state.parameters)).toBe(-1);
  expect(firstDifference(a.state.moments, b.state.moments)).toBe(-1);
  expect(Object.keys(a.series)).toEqual(Object.keys(b.series));
  for (const [name, values] of Object.entries(a.series))
    expect(firstDifference(Float64Array.from(values), Float64Array.from(b.series[name] ?? []))).toBe(-1);
  expect(a.metrics).toEqual(b.metrics);
  expect([a.step, a.status]).toEqual([b.step, b.status]);
}

describe.each(['oracle', 'wasm'] as const)('on %s, each model of a cohort', (id) => {
  test.each([1, 2, 3])('is the run of its log by itself, bit by bit, on %i hosts', async (hosts) => {
    built = 0;
    const cohort = await Cohort.open(hostOf(localMachine(hosts)), LOGS, id);
    // Three data sets: of seeds 0 and 4 and 12.
    expect(built).toBe(4);
    for (const steps of [1, 24, 17, 8]) await cohort.advance(steps);
    expect(cohort.step).toBe(50);
    for (const [k, log] of LOGS.entries()) expectSame(await outcomeOf(cohort, k), await aloneTo(id, log, 50));
    // The schedules did what they are there for.
    const rates = cohort.members.map(({ series }) => new Set(series.toRecord()['learningRate']).size);
    expect(rates[0]).toBe(1);
    expect(Math.min(...[1, 2, 3, 4, 5, 6].map((k) => rates[k] as number))).toBeGreaterThan(1);
  });

  test('has knobs of its own that move live, and its log is its run', async () => {
    const cohort = await Cohort.open(hostOf(localMachine(2)), LOGS.slice(0, 3), id);
    await cohort.set(1, { 'loss.entropy_weight': 2 });
    await cohort.advance(12);
    await cohort.set(1, { 'training.optimizer': 'adam', 'training.learning_rate': 0.01 });
    await cohort.set(2, { 'training.scheduler': 'constant' });
    await cohort.advance(9);
    for (const [k, { log }] of cohort.members.entries())
      expectSame(await outcomeOf(cohort, k), await aloneTo(id, log, 21));
    expect(cohort.members.map(({ log }) => log.events.length)).toEqual([0, 2, 1]);
    expect(cohort.members[1]?.knobs['loss.entropy_weight']).toBe(2);
    await expect(cohort.set(1, { 'model.hidden': '9' })).rejects.toThrow('model.hidden restarts a run');
    await expect(cohort.set(3, {})).rejects.toThrow('There is no member 3');
  });

  test('that diverges stops alone, named, with its step and why', async () => {
    /** By what is measured. */
    const wild = of({ ...SGD, 'training.learning_rate': 10, 'model.use_logit_norm': false }, 4);
    /** By a loss that is no number: the rate explodes between step 10, which is recorded, and 15, which is next. */
    const exploding = of({
      ...SGD,
      ...EXPONENTIAL,
      'training.learning_rate': 1e-300,
      'training.lr_decay': 1e30,
      'model.use_logit_norm': false,
    });
    const logs = [LOGS[5], wild, LOGS[2], exploding, LOGS[6]] as RunLog[];
    const cohort = await Cohort.open(hostOf(localMachine(2)), logs, id);
    await cohort.advance(60);
    const outcomes = await Promise.all(logs.map((log) => aloneTo(id, log, 60)));
    expect(outcomes.map(({ status }) => status)).toEqual(['ok', 'diverged', 'ok', 'diverged', 'ok']);
    for (const k of logs.keys()) expectSame(await outcomeOf(cohort, k), outcomes[k] as Outcome);
    const told = [...cohort.notices].sort((a, b) => (a.member ?? 0) - (b.member ?? 0));
    expect(told).toEqual([
      { kind: 'diverged', member: 1, text: `Model 2: ${outcomes[1]?.notice ?? ''}` },
      { kind: 'diverged', member: 3, text: `Model 4: ${outcomes[3]?.notice ?? ''}` },
    ]);
    expect(outcomes[1]?.notice).toMatch(/^Stopped at step \d+: KL rose to/);
    expect(outcomes[3]?.notice).toMatch(/^Stopped at step 1[1-4]: The loss is no longer a number/);
  });

  test('goes on where its worker is lost, as if it had not been', async () => {
    let calls = 0;
    const machine = localMachine(3, {
      before: (call, host, which) => {
        machine.time += 300;
        if (which < 3 && call === 'train' && ++calls % 17 === 0) host.kill();
      },
    });
    const cohort = await Cohort.open(hostOf(machine), LOGS, id);
    await cohort.advance(50);
    expect(machine.opened.length).toBeGreaterThan(4);
    expect(cohort.notices.length).toBe(machine.opened.length - 3);
    expect(
      cohort.notices.every(({ kind, text }) => kind === 'lost' && text.startsWith('The worker of model')),
    ).toBe(true);
    for (const [k, log] of LOGS.entries()) expectSame(await outcomeOf(cohort, k), await aloneTo(id, log, 50));
  });
});

describe('a cohort says why it cannot be', () => {
  test('where models differ in what they must have in common', async () => {
    const host = hostOf(localMachine(2));
    await expect(Cohort.open(host, [of({}), of({}), of({ 'model.hidden': '9' })], 'oracle')).rejects.toThrow(
      'Model 3 cannot be trained beside model 1: models side by side have the same layers, loss and batch size',
    );
    await expect(Cohort.open(host, [of({}), of({ 'data.validation': 20 })], 'oracle')).rejects.toThrow(
      'as many places to validate',
    );
    await expect(Cohort.open(host, [], 'oracle')).rejects.toThrow('There are no models to train.');
    const handed = of({}, 0, [{ step: 4, key: 'executor', value: 'oracle' }]);
    await expect(Cohort.open(host, [of({}), handed], 'oracle')).rejects.toThrow('Model 2 is handed over');
  });

  test('where there is not enough memory, before anything is opened', async () => {
    const machine = { ...localMachine(2), available: 10_000 };
    await expect(Cohort.open(hostOf(machine), LOGS, 'oracle')).rejects.toThrow(
      /^8 models of \d+ parameters each need .* of memory, and there are 10 kB\./,
    );
    expect(machine.opened).toEqual([]);
  });
});

test('models of different amounts of training data have epochs of their own', async () => {
  const logs = [of(PLATEAU), of({ ...PLATEAU, 'data.points': 100 }), of({ ...COSINE, 'data.points': 40 }, 3)];
  const cohort = await Cohort.open(hostOf(localMachine(2)), logs, 'wasm');
  await cohort.advance(40);
  for (const [k, log] of logs.entries())
    expectSame(await outcomeOf(cohort, k), await aloneTo('wasm', log, 40));
});

test('a cohort stops when it is told that time is up', async () => {
  const cohort = await Cohort.open(hostOf(localMachine(1)), LOGS.slice(0, 2), 'oracle');
  await cohort.advance(1000, { until: () => cohort.step >= 20 });
  expect(cohort.step).toBeGreaterThanOrEqual(20);
  expect(cohort.step).toBeLessThan(31);
});
