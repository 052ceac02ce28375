import type { Component } from 'svelte';
import type { Run } from '../../run/run.svelte.ts';

type Stage = Component<{ run: Run }>;

/** What each lab draws, loaded with the lab. */
const stages: Readonly<Record<string, () => Promise<{ default: Stage }>>> = {
  'service-mix': () => import('./service-mix/stage/Stage.svelte'),
};

/** @throws when the lab has no stage */
export async function stageOf(lab: string): Promise<Stage> {
  const load = stages[lab];
  if (!load) throw new Error(`The lab "${lab}" has no stage.`);
  return (await load()).default;
}
