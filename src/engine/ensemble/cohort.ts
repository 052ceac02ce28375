import type { KnobValues } from '../../terms/knob.ts';
import { drawBatches } from '../batches.ts';
import type { Chunk, ExecutorSetup, ParameterState } from '../executor.ts';
import { features, parameterLayout, type Plan } from '../plan.ts';
import type { EngineInfo, ExecutorId, Metrics, RunLog } from '../protocol.ts';
import { knobVector, type Task } from '../task.ts';
import { Ensemble, type Machine } from './ensemble.ts';
import { checkMemory } from './memory.ts';
import { Member } from './member.ts';
import { joinRows } from './shares.ts';
import { memberSetup } from './setup.ts';

const MAX_CHUNK = 1024;
/** What the batches of one chunk may take: members with seeds of their own have lists of their own. */
const MAX_BATCH_BYTES = 2 ** 24;

export interface CohortHost {
  build: (log: RunLog) => Promise<Task>;
  machine: Machine;
}

/** Something that happened, as a sentence. */
export interface CohortNotice {
  kind: 'diverged' | 'lost';
  /** Which member, from 0, where it is about one. */
  member?: number;
  text: string;
}

/** Members that see the same data, by their positions in the list of logs. */
interface Group {
  task: Task;
  of: number[];
}

/**
 * K models trained side by side, one for each log: the run of each is, bit by bit, that of a `Session` of its log on the
 * same executor. Members may differ in live knobs, events and seed; where seed or other knobs give them other data,
 * those with the same data train together. What all have in common is the model: layers, head and batch size, and how
 * many places there are to validate and to show. Methods must not overlap.
 */
export class Cohort {
  readonly members: readonly Member[];
  /** In the order in which it happened. */
  readonly notices: CohortNotice[];
  readonly #ensemble: Ensemble;
  readonly #plan: Plan;
  #step = 0;
  #logits: Promise<Float64Array> | undefined;
  /** Members that have diverged and whom the ensemble has been told to leave as they are, or knows to have stopped. */
  readonly #settled = new Set<Member>();

  private constructor(
    logs: readonly RunLog[],
    groups: readonly Group[],
    ensemble: Ensemble,
    notices: CohortNotice[],
  ) {
    this.notices = notices;
    this.#ensemble = ensemble;
    this.#plan = (groups[0] as Group).task.plan;
    const order = groups.flatMap(({ of }) => of);
    const tasks = groups.flatMap(({ task, of }) => of.map(() => task));
    this.members = logs.map((log, member) => {
      const place = order.indexOf(member);
      return new Member(log, place, tasks[place] as Task, () => this.#logitsAt(place));
    });
  }

  /**
   * K runs at step 0, evaluated.
   *
   * @param executor what trains, for all
   * @throws OutOfMemory before anything is allocated, or where a worker had no room
   * @throws Error where the models cannot be trained side by side
   */
  static async open(
    { build, machine }: CohortHost,
    logs: readonly RunLog[],
    executor: ExecutorId,
  ): Promise<Cohort> {
    checkEvents(logs);
    const groups = await groupsOf(logs, build);
    const sizes = groups.map(({ task: { plan, data }, of }) => ({ plan, data, members: of.length }));
    checkMemory(sizes, machine.hosts, machine.available);
    const setups = groups.map(({ task, of }): ExecutorSetup =>
      memberSetup(
        task.plan,
        task.data,
        of.map((member) => {
          const { seed, knobs } = logs[member] as RunLog;
          return { seed, knobs: knobVector(task, knobs) };
        }),
      ),
    );
    const notices: CohortNotice[] = [];
    const ensemble = await Ensemble.open(setups, machine, executor, (text) => {
      notices.push({ kind: 'lost', text });
    });
    const cohort = new Cohort(logs, groups, ensemble, notices);
    try {
      await cohort.#applyDue();
      for (const member of cohort.members) if (member.series.length === 0) await member.record();
      cohort.#tellStopped();
      return cohort;
    } catch (error) {
      cohort.dispose();
      throw error;
    }
  }

  get step(): number {
    return this.#step;
  }

  get info(): Omit<EngineInfo, 'stepsPerSecond'> {
    return { ...this.#ensemble.info, members: this.members.length, memory: this.#ensemble.memory() };
  }

  /** Trains `steps` steps; fewer where all have diverged, or `until` says that time is up. */
  async advance(steps: number, { until = (): boolean => false } = {}): Promise<void> {
    const target = this.#step + steps;
    while (this.#step < target && this.#running.length > 0) {
      await this.#applyDue();
      await this.#settle();
      const stops = this.#running.map(({ nextStop }) => nextStop);
      // All may have diverged just now.
      if (stops.length === 0) break;
      await this.#train(Math.min(target, this.#step + this.#mostSteps, ...stops) - this.#step);
      if (until()) break;
    }
    // Events due right now belong to this moment.
    if (this.#step === target) await this.#applyDue();
  }

  /** Moves live knobs of one member, now. @throws Error where a knob is not live, or a value is none */
  async set(member: number, changes: KnobValues): Promise<void> {
    if (await this.#at(member).set(changes)) this.#tellKnobs();
    this.#tellStopped();
  }

  /** Of all members. */
  async metrics(): Promise<Metrics[]> {
    const all: Metrics[] = [];
    for (const member of this.members) all.push(await member.metrics());
    return all;
  }

  /** Parameters `[P]` and moments `[2P]` of one member; a diverged one has those before the step at which it did. */
  async state(member: number): Promise<ParameterState> {
    const { place } = this.#at(member);
    await this.#settle();
    const { parameters, moments } = await this.#ensemble.save();
    const count = parameters.length / this.members.length;
    return {
      parameters: parameters.slice(place * count, (place + 1) * count),
      moments: moments.slice(2 * place * count, 2 * (place + 1) * count),
    };
  }

  dispose(): void {
    this.#ensemble.dispose();
  }

  get #running(): Member[] {
    return this.members.filter(({ status }) => status === 'ok');
  }

  get #mostSteps(): number {
    const lists = new Set(this.members.map(({ seed }) => seed)).size;
    const fitting = Math.floor(MAX_BATCH_BYTES / (4 * this.#plan.batchSize * lists));
    return Math.max(1, Math.min(MAX_CHUNK, fitting));
  }

  #at(member: number): Member {
    const found = this.members[member];
    if (!found) throw new Error(`There is no member ${member}: there are ${this.members.length}, from 0.`);
    return found;
  }

  /** Validation logits of the member at a place of the ensemble, `[rows, classes]`; predicted once for all. */
  async #logitsAt(place: number): Promise<Float64Array> {
    const all = await (this.#logits ??= this.#ensemble.predict('validation'));
    const size = all.length / this.members.length;
    return all.subarray(place * size, (place + 1) * size);
  }

  async #applyDue(): Promise<void> {
    let moved = false;
    for (const member of this.#running) moved = (await member.applyDue()).moved || moved;
    if (moved) this.#tellKnobs();
    this.#tellStopped();
  }

  #tellKnobs(): void {
    const rows: Float64Array[] = [];
    this.members.forEach(({ task, knobs, place }) => {
      rows[place] = knobVector(task, knobs);
    });
    this.#ensemble.setKnobs(joinRows(rows));
  }

  #tellStopped(): void {
    this.members.forEach(({ stopped }, member) => {
      if (stopped === undefined || this.notices.some((notice) => notice.member === member)) return;
      this.notices.push({ kind: 'diverged', member, text: `Model ${member + 1}: ${stopped}` });
    });
  }

  /**
   * Before training: moments of one optimizer mean nothing to another, and who was stopped by what was measured has to
   * stay as it is although its numbers are finite.
   */
  async #settle(): Promise<void> {
    const fresh = this.#running.filter((member) => member.wantsFreshMoments);
    const stopped = this.members.filter(({ status }) => status === 'diverged');
    if (fresh.length === 0 && stopped.every((member) => this.#settled.has(member))) return;
    const state = await this.#ensemble.save();
    const { count } = parameterLayout(this.#plan);
    for (const member of fresh) {
      const { place } = member;
      state.moments.fill(0, 2 * place * count, 2 * (place + 1) * count);
      member.freshMoments();
    }
    this.#ensemble.restore(
      state,
      stopped.map(({ place }) => place),
    );
    for (const member of stopped) this.#settled.add(member);
  }

  /** Trains steps between which nothing changes but rates that change by step. */
  async #train(steps: number): Promise<void> {
    const K = this.members.length;
    const rates = (): Float64Array => new Float64Array(steps * K).fill(1);
    const chunk: Chunk = {
      steps,
      batches: this.#batches(steps),
      learningRate: rates(),
      correction1: rates(),
      correction2: rates(),
    };
    const running = this.#running;
    for (const member of running) member.writeRates(chunk, K, member.place);
    const result = await this.#ensemble.train(chunk);
    this.#step += steps;
    this.#logits = undefined;
    for (const member of running) {
      member.trained(result, steps, K, member.place);
      if (member.status === 'diverged') this.#settled.add(member);
    }
    for (const member of running) await member.reached();
    this.#tellStopped();
  }

  /** One list where all draw the same rows, else one for each place, in common where they can be. */
  #batches(steps: number): Int32Array[] {
    const drawn = new Map<string, Int32Array>();
    const lists: Int32Array[] = [];
    this.members.forEach(({ seed, task, place }) => {
      const { rows } = task.data.train;
      const key = `${seed}:${rows}`;
      const list = drawn.get(key) ?? drawBatches(seed, rows, this.#plan.batchSize, this.#step, steps);
      drawn.set(key, list);
      lists[place] = list;
    });
    return drawn.size === 1 ? lists.slice(0, 1) : lists;
  }
}

/** Puts members with the same data together, and makes their data once. */
async function groupsOf(logs: readonly RunLog[], build: CohortHost['build']): Promise<Group[]> {
  const [first] = logs;
  if (!first) throw new Error('There are no models to train.');
  const known = await build(first);
  const byData = new Map<string, { log: RunLog; of: number[] }>();
  logs.forEach((log, member) => {
    const key = dataKey(log, known.plan.knobs);
    const group = byData.get(key) ?? { log, of: [] };
    group.of.push(member);
    byData.set(key, group);
  });
  const groups: Group[] = [];
  for (const { log, of } of byData.values())
    groups.push({ task: log === first ? known : await build(log), of });
  const common = shapeOf((groups[0] as Group).task);
  for (const { task, of } of groups)
    if (shapeOf(task) !== common)
      throw new Error(
        `Model ${(of[0] ?? 0) + 1} cannot be trained beside model 1: models side by side have the same layers, loss and batch size, and as many places to validate and to show.`,
      );
  return groups;
}

/** What decides on a member's data: all that is no live knob, and the seed where the data have none of their own. */
function dataKey({ lab, seed, knobs }: RunLog, live: readonly string[]): string {
  const fixed = Object.entries(knobs).filter(([key]) => !live.includes(key));
  const own = knobs['data.seed'];
  return JSON.stringify([lab, fixed.sort(), own === undefined || own === '' ? seed : null]);
}

const shapeOf = ({ plan, data }: Task): string =>
  JSON.stringify([plan, features(plan), data.validation.rows, data.stage.rows]);

function checkEvents(logs: readonly RunLog[]): void {
  const member = logs.findIndex(({ events }) => events.some(({ key }) => key === 'executor'));
  if (member >= 0)
    throw new Error(
      `Model ${member + 1} is handed over to another executor during its run; models side by side stay where they are.`,
    );
}
