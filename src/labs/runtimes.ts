import type { LabId } from './index.ts';
import type { LabRuntime } from './lab.ts';

/** What trains each lab, fetched when a run of it is made; for workers. */
export const runtimes: Readonly<Record<LabId, () => Promise<LabRuntime>>> = {
  'service-mix': async () => (await import('./service-mix/runtime.ts')).serviceMixRuntime,
};

/** @throws Error where there is no such lab */
export async function runtimeOf(lab: string): Promise<LabRuntime> {
  // Not through the list of labs: it would bring their declarations along.
  if (!Object.hasOwn(runtimes, lab)) throw new Error(`There is no lab “${lab}”.`);
  return runtimes[lab as LabId]();
}
