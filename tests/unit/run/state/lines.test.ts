import { expect, test } from 'vitest';
import { Lines } from '../../../../src/run/state/lines.ts';

test('a run has the name that its answer brings, whether that or its first frame comes first', () => {
  const lines = new Lines();
  lines.begin(1, 10, 0);
  const provisional = lines.get(10)?.id;
  expect(provisional).toMatch(/^\w+$/);
  lines.name(1, { id: 'first', parent: 'p' });
  expect(lines.get(10)).toEqual({ id: 'first', parent: 'p', fork: 0 });
  lines.name(2, { id: 'second', parent: '' });
  lines.begin(2, 11, 7);
  expect(lines.get(11)).toEqual({ id: 'second', parent: '', fork: 7 });
});

test('the frame of one run never takes the name of another that is on its way', () => {
  const lines = new Lines();
  lines.begin(1, 10, 0);
  // The page has asked for the run "kept" by now, and gets it as run 2.
  lines.begin(2, 11, 5);
  lines.name(1, { parent: '' });
  lines.name(2, { id: 'kept', parent: '' });
  expect(lines.get(11)?.id).toBe('kept');
  expect(lines.get(10)?.id).not.toBe('kept');
});

test('a branch that comes back is the run that it was', () => {
  const lines = new Lines();
  lines.begin(1, 10, 0);
  lines.name(1, { id: 'first', parent: '' });
  const branch = lines.at(12, 30, { parent: 'first' });
  expect(branch).toMatchObject({ parent: 'first', fork: 30 });
  lines.begin(5, 10, 40);
  expect(lines.get(10)).toEqual({ id: 'first', parent: '', fork: 0 });
});
