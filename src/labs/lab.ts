import type { KnobValue, KnobValues, Knob } from '../terms/knob.ts';
import type { RunEvent, RunLog } from '../engine/protocol.ts';
import type { LayerSpec } from '../layers/kinds.ts';
import type { Task } from '../engine/task.ts';
import type { Term } from '../terms/term.ts';

/** Something wrong with a configuration, by name. */
export interface Problem {
  /** The knob or part that is meant. */
  key: string;
  /** What is wrong and what to do, as a sentence. */
  text: string;
  /** What was taken instead, where something was. */
  used?: KnobValue;
  /** Line of the document in which it stands, from 1, where it came with one. */
  line?: number;
}

export interface Preset {
  id: string;
  title: string;
  /** One sentence: what it does. */
  text: string;
  /** Differences from the lab's defaults. */
  knobs: KnobValues;
  /** A preset may be a run that is told: knobs that move, and a pause to look. */
  events: readonly RunEvent[];
}

/** A metric as the list of runs shows it. */
export interface FinalNumber {
  label: string;
  metric: string;
  /** What it is compared with, after it. */
  beside?: { label: string; metric: string };
}

/** What page and worker both know of a lab. No drawing, no data. */
export interface Lab {
  id: string;
  title: string;
  /** One sentence: the symptom that it shows. */
  text: string;
  /** Terms of the loss and transforms before it, in the order of the panel and in which transforms act. */
  terms: readonly Term[];
  /** All knobs, those of the terms among them. */
  knobs: readonly Knob[];
  presets: readonly Preset[];
  /** The preset that a visitor sees first. */
  opening: string;
  /** The preset that is nothing but the defaults: what a document without a preset is a variant of. */
  plain: string;
  /** The layers of the lab's network under given knobs: what the flat parameters of a run mean. */
  layers: (values: KnobValues) => readonly LayerSpec[];
  /** What no single knob can know: combinations that cannot be trained. */
  check: (values: KnobValues) => Problem[];
  /** The numbers that the list of runs shows of each, measured where it stood last. */
  finalNumbers: readonly FinalNumber[];
  /** How the doctor reads targets of the user's own; of labs whose doctor takes some. */
  doctorTargets?: () => Promise<ReadDoctorTargets>;
}

/** Reads a bundled file of `public/`; the worker fetches it, tests read it from disk. */
export type ReadPublic = (path: string) => Promise<unknown>;

/** What the doctor is asked, as plain data. */
export interface DoctorRequest {
  lab: string;
  seed: number;
  /** All knobs of the lab. */
  values: KnobValues;
  /** What to examine it on, as the lab's `readTargets` gives it; absent: the data that the knobs describe. */
  targets?: unknown;
}

/**
 * Reads the `targets:` part of a text; what is wrong with it is named and left out.
 *
 * @param line where the part begins
 */
export type ReadDoctorTargets = (
  value: unknown,
  knobs: KnobValues,
  line: number,
) => { targets: unknown; problems: Problem[] };

/** The lab's diagnosis of a request, with pauses in it. @throws Error with a sentence */
export type Examine = (request: DoctorRequest, read: ReadPublic) => Promise<Generator<undefined, unknown>>;

/** What only the trainer knows of a lab: how to make its data, and how to measure. */
export interface LabRuntime {
  build: (log: RunLog, read: ReadPublic) => Promise<Task>;
}

export function defaultsOf(knobs: readonly Knob[]): Record<string, KnobValue> {
  return Object.fromEntries(knobs.map((knob) => [knob.key, knob.default]));
}

/** All knobs as a preset has them at step 0; the defaults where the lab has no such preset. */
export const presetKnobs = (lab: Lab, id: string | undefined): Record<string, KnobValue> => ({
  ...defaultsOf(lab.knobs),
  ...lab.presets.find((preset) => preset.id === id)?.knobs,
});
