import { expect, test } from 'vitest';
import { circlesOf } from '../../eslint-rules/circles.js';

const graph = (imports: Readonly<Record<string, string[]>>): Map<string, string[]> =>
  new Map(Object.entries(imports));

test('what imports only downwards has no circle', () => {
  expect(circlesOf(graph({ a: ['b', 'c'], b: ['c'], c: [] })).size).toBe(0);
});

test('two files that import each other are one, and what only leads there is none', () => {
  const found = circlesOf(graph({ a: ['b'], b: ['c'], c: ['b', 'd'], d: [] }));
  expect(Object.fromEntries(found)).toEqual({ b: ['c'], c: ['b'] });
});

test('a long way round is one too', () => {
  const found = circlesOf(graph({ a: ['b'], b: ['c'], c: ['d'], d: ['a'], e: ['a'] }));
  expect([...found.keys()].sort()).toEqual(['a', 'b', 'c', 'd']);
});
