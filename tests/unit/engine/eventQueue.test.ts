import { describe, expect, test } from 'vitest';
import { EventQueue } from '../../../src/engine/eventQueue.ts';

const at = (step: number, value: number | string = step, key = 'rate') => ({ step, key, value });

describe('the events of a run', () => {
  test('are taken by step, whatever their order in the log', () => {
    const queue = new EventQueue([at(30), at(10), at(20)]);
    expect(queue.nextStep).toBe(10);
    expect(queue.takeDue(9)).toEqual([]);
    expect(queue.takeDue(20)).toEqual([at(10), at(20)]);
    expect(queue.nextStep).toBe(30);
    expect(queue.applied).toEqual([at(10), at(20)]);
    expect(queue.all).toEqual([at(10), at(20), at(30)]);
    queue.takeDue(100);
    expect(queue.nextStep).toBe(Infinity);
  });

  test('of one step keep their order', () => {
    const events = [at(5, 1, 'a'), at(5, 2, 'b'), at(5, 3, 'c')];
    expect(new EventQueue(events).takeDue(5)).toEqual(events);
  });

  test('made by hand join those that were applied; of several at one step the last counts', () => {
    const queue = new EventQueue([at(10)]);
    queue.takeDue(10);
    queue.record(at(20, 1));
    queue.record(at(20, 7, 'clip'));
    queue.record(at(20, 2));
    expect(queue.applied).toEqual([at(10), at(20, 7, 'clip'), at(20, 2)]);
  });

  test('made by hand take over what the log would still have done to their key', () => {
    const queue = new EventQueue([at(10), at(50), at(50, 1, 'clip'), at(70)]);
    queue.takeDue(10);
    queue.record(at(20));
    expect(queue.all).toEqual([at(10), at(20), at(50, 1, 'clip')]);
    expect(queue.nextStep).toBe(50);
  });

  test('are put back when a run goes on from an earlier step', () => {
    const queue = new EventQueue([at(10), at(20), at(50, 1, 'clip')]);
    queue.takeDue(25);
    queue.record(at(25, 3));
    queue.rewind(20);
    expect(queue.applied).toEqual([at(10)]);
    expect(queue.nextStep).toBe(20);
    expect(queue.takeDue(25)).toEqual([at(20), at(25, 3)]);
    expect(queue.all).toEqual([at(10), at(20), at(25, 3), at(50, 1, 'clip')]);
  });

  test('that handed the run over later are dropped where it was lost', () => {
    const queue = new EventQueue([]);
    queue.record(at(10, 'tfjs', 'executor'));
    queue.record(at(30, 'oracle', 'executor'));
    queue.rewind(20);
    expect(queue.nextStep).toBe(30);
    queue.dropHandOvers(20);
    expect(queue.all).toEqual([at(10, 'tfjs', 'executor')]);
  });

  test('leave the log that they came from as it was', () => {
    const log = [at(30), at(10)];
    const queue = new EventQueue(log);
    queue.takeDue(100);
    expect(log).toEqual([at(30), at(10)]);
  });
});
