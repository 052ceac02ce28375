import type { Run } from '../../run/run.svelte.ts';
import type { Sentence } from '../labs/page.ts';

/** What is said of a run of any lab: that it starts, has no trainer any more, or diverged; undefined where it just trains. */
export function lifeOf({
  phase,
  death,
  metrics,
  loads,
  notice,
}: Pick<Run, 'phase' | 'death' | 'metrics' | 'loads' | 'notice'>): Sentence | undefined {
  if (phase === 'dead') return { state: 'dead', title: 'The trainer is gone.', text: death };
  if (!metrics || loads === 0)
    return {
      state: 'starting',
      title: 'Training starts.',
      text: 'The trainer is loading into a thread of its own. The page answers already.',
    };
  if (metrics.status !== 'diverged') return undefined;
  return {
    state: 'diverged',
    title: 'The run stopped.',
    text:
      notice?.kind === 'diverged'
        ? notice.text
        : `The loss left the range of numbers at step ${metrics.step}.`,
  };
}
