import { describe, expect, test } from 'vitest';
import type { Contender, Entry } from '../../bench/training/contender.ts';
import { Contest } from '../../bench/training/contest.ts';
import { newcomer } from '../../bench/training/newcomer.ts';
import { ours } from '../../bench/training/ours.ts';
import { referenceWork } from '../../bench/training/work.ts';
import { OracleExecutor } from '../../../src/engine/oracle/oracleExecutor.ts';
import { tf } from '../../support/cpu.ts';

const silent = (): void => undefined;

/** Counts its steps, and has them as its only parameter. */
function counter(scale: number): Contender & { done: () => number } {
  let steps = 0;
  return {
    models: 1,
    flops: 1,
    train: (n) => {
      steps += n;
      return Promise.resolve();
    },
    parameters: () => Promise.resolve(Float64Array.of(scale * steps)),
    done: () => steps,
  };
}

const entry = (id: string, create: Entry['create']): Entry => ({ id, name: id, create });

describe('a contest', () => {
  test('says how far each is off the judge after the same steps', async () => {
    const contest = new Contest([
      entry('judge', () => Promise.resolve(counter(1))),
      entry('off', () => Promise.resolve(counter(1.5))),
    ]);
    const [judge, off] = await contest.open(4, 'judge', silent);
    expect(judge?.distance).toBeUndefined();
    expect(off?.distance).toBeCloseTo(0.5, 12);
  });

  test('says of several models how far the furthest is off', async () => {
    const pair = (...scales: [number, number]): Promise<Contender> =>
      Promise.resolve({
        ...counter(1),
        models: 2,
        parameters: () => Promise.resolve(Float64Array.from(scales)),
      });
    const contest = new Contest([
      entry('judge', () => pair(1, 4)),
      entry('off', () => pair(1, 5)),
      entry('one', () => Promise.resolve(counter(0.5))),
    ]);
    const [, off, one] = await contest.open(1, 'judge', silent);
    expect(off?.distance).toBeCloseTo(0.25, 12);
    expect(one?.distance).toBeCloseTo(0.5, 12);
  });

  test('goes on without those that cannot run, and says why', async () => {
    const contest = new Contest([
      entry('broken', () => Promise.reject(new Error('no adapter'))),
      entry('sound', () => Promise.resolve(counter(1))),
    ]);
    const [broken, sound] = await contest.open(1, 'sound', silent);
    expect(broken?.missing).toBe('no adapter');
    expect(sound?.missing).toBeUndefined();
    await expect(contest.work('broken', 1)).rejects.toThrow('broken does not run');
  });

  test('counts the steps that were done', async () => {
    const one = counter(1);
    const contest = new Contest([entry('one', () => Promise.resolve(one))]);
    await contest.open(3, 'one', silent);
    const { steps } = await contest.work('one', 1);
    expect(one.done()).toBe(3 + steps);
  });
});

test.each([1, 2])('plain tfjs loops of %d models do the reference work', async (members) => {
  const work = referenceWork(members);
  const contest = new Contest([
    entry('oracle', () => ours(work, (setup) => new OracleExecutor(setup))),
    entry('plain', () => newcomer(tf, work, () => Promise.resolve())),
  ]);
  const [, plain] = await contest.open(3, 'oracle', silent);
  expect(plain?.missing).toBeUndefined();
  expect(plain?.models).toBe(members);
  expect(plain?.distance).toBeLessThan(1e-5);
});
