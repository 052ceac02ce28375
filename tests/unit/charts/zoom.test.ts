import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  LEAST_STEPS,
  pan,
  pinched,
  showing,
  within,
  zoomAround,
  type Span,
} from '../../../src/charts/zoom.ts';

const all: Span = [0, 1000];

test('a range stays inside of all steps, keeps its width and never gets too narrow', () => {
  expect(within([-50, 150], all)).toEqual([0, 200]);
  expect(within([900, 1100], all)).toEqual([800, 1000]);
  expect(within([500, 500], all)).toEqual([498, 502]);
  expect(within([0, 1000], all)).toBeUndefined();
  expect(within([-10, 3000], all)).toBeUndefined();
});

describe('zooming', () => {
  test('keeps the step in its place', () => {
    expect(zoomAround([0, 1000], all, 250, 0.5)).toEqual([125, 625]);
    expect(zoomAround([200, 400], all, 300, 2)).toEqual([100, 500]);
    expect(zoomAround([200, 400], all, 300, 100)).toBeUndefined();
  });

  test('in and out again leads back, wherever nothing is in the way', () => {
    fc.assert(
      fc.property(fc.double({ min: 450, max: 550, noNaN: true }), (step) => {
        const near = zoomAround([400, 600], all, step, 0.5) as Span;
        const back = zoomAround(near, all, step, 2) as Span;
        expect(back[0]).toBeCloseTo(400, 6);
        expect(back[1]).toBeCloseTo(600, 6);
        expect(near[1] - near[0]).toBeGreaterThanOrEqual(LEAST_STEPS);
      }),
    );
  });
});

test('moving ends where the steps end', () => {
  expect(pan([200, 400], all, 100)).toEqual([300, 500]);
  expect(pan([200, 400], all, 9999)).toEqual([800, 1000]);
});

test('a step comes in sight with the least move', () => {
  expect(showing([200, 400], all, 300)).toEqual([200, 400]);
  expect(showing([200, 400], all, 150)).toEqual([150, 350]);
  expect(showing([200, 400], all, 410)).toEqual([210, 410]);
});

test('fingers keep hold of their steps', () => {
  expect(pinched([200, 400], [0.25, 0.75], all)).toEqual([100, 500]);
  expect(pinched([200, 400], [0, 1], all)).toEqual([200, 400]);
  expect(pinched([200, 400], [0.5, 0.5], all)).toBeUndefined();
});
