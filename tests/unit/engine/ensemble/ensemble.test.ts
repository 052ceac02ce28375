import { describe, expect, test } from 'vitest';
import { Ensemble } from '../../../../src/engine/ensemble/ensemble.ts';
import { splitMembers } from '../../../../src/engine/ensemble/shares.ts';
import type { CreateExecutor } from '../../../../src/engine/ensemble/host.ts';
import {
  ExecutorLost,
  type Chunk,
  type Executor,
  type ParameterState,
} from '../../../../src/engine/executor.ts';
import { OracleExecutor } from '../../../../src/engine/oracle/oracleExecutor.ts';
import { localMachine } from '../../../support/hosts.ts';
import { REAL } from '../../../support/realExecutors.ts';
import {
  chunkOfMembers,
  courseOf,
  firstDifference,
  membersOf,
  type Starting,
} from '../../../support/members.ts';
import { tinyLog } from '../../../support/sessions.ts';

const STARTS: Starting[] = [
  { seed: 0, knobs: {} },
  { seed: 3, knobs: { 'training.learning_rate': 0.05 } },
  { seed: 3, knobs: { 'training.optimizer': 'sgd', 'training.momentum': 0.9 } },
  { seed: 8, knobs: { 'loss.entropy_weight': 2, 'training.grad_clip': 0.1 } },
  { seed: 9, knobs: { 'training.optimizer': 'adamw', 'training.weight_decay': 0.1 } },
];
const seeds = STARTS.map(({ seed }) => seed);

const prepared = await membersOf(tinyLog(), STARTS);
const { setup } = prepared;
const own = [4, 7, 1, 9].map((steps, i) => chunkOfMembers(prepared, seeds, 5 * i, steps));
const shared = own.map((chunk): Chunk => ({ ...chunk, batches: chunk.batches.slice(0, 1) }));
const halved = (executor: Executor): void => {
  executor.setKnobs(setup.knobs.map((value) => value / 2));
};

/** Member 2 gets weights with which the loss is no number. */
function poisoned(state: ParameterState): ParameterState {
  const count = state.parameters.length / STARTS.length;
  const parameters = state.parameters.slice();
  parameters[2 * count] = Infinity;
  return { parameters, moments: state.moments };
}

describe('members are split over hosts', () => {
  test.each([
    { groups: [5], hosts: 2, expected: [[[0, 0, 2]], [[0, 2, 3]]] },
    { groups: [5], hosts: 1, expected: [[[0, 0, 5]]] },
    { groups: [2], hosts: 8, expected: [[[0, 0, 1]], [[0, 1, 1]]] },
    {
      groups: [3, 1, 2],
      hosts: 2,
      expected: [
        [[0, 0, 3]],
        [
          [1, 3, 1],
          [2, 4, 2],
        ],
      ],
    },
    {
      groups: [1, 5],
      hosts: 2,
      expected: [
        [
          [0, 0, 1],
          [1, 1, 2],
        ],
        [[1, 3, 3]],
      ],
    },
  ])('$groups over $hosts', ({ groups, hosts, expected }) => {
    expect(
      splitMembers(groups, hosts).map((shares) =>
        shares.map(({ group, from, count }) => [group, from, count]),
      ),
    ).toEqual(expected);
  });
});

describe.each([
  { id: 'oracle', batches: 'in common', chunks: shared },
  { id: 'oracle', batches: 'of their own', chunks: own },
  { id: 'wasm', batches: 'in common', chunks: shared },
  { id: 'wasm', batches: 'of their own', chunks: own },
] as const)('an ensemble on $id with batches $batches', ({ id, chunks }) => {
  test.each([1, 2, 3, 5, 9])('gives the numbers of one executor, bit by bit, on %i hosts', async (hosts) => {
    const machine = localMachine(hosts);
    const ensemble = await Ensemble.open([setup], machine, id);
    expect(ensemble.info.executor).toBe(id);
    expect(ensemble.hosts).toBe(Math.min(hosts, STARTS.length));
    const alone = await courseOf(REAL[id](setup), chunks, halved);
    expect(firstDifference(await courseOf(ensemble, chunks, halved), alone)).toBe(-1);
    ensemble.dispose();
    expect(machine.opened.every(({ closed }) => closed)).toBe(true);
  });
});

test('a state can be put back, on any number of hosts', async () => {
  const ensemble = await Ensemble.open([setup], localMachine(2), 'oracle');
  const [first, ...rest] = own as [Chunk, ...Chunk[]];
  await ensemble.train(first);
  const state = await ensemble.save();
  const then = await courseOf(ensemble, rest);
  ensemble.restore(state);
  expect(await ensemble.save()).toEqual(state);
  ensemble.restore(state);
  expect(firstDifference(await courseOf(ensemble, rest), then)).toBe(-1);
});

describe.each(['oracle', 'wasm'] as const)('on %s, a member that diverges among others', (id) => {
  test.each([1, 2, 5])('stops alone, on %i hosts', async (hosts) => {
    const healthy = await Ensemble.open([setup], localMachine(hosts), id);
    const sick = await Ensemble.open([setup], localMachine(hosts), id);
    sick.restore(poisoned(setup.state));
    const without = await healthy.train(own[1] as Chunk);
    const having = await sick.train(own[1] as Chunk);
    having.loss.forEach((value, i) => {
      expect(value).toBe(i % 5 === 2 ? NaN : without.loss[i]);
    });
    const count = setup.state.parameters.length / 5;
    const [a, b] = [await sick.save(), await healthy.save()];
    a.parameters.forEach((value, i) => {
      if (Math.floor(i / count) !== 2) expect(value).toBe(b.parameters[i]);
    });
    expect(a.parameters[2 * count]).toBe(Infinity);
  });
});

describe.each(['oracle', 'wasm'] as const)('on %s, a host that is lost', (id) => {
  /** A course in which the second of two hosts dies at its call number `at`. */
  async function disturbed(at: number, chunks: readonly Chunk[], start = setup.state, tick = 0) {
    const notices: string[] = [];
    let calls = 0;
    const machine = localMachine(2, {
      before: (_, host, which) => {
        machine.time += tick;
        if (which === 1 && ++calls === at) host.kill();
      },
    });
    const ensemble = await Ensemble.open([setup], machine, id, (text) => notices.push(text));
    ensemble.restore(start);
    return { course: await courseOf(ensemble, chunks, halved), notices, machine, ensemble };
  }

  test.each([
    { start: setup.state, name: 'all well' },
    { start: poisoned(setup.state), name: 'one diverged' },
  ])('is replaced: the numbers are those of an undisturbed run, $name', async ({ start }) => {
    const undisturbed = await Ensemble.open([setup], localMachine(1), id);
    undisturbed.restore(start);
    const expected = await courseOf(undisturbed, own, halved);
    // Checkpoints at every call, at some, and never.
    for (const tick of [1001, 150, 0])
      for (let at = 2; at <= 11; at++) {
        const { course, notices, machine } = await disturbed(at, own, start, tick);
        expect(firstDifference(course, expected)).toBe(-1);
        expect(notices.length).toBe(1);
        expect(machine.opened.length).toBe(3);
        expect(machine.opened[0]?.calls.filter((call) => call === 'open').length).toBe(1);
      }
  });

  test('is told of in a sentence: which models, why, and from where they go on', async () => {
    // Its calls: open, train, predict, train, predict, train.
    const { notices, machine } = await disturbed(6, own);
    expect(notices).toEqual([
      'The worker of models 3 to 5 was lost. Somebody pulled the plug. A new one took them up 11 steps back; their numbers are the same as without this, and no other model was disturbed.',
    ]);
    expect(machine.opened[0]?.closed).toBe(false);
    expect(machine.opened[1]?.closed).toBe(true);
  });

  test('is given up after the third time, in a sentence, and all is let go', async () => {
    const machine = localMachine(2, {
      before: (call, host, which) => {
        if (which > 0 && call === 'train') host.kill();
      },
    });
    const ensemble = await Ensemble.open([setup], machine, id);
    const failing = ensemble.train(own[0] as Chunk);
    await expect(failing).rejects.toThrow(
      'The worker of models 3 to 5 was lost 3 times in a row. Somebody pulled the plug.',
    );
    await expect(ensemble.save()).rejects.toThrow('3 times in a row');
    ensemble.dispose();
    expect(machine.opened.every(({ closed }) => closed)).toBe(true);
  });
});

test.each(['oracle', 'wasm'] as const)(
  'on %s, a member that a single batch made diverge stays stopped where it is taken up anew',
  async (id) => {
    const { rows } = setup.data.train;
    const broken = rows - 1;
    // Nobody but member 3 ever draws the broken row, and only once.
    const drawn = own.map((chunk, c): Chunk => ({
      ...chunk,
      batches: chunk.batches.map((list, member) =>
        list.map((row, i) => (c === 0 && member === 3 && i === 0 ? broken : row % broken)),
      ),
    }));
    const features = setup.data.train.features.slice();
    features.fill(NaN, (broken * features.length) / rows);
    const sick = { ...setup, data: { ...setup.data, train: { ...setup.data.train, features } } };
    const expected = await courseOf(REAL[id](sick), drawn);
    expect(expected.filter(Number.isNaN).length).toBe(2 * (4 + 7 + 1 + 9));
    for (const tick of [1001, 0]) {
      let calls = 0;
      const machine = localMachine(2, {
        before: (_, host, which) => {
          machine.time += tick;
          if (which === 1 && ++calls === 6) host.kill();
        },
      });
      const ensemble = await Ensemble.open([sick], machine, id);
      expect(firstDifference(await courseOf(ensemble, drawn), expected)).toBe(-1);
      expect(machine.opened.length).toBe(3);
    }
  },
);

describe.each(['oracle', 'wasm'] as const)('on %s, members that are told to stay as they are', (id) => {
  test('keep weights and moments, and their entries are no numbers, also after a host was lost', async () => {
    for (const killed of [false, true]) {
      const machine = localMachine(2);
      const ensemble = await Ensemble.open([setup], machine, id);
      await ensemble.train(own[0] as Chunk);
      const before = await ensemble.save();
      ensemble.restore(before, [1, 4]);
      await ensemble.train(own[1] as Chunk);
      if (killed) for (const host of machine.opened) host.kill();
      const { loss } = await ensemble.train(own[2] as Chunk);
      expect([...loss].map(Number.isNaN)).toEqual([false, true, false, false, true]);
      const after = await ensemble.save();
      const count = before.parameters.length / 5;
      for (const member of [0, 1, 2, 3, 4])
        for (const [key, width] of [
          ['parameters', count],
          ['moments', 2 * count],
        ] as const) {
          const [a, b] = [after, before].map((state) =>
            state[key].slice(member * width, (member + 1) * width),
          );
          if (member === 1 || member === 4) expect(a).toEqual(b);
          else expect(a).not.toEqual(b);
        }
    }
  });
});

test('when the device of the executor is lost, another executor takes the members up from the checkpoint', async () => {
  let calls = 0;
  // An oracle that calls itself wasm stands for the device: what it computes can be told from what wasm does.
  const create: CreateExecutor = (id, of) => {
    const executor = id === 'wasm' ? new OracleExecutor(of) : REAL.wasm(of);
    return Promise.resolve(
      id === 'wasm'
        ? Object.assign(executor, {
            train: (chunk: Chunk) =>
              ++calls === 3
                ? Promise.reject(new ExecutorLost('The GPU device was lost.'))
                : OracleExecutor.prototype.train.call(executor, chunk),
          })
        : executor,
    );
  };
  const machine = { ...localMachine(1, { create }), refuge: (): 'oracle' => 'oracle' };
  const notices: string[] = [];
  const ensemble = await Ensemble.open([setup], machine, 'wasm', (text) => notices.push(text));
  expect(ensemble.info.executor).toBe('oracle');
  const course = await courseOf(ensemble, own, halved);
  expect(notices).toEqual([
    'The GPU device was lost. The executor oracle took up models 1 to 5 11 steps back.',
  ]);
  expect(ensemble.info.executor).toBe('wasm');
  // All of it was trained again by the refuge, from the start.
  const alone = await Ensemble.open([setup], localMachine(1), 'wasm');
  expect(firstDifference(course.slice(-1), (await courseOf(alone, own, halved)).slice(-1))).toBe(-1);
});

test('what an executor throws in a host, is thrown here; the rest is let go', async () => {
  const machine = localMachine(2, {
    create: (_, one) =>
      one.members === 3
        ? Promise.reject(new Error('It cannot do that.'))
        : Promise.resolve(new OracleExecutor(one)),
  });
  await expect(Ensemble.open([setup], machine, 'oracle')).rejects.toThrow('It cannot do that.');
  expect(machine.opened.map(({ closed }) => closed)).toEqual([true, true]);
});

test('what crosses to a host is only what belongs to its members; what they share crosses once', async () => {
  const machine = localMachine(2);
  const sent: { batches: number; buffers: number }[] = [];
  const openHost = machine.openHost.bind(machine);
  machine.openHost = async () => {
    const host = await openHost();
    const { train } = host;
    host.train = (chunks, changes, save) => {
      sent.push({
        batches: chunks.flatMap(({ batches }) => batches).length,
        buffers: new Set(chunks.flatMap(({ batches }) => batches.map(({ buffer }) => buffer))).size,
      });
      return train(chunks, changes, save);
    };
    return host;
  };
  const ensemble = await Ensemble.open([setup], machine, 'oracle');
  await ensemble.train(shared[0] as Chunk);
  // Lists by member, of which two are the same.
  const [first] = own as [Chunk];
  const lists = first.batches.map((list, i) => (i === 4 ? (first.batches[3] as Int32Array) : list));
  await ensemble.train({ ...first, batches: lists });
  expect(sent).toEqual([
    { batches: 1, buffers: 1 },
    { batches: 1, buffers: 1 },
    { batches: 2, buffers: 2 },
    { batches: 3, buffers: 2 },
  ]);
});
