import { expect, test } from 'vitest';
import { thumbnail } from '../../../src/panels/labs/service-mix/stage/thumbnail.ts';
import { page } from '../../../src/panels/labs/service-mix/index.ts';
import { FakeStageRun, GRID, mixes } from '../stage/fakeStageRun.svelte.ts';

/** How far the pixels of a picture are from grey on average, 0 … 255. */
async function colour(blob: Blob | undefined): Promise<number> {
  if (!blob) return NaN;
  expect(blob.type).toBe('image/png');
  expect(blob.size).toBeLessThan(20_000);
  const image = await createImageBitmap(blob);
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [image.width, image.height];
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  let sum = 0;
  for (let i = 0; i < data.length; i += 4) {
    const rgb = data.slice(i, i + 3);
    sum += Math.max(...rgb) - Math.min(...rgb);
  }
  return sum / (data.length / 4);
}

test('a picture is grey where the model says nothing, and coloured where it does', async () => {
  const fake = new FakeStageRun();
  fake.says(mixes(GRID * GRID, 0), mixes(8, 0));
  expect(await colour(await thumbnail(fake.run))).toBeLessThan(1);
  fake.says(mixes(GRID * GRID, 0.9), mixes(8, 0.9));
  expect(await colour(await page.thumbnail(fake.run))).toBeGreaterThan(40);
});

test('of what is not there yet, or of another run, there is none', async () => {
  const fake = new FakeStageRun();
  fake.says(mixes(3, 0.9), mixes(8, 0.9));
  expect(await thumbnail(fake.run)).toBeUndefined();
  fake.scene = {};
  expect(await thumbnail(fake.run)).toBeUndefined();
});
