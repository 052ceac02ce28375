/** The doctor: what a configuration leads to, worked out without training. Its mathematics belongs to each lab. */
import type { DoctorRequest } from './lab.ts';

/** The doctor's worker. */
export interface DoctorApi {
  /**
   * @param base address of the page, for bundled files
   * @returns the lab's diagnosis; undefined when a newer request came in meanwhile: only the last one counts
   */
  diagnose: (request: DoctorRequest, base: string) => Promise<unknown>;
}
