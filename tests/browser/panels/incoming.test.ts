import { afterEach, expect, test } from 'vitest';
import { incoming } from '../../../src/panels/dialogs/load/incoming.svelte.ts';

afterEach(() => {
  incoming.clear();
});

/** A file that says that it is of a size; nothing of that size is made. */
function fileOf(size: number): File {
  const file = new File(['{"seed": 3}'], 'run.json');
  return Object.defineProperty(file, 'size', { value: size });
}

test('a file is read as long as a browser makes a text of it, and is refused by its size beyond', async () => {
  await incoming.offerFile(fileOf(500_000_000));
  expect(incoming.latest).toMatchObject({ text: '{"seed": 3}', name: 'run.json', problem: '' });
  await incoming.offerFile(fileOf(501_000_000));
  expect(incoming.latest).toMatchObject({
    text: '',
    problem: 'run.json has 501 MB; a run or a configuration has at most 500 MB.',
  });
});
