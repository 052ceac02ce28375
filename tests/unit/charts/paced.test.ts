import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Paced } from '../../../src/charts/paced.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('the first is heard at once, then the latest of five seconds, and always the last', () => {
  const heard: number[] = [];
  const paced = new Paced<number>((what) => heard.push(what));
  for (let i = 0; i < 190; i++) {
    paced.say(i);
    vi.advanceTimersByTime(50);
  }
  expect(heard).toEqual([0, 99]);
  vi.advanceTimersByTime(5000);
  expect(heard).toEqual([0, 99, 189]);
  vi.advanceTimersByTime(60_000);
  expect(heard).toEqual([0, 99, 189]);
});

test('an answer is heard at once, and what waited is not', () => {
  const heard: string[] = [];
  const paced = new Paced<string>((what) => heard.push(what));
  paced.say('run');
  paced.say('run goes on');
  paced.answer('cursor');
  expect(heard).toEqual(['run', 'cursor']);
  paced.stop();
  vi.advanceTimersByTime(60_000);
  expect(heard).toEqual(['run', 'cursor']);
});
