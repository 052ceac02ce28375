import { afterEach, describe, expect, test } from 'vitest';
import { Cohort } from '../../../src/engine/ensemble/cohort.ts';
import { Ensemble, type Machine } from '../../../src/engine/ensemble/ensemble.ts';
import type { Chunk, ParameterState } from '../../../src/engine/executor.ts';
import { classes } from '../../../src/engine/plan.ts';
import { runtimeOf } from '../../../src/labs/runtimes.ts';
import { createEnsemble, machine, openMemberWorker } from '../../../workers/ensemble.ts';
import { REAL } from '../../support/realExecutors.ts';
import { chunkOfMembers, courseOf, firstDifference, membersOf } from '../../support/members.ts';
import { SEEDS, smallLog, STARTS } from './starts.ts';

const prepared = await membersOf(smallLog(), STARTS);
const { setup } = prepared;
const [first, second, third] = [20, 11, 30].map((steps, i) =>
  chunkOfMembers(prepared, SEEDS, 20 * i, steps),
) as [Chunk, Chunk, Chunk];

const workers: Worker[] = [];
const make = (): Worker => {
  const worker = new Worker(new URL('../../../workers/member.ts', import.meta.url), { type: 'module' });
  workers.push(worker);
  return worker;
};
afterEach(() => {
  for (const worker of workers.splice(0)) worker.terminate();
});

/** So many member workers that a test can lay hands on. */
const hosts = (count: number, worker: () => Worker = make): Machine => ({
  ...machine('wasm', () => openMemberWorker(worker)),
  hosts: count,
});

const EXECUTORS = ['oracle', 'wasm'] as const;

describe.each(EXECUTORS)('members in workers, on %s', (id) => {
  test('give the numbers of one executor on this page, bit by bit, on one and on two', async () => {
    const alone = await courseOf(REAL[id](setup), [first, second, third]);
    for (const count of [1, 2]) {
      const ensemble = await Ensemble.open([setup], hosts(count), id);
      expect(ensemble.info.executor).toBe(id);
      expect(firstDifference(await courseOf(ensemble, [first, second, third]), alone)).toBe(-1);
      ensemble.dispose();
    }
    expect(workers.length).toBe(3);
  });

  test.each(['while it trains', 'while nothing is asked of it'])(
    'go on in a new worker when theirs is killed %s, as if it had not been',
    async (when) => {
      const alone = REAL[id](setup);
      await alone.train(first);
      const expected = await courseOf(alone, [second, third]);
      const notices: string[] = [];
      const ensemble = await Ensemble.open([setup], hosts(2), id, (text) => notices.push(text));
      await ensemble.train(first);
      // Calls go out at once: this one is on its way when the worker ends.
      const course = when === 'while it trains' ? courseOf(ensemble, [second, third]) : undefined;
      workers[1]?.terminate();
      expect(firstDifference(await (course ?? courseOf(ensemble, [second, third])), expected)).toBe(-1);
      expect(workers.length).toBe(3);
      expect(notices).toEqual([
        expect.stringMatching(
          /^The worker of models 3 to 5 was lost\. The browser ended it, perhaps for lack of memory\. A new one took them up (where they were|\d+ steps back); .* no other model was disturbed\.$/,
        ),
      ]);
      ensemble.dispose();
    },
  );

  test('stop alone where one diverges among many', async () => {
    const { parameters, moments } = setup.state;
    const sick: ParameterState = { parameters: parameters.slice(), moments };
    const count = parameters.length / STARTS.length;
    sick.parameters[3 * count] = Infinity;
    const [healthy, having] = (await Promise.all(
      [1, 2].map((n) => Ensemble.open([setup], hosts(n), id)),
    )) as [Ensemble, Ensemble];
    having.restore(sick);
    const [without, result] = await Promise.all([healthy.train(first), having.train(first)]);
    result.loss.forEach((value, i) => {
      expect(value).toBe(i % 5 === 3 ? NaN : without.loss[i]);
    });
    const [a, b] = [await having.save(), await healthy.save()];
    for (const member of [0, 1, 2, 4])
      for (const key of ['parameters', 'moments'] as const) {
        const width = a[key].length / 5;
        const [x, y] = [a, b].map((state) => state[key].slice(member * width, (member + 1) * width)) as [
          Float64Array,
          Float64Array,
        ];
        expect(firstDifference(x, y)).toBe(-1);
      }
    healthy.dispose();
    having.dispose();
  });
});

describe('memory', () => {
  test('that K models of these widths would need is looked at before a worker is opened', async () => {
    const hidden = { kind: 'dense', inputs: 8192, outputs: 8192 } as const;
    const wide = { ...hidden, inputs: classes(setup.plan) };
    const plan = { ...setup.plan, layers: [...setup.plan.layers, wide, hidden, hidden] };
    // This machine, as it is.
    await expect(Ensemble.open([{ ...setup, plan, members: 1000 }], hosts(2), 'wasm')).rejects.toThrow(
      /^1,000 models of 134,\d{3},\d{3} parameters each need 13 TB of memory, and there are [\d.]+ GB\. (Train at most|Make the layers)/,
    );
    expect(workers).toEqual([]);
  });

  test('that a worker does not get ends in a sentence; what ran before goes on, bit by bit', async () => {
    const before = await Ensemble.open([setup], hosts(2), 'wasm');
    const alone = REAL.wasm(setup);
    await Promise.all([before.train(first), alone.train(first)]);
    const greedy: Worker[] = [];
    const machineOfGreedy = hosts(2, () => {
      const worker = new Worker(new URL('./greedy.worker.ts', import.meta.url), { type: 'module' });
      greedy.push(worker);
      return worker;
    });
    const failing = Ensemble.open([setup], machineOfGreedy, 'oracle');
    await expect(failing).rejects.toMatchObject({ name: 'OutOfMemory' });
    await expect(failing).rejects.toThrow(
      /^The browser gave no more memory \((Array buffer allocation failed|Invalid array buffer length)\)\. The states of 5 models of \d+ parameters each take [\d.]+ kB by themselves, .* Train fewer at once, make the layers narrower, or close other pages\.$/,
    );
    expect(greedy.length).toBe(2);
    const course = await courseOf(before, [second, third]);
    expect(firstDifference(course, await courseOf(alone, [second, third]))).toBe(-1);
    before.dispose();
  });
});

test('a worker that cannot be loaded is given up, in a sentence', async () => {
  const missing = hosts(1, () => new Worker(new URL('/nowhere.js', location.href), { type: 'module' }));
  await expect(Ensemble.open([setup], missing, 'wasm')).rejects.toThrow(
    /^The worker of models 1 to 5 was lost 3 times in a row\. A member worker (could not be loaded|failed)/,
  );
});

test('workers inside a worker train members, one for each core at most', async () => {
  const worker = new Worker(new URL('./nested.worker.ts', import.meta.url), { type: 'module' });
  workers.push(worker);
  const told = await new Promise<{ hosts: number; course: Float64Array }>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<{ hosts: number; course: Float64Array }>) => {
      resolve(data);
    };
    worker.onerror = ({ message }) => {
      reject(new Error(message));
    };
  });
  expect(told.hosts).toBe(Math.min(STARTS.length, navigator.hardwareConcurrency));
  const alone = await courseOf(REAL.wasm(setup), [chunkOfMembers(prepared, SEEDS, 0, 10)]);
  expect(firstDifference(told.course, alone)).toBe(-1);
});

test('a cohort in workers goes on when one is killed; the one that diverged stays where it stopped', async () => {
  const sgd = { 'training.optimizer': 'sgd', 'model.use_logit_norm': false };
  const logs = [
    smallLog(1),
    smallLog(4, { ...sgd, 'training.learning_rate': 10 }),
    smallLog(2, { 'training.scheduler': 'reduce_on_plateau', 'training.patience': 0 }),
    smallLog(1, { ...sgd, 'training.learning_rate': 0.01 }),
  ];
  const run = async (kill: boolean) => {
    const cohort = await Cohort.open(
      {
        build: async (log) => {
          const runtime = await runtimeOf(log.lab);
          return runtime.build(log, () => Promise.reject(new Error('It reads no file.')));
        },
        machine: hosts(2),
      },
      logs,
      'wasm',
    );
    await cohort.advance(20);
    if (kill) workers.at(-2)?.terminate();
    await cohort.advance(30);
    const told = {
      steps: cohort.members.map(({ step }) => step),
      metrics: await cohort.metrics(),
      series: cohort.members.map(({ series }) => series.toRecord()),
      states: [await cohort.state(0), await cohort.state(1), await cohort.state(2), await cohort.state(3)],
    };
    cohort.dispose();
    return { told, notices: cohort.notices };
  };
  const [quiet, killed] = [await run(false), await run(true)];
  expect(killed.told).toEqual(quiet.told);
  const [diverged] = quiet.notices;
  expect(quiet.notices).toEqual([
    {
      kind: 'diverged',
      member: 1,
      text: expect.stringMatching(/^Model 2: Stopped at step \d+: KL rose/) as string,
    },
  ]);
  expect(killed.notices).toEqual([
    diverged,
    { kind: 'lost', text: expect.stringContaining('The worker of models 1 to 2 was lost.') as string },
  ]);
  expect(quiet.told.steps[0]).toBe(50);
  expect(quiet.told.steps[1]).toBeLessThan(20);
});

test('a whole machine is put together in one call', async () => {
  const ensemble = await createEnsemble('wasm', setup);
  expect(ensemble.members).toBe(STARTS.length);
  expect(ensemble.memory().bytes).toBeGreaterThan(0);
  ensemble.dispose();
  await expect(ensemble.train(first)).rejects.toThrow('These members are no longer trained.');
});
