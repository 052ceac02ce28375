import * as Comlink from 'comlink';
import { stringify } from 'yaml';
import { PendingCalls } from '../engine/pendingCalls.ts';
import type { DoctorApi } from '../labs/doctor.ts';
import { defaultsOf, type Lab, type Problem } from '../labs/lab.ts';
import type { KnobValue } from '../terms/knob.ts';
import type { Config } from './documents/config.ts';
import { resolveRequest, type Standing } from './documents/request.ts';
import type { Run } from './run.svelte.ts';

/** A text as the doctor understood it. */
export interface Patient {
  lab: Lab;
  config: Config;
  /** Targets of the text's own, as the lab reads them; absent: those of the configuration's data. */
  targets?: unknown;
  /** What was repaired or left out, with the line where it stands. */
  problems: readonly Problem[];
}

/**
 * Reads a configuration and, where the text has a `targets:` part, the targets to examine it on.
 *
 * @throws Error or ConfigError when the text cannot be read at all
 */
export async function readPatient(text: string, standing: Standing): Promise<Patient> {
  const {
    lab,
    log,
    problems,
    targets: given,
  } = await resolveRequest(text.trim() ? { yaml: text } : {}, standing);
  const readTargets = given && (await lab.doctorTargets?.());
  const read = readTargets?.(given?.value, log.knobs, given?.line ?? 1);
  return {
    lab,
    config: { lab: lab.id, preset: log.preset, seed: log.seed, knobs: log.knobs },
    ...(read?.targets !== undefined && { targets: read.targets }),
    problems: [...problems, ...(read?.problems ?? [])],
  };
}

/** A configuration as the doctor reads it: every knob of the head that has an effect, whatever its default. */
export function patientText(lab: Lab, { seed, knobs }: Pick<Config, 'seed' | 'knobs'>): string {
  const head = new Set(lab.terms.flatMap((term) => term.knobs.map(({ key }) => key)));
  const usual = defaultsOf(lab.knobs);
  const groups: Record<string, Record<string, KnobValue>> = {};
  for (const knob of lab.knobs) {
    const { key, inactive } = knob;
    const value = knobs[key] ?? knob.default;
    const shown =
      value !== usual[key] ||
      (head.has(key) && knob.kind !== 'choice' && inactive?.({ ...usual, ...knobs }) === undefined);
    if (!shown || (head.has(key) && inactive?.({ ...usual, ...knobs }) !== undefined)) continue;
    const [group = '', name = ''] = key.split('.');
    (groups[group] ??= {})[name] = value;
  }
  return stringify({ seed, ...groups });
}

const GONE =
  'The doctor’s thread could not start: this browser blocked or failed to load its worker. Reload the page.';

/** The doctor in a thread of its own, so that the page never waits. Of several questions only the last is answered. */
export class Doctor {
  readonly #worker = new Worker(new URL('../../workers/doctor.ts', import.meta.url), {
    type: 'module',
    name: 'doctor',
  });
  readonly #remote = Comlink.wrap<DoctorApi>(this.#worker);
  readonly #calls = new PendingCalls();

  constructor() {
    this.#worker.addEventListener('error', ({ message }) => {
      this.#calls.end(new Error(message ? `${GONE} (${message})` : GONE));
    });
  }

  /** @returns the lab's diagnosis; undefined when a newer question was asked meanwhile */
  ask({ config, targets }: Patient): Promise<unknown> {
    const { lab, seed, knobs } = config;
    return this.#calls.until(this.#remote.diagnose({ lab, seed, values: knobs, targets }, document.baseURI));
  }

  dispose(): void {
    this.#worker.terminate();
  }
}

/** The lab's diagnosis, and what was wrong with the text that it is of. */
export type Report = Readonly<Record<string, unknown>> & { problems: readonly Problem[] };

/**
 * One diagnosis by itself, for the console.
 *
 * @param yaml a configuration, with a `targets:` part or without; the run as it is where none is given
 * @throws Error or ConfigError with a sentence
 */
export async function report(
  run: Pick<Run, 'lab' | 'preset' | 'seed' | 'config'>,
  yaml?: unknown,
): Promise<Report> {
  if (yaml !== undefined && typeof yaml !== 'string')
    throw new Error('doctor() takes the text of a configuration, or nothing for the run as it is.');
  const { lab, preset, seed } = run;
  const patient =
    yaml === undefined
      ? { lab, config: run.config, problems: [] }
      : await readPatient(yaml, { lab, preset, seed, executor: undefined });
  const doctor = new Doctor();
  try {
    const diagnosis = await doctor.ask(patient);
    if (typeof diagnosis !== 'object' || diagnosis === null)
      throw new Error('The doctor was asked something else meanwhile.');
    return { ...diagnosis, problems: patient.problems };
  } finally {
    doctor.dispose();
  }
}
