import { checkLab, type LabId } from './index.ts';
import type { LabRuntime, ReadTargets } from './lab.ts';

/** What trains each lab, fetched when a run of it is made; for workers. */
export const runtimes: Readonly<Record<LabId, () => Promise<LabRuntime>>> = {
  'service-mix': async () => (await import('./service-mix/runtime.ts')).serviceMixRuntime,
};

/** The targets of each lab's data, for what looks at them without a model. */
export const targetReaders: Readonly<Record<LabId, () => Promise<ReadTargets>>> = {
  'service-mix': async () => (await import('./service-mix/targets.ts')).serviceMixTargets,
};

/** @throws Error where there is no such lab */
export async function runtimeOf(lab: string): Promise<LabRuntime> {
  checkLab(lab);
  return runtimes[lab]();
}
