import { expect, test } from 'vitest';
import { compareMachine, describeMachine } from '../../../scripts/machine.mjs';

test('what a run installed is told apart from what was there', () => {
  const before = 'Node: 20.19.0\nChromium: none\nhome: /root, not empty';
  const after = 'Node: 20.19.0\nChromium: /usr/bin/chromium, 150\nhome: /root, not empty\nfonts: 3 families';
  expect(compareMachine(before, after).split('\n')).toEqual([
    'Node: 20.19.0 (there before the run)',
    'Chromium: /usr/bin/chromium, 150 (by this run; before: none)',
    'home: /root, not empty (there before the run)',
    'fonts: 3 families (by this run)',
  ]);
});

test('a machine is described by one line for each thing that tests rest on', () => {
  const lines = describeMachine().split('\n');
  expect(lines.map((line) => /^[^:]+(?=: \S)/.exec(line)?.[0])).toEqual([
    'Node',
    'dependencies',
    'Chromium',
    'fonts',
    'Debian packages',
    'home',
  ]);
  expect(lines).toContain(`Node: ${process.versions.node}`);
  expect(lines).toContain('dependencies: as package-lock.json says');
});
