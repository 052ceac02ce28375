import type { Executor, ExecutorSetup } from '../../src/engine/executor.ts';
import type { ExecutorId, KeptRun, RunEvent, RunLog } from '../../src/engine/protocol.ts';
import { Session } from '../../src/engine/session.ts';
import { serviceMix } from '../../src/labs/service-mix/index.ts';
import { defaultsOf } from '../../src/labs/lab.ts';
import { runtimeOf } from '../../src/labs/runtimes.ts';
import type { KnobValues } from '../../src/terms/knob.ts';
import { createReal } from './realExecutors.ts';

export interface RunOptions {
  preset?: string;
  seed?: number;
  knobs?: KnobValues;
  /** Instead of the preset's own. */
  events?: RunEvent[];
}

/** The log of a service-mix run: a preset with knobs on top. */
export function serviceMixLog({
  preset = 'sufficient',
  seed = 0,
  knobs = {},
  events,
}: RunOptions = {}): RunLog {
  const lab = serviceMix;
  const chosen = lab.presets.find(({ id }) => id === preset);
  if (!chosen) throw new Error(`There is no preset ${preset}.`);
  return {
    lab: lab.id,
    preset,
    seed,
    knobs: { ...defaultsOf(lab.knobs), ...chosen.knobs, ...knobs },
    events: events ?? chosen.events,
  };
}

/** In Node only; the rest of this file is for browsers too. */
export const readPublic = async (path: string): Promise<unknown> => {
  const { readFile } = await import('node:fs/promises');
  return JSON.parse(await readFile(new URL(`../../public/${path}`, import.meta.url), 'utf8')) as unknown;
};

/** A session in Node, on real executors unless others are given; on the oracle where the log names none. */
export async function openSession(
  log: RunLog,
  create: (setup: ExecutorSetup, id: ExecutorId | undefined) => Executor = (setup, id) =>
    createReal(id, setup),
  kept?: Omit<KeptRun, 'log'>,
): Promise<Session> {
  const runtime = await runtimeOf(log.lab);
  return Session.open(
    {
      build: (run) => runtime.build(run, readPublic),
      createExecutor: async (id, setup) => Promise.resolve(create(setup, id)),
      refuge: () => 'oracle',
    },
    log,
    { kept },
  );
}
