import { beforeEach, describe, expect, test } from 'vitest';
import type { Change } from '../../../../src/engine/protocol.ts';
import { serviceMix } from '../../../../src/labs/service-mix/index.ts';
import { presetKnobs } from '../../../../src/labs/lab.ts';
import { Run } from '../../../../src/run/run.svelte.ts';
import { FakeTrainer } from './fakeTrainer.ts';

const CHANGE: Change = { kind: 'run', step: 5, from: {}, to: {} };
const knobs = presetKnobs(serviceMix, 'before');

let trainer: FakeTrainer;
let run: Run;
/** A run of the page, with all that its trainer says about it. */
async function load(
  number: number,
  request: Parameters<Run['load']>[0] = { preset: 'before' },
): Promise<void> {
  const loading = run.load(request);
  const { resolve } = await trainer.next('load');
  trainer.frame(number);
  resolve(trainer.loaded(number));
  await loading;
}

beforeEach(() => {
  trainer = new FakeTrainer();
  trainer.log = { ...trainer.log, knobs };
  run = new Run('0', trainer.client);
  run.begin(serviceMix);
});

describe('ready()', () => {
  test('resolves when what was wrong with the run is known, not with its first frame', async () => {
    let ready = false;
    const waiting = run.ready().then(() => {
      ready = true;
      return run.problems.length;
    });
    const loading = run.load({ url: '#v=1&preset=before&model.temperature=99' });
    const { resolve } = await trainer.next('load');
    trainer.frame(1);
    await new Promise((done) => setImmediate(done));
    expect(ready).toBe(false);
    resolve(trainer.loaded(1));
    await loading;
    expect(await waiting).toBe(1);
  });

  test('rejects where the lab cannot be fetched, as every other call does', async () => {
    const other = new Run('0', new FakeTrainer().client);
    const waiting = [other.ready(), other.load({ preset: 'before' })].map((call) =>
      expect(call).rejects.toThrow('No lab.'),
    );
    other.giveUp('No lab.');
    await Promise.all(waiting);
  });

  test('rejects where the trainer dies before there is a run', async () => {
    const waiting = expect(run.ready()).rejects.toThrow('It is gone.');
    trainer.die('It is gone.');
    await waiting;
    expect(run.phase).toBe('dead');
  });
});

test('problems belong to the run that is on the page', async () => {
  await load(1, { url: '#v=1&preset=before&model.temperature=99' });
  expect(run.problems).toHaveLength(1);
  await load(2);
  expect(run.problems).toEqual([]);
});

describe('wrong input is refused by name, and nothing is sent', () => {
  beforeEach(async () => {
    await load(1);
    trainer.called.length = 0;
  });

  test.each([
    ['move of a knob that is none', { 'model.temperatur': 1 }, 'Did you mean model.temperature?'],
    ['move of a knob that restarts', { 'model.hidden': '8' }, 'model.hidden cannot move in a run'],
    ['move of the seed', { seed: 3 }, 'seed cannot move in a run'],
    ['move to nonsense', { 'model.temperature': NaN }, 'model.temperature must be a number'],
    ['move of nothing', null, 'an object of knobs'],
  ])('%s', (_, given, said) => {
    expect(() => {
      run.move(given as never);
    }).toThrow(said);
    expect(run.knobs).toEqual(knobs);
    expect(trainer.called).toEqual([]);
  });

  test.each([
    ['set(null)', () => run.set(null as never), 'set() takes an object of knobs'],
    ['set([])', () => run.set([] as never), 'set() takes an object of knobs'],
    ['set of a knob that is none', () => run.set({ nope: 1 }), 'nope is not a knob'],
    ['load(null)', () => run.load(null as never), 'load() takes an object'],
    ['load([])', () => run.load([] as never), 'load() takes an object'],
    ['load("x")', () => run.load('x' as never), 'load() takes an object'],
    ['step("x")', () => run.step('x' as never), 'step(n) needs a whole number from 1 to 10000000, not "x".'],
    ['step(0)', () => run.step(0), 'step(n) needs a whole number'],
    ['jump(NaN)', () => run.jump(NaN), 'jump(step) needs a whole number from 0 to 0, not NaN.'],
    ['samples(-1)', () => run.samples(-1), 'samples(n) needs a whole number'],
    ['use(5)', () => run.use(5 as never), 'no executor "5"'],
    ['export(7)', () => run.export(7 as never), 'no export "7"'],
  ])('%s', async (_, call, said) => {
    trainer.frame(1, { playing: true });
    await expect(call()).rejects.toThrow(said);
    expect(trainer.called).toEqual([]);
    expect(run.playing).toBe(true);
  });

  test.each(['x', { lgo: true }, { log: 1 }, null, []])('share(%j)', (options) => {
    expect(() => run.link(options as never)).toThrow('share() takes nothing, or { log: true }');
  });
});

test('a gesture has one number, another has another, and set() has none', async () => {
  await load(1);
  const answered = async (): Promise<unknown> => {
    const { args, resolve } = await trainer.next('set');
    resolve(undefined);
    return args;
  };
  run.move({ 'model.temperature': 2 });
  run.move({ 'model.temperature': 3 });
  expect(run.knobs['model.temperature']).toBe(3);
  const released = run.release();
  expect(await answered()).toEqual([{ 'model.temperature': 2 }, 1]);
  expect(await answered()).toEqual([{ 'model.temperature': 3 }, 1]);
  await released;
  run.move({ 'model.temperature': 4 });
  const set = run.set({ 'model.logit_norm': 2 });
  expect(await answered()).toEqual([{ 'model.temperature': 4 }, 2]);
  expect(await answered()).toEqual([{ 'model.logit_norm': 2 }, undefined]);
  (await trainer.next('metrics')).resolve(trainer.loaded(1).metrics);
  await set;
});

describe('undo', () => {
  test('that is refused leaves run and notice as they are, paused', async () => {
    await load(1);
    const notice = { kind: 'diverged', text: 'Stopped.' } as const;
    trainer.frame(1, { playing: true, notice });
    const undoing = expect(run.undo()).rejects.toThrow('The executor was lost.');
    // A frame from before it was heard.
    trainer.frame(1, { playing: true });
    (await trainer.next('undo')).reject(new Error('The executor was lost.'));
    await undoing;
    expect(run).toMatchObject({ phase: 'ready', playing: false, notice });
    // A run that plays all the same says so.
    trainer.frame(1, { playing: true });
    expect(run.playing).toBe(true);
  });

  test('followed at once by a load: the loaded run is on the page, whichever frames come first', async () => {
    await load(1);
    await load(2);
    const undoing = run.undo();
    const loading = run.load({ preset: 'sufficient', seed: 9 });
    const [undo, other] = [await trainer.next('undo'), await trainer.next('load')];
    trainer.frame(3, { branch: 1 });
    trainer.frame(4);
    undo.resolve(trainer.undone(CHANGE, trainer.loaded(3)));
    await undoing;
    expect(run.phase).toBe('loading');
    other.resolve(trainer.loaded(4, { preset: 'sufficient', seed: 9 }));
    expect(await loading).toMatchObject({ preset: 'sufficient', seed: 9 });
    expect(run).toMatchObject({ phase: 'ready', preset: 'sufficient', seed: 9 });
  });

  test('of a load brings back which run it was, and what belongs to it alone goes', async () => {
    await load(1);
    const { id } = run;
    await load(2, { yaml: 'temperature: 99\n' });
    expect(run.id).not.toBe(id);
    expect([run.problems.length, run.source]).toEqual([1, 'temperature: 99\n']);
    const undoing = run.undo();
    const { resolve } = await trainer.next('undo');
    trainer.frame(3, { branch: 1 });
    resolve(trainer.undone(CHANGE, trainer.loaded(3)));
    await undoing;
    expect(run.id).toBe(id);
    expect([run.problems.length, run.source]).toEqual([0, undefined]);
  });
});

test('the page loads until the last of several runs is there', async () => {
  await load(1);
  const first = run.load({ seed: 1 });
  const { reject } = await trainer.next('load');
  const second = run.load({ seed: 2 });
  const superseded = expect(first).rejects.toThrow('meanwhile');
  reject(new Error('Another run was loaded meanwhile.'));
  const { resolve } = await trainer.next('load');
  await superseded;
  expect(run.phase).toBe('loading');
  trainer.frame(3);
  resolve(trainer.loaded(3, { seed: 2 }));
  await second;
  expect(run).toMatchObject({ phase: 'ready', seed: 2 });
});

test('of several runs that are asked for before one is read, only the last is made', async () => {
  await load(1);
  trainer.called.length = 0;
  const superseded = expect(run.load({ seed: 1 })).rejects.toThrow('Another run was loaded meanwhile.');
  const second = run.load({ seed: 2 });
  const { resolve, args } = await trainer.next('load');
  await superseded;
  expect(args[0]).toMatchObject({ seed: 2 });
  trainer.frame(2);
  resolve(trainer.loaded(2, { seed: 2 }));
  await second;
  expect(trainer.called.filter(({ method }) => method === 'load')).toHaveLength(1);
});

describe('a run comes to the page in one step', () => {
  const other = { ...knobs, 'model.temperature': 7 };
  const shown = (): object => ({
    temperature: run.knobs['model.temperature'],
    step: run.metrics?.step,
    labels: run.labels,
    seed: run.seed,
    rows: run.series.column('step').length,
  });
  const frameOfOther = (): void => {
    trainer.frame(2, {
      knobs: other,
      metrics: { ...trainer.loaded(2).metrics, step: 30 },
      series: { from: 0, columns: ['step'], values: Float64Array.of(0) },
    });
  };

  test('nothing of it is shown before both its answer and its first frame are here', async () => {
    await load(1);
    for (const first of ['frame', 'answer']) {
      const before = shown();
      const loading = run.load({ seed: 5 });
      const { resolve } = await trainer.next('load');
      const number = run.loads + 1;
      const send = (): void => {
        trainer.frame(number, { knobs: other, metrics: { ...trainer.loaded(2).metrics, step: 30 } });
      };
      if (first === 'frame') send();
      else resolve(trainer.loaded(number, { seed: 5, knobs: other }));
      await new Promise((done) => setImmediate(done));
      expect(shown()).toEqual(before);
      if (first === 'frame') resolve(trainer.loaded(number, { seed: 5, knobs: other }));
      else send();
      await loading;
      expect(shown()).toMatchObject({ temperature: 7, step: 30, seed: 5 });
      await load(run.loads + 1);
    }
  });

  test('late frames of the run before it are dropped', async () => {
    await load(1);
    const loading = run.load({ seed: 5 });
    const { resolve } = await trainer.next('load');
    frameOfOther();
    resolve(trainer.loaded(2, { seed: 5, knobs: other }));
    await loading;
    const now = shown();
    trainer.frame(1, { knobs, metrics: { ...trainer.loaded(1).metrics, step: 99 } });
    expect(shown()).toEqual(now);
  });

  test('numbers that were measured of the run before it are not shown as its own', async () => {
    await load(1);
    const stepping = run.step(10);
    const step = await trainer.next('step');
    await load(2);
    step.resolve({ ...trainer.loaded(1).metrics, step: 10 });
    expect(await stepping).toMatchObject({ step: 10 });
    expect(run.metrics?.step).toBe(0);
  });

  test('what is moved while it is made is sent when it is there', async () => {
    await load(1);
    const loading = run.load({ seed: 5 });
    const { resolve } = await trainer.next('load');
    run.move({ 'model.temperature': 3 });
    expect(trainer.waiting.map(({ method }) => method)).not.toContain('set');
    trainer.frame(2);
    resolve(trainer.loaded(2));
    await loading;
    expect(run.knobs['model.temperature']).toBe(3);
    expect((await trainer.next('set')).args[0]).toEqual({ 'model.temperature': 3 });
  });
});
