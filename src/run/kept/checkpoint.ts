/**
 * A whole run in one safetensors file: weights, optimizer state and recorded rows as tensors that PyTorch can read, and
 * its log, knobs and progress as JSON beside them. Everything is kept in double precision, so that the run goes on bit
 * by bit. docs/checkpoints.md says what stands where.
 */
import * as v from 'valibot';
import type { KeptRun, Progress, RunLog, Saved } from '../../engine/protocol.ts';
import { presetKnobs, type Lab, type Problem } from '../../labs/lab.ts';
import { loadedLab } from '../../labs/index.ts';
import { chainOf } from '../../layers/chain.ts';
import type { LayerSpec } from '../../layers/kinds.ts';
import type { KnobValues } from '../../terms/knob.ts';
import { checkKnobs } from '../documents/config.ts';
import { eventsIn } from '../documents/events.ts';
import { checkExecutor } from '../documents/executors.ts';
import { labNamed } from '../documents/labNamed.ts';
import { log as logShape, progress as progressShape, step as stepShape } from './keptShape.ts';
import { fromNamed, toNamed, type Named } from './namedTensors.ts';
import { encode, readHeader, readTensors, type Tensor, type TensorFile } from './safetensors.ts';
import { text, texts, values } from '../documents/shapes.ts';
import { atOnce, inSlices, type Sliced } from '../documents/slices.ts';
import { strictJson } from '../documents/strictJson.ts';

/** What checkpoints need of the run on the page. */
export interface Checkpointable {
  /** The run as data, as it stands. */
  kept: () => Promise<KeptRun>;
  /** Makes a kept run the run of the page, paused where it stopped. */
  reopen: (run: KeptRun) => Promise<void>;
}

/** The form of the file; a number that is higher is from the future. */
const VERSION = 1;
/** Under which name the metadata hold it: what has it is one of ours. */
const MARK = 'collapse-lab.checkpoint';
/** What every browser holds in one piece. Six hidden layers of 1024 make 130 MB, and each recorded row some 200 bytes. */
export const MAX_CHECKPOINT_BYTES = 2_000_000_000;
const MAX_COLUMNS = 256;

/** What an optimizer remembers of each parameter, in PyTorch's words, in the order of the moments `[2P]`. */
const MOMENTS: Readonly<Record<string, readonly string[]>> = {
  adam: ['exp_avg', 'exp_avg_sq'],
  adamw: ['exp_avg', 'exp_avg_sq'],
  sgd: ['momentum_buffer'],
};

/**
 * @param version of the page, for whoever reads the file
 * @throws Error with a sentence, where the weights are no numbers any more, or where it could not be read again
 */
export function toCheckpoint({ log, saved, series }: KeptRun, version: string): Uint8Array {
  const layers = layersOf(log.lab, saved.knobs);
  const { count } = chainOf(layers);
  if (saved.parameters.length !== count || saved.moments.length !== 2 * count)
    throw new Error('Only a run of a single model can be kept as a checkpoint.');
  const bad = [saved.parameters, saved.moments].some((values) => !values.every(Number.isFinite));
  if (bad)
    throw new Error(
      'The run diverged: its weights are no numbers any more, and nothing can go on from them.',
    );
  const size = 8 * (3 * count + series.values.length);
  if (size > MAX_CHECKPOINT_BYTES)
    throw new Error(
      `The run would make ${size} bytes, and checkpoints have at most ${MAX_CHECKPOINT_BYTES}. It stays under Runs.`,
    );
  const metadata = new Map([
    [MARK, String(VERSION)],
    ['collapse-lab', version],
    ['log', JSON.stringify({ ...log, free: undefined })],
    ['step', String(saved.step)],
    ['executor', JSON.stringify(saved.executor)],
    ['knobs', JSON.stringify(saved.knobs)],
    // For PyTorch: the page itself makes the layers of the knobs.
    ['layers', JSON.stringify(layers)],
    ['progress', JSON.stringify(saved.progress)],
    ['columns', JSON.stringify(series.columns)],
  ]);
  atOnce(besideOf(metadata));
  const named: [string, Named][] = [
    ...toNamed(layers, saved.parameters),
    ...momentsOf(saved.progress, saved.knobs).flatMap((moment, m) =>
      toNamed(layers, saved.moments.subarray(m * count, (m + 1) * count), `optimizer.${moment}.`),
    ),
    [
      'series',
      {
        shape: [series.values.length / (series.columns.length || 1), series.columns.length],
        data: series.values,
      },
    ],
  ];
  return encode({
    metadata,
    tensors: new Map(named.map(([name, { shape, data }]) => [name, { dtype: 'F64', shape, data }])),
  });
}

/** Reads a checkpoint, or refuses it as a whole. @throws Error with a sentence */
export function fromCheckpoint(bytes: Uint8Array): Promise<KeptRun> {
  return inSlices(runOf(bytes));
}

function* runOf(bytes: Uint8Array): Sliced<KeptRun> {
  if (bytes.length > MAX_CHECKPOINT_BYTES)
    throw new Error(
      `The file has ${bytes.length} bytes, and checkpoints have at most ${MAX_CHECKPOINT_BYTES}.`,
    );
  const header = yield* readHeader(bytes);
  checkVersion(header.metadata);
  const file = readTensors(bytes, header);
  const { log, knobs, progress, columns, executor, step } = yield* besideOf(file.metadata);
  const layers = layersOf(log.lab, knobs);
  const { take, numbers, rest } = tensorsOf(file);
  const parameters = fromNamed(layers, numbers);
  const moments = new Float64Array(2 * parameters.length);
  momentsOf(progress, knobs).forEach((moment, m) => {
    moments.set(fromNamed(layers, numbers, `optimizer.${moment}.`), m * parameters.length);
  });
  const rows = take('series', [undefined, columns.length]);
  if (progress.rows > (rows.shape[0] as number))
    throw new Error(
      `The checkpoint is not whole: ${progress.rows} rows were recorded, and ${rows.shape[0] ?? 0} are there.`,
    );
  const foreign = rest();
  if (foreign !== undefined)
    throw new Error(`The tensor “${foreign.slice(0, 60)}” belongs to nothing in this run.`);
  return {
    log,
    saved: { step, executor, knobs, parameters, moments, progress },
    series: { columns, values: Float64Array.from(rows.data) },
  };
}

/** What stands beside the tensors. */
interface Beside extends Omit<Saved, 'parameters' | 'moments'> {
  log: RunLog;
  columns: readonly string[];
}

/** @throws Error with a sentence */
function* besideOf(metadata: TensorFile['metadata']): Sliced<Beside> {
  const { lab, log } = yield* logOf(metadata);
  const knobs = knobsOf(lab, log.preset, yield* read(metadata, 'knobs', values));
  const restarting = lab.knobs.find(({ key, live }) => !live && knobs[key] !== log.knobs[key]);
  if (restarting)
    throw new Error(
      `The checkpoint is not whole: ${restarting.key} differs between its start and its state.`,
    );
  const progress = yield* read(metadata, 'progress', progressShape);
  const columns = yield* read(metadata, 'columns', columnNames);
  const executor = yield* read(metadata, 'executor', text(80));
  checkExecutor(executor);
  return { log, knobs, progress, columns, executor, step: yield* read(metadata, 'step', stepShape) };
}

const columnNames = v.pipe(
  texts(MAX_COLUMNS, 100),
  v.check(
    (names) => new Set(names).size === names.length && !names.includes('') && !names.includes('__proto__'),
  ),
);

function checkVersion(metadata: TensorFile['metadata']): void {
  const mark = metadata.get(MARK);
  if (mark === undefined)
    throw new Error('This is a safetensors file, but not a checkpoint of Collapse Lab: it holds no run.');
  const version = /^\d{1,6}$/.test(mark) ? Number(mark) : NaN;
  if (!(version >= 1)) throw new Error(`The checkpoint has the unknown version “${mark.slice(0, 60)}”.`);
  if (version > VERSION)
    throw new Error(
      `The checkpoint is of version ${version}, and this page reads version ${VERSION}: reload the page to get a newer one.`,
    );
}

/** A part of the metadata, in the form that this version writes. */
function* read<T>(
  metadata: TensorFile['metadata'],
  name: string,
  shape: v.GenericSchema<unknown, T>,
): Sliced<T> {
  const json = metadata.get(name);
  if (json === undefined) throw new Error(`The checkpoint is not whole: it has no ${name}.`);
  const value = yield* strictJson(json, `The checkpoint’s ${name}`);
  const checked = v.safeParse(shape, value);
  if (checked.success) return checked.output;
  const at = v.getDotPath(checked.issues[0])?.slice(0, 60);
  throw new Error(`The checkpoint’s ${name} cannot be read${at ? ` at ${at}` : ''}.`);
}

function* logOf(metadata: TensorFile['metadata']): Sliced<{ lab: Lab; log: RunLog }> {
  const given = yield* read(metadata, 'log', logShape);
  const { preset, seed, executor: pinned } = given;
  const lab = yield* labNamed(given.lab);
  if (!lab) throw new Error(`There is no lab “${given.lab.slice(0, 60)}”.`);
  if (given.preset !== '' && !lab.presets.some(({ id }) => id === given.preset))
    throw new Error(`${lab.title} has no preset “${given.preset.slice(0, 60)}”.`);
  const { events, problems } = yield* eventsIn(lab, given.events);
  refuse(problems);
  const knobs = knobsOf(lab, given.preset, given.knobs);
  return { lab, log: { lab: lab.id, preset, seed, knobs, events, ...(pinned && { executor: pinned }) } };
}

/** A knob that is younger than the file is as its preset has it: that is what the run was made with. */
function knobsOf(lab: Lab, preset: string, given: KnobValues): KnobValues {
  const base = presetKnobs(lab, preset);
  const { knobs, problems } = checkKnobs(lab, given, base);
  refuse(problems);
  return { ...base, ...knobs };
}

/** What a link or a configuration would have repaired: a state that was trained under it cannot be. */
function refuse([problem]: readonly Problem[]): void {
  if (problem) throw new Error(`The checkpoint cannot be opened. ${problem.text}`);
}

function layersOf(lab: string, knobs: KnobValues): readonly LayerSpec[] {
  const declared = loadedLab(lab);
  if (!declared) throw new Error(`The network of the lab “${lab}” is not known.`);
  return declared.layers(knobs);
}

/** Moments may be those of an optimizer that was just left: they are dropped at the next step. */
function momentsOf({ momentsOf }: Progress, knobs: KnobValues): readonly string[] {
  const optimizer = String(momentsOf ?? knobs['training.optimizer']);
  const moments = MOMENTS[optimizer];
  if (!moments) throw new Error(`What the optimizer ${optimizer} remembers has no names yet.`);
  return moments;
}

/** The tensors of a file, each to be taken once; `rest` names one that nobody took. */
function tensorsOf({ tensors }: TensorFile): {
  /** An undefined size may be any. */
  take: (name: string, shape: readonly (number | undefined)[]) => Tensor;
  numbers: (name: string, shape: readonly number[]) => Float64Array;
  rest: () => string | undefined;
} {
  const unread = new Map(tensors);
  const take = (name: string, shape: readonly (number | undefined)[]): Tensor => {
    const tensor = unread.get(name);
    if (!tensor) throw new Error(`The checkpoint is not whole: the tensor “${name}” is missing.`);
    unread.delete(name);
    const fits = shape.every((size, i) => size === undefined || size === tensor.shape[i]);
    if (tensor.shape.length !== shape.length || !fits)
      throw new Error(
        `The tensor “${name}” is [${tensor.shape.join()}] and must be [${shape.map((size) => size ?? 'any').join()}].`,
      );
    return tensor;
  };
  const numbers = (name: string, shape: readonly number[]): Float64Array => {
    const { data } = take(name, shape);
    if (!data.every(Number.isFinite))
      throw new Error(`The tensor “${name}” has a value that is no finite number.`);
    if (name.startsWith('optimizer.exp_avg_sq.') && data.some((value) => value < 0))
      throw new Error(`The tensor “${name}” has a negative value; squares have none.`);
    return Float64Array.from(data);
  };
  return { take, numbers, rest: () => [...unread.keys()][0] };
}
