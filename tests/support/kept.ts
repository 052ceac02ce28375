import type { KeptRun, RunEvent, RunLog, Saved } from '../../src/engine/protocol.ts';
import { loadLab } from '../../src/labs/index.ts';
import { presetKnobs } from '../../src/labs/lab.ts';
import type { Entry } from '../../src/run/kept/entry.ts';
import type { KnobValues } from '../../src/terms/knob.ts';

/** Loaded, as that of any run that is kept. */
export const lab = await loadLab('service-mix');
export const COLUMNS = ['step', 'kl', 'gradientNorm'];

export interface KeptOptions {
  step?: number;
  rows?: number;
  parameters?: number;
  seed?: number;
  preset?: string;
  knobs?: KnobValues;
  events?: RunEvent[];
  /** Moves every number, so that two runs can be told apart. */
  salt?: number;
}

/** Numbers that no rounding leaves alone. */
const odd = (i: number, salt: number): number => Math.sin(1 + i + 1000 * salt) / 3;

/** A whole run as it could be stored. NaN stands where a first gradient norm would, and −0 where one could be. */
export function keptRun({
  step = 120,
  rows = 10,
  parameters = 5,
  seed = 0,
  preset = 'before',
  knobs = {},
  events = [],
  salt = 0,
}: KeptOptions = {}): KeptRun {
  const log: RunLog = { lab: lab.id, preset, seed, knobs: presetKnobs(lab, preset), events };
  const values = new Float64Array(rows * COLUMNS.length);
  for (let row = 0; row < rows; row++)
    values.set(
      [Math.floor((row * step) / Math.max(1, rows)), odd(row, salt), row === 0 ? NaN : -0],
      row * COLUMNS.length,
    );
  const saved: Saved = {
    step,
    executor: 'oracle',
    knobs: { ...log.knobs, ...knobs },
    parameters: Float64Array.from({ length: parameters }, (_, i) => odd(i, salt)),
    moments: Float64Array.from({ length: 2 * parameters }, (_, i) => odd(i, salt) ** 2),
    progress: {
      status: 'ok',
      gradientNorm: 0.25,
      optimizerSteps: step,
      momentsOf: 'adam',
      schedule: {
        kind: 'constant',
        base: 0.003,
        scale: 1,
        epoch: 3,
        best: null,
        badEpochs: 0,
        cooldownLeft: 0,
      },
      origin: null,
      lastEvent: 0,
      recorded: step,
      rows,
    },
  };
  return { log, saved, series: { columns: COLUMNS, values } };
}

/** The same run, trained far longer: in steps, epochs and what was moved last. */
export function atStep({ log, saved, series }: KeptRun, step: number): KeptRun {
  const { progress } = saved;
  const events = [...log.events, { step: step - 1, key: 'model.temperature', value: 2 }];
  const values = series.values.slice();
  // The last row is of this step.
  if (values.length > 0)
    values[values.length - series.columns.length + series.columns.indexOf('step')] = step;
  const schedule = { ...progress.schedule, epoch: Math.floor(step / 2) };
  const origin = { step: step - 1, scheduler: schedule.kind, schedule };
  return {
    log: { ...log, events },
    saved: {
      ...saved,
      step,
      progress: { ...progress, optimizerSteps: step, schedule, origin, lastEvent: step - 1, recorded: step },
    },
    series: { ...series, values },
  };
}

export const manyEvents = (count: number): RunEvent[] =>
  Array.from({ length: count }, (_, step) => ({ step, key: 'model.temperature', value: 1 + (step % 7) }));

export function entryOf(run: KeptRun, fields: Partial<Entry> = {}): Entry {
  return {
    version: 1,
    id: 'a',
    name: 'Before, seed 0',
    starred: false,
    created: 1_000,
    changed: 2_000,
    lab: run.log.lab,
    preset: run.log.preset,
    parent: '',
    differs: [],
    differsFrom: 'preset',
    final: { step: run.saved.step, status: 'ok', numbers: { kl: 0.5 } },
    rows: run.saved.progress.rows,
    bytes: 5_000,
    ...fields,
  };
}

/** The bits of numbers: equal where every one of them is, NaN and −0 too. */
export const bitsOf = (values: Float64Array): number[] => [...new Uint32Array(values.slice().buffer)];
