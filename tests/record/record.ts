import { Cohort } from '../../src/engine/ensemble/cohort.ts';
import type { ExecutorId, KeptRun } from '../../src/engine/protocol.ts';
import type { SessionHost } from '../../src/engine/hosts.ts';
import { Session } from '../../src/engine/session.ts';
import { runtimeOf } from '../../src/labs/runtimes.ts';
import { localMachine } from '../support/hosts.ts';
import { createReal } from '../support/realExecutors.ts';
import { readPublic } from '../support/runs.ts';
import { keep } from '../support/sessions.ts';
import { logsToRecord, membersToRecord, type Recorded } from './logs.ts';

const bits = (values: ArrayLike<number>): string =>
  Buffer.from(Float64Array.from(values).buffer).toString('base64');

const seriesBits = (series: Record<string, number[]>): Record<string, string> =>
  Object.fromEntries(Object.entries(series).map(([name, values]) => [name, bits(values)]));

const host: SessionHost = {
  build: async (log) => {
    const runtime = await runtimeOf(log.lab);
    return runtime.build(log, readPublic);
  },
  createExecutor: async (id, setup) => Promise.resolve(createReal(id ?? 'wasm', setup)),
  refuge: () => 'oracle',
};

async function to(session: Session, step: number): Promise<void> {
  while (session.step < step && session.status === 'ok') await session.advance(step - session.step);
}

const keptBits = ({ log, saved, series }: KeptRun): unknown => ({
  log,
  saved: { ...saved, parameters: bits(saved.parameters), moments: bits(saved.moments) },
  series: { columns: series.columns, values: bits(series.values) },
});

async function recordRun({ log, steps, reopen, rewind }: Recorded): Promise<unknown> {
  let session = await Session.open(host, log);
  const points: unknown[] = [];
  if (reopen !== undefined) {
    await to(session, reopen);
    const kept = await keep(session);
    points.push(keptBits(kept));
    session.dispose();
    session = await Session.open(host, kept.log, { kept });
  }
  await to(session, Math.floor(steps / 2));
  await session.checkpoint();
  await to(session, steps);
  points.push(keptBits(await keep(session)), seriesBits(session.series.toRecord()));
  if (rewind !== undefined) {
    await session.rewind(rewind);
    await to(session, rewind);
    points.push(keptBits(await keep(session)));
    await to(session, steps);
    points.push(keptBits(await keep(session)));
  }
  session.dispose();
  return points;
}

async function recordMembers(executor: ExecutorId): Promise<unknown> {
  const { logs, steps } = membersToRecord();
  const cohort = await Cohort.open({ build: host.build, machine: localMachine(2) }, logs, executor);
  while (cohort.step < steps) await cohort.advance(steps - cohort.step);
  const members: unknown[] = [];
  for (const [i, member] of cohort.members.entries()) {
    const { parameters, moments } = await cohort.state(i);
    members.push({
      parameters: bits(parameters),
      moments: bits(moments),
      series: seriesBits(member.series.toRecord()),
      stopped: member.stopped ?? null,
      log: member.log,
    });
  }
  cohort.dispose();
  return members;
}

/** Six kinds of runs on wasm and on the oracle: parameters, recorded rows and checkpoints, bit by bit. */
export async function record(): Promise<Record<string, unknown>> {
  const out: Record<string, unknown> = {};
  for (const [executor, other] of [
    ['wasm', 'oracle'],
    ['oracle', 'wasm'],
  ] as const) {
    for (const run of logsToRecord(executor, other)) out[`${run.name} on ${executor}`] = await recordRun(run);
    out[`members on ${executor}`] = await recordMembers(executor);
  }
  return out;
}
