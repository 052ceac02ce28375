import type { KnobValues } from '../../terms/knob.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { TargetSpec } from './targets.ts';

/** What the doctor is asked, as plain data. */
export interface DoctorRequest {
  lab: string;
  seed: number;
  /** All knobs of the lab. */
  values: KnobValues;
  targets: TargetSpec;
}

/** The doctor's worker. */
export interface DoctorApi {
  /**
   * @param base address of the page, for bundled files
   * @returns undefined when a newer request came in meanwhile: only the last one counts
   */
  diagnose: (request: DoctorRequest, base: string) => Promise<Diagnosis | undefined>;
}
