import type { Run } from '../../run/run.svelte.ts';

type Draw = (run: Run) => Promise<Blob | undefined>;

/** How each lab draws a run small, for the history. */
const thumbnails: Readonly<Record<string, () => Promise<{ thumbnail: Draw }>>> = {
  'service-mix': () => import('./service-mix/stage/thumbnail.ts'),
};

/** A small picture of what the model of a run says now; undefined where its lab has none, or there is nothing yet. */
export async function thumbnailOf(run: Run): Promise<Blob | undefined> {
  const drawn = await thumbnails[run.lab.id]?.();
  return drawn?.thumbnail(run);
}
