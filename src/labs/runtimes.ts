import type { LabRuntime } from './lab.ts';

/** What trains each lab, loaded when the lab is; for the worker. */
export const runtimes: Readonly<Record<string, () => Promise<LabRuntime>>> = {
  'service-mix': async () => (await import('./service-mix/runtime.ts')).serviceMixRuntime,
};
