import { afterEach, describe, expect, test } from 'vitest';
import { ExecutorLost } from '../../../src/engine/executor.ts';
import type { RunLog } from '../../../src/engine/protocol.ts';
import { freeLog, HARDWARE, Track, type Machine } from '../../support/races.ts';
import { TINY, tinyLog } from '../../support/sessions.ts';

const open: Track[] = [];
/** A machine that stops when its test is over. */
function machine(given: Partial<Machine> = {}): Track {
  const track = new Track(given);
  open.push(track);
  return track;
}
afterEach(async () => {
  for (const { player } of open.splice(0)) await player.pause().catch(() => undefined);
});

const executorOf = (track: Track): string => track.last.engine.executor;
const decided = (track: Track): boolean => ['measured', 'out'].includes(track.last.engine.race?.state ?? '');

/** The weights that the log of a run leads to on a machine that has all executors: at the step where the run is. */
async function replayed({ player, last }: Track): Promise<Float32Array> {
  const track = machine();
  const { executor = 'wasm', ...log } = player.log();
  await track.player.load({ ...log, executor, free: false });
  await track.player.step(last.metrics.step);
  return track.player.parameters();
}

describe('a run that nobody gave an executor', () => {
  test('is handed over to WebGPU at a step boundary where that is faster, as an event and with its numbers', async () => {
    const track = machine({ wasm: 2, webgpu: 0.5 });
    await track.start();
    await track.until(() => executorOf(track) === 'webgpu');
    await track.on(50);
    await track.player.pause();
    const { events, engine, undo } = track.last;
    expect(events).toEqual([{ step: expect.any(Number) as number, key: 'executor', value: 'webgpu' }]);
    expect(events[0]?.step).toBeGreaterThan(0);
    expect(undo).toBeUndefined();
    expect(engine.race).toEqual({ state: 'measured', adapter: HARDWARE.name, wasm: 500, webgpu: 2000 });
    expect(await track.player.parameters()).toEqual(await replayed(track));
    // Of all that were made for the race, the one that trains is left.
    expect([track.alive('wasm'), track.alive('webgpu')]).toEqual([0, 1]);
    // Who replays the log gets the same hand-over.
    expect(track.player.log()).toMatchObject({ free: true, events });
  });

  test('trains on wasm while WebGPU is made ready', async () => {
    const track = machine();
    await track.start();
    expect(track.made.map(({ id }) => id)).toEqual(['wasm']);
    await track.until(() => track.last.metrics.step > 0);
    expect(executorOf(track)).toBe('wasm');
  });

  test('stays on wasm where that is faster, with its numbers and both figures', async () => {
    const track = machine({ wasm: 0.5, webgpu: 4 });
    await track.start();
    await track.until(() => decided(track));
    await track.on(200);
    await track.player.pause();
    const { events, engine } = track.last;
    expect(engine).toMatchObject({
      executor: 'wasm',
      race: { state: 'measured', adapter: HARDWARE.name, wasm: 2000, webgpu: 250 },
    });
    expect(events).toEqual([]);
    expect(await track.player.parameters()).toEqual(await replayed(track));
    expect([track.alive('wasm'), track.alive('webgpu')]).toEqual([1, 0]);
    expect(track.made.filter(({ id }) => id === 'webgpu').length).toBe(1);
  });

  test('is raced for a bounded time where a step takes very long', async () => {
    const track = machine({ wasm: 300, webgpu: 400 });
    await track.start();
    await track.until(() => decided(track));
    expect(track.last.engine.race).toMatchObject({ wasm: 1000 / 300, webgpu: 2.5 });
    const raced = track.made.filter(({ id }, i) => id === 'webgpu' || i > 0);
    for (const { executor } of raced) expect(executor.trained).toBeLessThanOrEqual(4);
  });

  test('starts on the winner when the next one has the same shape, and is raced again when it has another', async () => {
    const track = machine();
    await track.start();
    await track.until(() => executorOf(track) === 'webgpu');
    const raced = track.made.length;
    const { engine, log } = await track.player.load(freeLog({ seed: 5, knobs: { 'model.temperature': 2 } }));
    expect(engine.executor).toBe('webgpu');
    expect(log).toMatchObject({ executor: 'webgpu', free: true, events: [] });
    expect(track.made.length).toBe(raced + 1);
    track.machine.webgpu = 10;
    await track.start(freeLog({ knobs: { 'model.hidden': '7' } }));
    expect(executorOf(track)).toBe('wasm');
    await track.until(() => decided(track));
    await track.on(20);
    expect(executorOf(track)).toBe('wasm');
    expect(track.last.engine.race).toMatchObject({ wasm: 500, webgpu: 100 });
  });

  test('starts on the winner after a reset, and on wasm where the winner cannot be had any more', async () => {
    const track = machine();
    await track.start();
    await track.until(() => executorOf(track) === 'webgpu');
    await track.player.set({ 'model.temperature': 3 });
    const { engine, log } = await track.player.reset();
    expect(engine.executor).toBe('webgpu');
    expect(log).toMatchObject({ executor: 'webgpu', events: [], knobs: { 'model.temperature': 3 } });
    track.machine.gpu = (call) => {
      if (call === 'create') throw new Error('No device.');
    };
    const again = await track.player.reset();
    expect(again.engine.executor).toBe('wasm');
    expect(again.log.executor).toBeUndefined();
  });

  test('goes back to before the hand-over with undo, and is handed over again', async () => {
    const track = machine();
    await track.start();
    await track.until(() => track.last.metrics.step > 0);
    await track.player.set({ 'model.temperature': 3 });
    await track.until(() => executorOf(track) === 'webgpu');
    await track.on(10);
    await track.player.undo();
    expect(track.last.events).toEqual([]);
    expect(executorOf(track)).toBe('wasm');
    await track.player.play();
    await track.until(() => executorOf(track) === 'webgpu');
    expect(track.last.events.map(({ key }) => key)).toEqual(['executor']);
  });

  test('that is gone back in trains as it did, on who trained it, bit by bit', async () => {
    const track = machine();
    await track.start();
    await track.until(() => executorOf(track) === 'webgpu');
    await track.on(30);
    await track.player.pause();
    const { metrics, events } = track.last;
    const weights = await track.player.parameters();
    const at = events[0]?.step ?? 0;
    await track.player.jump(at - 1);
    expect(executorOf(track)).toBe('wasm');
    await track.player.jump(at);
    expect(executorOf(track)).toBe('webgpu');
    await track.player.jump(metrics.step);
    expect(track.last.events).toEqual(events);
    expect(await track.player.parameters()).toEqual(weights);
  });
});

describe('nothing is raced or handed over', () => {
  const logs: [string, RunLog][] = [
    ['that a script has loaded', tinyLog()],
    ['whose log says who trains', { ...tinyLog(), executor: 'wasm' }],
    [
      'whose log hands over later',
      freeLog({ events: [{ step: 100_000, key: 'executor', value: 'oracle' }] }),
    ],
  ];
  test.each(logs)('in a run %s', async (_, log) => {
    const track = machine();
    await track.start(log);
    await track.on(300);
    expect(track.made.map(({ id }) => id)).toEqual(['wasm']);
    expect(track.asked).toEqual([]);
    expect(track.last.engine.race).toBeUndefined();
  });

  test('while steps are counted', async () => {
    const track = machine();
    await track.player.load(freeLog());
    await track.player.step(300);
    expect(track.made.length).toBe(1);
  });

  test('after a hand has chosen, also while WebGPU is being made ready', async () => {
    const track = machine();
    await track.start();
    await track.until(() => track.asked.length > 0);
    await track.player.use('wasm');
    await track.on(200);
    expect(executorOf(track)).toBe('wasm');
    expect(track.alive('webgpu')).toBe(0);
  });

  test.each([
    ['is none', undefined, 'This browser offers no WebGPU adapter.'],
    [
      'is emulated on the processor',
      { name: 'SwiftShader', software: true },
      'The GPU here is emulated on the processor. It is used only when it is chosen.',
    ],
  ])('where the GPU %s; the menu says so', async (_, adapter, reason) => {
    const track = machine({ adapter });
    await track.start();
    await track.until(() => decided(track));
    await track.on(200);
    expect(track.made.map(({ id }) => id)).toEqual(['wasm']);
    expect(track.asked.length).toBe(1);
    expect(track.last.engine.race).toEqual({ state: 'out', adapter: adapter?.name ?? '', reason });
    expect(track.notices).toEqual([]);
  });
});

describe('a GPU that fails', () => {
  const LOST = 'The GPU device was lost: somebody pulled the plug';

  test.each([
    ['while it is compiled for', 'create', (): Error => new Error('The shader does not compile.')],
    ['in the race', 'train', (): Error => new ExecutorLost(LOST)],
  ] as const)('%s leaves the run on wasm, and is named in the menu alone', async (_, when, error) => {
    const track = machine({
      gpu: (call) => {
        if (call === when) throw error();
      },
    });
    await track.start();
    await track.until(() => decided(track));
    await track.on(300);
    await track.player.pause();
    const { events, engine } = track.last;
    expect([events, track.notices, engine.executor]).toEqual([[], [], 'wasm']);
    expect(engine.race).toEqual({ state: 'out', adapter: HARDWARE.name, reason: error().message });
    expect(await track.player.parameters()).toEqual(await replayed(track));
    expect(track.alive('webgpu')).toBe(0);
    expect(track.asked.length).toBe(1);
  });

  test.each(['train', 'predict', 'save'] as const)(
    'in its %s after it took over costs at most a second, and the run is what its log says',
    async (when) => {
      let [gone, trained] = [false, 0];
      const track = machine({
        adapter: HARDWARE,
        gpu: (call, executor) => {
          trained = Math.max(trained, executor?.trained ?? 0);
          if (gone && call === when) throw new ExecutorLost(LOST);
        },
      });
      await track.start();
      await track.until(() => executorOf(track) === 'webgpu');
      await track.on(3000);
      track.machine.adapter = undefined;
      gone = true;
      await track.until(() => executorOf(track) === 'wasm');
      await track.on(50);
      await track.player.pause();
      const [said = ''] = track.notices;
      const [, at = '', from = ''] =
        /^The GPU was lost at step (\d+)\. The processor goes on from step (\d+)\. \((.*)\)$/.exec(said) ??
        [];
      expect(said).toContain(LOST);
      expect((Number(at) - Number(from)) * track.machine.webgpu).toBeLessThanOrEqual(1000);
      expect(track.last.events.map(({ value }) => value)).toEqual(['webgpu', 'wasm']);
      expect(await track.player.parameters()).toEqual(await replayed(track));
    },
  );

  test('is looked for less and less often, and offered when it is back; nothing is handed over before a hand does', async () => {
    let gone = false;
    const track = machine({
      gpu: () => {
        if (gone) throw new ExecutorLost(LOST);
      },
    });
    await track.start();
    await track.until(() => executorOf(track) === 'webgpu');
    track.machine.adapter = undefined;
    track.asked.length = 0;
    gone = true;
    await track.until(() => executorOf(track) === 'wasm');
    await track.until(() => track.asked.length >= 5);
    const waits = track.asked.slice(1).map((at, i) => at - (track.asked[i] ?? 0));
    for (const [i, wait] of waits.entries()) expect(wait).toBeGreaterThanOrEqual(1000 * 2 ** (i + 1));
    // One on the processor is not what was lost.
    track.machine.adapter = { name: 'SwiftShader', software: true };
    const before = track.asked.length;
    await track.until(() => track.asked.length >= before + 2);
    expect(track.frames.some(({ notice }) => notice?.offer)).toBe(false);
    track.machine.adapter = HARDWARE;
    gone = false;
    await track.until(() => track.frames.some(({ notice }) => notice?.offer === 'webgpu'));
    expect(track.notices.at(-1)).toMatch(/^The GPU was lost at step .* The GPU is there again\.$/);
    const asked = track.asked.length;
    await track.on(3000);
    expect(track.asked.length).toBe(asked);
    expect(executorOf(track)).toBe('wasm');
    expect(track.last.engine.race).toMatchObject({ state: 'out', reason: LOST });
    // Nor in the run that follows.
    await track.player.reset();
    await track.player.play();
    await track.on(500);
    expect(executorOf(track)).toBe('wasm');
    await track.player.use('webgpu');
    expect(executorOf(track)).toBe('webgpu');
    expect(track.last.engine.race?.state).toBe('measured');
  });

  test('is not looked for any more when another run is there', async () => {
    let gone = false;
    const track = machine({
      gpu: () => {
        if (gone) throw new ExecutorLost(LOST);
      },
    });
    await track.player.load({ ...tinyLog(), executor: 'tfjs:webgpu' });
    await track.player.step(5);
    track.machine.adapter = undefined;
    gone = true;
    await track.player.step(5);
    await track.until(() => track.asked.length >= 2);
    await track.player.load(tinyLog());
    const asked = track.asked.length;
    await track.player.play();
    await track.on(2000);
    expect(track.asked.length).toBe(asked);
  });

  test('can be gone back behind: undo goes on where it trains now', async () => {
    let gone = false;
    const track = machine({
      gpu: () => {
        if (gone) throw new ExecutorLost(LOST);
      },
    });
    await track.player.load({ ...tinyLog(), executor: 'webgpu' });
    await track.player.step(20);
    await track.player.set({ 'model.temperature': 3 });
    gone = true;
    await track.player.step(20);
    await track.player.undo();
    expect(track.last.metrics.step).toBe(20);
    expect(executorOf(track)).toBe('wasm');
    expect(track.last.events).toEqual([{ step: 20, key: 'executor', value: 'wasm' }]);
    await track.player.step(20);
    expect(await track.player.parameters()).toEqual(await replayed(track));
  });
});

describe('at most a second of training is lost', () => {
  const CASES = [0.3, 7, 45, 130, 400].flatMap((ms) => [
    { ms, draws: true },
    // Frames carry states too, but a page that draws nothing gets few.
    { ms, draws: false },
  ]);
  test.each(CASES)(
    'with an executor whose steps take $ms ms, whether the page draws ($draws)',
    async ({ ms, draws }) => {
      let [lost, kept, worst] = [false, 0, 0];
      const track = machine({
        webgpu: ms,
        draws,
        gpu: (call, executor, steps) => {
          if (call === 'save') kept = executor?.trained ?? 0;
          if (call === 'train') {
            // As if it were lost at the very end of this chunk.
            worst = Math.max(worst, ((executor?.trained ?? 0) + steps - kept) * ms);
            if (lost) throw new ExecutorLost('gone');
          }
        },
      });
      await track.start({ ...tinyLog({ knobs: TINY }), executor: 'webgpu' });
      await track.on(Math.ceil(6000 / ms));
      lost = true;
      await track.until(() => executorOf(track) === 'wasm');
      expect(worst).toBeLessThanOrEqual(1000);
      // And no more often than needed.
      expect(worst).toBeGreaterThan(500);
    },
  );

  test.each([true, false])('with the worker, whether the page draws (%s)', async (draws) => {
    const track = machine({ wasm: 3, draws });
    await track.start(tinyLog({ knobs: TINY }));
    await track.on(3000);
    const ages = track.given.slice(1).map(({ at }, i) => at - (track.given[i]?.at ?? 0));
    expect(Math.max(...ages)).toBeLessThanOrEqual(1000);
    if (draws) expect(Math.max(...ages)).toBeGreaterThan(800);
  });
});
