import { describe, expect, test } from 'vitest';
import type { Ground } from '../../../src/charts/ground.ts';
import { letterOf, positionOf, samePlace, walk, type Place } from '../../../src/charts/place.ts';

const city: Ground = {
  K: 2,
  aspect: 1,
  gridSize: 2,
  positions: Float32Array.of(0, 0, 1, 0, 0, 1, 1, 1),
  services: new Float32Array(0),
  tau: 1,
  letters: Float32Array.of(0.25, 0.75),
};
const anywhere = (x: number, y: number): Place => ({ x, y });

test('places are where the ground says', () => {
  expect(positionOf({ letter: 0 }, city)).toEqual({ x: 0.25, y: 0.75 });
  expect(positionOf({ letter: 1 }, city)).toBeUndefined();
  expect(positionOf({ point: 1 }, city)).toEqual({ x: 1, y: 0 });
  expect(positionOf({ point: 4 }, city)).toBeUndefined();
  expect(positionOf({ x: 0.1, y: 0.2 }, city)).toEqual({ x: 0.1, y: 0.2 });
});

test('the same place is the same, whoever made it', () => {
  expect(samePlace({ letter: 1 }, { letter: 1 })).toBe(true);
  expect(samePlace({ letter: 1 }, { point: 1 })).toBe(false);
  expect(samePlace({ x: 0, y: 1 }, { x: 0, y: 1 })).toBe(true);
  expect(samePlace({ x: 0, y: 1 }, { x: 0, y: 0 })).toBe(false);
  expect(samePlace(undefined, { letter: 0 })).toBe(false);
  expect(samePlace(undefined, undefined)).toBe(true);
});

test('letters are those that the map has', () => {
  expect([letterOf('a', 8), letterOf('H', 8), letterOf('i', 8), letterOf('Escape', 8)]).toEqual([
    0,
    7,
    undefined,
    undefined,
  ]);
});

describe('arrows', () => {
  test('start in the middle, and go a step, or five', () => {
    expect(walk(undefined, 'ArrowLeft', false, city, anywhere)).toEqual({ x: 0.5, y: 0.5 });
    expect(walk({ x: 0.5, y: 0.5 }, 'ArrowLeft', false, city, anywhere)).toEqual({ x: 0.49, y: 0.5 });
    expect(walk({ x: 0.5, y: 0.5 }, 'ArrowDown', true, city, anywhere)).toEqual({ x: 0.5, y: 0.55 });
    expect(walk({ letter: 0 }, 'ArrowUp', false, city, anywhere)).toEqual({ x: 0.25, y: 0.74 });
    expect(walk({ x: 0.5, y: 0.5 }, 'Enter', false, city, anywhere)).toBeUndefined();
  });

  test('end at the edge', () => {
    expect(walk({ x: 0.98, y: 0 }, 'ArrowRight', true, city, anywhere)).toEqual({ x: 1, y: 0 });
    expect(walk({ x: 1, y: 0 }, 'ArrowRight', true, city, anywhere)).toBeUndefined();
    expect(walk({ x: 1, y: 0 }, 'ArrowUp', false, city, anywhere)).toBeUndefined();
  });

  test('cross a lake and a large county', () => {
    // The western third is one county, then water, then another county.
    const land = (x: number): Place | undefined =>
      x < 0.3 ? { point: 0 } : x < 0.7 ? undefined : { point: 1 };
    expect(walk({ point: 0 }, 'ArrowRight', false, city, land)).toEqual({ point: 1 });
    expect(walk({ point: 1 }, 'ArrowLeft', true, city, land)).toEqual({ point: 0 });
    expect(walk({ point: 0 }, 'ArrowLeft', false, city, land)).toBeUndefined();
  });
});
