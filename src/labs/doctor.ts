/** The doctor: what a configuration leads to, worked out without training. Its mathematics belongs to each lab. */
import type { KnobValues } from '../terms/knob.ts';
import type { Problem, ReadPublic } from './lab.ts';

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

/** The doctor's worker. */
export interface DoctorApi {
  /**
   * @param base address of the page, for bundled files
   * @returns the lab's diagnosis; undefined when a newer request came in meanwhile: only the last one counts
   */
  diagnose: (request: DoctorRequest, base: string) => Promise<unknown>;
}
