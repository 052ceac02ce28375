/** The doctor: what a configuration leads to, worked out without training. Its mathematics belongs to each lab. */
import type { LabId } from './index.ts';
import type { DoctorRequest, Examine } from './lab.ts';

/** The doctor's worker. */
export interface DoctorApi {
  /**
   * @param base address of the page, for bundled files
   * @returns the lab's diagnosis; undefined when a newer request came in meanwhile: only the last one counts
   */
  diagnose: (request: DoctorRequest, base: string) => Promise<unknown>;
}

/** What the doctor works out for each lab; undefined where a lab has no doctor. For the doctor's worker. */
export const examiners: Readonly<Record<LabId, (() => Promise<Examine>) | undefined>> = {
  'service-mix': async () => (await import('./service-mix/doctor/examine.ts')).examining,
};
