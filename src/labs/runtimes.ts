import type { LabRuntime, ReadTargets } from './lab.ts';

/** What trains each lab, loaded when the lab is; for the worker. */
export const runtimes: Readonly<Record<string, () => Promise<LabRuntime>>> = {
  'service-mix': async () => (await import('./service-mix/runtime.ts')).serviceMixRuntime,
};

/** The targets of each lab's data, for the doctor, which needs no model. */
export const targetReaders: Readonly<Record<string, () => Promise<ReadTargets>>> = {
  'service-mix': async () => (await import('./service-mix/targets.ts')).serviceMixTargets,
};
