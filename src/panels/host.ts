import type { Run } from '../run/run.svelte.ts';

/** What a knob's row needs of the run. */
export type KnobHost = Pick<Run, 'knobs' | 'labels' | 'metrics' | 'move' | 'set'>;

/** What to show of something thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
