import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { OracleExecutor } from '../../../src/engine/oracle/oracleExecutor.ts';
import type { Chunk, ExecutorSetup } from '../../../src/engine/executor.ts';
import { forward } from '../../../src/engine/tfjs/tfjsNetwork.ts';
import { createWebgpuExecutor, type WebgpuExecutor } from '../../../src/engine/webgpu/webgpuExecutor.ts';
import { Gpu } from '../../../src/engine/webgpu/gpu.ts';
import { layoutOf, toDevice } from '../../../src/engine/webgpu/layout.ts';
import type { SharedTensors } from '../../../src/engine/webgpu/tensors.ts';
import { startTfjs } from '../../../workers/tf/backend.ts';
import { anchor, registerAnchor } from '../../support/anchor.ts';
import { relativeDistance } from '../../support/executors.ts';
import { chunkOfMembers, membersOf } from '../../support/members.ts';
import { smallLog } from '../ensemble/starts.ts';

/** No width, and not the batch, is a whole number of quads. */
const ODD = {
  'data.categories': 5,
  'model.hidden': '6,7',
  'model.activation': 'tanh',
  'training.batch_size': 18,
  'loss.confidence_penalty': 0.3,
  'loss.entropy_weight': 0.5,
};
const STARTS = [
  { seed: 0, knobs: {} },
  { seed: 3, knobs: { 'training.learning_rate': 0.01, 'loss.confidence_penalty': 0.8 } },
];
const SEEDS = STARTS.map(({ seed }) => seed);

const prepared = await membersOf(smallLog(0, ODD), STARTS);
const { setup } = prepared;
const { plan } = setup;
let gpu: Gpu;

beforeAll(async () => {
  const runtime = await startTfjs('webgpu');
  gpu = runtime.gpu as Gpu;
  registerAnchor();
});

const executors: WebgpuExecutor[] = [];
async function open(of: ExecutorSetup, head?: 'tfjs'): Promise<WebgpuExecutor> {
  const executor = await createWebgpuExecutor(gpu, of, head);
  executors.push(executor);
  return executor;
}
afterEach(() => {
  vi.restoreAllMocks();
  for (const executor of executors.splice(0)) executor.dispose();
  expect(gpu.lost).toBe(false);
});

const chunk = (from: number, steps: number): Chunk => chunkOfMembers(prepared, SEEDS, from, steps);
const numbers = async (tensor: tf.Tensor): Promise<Float64Array> => Float64Array.from(await tensor.data());

/** Logits of all members by tfjs, `[K, rows, classes]`. */
const logitsOf = (tensors: SharedTensors, set: 'validation' | 'stage'): tf.Tensor =>
  tf.tidy(() =>
    tf.stack(
      Array.from({ length: setup.members }, (_, k) =>
        forward(tf, plan, tensors.parametersOf(k), tensors.featuresOf(set)),
      ),
    ),
  );

/** What goes between processor and device: numbers of readings back, and bytes of the largest piece that goes there. */
function traffic(): { read: () => number; sent: () => number } {
  const reads = [
    vi.spyOn(GPUBuffer.prototype, 'mapAsync'),
    vi.spyOn(GPUCommandEncoder.prototype, 'copyBufferToTexture'),
  ];
  let most = 0;
  const queue = gpu.device.queue;
  const write = queue.writeBuffer.bind(queue);
  vi.spyOn(queue, 'writeBuffer').mockImplementation(
    (...args: Parameters<GPUQueue['writeBuffer']>): undefined => {
      most = Math.max(most, (args[2] as ArrayBuffer).byteLength);
      write(...args);
    },
  );
  const create = gpu.device.createBuffer.bind(gpu.device);
  vi.spyOn(gpu.device, 'createBuffer').mockImplementation((descriptor) => {
    if (descriptor.mappedAtCreation) most = Math.max(most, descriptor.size);
    return create(descriptor);
  });
  return { read: () => reads.reduce((sum, { mock }) => sum + mock.calls.length, 0), sent: () => most };
}
/** A uniform of tfjs, or a few numbers; the smallest thing that is shared is larger. */
const SMALL = 200;

describe('tensors in the buffers of an executor', () => {
  test('give tfjs what the executor predicts, and after more steps still, being the same', async () => {
    const executor = await open(setup);
    const tensors = executor.tensors();
    for (const from of [0, 30]) {
      await executor.train(chunk(from, 30));
      for (const set of ['validation', 'stage'] as const) {
        const logits = logitsOf(tensors, set);
        expect(relativeDistance(await numbers(logits), await executor.predict(set))).toBeLessThan(1e-6);
        logits.dispose();
      }
    }
    expect(executor.tensors()).toBe(tensors);
  });

  test('hold parameters and moments in layer order, without what fills up quads', async () => {
    const executor = await open(setup);
    await executor.train(chunk(0, 3));
    const { parameters, moments } = await executor.save();
    const flat = (lists: tf.Tensor[][]): Promise<Float64Array> =>
      numbers(tf.concat(lists.flat().map((x) => tf.reshape(x, [-1]))));
    const [tensors, all] = [executor.tensors(), [0, 1]];
    expect(await flat(all.map((k) => tensors.parametersOf(k)))).toEqual(parameters);
    expect(await flat(all.flatMap((k) => tensors.momentsOf(k)))).toEqual(moments);
    expect(await numbers(tf.abs(tensors.targetsOf('train') as tf.Tensor))).toEqual(
      Float64Array.from(setup.data.train.targets),
    );
    expect(tensors.targetsOf('stage')).toBeUndefined();
  });

  test('go from step to validation without leaving the device', async () => {
    const executor = await open(setup);
    const tensors = executor.tensors();
    await executor.train(chunk(0, 5));
    const seen = traffic();
    const error = tf.tidy(() => {
      const differences = tf.sub(
        tf.softmax(logitsOf(tensors, 'validation')),
        tensors.targetsOf('validation') as tf.Tensor,
      );
      return tf.mean(tf.square(differences));
    });
    expect(seen.read()).toBe(0);
    expect(seen.sent()).toBeLessThan(SMALL);
    const [value] = await error.data();
    expect(seen.read()).toBe(1);
    expect(value).toBeGreaterThan(0);
  });

  test('leave the executor as it is when they are disposed of, and tfjs as it was', async () => {
    const executor = await open(setup);
    await executor.train(chunk(0, 2));
    const expected = await executor.save();
    const { numTensors, numBytes } = tf.memory();
    for (let round = 0; round < 3; round++) {
      const tensors = executor.tensors();
      expect(executor.memory().tensors).toBe(tensors.count);
      const logits = logitsOf(tensors, 'stage');
      tensors.dispose();
      await logits.data();
      logits.dispose();
      expect(executor.memory().tensors).toBe(0);
      // As large as what was shared: were the buffer in tfjs's pool, it would be taken from there and written over.
      const other = tf.tidy(() => tf.mul(tf.zeros([setup.members, 4 * executor.layout.parameters4]), 2));
      await other.data();
      other.dispose();
    }
    expect(await executor.save()).toEqual(expected);
    await executor.train(chunk(2, 2));
    expect(tf.memory()).toMatchObject({ numTensors, numBytes });
  });

  test('see what lies there when they are computed with: before a chunk the old, after it the new', async () => {
    const executor = await open(setup);
    const tensors = executor.tensors();
    const inDeviceOrder = ({ parameters }: { parameters: Float64Array }): Float64Array => {
      const { members } = setup;
      const [count, size] = [parameters.length / members, 4 * executor.layout.parameters4];
      const padded = new Float32Array(members * size);
      for (let k = 0; k < members; k++)
        toDevice(layoutOf(plan), parameters.subarray(k * count, (k + 1) * count), padded.subarray(k * size));
      return Float64Array.from(padded);
    };
    const start = await executor.save();
    const atStart = tf.mul(tensors.parameters, 1);
    await executor.train(chunk(0, 4));
    const later = await executor.save();
    const afterChunk = tf.mul(tensors.parameters, 1);
    executor.restore(start);
    const afterRestore = tf.mul(tensors.parameters, 1);
    executor.dispose();
    expect(await numbers(atStart)).toEqual(inDeviceOrder(start));
    expect(await numbers(afterChunk)).toEqual(inDeviceOrder(later));
    expect(await numbers(afterRestore)).toEqual(inDeviceOrder(start));
    expect(relativeDistance(later.parameters, start.parameters)).toBeGreaterThan(1e-3);
  });

  test('are refused where tfjs does not compute on the device', async () => {
    const alone = await openAlone();
    const executor = await createWebgpuExecutor(alone, setup);
    expect(() => executor.tensors()).toThrow('nothing is shared');
    executor.dispose();
    alone.device.destroy();
  });
});

/** A device of its own, without tfjs. */
async function openAlone(): Promise<Gpu> {
  const adapter = await navigator.gpu.requestAdapter();
  const device = await adapter?.requestDevice();
  return new Gpu(device as GPUDevice, { name: 'alone', software: true });
}

describe('a head that tfjs makes', () => {
  const gathering = { ...plan, head: { ...plan.head, terms: [...plan.head.terms, anchor.id] } };
  const oneOf = (of: ExecutorSetup): ExecutorSetup => {
    const { parameters, moments } = of.state;
    return {
      ...of,
      members: 1,
      state: {
        parameters: parameters.slice(0, parameters.length / of.members),
        moments: moments.slice(0, moments.length / of.members),
      },
      knobs: of.knobs.slice(0, of.knobs.length / of.members),
    };
  };

  test.each([1, 2])(
    'trains where no kernel can be made, as the oracle does and without reading back: K = %i',
    async (members) => {
      const both = { ...setup, plan: gathering };
      const own = { ...prepared, setup: members === 1 ? oneOf(both) : both };
      const judge = new OracleExecutor(own.setup);
      const executor = await open(own.setup);
      const seen = traffic();
      let chunks = 0;
      for (const [from, steps] of [
        [0, 1],
        [1, 99],
      ] as const) {
        const now = chunkOfMembers(own, SEEDS.slice(0, members), from, steps);
        const [expected, got] = [await judge.train(now), await executor.train(now)];
        // One reading back, of losses and norms, ends a chunk.
        expect(seen.read()).toBe(++chunks);
        expect(relativeDistance(got.loss, expected.loss)).toBeLessThan(2e-6);
        expect(relativeDistance(got.gradientNorm, expected.gradientNorm)).toBeLessThan(2e-6);
      }
      const [expected, got] = [await judge.save(), await executor.save()];
      expect(relativeDistance(got.parameters, expected.parameters)).toBeLessThanOrEqual(2e-6);
    },
  );

  test('agrees with the compiled head of the same plan, also about knobs that are moved', async () => {
    const [compiled, graph] = [await open(setup), await open(setup, 'tfjs')];
    const moved = setup.knobs.slice();
    for (let k = 0; k < setup.members; k++)
      moved[k * plan.knobs.length + plan.knobs.indexOf('loss.confidence_penalty')] = 0.05;
    const results = [];
    for (const executor of [compiled, graph]) {
      const first = await executor.train(chunk(0, 6));
      executor.setKnobs(moved);
      const second = await executor.train(chunk(6, 14));
      results.push({ first, second, ...(await executor.save()) });
    }
    const [expected, got] = results as [(typeof results)[0], (typeof results)[0]];
    for (const part of ['first', 'second'] as const) {
      expect(relativeDistance(got[part].loss, expected[part].loss)).toBeLessThan(1e-6);
      expect(relativeDistance(got[part].gradientNorm, expected[part].gradientNorm)).toBeLessThan(2e-6);
    }
    expect(relativeDistance(got.parameters, expected.parameters)).toBeLessThan(1e-6);
  });

  test('serves members that do not go side by side', async () => {
    // So much work that an emulated GPU is given one member at a time.
    const wide = smallLog(0, { ...ODD, 'model.hidden': '256,256', 'training.batch_size': 256 });
    const heavy = await membersOf(wide, STARTS);
    const now = chunkOfMembers(heavy, SEEDS, 0, 2);
    const states = [];
    for (const head of [undefined, 'tfjs'] as const) {
      const executor = await open(heavy.setup, head);
      await executor.train(now);
      states.push((await executor.save()).parameters);
    }
    const [expected, got] = states as [Float64Array, Float64Array];
    expect(relativeDistance(got, expected)).toBeLessThan(1e-6);
  });

  test('may depend on nothing that the device knows', async () => {
    // Whole quads: where rows are to be filled up, tfjs does that on the device.
    const whole = await membersOf(smallLog(), STARTS);
    const { plan: full } = whole.setup;
    const bare = { ...full, head: { ...full.head, terms: [] } };
    const executor = await open({ ...whole.setup, plan: bare }, 'tfjs');
    const { loss, gradientNorm } = await executor.train(chunkOfMembers(whole, SEEDS, 0, 2));
    expect([...loss, ...gradientNorm]).toEqual(new Array<number>(8).fill(0));
  });

  test('holds no more after many steps than after one, and nothing once it is disposed of', async () => {
    const before = tf.memory().numTensors;
    const executor = await open({ ...setup, plan: gathering });
    await executor.train(chunk(0, 3));
    const { numTensors } = tf.memory();
    const held = executor.memory();
    await executor.train(chunk(3, 3));
    executor.setKnobs(setup.knobs);
    await executor.train(chunk(6, 2));
    expect(tf.memory().numTensors).toBe(numTensors);
    expect(executor.memory()).toEqual(held);
    executor.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('is refused, in a sentence, where there is no tfjs', async () => {
    const alone = await openAlone();
    await expect(createWebgpuExecutor(alone, { ...setup, plan: gathering })).rejects.toThrow(
      'gather along the axis "row" of the batch has no kernel',
    );
    await expect(createWebgpuExecutor(alone, setup, 'tfjs')).rejects.toThrow('needs tfjs');
    alone.device.destroy();
  });
});
