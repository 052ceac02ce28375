import type { Executor, ExecutorSetup } from '../../src/engine/executor.ts';
import type { Player } from '../../src/engine/player.ts';
import type { ExecutorId, Frame, KeptRun, RunLog } from '../../src/engine/protocol.ts';
import { playerOf } from './players.ts';
import { createReal } from './realExecutors.ts';

/** A player on real executors, without a clock: what a rest does is the test's to say. */
export class Desk {
  readonly player: Player;
  readonly frames: Frame[] = [];
  /** Executors that cannot be had. */
  readonly refused = new Set<ExecutorId>();
  /** Whether not even the executor can be had that a machine gives where none is named. */
  refuseDefault = (): boolean => false;
  /** In the order in which they were made. */
  readonly made: (ExecutorId | undefined)[] = [];
  now = 0;
  /** Done at each rest between chunks. */
  onRest: () => unknown = () => undefined;

  constructor(
    make: (id: ExecutorId | undefined, setup: ExecutorSetup) => Executor = createReal,
    refuge: ExecutorId = 'oracle',
  ) {
    this.player = playerOf({
      send: (frame) => this.frames.push(structuredClone(frame)),
      now: () => this.now,
      rest: async () => {
        await new Promise((resolve) => setImmediate(resolve));
        await this.onRest();
      },
      refuge: () => refuge,
      createExecutor: async (id, setup) => {
        await Promise.resolve();
        if (id ? this.refused.has(id) : this.refuseDefault())
          throw new Error(`There is no ${id ?? 'executor'} on this machine.`);
        this.made.push(id);
        return make(id, setup);
      },
    });
  }

  get last(): Frame {
    const frame = this.frames.at(-1);
    if (!frame) throw new Error('Nothing was sent yet.');
    return frame;
  }

  get notices(): string[] {
    return this.frames.flatMap(({ notice }) => (notice ? [notice.text] : []));
  }

  /** Plays until the run is at a step, or further, and then stands still. */
  async playTo(step: number): Promise<void> {
    await this.playOnTo(step);
    await this.player.pause();
  }

  /** Plays until the run is at a step, and goes on playing. */
  async playOnTo(step: number): Promise<void> {
    await this.player.play();
    const at = (): number => this.last.metrics.step;
    while (at() < step && this.last.metrics.status === 'ok' && this.last.playing) {
      // Frames are sent by the clock.
      this.now += 60;
      this.player.answered();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** The whole run as the page keeps it. */
  async keep(): Promise<KeptRun> {
    await this.player.pause();
    const { saved, series } = this.last;
    if (!saved) throw new Error('A frame after a command has the state.');
    const record = this.player.series();
    const { columns } = series;
    const rows = record['step']?.length ?? 0;
    const values = Float64Array.from(
      { length: rows * columns.length },
      (_, i) => record[columns[i % columns.length] ?? '']?.[Math.floor(i / columns.length)] ?? NaN,
    );
    return structuredClone({ log: this.player.log(), saved, series: { columns, values } });
  }

  /** What a replay of the log has to give again, at the step where the run is. */
  async outcome(): Promise<{ step: number; state: unknown; series: unknown; knobs: unknown }> {
    const { saved, series } = await this.keep();
    return {
      step: saved.step,
      state: [saved.parameters, saved.moments],
      series: [series.columns, series.values],
      knobs: saved.knobs,
    };
  }
}

/** The outcome of a log at a step, trained without any interruption where all executors can be had. */
export async function outcomeOf(log: RunLog, step: number): ReturnType<Desk['outcome']> {
  const desk = new Desk();
  await desk.player.load(log);
  if (step > 0) await desk.player.step(step);
  return desk.outcome();
}
