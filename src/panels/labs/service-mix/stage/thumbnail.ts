import { MixPainter } from '../../../../charts/mixMap.ts';
import { canvasTheme } from '../../../../charts/theme.ts';
import type { Run } from '../../../../run/run.svelte.ts';
import { groundOf, isCountry } from './ground.ts';
import { readOutline } from './outline.ts';

/** Pixels of the longer side: twice what a list shows. */
const SIDE = 96;

/** What the model says as a small PNG; undefined before it says anything. */
export async function thumbnail(run: Pick<Run, 'scene' | 'view'>): Promise<Blob | undefined> {
  const outline = isCountry(run.scene) ? await readOutline().catch(() => undefined) : undefined;
  const ground = groundOf(run.scene, outline);
  const mixes = run.view['stage'];
  // Frames of another run may still be on their way.
  if (!ground || mixes?.length !== (ground.positions.length / 2) * ground.K) return undefined;
  const canvas = document.createElement('canvas');
  canvas.width = SIDE;
  canvas.height = Math.round(SIDE * ground.aspect);
  const context = canvas.getContext('2d');
  if (!context) return undefined;
  const size = { width: canvas.width, height: canvas.height, ratio: 1 };
  new MixPainter().draw(context, size, canvasTheme(), ground, mixes, 'none');
  return new Promise((resolve) => {
    canvas.toBlob((blob) => {
      resolve(blob ?? undefined);
    }, 'image/png');
  });
}
