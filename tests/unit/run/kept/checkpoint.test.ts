import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { OPTIMIZERS } from '../../../../src/engine/optimizers.ts';
import type { KeptRun } from '../../../../src/engine/protocol.ts';
import { serviceMix } from '../../../../src/labs/service-mix/index.ts';
import type { MixSample } from '../../../../src/labs/service-mix/answers.ts';
import { runtimeOf } from '../../../../src/labs/runtimes.ts';
import { fromCheckpoint, toCheckpoint } from '../../../../src/run/kept/checkpoint.ts';
import { decode, encode, type Tensor } from '../../../../src/run/kept/safetensors.ts';
import type { KnobValues } from '../../../../src/terms/knob.ts';
import { atStep, manyEvents } from '../../../support/kept.ts';
import { keptRun } from '../../../support/trained.ts';
import { chunkFor } from '../../../support/chunks.ts';
import { readPublic, serviceMixLog } from '../../../support/runs.ts';
import { tinyLog } from '../../../support/sessions.ts';

let run: KeptRun;
let bytes: Uint8Array;
beforeAll(async () => {
  run = (await keptRun(tinyLog({ seed: 3, preset: 'sufficient' }), 25)).run;
  bytes = toCheckpoint(run, '0.1.0');
});

/** The checkpoint with something changed in it. */
function changed(change: {
  metadata?: (metadata: Map<string, string>) => void;
  tensors?: (tensors: Map<string, Tensor>) => void;
}): Uint8Array {
  const file = decode(bytes);
  const [metadata, tensors] = [new Map(file.metadata), new Map(file.tensors)];
  change.metadata?.(metadata);
  change.tensors?.(tensors);
  return encode({ metadata, tensors });
}
/** One part of the metadata changed as JSON. */
const told = (name: string, change: (value: Record<string, unknown>) => unknown): Uint8Array =>
  changed({
    metadata: (metadata) => {
      const value = JSON.parse(metadata.get(name) ?? '') as Record<string, unknown>;
      metadata.set(name, JSON.stringify(change(value) ?? value));
    },
  });
/** One tensor changed. */
const tensor = (name: string, change: (tensor: Tensor) => Tensor): Uint8Array =>
  changed({
    tensors: (tensors) => tensors.set(name, change(tensors.get(name) as Tensor)),
  });

describe('a run', () => {
  it('comes back as it was, bit by bit', async () => {
    expect(await fromCheckpoint(bytes)).toEqual(run);
    // Not a number, where a row has nothing to measure: as it was.
    expect(run.series.values.some(Number.isNaN)).toBe(true);
    expect(toCheckpoint(await fromCheckpoint(bytes), '0.1.0')).toEqual(bytes);
  });

  it.each(OPTIMIZERS)('goes on from it with %s as if it had never stopped', async (optimizer) => {
    const knobs = { 'training.optimizer': optimizer, 'training.momentum': 0.9 };
    const { run, executor, state } = await keptRun(tinyLog({ knobs }), 12);
    const { saved } = await fromCheckpoint(toCheckpoint(run, ''));
    const chunk = chunkFor(8, 16, 64, 12);
    await executor.train(chunk);
    const through = await executor.save();
    expect(through.parameters).not.toEqual(state.parameters);
    executor.restore(saved);
    await executor.train(chunk);
    expect(await executor.save()).toEqual(through);
  });

  it('names what the optimizer remembers as PyTorch does', async () => {
    const of = async (knobs: KnobValues): Promise<string[]> => {
      const { run } = await keptRun(tinyLog({ knobs }), 3);
      return [...decode(toCheckpoint(run, '')).tensors.keys()];
    };
    const layers = ['layers.0.weight', 'layers.0.bias', 'layers.1.weight', 'layers.1.bias'];
    const under = (moment: string): string[] => layers.map((name) => `optimizer.${moment}.${name}`);
    expect(await of({})).toEqual([...layers, ...under('exp_avg'), ...under('exp_avg_sq'), 'series']);
    expect(await of({ 'training.optimizer': 'sgd' })).toEqual([
      ...layers,
      ...under('momentum_buffer'),
      'series',
    ]);
  });

  it('keeps the moments of an optimizer that was left at this very step', async () => {
    const knobs = { ...run.saved.knobs, 'training.optimizer': 'sgd' };
    const left: KeptRun = { ...run, saved: { ...run.saved, knobs } };
    expect(await fromCheckpoint(toCheckpoint(left, ''))).toEqual(left);
  });

  it('without a single recorded row or step is one too', async () => {
    const empty: KeptRun = {
      ...run,
      saved: { ...run.saved, progress: { ...run.saved.progress, rows: 0, recorded: -1, gradientNorm: null } },
      series: { columns: [], values: new Float64Array(0) },
    };
    expect(await fromCheckpoint(toCheckpoint(empty, ''))).toEqual(empty);
  });

  it('of which the weights are no numbers is not written', () => {
    const parameters = run.saved.parameters.slice().fill(NaN, 3, 4);
    expect(() => toCheckpoint({ ...run, saved: { ...run.saved, parameters } }, '')).toThrow(
      'The run diverged: its weights are no numbers any more, and nothing can go on from them.',
    );
  });

  it('of several models is not written', () => {
    const parameters = new Float64Array(2 * run.saved.parameters.length);
    expect(() => toCheckpoint({ ...run, saved: { ...run.saved, parameters } }, '')).toThrow('a single model');
  });

  it('whose weights were saved again in single precision is read as the numbers that they are', async () => {
    const single = tensor('layers.0.bias', ({ shape, data }) => ({
      dtype: 'F32',
      shape,
      data: Float32Array.from(data),
    }));
    const { parameters } = (await fromCheckpoint(single)).saved;
    const [from, to] = [6 * 6, 6 * 6 + 6];
    expect(parameters.subarray(from, to)).toEqual(
      Float64Array.from(Float32Array.from(run.saved.parameters.subarray(from, to))),
    );
  });

  it('in which a newer page wrote more opens, and that stays in it', async () => {
    const more = await fromCheckpoint(told('progress', (progress) => ({ ...progress, more: 1 })));
    expect(more.saved.progress).toEqual({ ...run.saved.progress, more: 1 });
    const log = await fromCheckpoint(told('log', (log) => ({ ...log, more: 1 })));
    expect(log.saved).toEqual(run.saved);
  });

  it.each([10_000_001, 2 ** 40])('at step %i is one like any other', async (step) => {
    const old = atStep(run, step);
    expect(await fromCheckpoint(toCheckpoint(old, ''))).toEqual(old);
  });

  it('with more events than anyone makes by hand is one too', async () => {
    const old = { ...run, log: { ...run.log, events: manyEvents(100_001) } };
    const { log } = await fromCheckpoint(toCheckpoint(old, ''));
    expect(JSON.stringify(log.events) === JSON.stringify(old.log.events)).toBe(true);
  });

  it('that could not be read again is not written', () => {
    const progress = { ...run.saved.progress, optimizerSteps: NaN };
    expect(() => toCheckpoint({ ...run, saved: { ...run.saved, progress } }, '')).toThrow(
      'The checkpoint’s progress cannot be read at optimizerSteps.',
    );
  });

  it('from before a knob was there has it as its preset does', async () => {
    const older = changed({
      metadata: (metadata) => {
        for (const name of ['log', 'knobs']) {
          const value = JSON.parse(metadata.get(name) ?? '') as { knobs?: Record<string, unknown> };
          delete ((value.knobs ?? value) as Record<string, unknown>)['training.eta_min'];
          metadata.set(name, JSON.stringify(value));
        }
      },
    });
    expect(await fromCheckpoint(older)).toEqual(run);
  });
});

describe('the tensors are PyTorch’s', () => {
  it.each<KnobValues>([
    {
      'model.activation': 'tanh',
      'model.hidden': '7,5',
      'model.use_logit_norm': true,
      'model.temperature': 2,
    },
    {
      'model.activation': 'relu',
      'model.hidden': '6',
      'model.temperature_at': 'training',
      'model.temperature': 3,
    },
  ])('x Wᵀ + b, layer by layer, gives the logits and mixes of the run: %o', async (knobs) => {
    const { run, executor } = await keptRun(tinyLog({ knobs, preset: 'sufficient' }), 20);
    const { tensors } = decode(toCheckpoint(run, ''));
    const task = await (await runtimeOf('service-mix')).build(run.log, readPublic);
    const { rows, features } = task.data.validation;
    const width = features.length / rows;
    const expected = await executor.predict('validation');
    const k = expected.length / rows;
    const samples = task.samples(expected, run.saved.knobs, rows) as unknown as MixSample[];
    for (let row = 0; row < rows; row++) {
      const logits = predict(
        tensors,
        [...features.subarray(row * width, (row + 1) * width)],
        knobs['model.activation'],
      );
      logits.forEach((logit, c) => {
        expect(logit).toBeCloseTo(expected[row * k + c] as number, 12);
      });
      headOf(logits, run.saved.knobs).forEach((share, c) => {
        expect(share).toBeCloseTo(samples[row]?.predicted[c] as number, 12);
      });
    }
  });

  it('have the shapes of the network that is trained, for each source of data', async () => {
    for (const knobs of [{}, { 'data.categories': 5 }, { 'data.source': 'places', 'data.categories': 5 }]) {
      const log = serviceMixLog({
        knobs: { 'data.points': 64, 'data.validation': 16, 'training.batch_size': 16, ...knobs },
      });
      const task = await (await runtimeOf('service-mix')).build(log, readPublic);
      expect(serviceMix.layers(log.knobs)).toEqual(task.plan.layers);
    }
  });
});

/** As `torch.nn.Linear` computes: by the rows of the weight. */
function predict(tensors: ReadonlyMap<string, Tensor>, x: number[], activation: unknown): number[] {
  const depth = [...tensors.keys()].filter((name) => /^layers\.\d+\.weight$/.test(name)).length;
  let values = x;
  for (let l = 0; l < depth; l++) {
    const weight = tensors.get(`layers.${l}.weight`) as Tensor;
    const bias = tensors.get(`layers.${l}.bias`) as Tensor;
    const [outputs = 0, inputs = 0] = weight.shape;
    expect(inputs).toBe(values.length);
    const input = values;
    values = Array.from({ length: outputs }, (_, o) =>
      input.reduce((sum, v, i) => sum + v * (weight.data[o * inputs + i] as number), bias.data[o] as number),
    );
    if (l < depth - 1) values = values.map((v) => (activation === 'tanh' ? Math.tanh(v) : Math.max(0, v)));
  }
  return values;
}

/** LogitNorm, temperature and softmax as docs/checkpoints.md and the loader have them. */
function headOf(logits: readonly number[], knobs: KnobValues): number[] {
  let u = [...logits];
  if (knobs['model.use_logit_norm'] === true) {
    const length = Math.hypot(...u) + 1e-7;
    u = u.map((v) => (Number(knobs['model.logit_norm']) * v) / length);
  }
  if (knobs['model.temperature_at'] !== 'training') u = u.map((v) => v / Number(knobs['model.temperature']));
  const powers = u.map(Math.exp);
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

describe('what is wrong is said in one sentence, and nothing is loaded', () => {
  it.each<[string, () => Uint8Array, RegExp]>([
    [
      'a model of HuggingFace',
      () => encode({ metadata: new Map([['format', 'pt']]), tensors: decode(bytes).tensors }),
      /^This is a safetensors file, but not a checkpoint of Collapse Lab: it holds no run\.$/,
    ],
    [
      'a model in another dtype, by what it is and not by its dtype',
      () => foreign(),
      /not a checkpoint of Collapse Lab/,
    ],
    [
      'a newer version',
      () => changed({ metadata: (m) => m.set('collapse-lab.checkpoint', '2') }),
      /is of version 2, and this page reads version 1: reload the page/,
    ],
    [
      'a version of words',
      () => changed({ metadata: (m) => m.set('collapse-lab.checkpoint', 'new') }),
      /unknown version “new”/,
    ],
    [
      'a version before the first',
      () => changed({ metadata: (m) => m.set('collapse-lab.checkpoint', '0') }),
      /unknown version “0”/,
    ],
    ['no log', () => changed({ metadata: (m) => m.delete('log') }), /not whole: it has no log\./],
    [
      'a log that is not JSON',
      () => changed({ metadata: (m) => m.set('log', '{') }),
      /The checkpoint’s log is not JSON\./,
    ],
    [
      'a log with a name twice',
      () => changed({ metadata: (m) => m.set('log', '{"lab":"a","lab":"b"}') }),
      /has the name “lab” twice/,
    ],
    [
      'a prototype in a knob',
      () => changed({ metadata: (m) => m.set('knobs', '{"__proto__":{"a":1}}') }),
      /name “__proto__”/,
    ],
    [
      'another lab',
      () => told('log', (log) => ({ ...log, lab: '<b>x</b>' })),
      /There is no lab “<b>x<\/b>”\./,
    ],
    ['another preset', () => told('log', (log) => ({ ...log, preset: 'nobody' })), /has no preset “nobody”/],
    [
      'a seed of words',
      () => told('log', (log) => ({ ...log, seed: 'x' })),
      /The checkpoint’s log cannot be read at seed\./,
    ],
    [
      'a knob out of range',
      () => told('knobs', (knobs) => ({ ...knobs, 'model.temperature': 99 })),
      /model\.temperature is 99: .* from 0\.05 to 10/,
    ],
    [
      'a knob that nobody knows',
      () => told('knobs', (knobs) => ({ ...knobs, 'loss.foo': 1 })),
      /loss\.foo is not a knob/,
    ],
    [
      'an event that cannot be',
      () => told('log', (log) => ({ ...log, events: [{ step: 3, key: 'model.hidden', value: '8' }] })),
      /model\.hidden restarts a run/,
    ],
    [
      'another network than it began with',
      () => told('knobs', (knobs) => ({ ...knobs, 'model.hidden': '8' })),
      /model\.hidden differs between its start and its state/,
    ],
    [
      'progress without its schedule',
      () => told('progress', ({ schedule: _, ...progress }) => progress),
      /progress cannot be read at schedule/,
    ],
    [
      'progress with more rows than there are',
      () => told('progress', (progress) => ({ ...progress, rows: 1e6 })),
      /1000000 rows were recorded, and \d+ are there/,
    ],
    [
      'a step before the first',
      () => changed({ metadata: (m) => m.set('step', '-1') }),
      /step cannot be read/,
    ],
    [
      'an executor that nobody knows',
      () => changed({ metadata: (m) => m.set('executor', '"abacus"') }),
      /There is no executor "abacus"\. Known: oracle/,
    ],
    [
      'a column twice',
      () => changed({ metadata: (m) => m.set('columns', '["step","step"]') }),
      /columns cannot be read/,
    ],
    [
      'a missing tensor',
      () => changed({ tensors: (t) => t.delete('layers.1.bias') }),
      /the tensor “layers\.1\.bias” is missing/,
    ],
    [
      'a tensor too many',
      () => changed({ tensors: (t) => t.set('lm_head', t.get('series') as Tensor) }),
      /“lm_head” belongs to nothing in this run/,
    ],
    [
      'a transposed weight',
      () => tensor('layers.1.weight', ({ shape, ...rest }) => ({ ...rest, shape: [...shape].reverse() })),
      /“layers\.1\.weight” is \[6,4\] and must be \[4,6\]/,
    ],
    [
      'a flat weight',
      () => tensor('layers.1.weight', (t) => ({ ...t, shape: [24] })),
      /is \[24\] and must be \[4,6\]/,
    ],
    [
      'a series of another width',
      () => tensor('series', (t) => ({ ...t, shape: [t.data.length, 1] })),
      /“series” is \[\d+,1\] and must be \[any,\d+\]/,
    ],
    [
      'a weight that is no number',
      () => tensor('layers.0.weight', (t) => ({ ...t, data: t.data.slice().fill(NaN, 5, 6) })),
      /“layers\.0\.weight” has a value that is no finite number/,
    ],
    [
      'an infinite moment',
      () =>
        tensor('optimizer.exp_avg.layers.0.bias', (t) => ({
          ...t,
          data: t.data.slice().fill(Infinity, 0, 1),
        })),
      /“optimizer\.exp_avg\.layers\.0\.bias” has a value that is no finite number/,
    ],
    [
      'a negative square',
      () =>
        tensor('optimizer.exp_avg_sq.layers.0.bias', (t) => ({ ...t, data: t.data.slice().fill(-1, 0, 1) })),
      /has a negative value; squares have none/,
    ],
  ])('%s', async (_, make, sentence) => {
    await expect(fromCheckpoint(make())).rejects.toThrow(sentence);
  });

  /** Half precision, as models are published. */
  function foreign(): Uint8Array {
    const header = JSON.stringify({ w: { dtype: 'F16', shape: [4], data_offsets: [0, 8] } });
    const out = new Uint8Array(8 + header.length + 8);
    new DataView(out.buffer).setBigUint64(0, BigInt(header.length), true);
    out.set(new TextEncoder().encode(header), 8);
    return out;
  }
});

describe('any bytes', () => {
  /** A run that can be written again, or an error with a sentence. */
  async function isRunOrSentence(given: Uint8Array): Promise<void> {
    let read: KeptRun;
    try {
      read = await fromCheckpoint(given);
    } catch (error) {
      expect(error).toBeInstanceOf(Error);
      expect((error as Error).constructor).toBe(Error);
      expect((error as Error).message).toMatch(/^[A-Z][^]*[.?]$/);
      return;
    }
    expect(await fromCheckpoint(toCheckpoint(read, ''))).toEqual(read);
  }

  it('are a run or an error with a sentence', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), isRunOrSentence), { numRuns: 2000 });
  });

  it('with a header of any JSON too', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), fc.uint8Array({ maxLength: 40 }), async (text, data) => {
        const header = new TextEncoder().encode(text);
        const given = new Uint8Array(8 + header.length + data.length);
        new DataView(given.buffer).setBigUint64(0, BigInt(header.length), true);
        given.set(header, 8);
        given.set(data, 8 + header.length);
        await isRunOrSentence(given);
      }),
      { numRuns: 1000 },
    );
  });

  it('that were a checkpoint before they were damaged too', async () => {
    const at = fc.integer({ min: 0, max: bytes.length - 1 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(fc.oneof(at, fc.integer({ min: 0, max: 4000 })), fc.integer({ min: 0, max: 255 })),
          { minLength: 1, maxLength: 4 },
        ),
        fc.option(at),
        async (flips, end) => {
          const given = bytes.slice(0, end ?? undefined);
          for (const [position, byte] of flips) if (position < given.length) given[position] = byte;
          await isRunOrSentence(given);
        },
      ),
      { numRuns: 1500 },
    );
  });

  it('with any JSON in the place of a part too', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('log', 'knobs', 'progress', 'columns', 'step', 'executor'),
        fc.json(),
        async (name, text) => {
          await isRunOrSentence(changed({ metadata: (metadata) => metadata.set(name, text) }));
        },
      ),
      { numRuns: 300 },
    );
  });
});
