import type { Executor, ExecutorSetup } from '../../src/engine/executor.ts';
import type { RunEvent } from '../../src/engine/protocol.ts';
import type { KnobValues } from '../../src/terms/knob.ts';
import { openSession, serviceMixLog, type RunOptions } from '../support/runs.ts';

/** One quantity of a finished run, and the interval in which it must lie. */
export interface Check {
  what: string;
  got: number;
  from: number;
  to: number;
}

/** A run whose outcome is known from independent training in PyTorch, within seed-to-seed spread. */
export interface Band {
  name: string;
  /** `create`: the executor that trains; the oracle where none is given. */
  run: (seed: number, steps: number, create?: Create) => Promise<Check[]>;
}

type Create = (setup: ExecutorSetup) => Executor;

const within = (what: string, got: number, middle: number, half: number): Check => ({
  what,
  got,
  from: middle - half,
  to: middle + half,
});
const between = (what: string, got: number, from: number, to: number): Check => ({ what, got, from, to });

type Final = Readonly<Record<string, number>>;

async function finish(options: RunOptions, steps: number, create?: Create): Promise<Final> {
  const session = await openSession(serviceMixLog(options), create);
  await session.advance(steps);
  return (await session.metrics()) as unknown as Final;
}

const trained = (name: string, options: RunOptions, checks: (m: Final) => Check[]): Band => ({
  name,
  run: async (seed, steps, create) => checks(await finish({ ...options, seed }, steps, create)),
});

const get = (m: Final, name: string): number => m[name] ?? NaN;
const overFloor = (m: Final): number => get(m, 'kl') - get(m, 'floorKl');

const BEFORE: KnobValues = {
  'model.use_logit_norm': true,
  'model.logit_norm': 1,
  'model.temperature': 4,
  'loss.entropy_weight': 5,
  'loss.min_entropy': 1.5,
  'loss.maxsup_weight': 0.1,
  'loss.maxsup_form': 'raw',
};
const SUFFICIENT: KnobValues = {
  'model.use_logit_norm': false,
  'model.temperature': 1,
  'loss.entropy_weight': 0,
  'loss.maxsup_weight': 0,
};
const SWITCH = 800;

export const bands: readonly Band[] = [
  trained('before', { preset: 'before' }, (m) => [
    between('KL − floor', overFloor(m), 0.015, 0.045),
    within('entropyMean', get(m, 'entropyMean'), 2.077, 0.01),
    between('top1Agreement', get(m, 'top1Agreement'), 0.8, 1),
    between('entropyCorrelation', get(m, 'entropyCorrelation'), 0.9, 1),
  ]),
  trained('after', { preset: 'after' }, (m) => [
    between('KL − floor', overFloor(m), -1e-4, 0.004),
    within('entropyMean', get(m, 'entropyMean'), 1.996, 0.02),
  ]),
  trained('sufficient', { preset: 'sufficient' }, (m) => [between('KL', get(m, 'kl'), 0, 0.002)]),
  trained(
    's/T = 4, no regularizers',
    { preset: 'sufficient', knobs: { 'model.use_logit_norm': true, 'model.logit_norm': 4 } },
    (m) => [between('KL − floor', overFloor(m), -1e-4, 0.005)],
  ),
  trained(
    'entropy term alone (5, 1.5)',
    { preset: 'sufficient', knobs: { 'loss.entropy_weight': 5, 'loss.min_entropy': 1.5 } },
    (m) => [
      within('KL', get(m, 'kl'), 0.128, 0.056),
      within('entropyMean', get(m, 'entropyMean'), 1.561, 0.045),
    ],
  ),
  trained(
    'centred MaxSup 0.1 alone',
    { preset: 'sufficient', knobs: { 'loss.maxsup_weight': 0.1, 'loss.maxsup_form': 'centered' } },
    (m) => [within('KL', get(m, 'kl'), 0.041, 0.012)],
  ),
  {
    name: 'raw MaxSup without LogitNorm',
    run: async (seed, steps, create) => {
      const knobs = { 'loss.maxsup_weight': 0.1, 'loss.maxsup_form': 'raw' };
      const session = await openSession(serviceMixLog({ preset: 'sufficient', knobs, seed }), create);
      await session.advance(steps);
      const named = session.status === 'diverged' && /MaxSup/.test(session.notice?.text ?? '');
      return [between('stopped as diverged, by name (1: yes)', named ? 1 : 0, 1, 1)];
    },
  },
  {
    name: 'before → sufficient, live',
    run: async (seed, _, create) => {
      const m = await switched(seed, BEFORE, SUFFICIENT, [25, 100], create);
      return [
        between('KL after 25 steps', m[0] ?? NaN, 0, 0.15),
        between('KL after 100 steps', m[1] ?? NaN, 0, 0.02),
      ];
    },
  },
  {
    name: 'sufficient → before, live',
    run: async (seed, _, create) => {
      const m = await switched(seed, SUFFICIENT, BEFORE, [0], create);
      return [between('KL at once', m[0] ?? NaN, 0.8, 10)];
    },
  },
];

/** KL at some steps after the knobs were moved in a running training. */
async function switched(
  seed: number,
  from: KnobValues,
  to: KnobValues,
  after: readonly number[],
  create?: Create,
): Promise<number[]> {
  const events = Object.entries(to).map(([key, value]): RunEvent => ({ step: SWITCH, key, value }));
  const session = await openSession(
    serviceMixLog({ preset: 'sufficient', knobs: from, seed, events }),
    create,
  );
  await session.advance(SWITCH);
  const kl: number[] = [];
  for (const steps of after) {
    const more = SWITCH + steps - session.step;
    if (more > 0) await session.advance(more);
    kl.push(get((await session.metrics()) as unknown as Final, 'kl'));
  }
  return kl;
}

export const holds = ({ got, from, to }: Check): boolean => got >= from && got <= to;
