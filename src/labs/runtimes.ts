import { checkLab, type LabId } from './index.ts';
import type { LabRuntime } from './lab.ts';

/** What trains each lab, fetched when a run of it is made; for workers. */
export const runtimes: Readonly<Record<LabId, () => Promise<LabRuntime>>> = {
  'service-mix': async () => (await import('./service-mix/runtime.ts')).serviceMixRuntime,
};

/** @throws Error where there is no such lab */
export async function runtimeOf(lab: string): Promise<LabRuntime> {
  checkLab(lab);
  return runtimes[lab]();
}
