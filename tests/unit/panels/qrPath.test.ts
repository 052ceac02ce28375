import { expect, it } from 'vitest';
import { encode } from 'uqr';
import { qrPath } from '../../../src/panels/dialogs/share/qrPath.ts';

/** The modules that a path covers. */
function drawn(path: string, size: number): boolean[][] {
  const modules = Array.from({ length: size }, () => Array<boolean>(size).fill(false));
  for (const [, x, y, width, back] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-(\d+)z/g)) {
    expect(back).toBe(width);
    for (let i = 0; i < Number(width); i++) {
      const row = modules[Number(y)];
      expect(row?.[Number(x) + i]).toBe(false);
      if (row) row[Number(x) + i] = true;
    }
  }
  return modules;
}

it('is a bar for each run of dark modules', () => {
  expect(qrPath([])).toBe('');
  expect(qrPath([[false, true, true, false, true], [], [true]])).toBe('M1 0h2v1h-2zM4 0h1v1h-1zM0 2h1v1h-1z');
});

it('covers just the modules of a code', () => {
  for (const length of [10, 120, 1200]) {
    const { data, size } = encode('v=1&'.repeat(length / 4), { ecc: 'L', border: 4 });
    expect(drawn(qrPath(data), size)).toEqual(data);
  }
});
