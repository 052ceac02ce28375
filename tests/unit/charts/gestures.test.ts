import { beforeEach, describe, expect, test } from 'vitest';
import { Gestures } from '../../../src/charts/gestures.ts';
import { layOut, type ChartSpec } from '../../../src/charts/lineChart.ts';
import { StepAxis } from '../../../src/charts/stepAxis.svelte.ts';

const plain = (x: number): string => String(x);
const STEPS = Array.from({ length: 101 }, (_, i) => 10 * i);
/** A plot of one pixel for each step, from 0 to 1000. */
const margins = { top: 0, right: 0, bottom: 0, left: 0 };

let axis: StepAxis;
let gestures: Gestures;
let recorded: readonly number[];
beforeEach(() => {
  axis = new StepAxis();
  recorded = STEPS;
  gestures = new Gestures(axis, () => {
    const spec: ChartSpec = {
      steps: recorded,
      all: [0, 1000],
      x: axis.span ?? [0, 1000],
      y: [0, 1],
      marks: [],
      labels: () => [],
      changes: [],
    };
    return {
      spec,
      layout: layOut(spec, 1000, 100, margins, { step: plain, value: plain, tick: plain }),
    };
  });
});

const mouse = { pointerId: 1, pointerType: 'mouse', button: 0 };
const finger = (pointerId: number): typeof mouse => ({ pointerId, pointerType: 'touch', button: 0 });
const at = <T>(pointer: T, offsetX: number): T & { offsetX: number } => ({ ...pointer, offsetX });
const key = (name: string, shiftKey = false): boolean =>
  gestures.key({ key: name, shiftKey, altKey: false, ctrlKey: false, metaKey: false });

describe('a mouse', () => {
  test('points at the nearest row, and at none when it is gone', () => {
    gestures.move(at(mouse, 124));
    expect(axis.row).toBe(12);
    gestures.out(mouse);
    expect(axis.row).toBeUndefined();
  });

  test('selects by dragging, either way, and then shows what it selected', () => {
    gestures.down(at(mouse, 400));
    gestures.move(at(mouse, 200));
    expect(axis.selection).toEqual([200, 400]);
    expect(axis.span).toBeUndefined();
    gestures.up(mouse);
    expect(axis.span).toEqual([200, 400]);
    expect(axis.selection).toBeUndefined();
  });

  test('a click selects nothing, nor does another button, nor a drag that Escape ends', () => {
    gestures.down(at(mouse, 400));
    gestures.move(at(mouse, 403));
    gestures.up(mouse);
    gestures.down({ ...at(mouse, 100), button: 2 });
    gestures.move(at(mouse, 300));
    gestures.up(mouse);
    gestures.down(at(mouse, 100));
    gestures.move(at(mouse, 300));
    expect(key('Escape')).toBe(true);
    gestures.up(mouse);
    expect(axis.span).toBeUndefined();
  });

  test('its wheel zooms with Ctrl alone, around where it points', () => {
    const wheel = { deltaX: 0, deltaY: -30, deltaMode: 0, offsetX: 500 };
    expect(gestures.wheel({ ...wheel, ctrlKey: false })).toBe(false);
    expect(axis.span).toBeUndefined();
    expect(gestures.wheel({ ...wheel, ctrlKey: true })).toBe(true);
    const [from = NaN, to = NaN] = axis.span ?? [];
    expect(from + to).toBeCloseTo(1000);
    expect(to - from).toBeCloseTo(1000 * Math.exp(-0.3));
  });

  test('its wheel moves what is zoomed sideways', () => {
    axis.span = [200, 400];
    expect(gestures.wheel({ ctrlKey: false, deltaX: 100, deltaY: 3, deltaMode: 0, offsetX: 0 })).toBe(true);
    expect(axis.span).toEqual([220, 420]);
  });
});

describe('fingers', () => {
  test('one moves the cursor, which stays when it is lifted', () => {
    gestures.down(at(finger(1), 100));
    gestures.move(at(finger(1), 300));
    gestures.up(finger(1));
    gestures.out(finger(1));
    expect(axis.row).toBe(30);
    expect(axis.span).toBeUndefined();
  });

  test('two zoom, and keep hold of their steps', () => {
    gestures.down(at(finger(1), 400));
    gestures.down(at(finger(2), 600));
    gestures.move(at(finger(1), 200));
    gestures.move(at(finger(2), 800));
    const [from = NaN, to = NaN] = axis.span ?? [];
    expect(from).toBeCloseTo(1000 / 3);
    expect(to).toBeCloseTo(2000 / 3);
    expect(axis.row).toBeUndefined();
  });

  test('a scrolling page takes the cursor away', () => {
    gestures.down(at(finger(1), 400));
    gestures.cancel(finger(1));
    expect(axis.row).toBeUndefined();
  });
});

describe('keys', () => {
  test('move from the last row by one, by ten and to the ends', () => {
    key('ArrowLeft');
    expect(axis.row).toBe(99);
    key('ArrowLeft', true);
    expect(axis.row).toBe(89);
    key('ArrowRight');
    expect(axis.row).toBe(90);
    key('Home');
    key('ArrowLeft');
    expect(axis.row).toBe(0);
    key('End');
    key('ArrowRight');
    expect(axis.row).toBe(100);
  });

  test('zoom around the cursor, and show all again', () => {
    axis.row = 50;
    key('+');
    expect(axis.span).toEqual([250, 750]);
    key('+');
    expect(axis.span).toEqual([375, 625]);
    key('-');
    expect(axis.span).toEqual([250, 750]);
    key('0');
    expect(axis.span).toBeUndefined();
  });

  test('take the view along', () => {
    axis.span = [200, 400];
    axis.row = 40;
    key('ArrowRight');
    expect(axis.span).toEqual([210, 410]);
    key('Home');
    expect(axis.span).toEqual([0, 200]);
  });

  test('Escape leaves the cursor first, then the zoom, then the key to the page', () => {
    axis.span = [200, 400];
    axis.row = 30;
    expect(key('Escape')).toBe(true);
    expect([axis.row, axis.span]).toEqual([undefined, [200, 400]]);
    expect(key('Escape')).toBe(true);
    expect(axis.span).toBeUndefined();
    expect(key('Escape')).toBe(false);
  });

  test('others, and those with Ctrl, are the page\u2019s', () => {
    expect(key(' ')).toBe(false);
    expect(gestures.key({ key: '0', shiftKey: false, altKey: false, ctrlKey: true, metaKey: false })).toBe(
      false,
    );
  });
});

test('nothing recorded, nothing to point at', () => {
  recorded = [];
  gestures.move(at(mouse, 100));
  key('ArrowLeft');
  key('End');
  expect(axis.row).toBeUndefined();
});

test('a row just outside of what is shown is not pointed at', () => {
  axis.span = [203, 208];
  gestures.move(at(mouse, 10));
  expect(axis.row).toBeUndefined();
  axis.span = [203, 218];
  gestures.move(at(mouse, 10));
  expect(axis.row).toBe(21);
  gestures.move(at(mouse, 990));
  expect(axis.row).toBe(21);
});
