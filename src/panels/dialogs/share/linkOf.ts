import type { Run } from '../../../run/run.svelte.ts';

/** Longest link: programs that pass links on cut longer ones off. */
export const MAX_LENGTH = 32_000;

/**
 * The address of the page with the run in its hash.
 *
 * @param options.log from step 0, with all that was changed: replays the run
 * @throws Error with a sentence where there is no run, or its link would be too long to be passed on
 */
export function linkOf(run: Pick<Run, 'link'>, options: { log?: boolean } = {}): string {
  const link = `${location.origin}${location.pathname}${location.search}#${run.link(options)}`;
  if (link.length > MAX_LENGTH)
    throw new Error(
      `The link would have ${String(link.length)} characters, and programs cut such off. Save the run as a file instead: export it as JSON.`,
    );
  return link;
}
