import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../../scripts/env.mjs';
import { charactersIn, SIGNS, TEXT } from '../../scripts/fonts/characters.mjs';
import { cut, FOLDER, licences, SUBSETS } from '../../scripts/fonts/subsets.mjs';

const shipped = (name: string): Buffer => readFileSync(join(root, FOLDER, name));

describe('the fonts that the page ships', () => {
  test('hold every character that stands in its sources and data', () => {
    const missing = [...charactersIn(root)].filter(
      ([character]) => !TEXT.includes(character) && !SIGNS.includes(character),
    );
    expect(missing, 'Add these to scripts/fonts/characters.mjs, and run npm run fonts.').toEqual([]);
  });

  test.each(SUBSETS)('$name is what npm run fonts makes', async (subset) => {
    expect(shipped(subset.name).equals(await cut(root, subset))).toBe(true);
  });

  test('come with their licences', () => {
    expect(shipped('LICENSES.md').toString()).toBe(licences(root));
  });

  test('weigh 60 kB at most', () => {
    const total = SUBSETS.reduce((sum, { name }) => sum + shipped(name).length, 0);
    expect(total).toBeLessThanOrEqual(60_000);
  });
});
