/**
 * Steps per second of each executor on service-mix as it ships, as ratios against what a newcomer to tfjs writes:
 * `tf.train.adam`, a loss of plain operations, and `await loss.data()` at every step. One process, rounds interleaved,
 * medians with their spread; machines differ, ratios hardly do.
 */
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-cpu';
import { drawBatches } from '../../src/engine/batches.ts';
import type { Executor, ExecutorSetup } from '../../src/engine/executor.ts';
import { OracleExecutor } from '../../src/engine/oracle/executor.ts';
import { TfjsExecutor } from '../../src/engine/tfjs/executor.ts';
import { openSession, serviceMixLog } from '../support/runs.ts';
import { newcomer } from './newcomer.ts';
import { quantiles } from '../../src/science/statistics.ts';

const ROUNDS = 7;
/** Long enough that a round is not noise, short enough that rounds interleave. */
const ROUND_MS = 1500;

interface Contender {
  name: string;
  /** Trains n steps. */
  train: (n: number) => Promise<unknown>;
}

const log = serviceMixLog({ preset: 'before' });
const info = { executor: 'tfjs', backend: 'cpu', adapter: '', software: false } as const;

async function contender(name: string, make: (setup: ExecutorSetup) => Executor): Promise<Contender> {
  let executor: Executor | undefined;
  const session = await openSession(log, (setup) => (executor = make(setup)));
  const { plan, data } = session.task;
  return {
    name,
    train: async (steps) => {
      const ones = new Float64Array(steps).fill(1);
      await executor?.train({
        steps,
        batches: [drawBatches(0, data.train.rows, plan.batchSize, 0, steps)],
        learningRate: ones.map(() => 1e-4),
        correction1: ones,
        correction2: ones,
      });
    },
  };
}

const median = (values: readonly number[]): number => quantiles(values, [0.5])[0] ?? NaN;

export async function benchTraining(): Promise<object> {
  await tf.setBackend('cpu');
  const session = await openSession(log);
  const contenders: Contender[] = [
    { name: 'plain tfjs loop, cpu (baseline)', train: newcomer(tf, session.task) },
    await contender(
      'tfjs executor, cpu',
      (setup) => new TfjsExecutor({ tf, info, lost: () => false }, setup),
    ),
    await contender('oracle, f64', (setup) => new OracleExecutor(setup)),
  ];

  const speeds = new Map(contenders.map(({ name }) => [name, [] as number[]]));
  for (const { train } of contenders) await train(3);
  for (let round = 0; round < ROUNDS; round++)
    for (const { name, train } of contenders) {
      const started = performance.now();
      let steps = 0;
      while (performance.now() - started < ROUND_MS) {
        await train(2);
        steps += 2;
      }
      speeds.get(name)?.push((1000 * steps) / (performance.now() - started));
    }

  const baseline = median(speeds.get(contenders[0]?.name ?? '') ?? []);
  const rows = contenders.map(({ name }) => {
    const values = speeds.get(name) ?? [];
    return {
      name,
      stepsPerSecond: median(values),
      least: Math.min(...values),
      most: Math.max(...values),
      ratio: median(values) / baseline,
    };
  });
  for (const { name, stepsPerSecond, least, most, ratio } of rows)
    console.log(
      `${name.padEnd(34)} ${stepsPerSecond.toFixed(1).padStart(8)} steps/s (${least.toFixed(1)} … ${most.toFixed(1)})  ${ratio.toFixed(2)} ×`,
    );
  return { bench: 'service-mix', rounds: ROUNDS, rows };
}
