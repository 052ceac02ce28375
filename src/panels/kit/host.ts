import type { Problem } from '../../labs/lab.ts';
import type { Run } from '../../run/run.svelte.ts';

/** What a knob's row needs of the run. */
export type KnobHost = Pick<
  Run,
  'knobs' | 'lab' | 'labels' | 'loads' | 'metrics' | 'move' | 'release' | 'set'
>;

/** What was wrong with a document, and what was taken instead. */
export const problemText = ({ text, used }: Problem): string =>
  used === undefined || text.includes('Did you mean') ? text : `${text} Set to ${String(used) || 'empty'}.`;

/** What to show of something thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
