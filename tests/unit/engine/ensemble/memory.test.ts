import { describe, expect, test } from 'vitest';
import { Ensemble } from '../../../../src/engine/ensemble/ensemble.ts';
import { checkMemory, memoryNeeded, saysNoMemory } from '../../../../src/engine/ensemble/memory.ts';
import { memberSetup } from '../../../../src/engine/ensemble/setup.ts';
import type { Chunk } from '../../../../src/engine/executor.ts';
import { OracleExecutor } from '../../../../src/engine/oracle/oracleExecutor.ts';
import { parameterLayout, type Plan } from '../../../../src/engine/plan.ts';
import { createAlone, localMachine } from '../../../support/hosts.ts';
import { chunkOfMembers, courseOf, firstDifference, membersOf } from '../../../support/members.ts';
import { tinyLog } from '../../../support/sessions.ts';

const prepared = await membersOf(tinyLog(), [
  { seed: 0, knobs: {} },
  { seed: 1, knobs: {} },
]);
const { setup } = prepared;
const chunk = (from: number): Chunk => chunkOfMembers(prepared, [0, 1], from, 5);

/** The same model with layers so wide that a thousand of them fit nowhere. */
const wide: Plan = {
  ...setup.plan,
  layers: [
    { kind: 'dense', inputs: 2, outputs: 8192, activation: 'relu' },
    { kind: 'dense', inputs: 8192, outputs: 8192, activation: 'relu' },
    { kind: 'dense', inputs: 8192, outputs: 4 },
  ],
};
/** Whatever allocates this much, the engine refuses. */
const refuse = (): Float64Array => new Float64Array(Number.MAX_SAFE_INTEGER);

describe('what members need', () => {
  const group = { plan: setup.plan, data: setup.data, members: 10 };

  test('grows with members and layers, and with hosts, of which each has the data', () => {
    const one = memoryNeeded([group], 1);
    const P = parameterLayout(setup.plan).count;
    expect(memoryNeeded([{ ...group, members: 20 }], 1) - one).toBe(
      10 * (4 * 3 * P * 8 + 2 * Math.max(setup.data.validation.rows, setup.data.stage.rows) * 4 * 8),
    );
    const { train, validation, stage } = setup.data;
    expect(memoryNeeded([group], 2) - one).toBe(
      [train, validation, stage].reduce(
        (sum, { features, targets }) => sum + features.byteLength + (targets?.byteLength ?? 0),
        0,
      ),
    );
    expect(memoryNeeded([{ ...group, plan: wide }], 1)).toBeGreaterThan(1000 * one);
  });

  test('is said in a sentence where it is too much: how much, how much there is, what to do', () => {
    const groups = [{ ...group, plan: wide, members: 1000 }];
    const needed = memoryNeeded(groups, 2);
    expect(() => {
      checkMemory(groups, 2, needed);
    }).not.toThrow();
    expect(() => {
      checkMemory(groups, 2, 2 ** 34);
    }).toThrow(
      /^1,000 models of 67,174,404 parameters each need 6\.4 TB of memory, and there are 17 GB\. Train at most 2 at once, or make the layers narrower\.$/,
    );
    expect(() => {
      checkMemory(groups, 2, 2 ** 30);
    }).toThrow(/there are 1\.1 GB\. Make the layers narrower\.$/);
    // What it says to do, does.
    expect(() => {
      checkMemory([{ ...group, plan: wide, members: 2 }], 2, 2 ** 34);
    }).not.toThrow();
  });

  test('is looked at before a host is opened', async () => {
    const machine = { ...localMachine(2), available: 1000 };
    await expect(Ensemble.open([setup], machine, 'oracle')).rejects.toMatchObject({ name: 'OutOfMemory' });
    expect(machine.opened).toEqual([]);
  });
});

describe('an allocation that fails', () => {
  test('is recognized by what engines say', () => {
    let said: unknown;
    try {
      refuse();
    } catch (error) {
      said = error;
    }
    expect(saysNoMemory(said)).toBe(true);
    expect(saysNoMemory(new RangeError('Array buffer allocation failed'))).toBe(true);
    expect(saysNoMemory(new RangeError('WebAssembly.Memory(): could not allocate memory'))).toBe(true);
    expect(saysNoMemory(new RangeError('The first cycle needs a positive length, not 0 epochs.'))).toBe(
      false,
    );
    expect(saysNoMemory(new Error('There is no knob.'))).toBe(false);
  });

  test('for the states of members is said in a sentence', () => {
    // As long as a list of members that big; nobody looks at them before there is room.
    const many = { length: 2 ** 25 } as never;
    expect(() => memberSetup(wide, setup.data, many)).toThrow(/^The browser gave no more memory/);
  });

  test('in a host that opens is said in a sentence; what ran before goes on, bit by bit', async () => {
    const before = await Ensemble.open([setup], localMachine(2), 'oracle');
    const alone = new OracleExecutor(setup);
    await Promise.all([before.train(chunk(0)), alone.train(chunk(0))]);
    const machine = localMachine(2, {
      create: (id, one) => (refuse(), createAlone(id, one)),
    });
    await expect(Ensemble.open([setup], machine, 'oracle')).rejects.toThrow(
      /^The browser gave no more memory \(Invalid typed array length: \d+\)\. The states of 2 models of \d+ parameters each take [\d.]+ kB by themselves, .*Train fewer at once/,
    );
    expect(machine.opened.map(({ closed }) => closed)).toEqual([true, true]);
    expect(firstDifference(await courseOf(before, [chunk(5)]), await courseOf(alone, [chunk(5)]))).toBe(-1);
  });

  test('while members train ends them in a sentence', async () => {
    const machine = localMachine(2, {
      before: (call, _, which) => {
        if (which === 1 && call === 'train') refuse();
      },
    });
    const ensemble = await Ensemble.open([setup], machine, 'oracle');
    await expect(ensemble.train(chunk(0))).rejects.toMatchObject({ name: 'OutOfMemory' });
    await expect(ensemble.train(chunk(0))).rejects.toThrow(/^The browser gave no more memory/);
  });
});
