import { cpus, loadavg } from 'node:os';

/** Where it was measured. */
export interface Processor {
  processor: string;
  cores: number;
  /** Mean number of jobs over the last minute, before the bench began. */
  load: number;
}

export const describeProcessor = (): Processor => ({
  processor: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  load: loadavg()[0] ?? NaN,
});
