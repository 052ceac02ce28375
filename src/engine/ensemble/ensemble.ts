import {
  ExecutorLost,
  type Chunk,
  type ChunkResult,
  type Datasets,
  type Executor,
  type ExecutorSetup,
  type ParameterState,
} from '../executor.ts';
import { parameterLayout } from '../plan.ts';
import type { ExecutorId, ExecutorInfo, Memory } from '../protocol.ts';
import { HostLost, type Changes, type MemberHost, type Opened } from './host.ts';
import { checkMemory, outOfMemory, saysNoMemory } from './memory.ts';
import { chunksOf, joinResults, joinRows, rowsOf, splitMembers, stateOf, type Share } from './shares.ts';

/** At most so old is what members go on from when their host is lost. */
const CHECKPOINT_MS = 1000;
/** How often in a row a host may be lost in one call before it is given up. */
const MOST_LOSSES = 3;

/** Where members can be trained. */
export interface Machine {
  openHost: () => Promise<MemberHost>;
  /** How many hosts are worth opening. */
  hosts: number;
  /** Bytes that training may take. */
  available: number;
  /** Milliseconds. */
  now: () => number;
  /** Who takes members up whose device is gone, where anyone does. */
  refuge?: (lost: ExecutorInfo) => ExecutorId;
}

/** A host, and what its members can be taken up from elsewhere. */
interface Slot {
  shares: readonly Share[];
  host: MemberHost | undefined;
  /** Whether state and knobs are still to be told. */
  restore: boolean;
  knobs: boolean;
  memory: Memory;
  /** By share. */
  checkpoint: readonly ParameterState[];
}

/** What was trained since the checkpoint. The chunks are the caller's, who does not change them. */
interface Done {
  chunk: Chunk;
  knobs: Float64Array;
}

/**
 * K members spread over hosts that train at the same time, as one executor. What a member computes does not depend on
 * where it is: the numbers are the same bit by bit, however many hosts there are and whatever happened to them. When a
 * host is lost, a new one takes up its members from their last checkpoint and repeats what was trained since. When a
 * device is lost, another executor does.
 */
export class Ensemble implements Executor {
  readonly members: number;
  readonly #groups: readonly ExecutorSetup[];
  readonly #machine: Machine;
  /** Who trains; another one after a device was lost. */
  #executor: ExecutorId;
  readonly #onNotice: (text: string) => void;
  /** P */
  readonly #count: number;
  /** H */
  readonly #width: number;
  readonly #slots: readonly Slot[];
  #info: ExecutorInfo | undefined;
  #knobs: Float64Array;
  /** Of the checkpoint: knobs, time, and members that had diverged. */
  #checkpoint: { knobs: Float64Array; at: number; stopped: ReadonlySet<number> };
  #since: Done[] = [];
  readonly #stopped = new Set<number>();
  /**
   * Members that have diverged and whose executor does not know it, with their moments `[2P]`: it was opened after that.
   * They take steps of rate 0, and their moments are kept here.
   */
  readonly #held = new Map<number, Float64Array>();
  /** Why nothing can be trained here any more. */
  #broken: Error | undefined;

  private constructor(
    groups: readonly ExecutorSetup[],
    machine: Machine,
    executor: ExecutorId,
    onNotice: (text: string) => void,
  ) {
    const [first] = groups;
    if (!first) throw new Error('There are no members to train.');
    this.#groups = groups;
    this.#machine = machine;
    this.#executor = executor;
    this.#onNotice = onNotice;
    this.#count = parameterLayout(first.plan).count;
    this.#width = first.plan.knobs.length;
    this.#knobs = joinRows(groups.map(({ knobs }) => knobs));
    this.members = groups.reduce((sum, { members }) => sum + members, 0);
    this.#checkpoint = { knobs: this.#knobs, at: machine.now(), stopped: new Set() };
    let start = 0;
    const starts = groups.map(({ members }) => (start += members) - members);
    const split = splitMembers(
      groups.map(({ members }) => members),
      machine.hosts,
    );
    this.#slots = split.map((shares) => ({
      shares,
      host: undefined,
      restore: false,
      knobs: false,
      memory: { tensors: 0, bytes: 0 },
      checkpoint: shares.map((share) => {
        const { state } = groups[share.group] as ExecutorSetup;
        return stateOf(state, { ...share, from: share.from - (starts[share.group] as number) }, this.#count);
      }),
    }));
  }

  /**
   * @param groups members by the data that they see, in member order; all have the same plan
   * @param onNotice told, as a sentence, when members had to be taken up elsewhere
   * @throws OutOfMemory before anything is allocated where that is known, and where a host has no room; the hosts that
   *   were opened are closed again
   */
  static async open(
    groups: readonly ExecutorSetup[],
    machine: Machine,
    executor: ExecutorId,
    onNotice: (text: string) => void = () => undefined,
  ): Promise<Ensemble> {
    checkMemory(groups, machine.hosts, machine.available);
    const ensemble = new Ensemble(groups, machine, executor, onNotice);
    try {
      await ensemble.#all(() => Promise.resolve());
      return ensemble;
    } catch (error) {
      ensemble.dispose();
      throw error;
    }
  }

  get info(): ExecutorInfo {
    return this.#info as ExecutorInfo;
  }

  /** How many hosts train. */
  get hosts(): number {
    return this.#slots.length;
  }

  setKnobs(values: Float64Array): void {
    this.#knobs = values.slice();
    for (const slot of this.#slots) slot.knobs = true;
  }

  async train(chunk: Chunk): Promise<ChunkResult> {
    const knobs = this.#knobs;
    const save = this.#machine.now() - this.#checkpoint.at >= CHECKPOINT_MS;
    const answers = await this.#all((host, slot, changes) =>
      host.train(chunksOf(chunk, this.members, slot.shares, this.#held), changes, save),
    );
    const parts = this.#slots.flatMap(({ shares }, i) =>
      shares.map((share, s) => ({ share, result: (answers[i]?.results ?? [])[s] as ChunkResult })),
    );
    const result = joinResults(chunk.steps, this.members, parts);
    this.#noteStopped(result, chunk.steps);
    answers.forEach(({ memory }, i) => {
      (this.#slots[i] as Slot).memory = memory;
    });
    if (save) this.#keep(answers.map(({ states }) => states ?? []));
    else this.#since.push({ chunk, knobs });
    return result;
  }

  async predict(set: keyof Datasets): Promise<Float64Array> {
    const answers = await this.#all((host, _, changes) => host.predict(set, changes));
    return joinRows(answers.flat());
  }

  async save(): Promise<ParameterState> {
    const answers = await this.#all((host, _, changes) => host.save(changes));
    this.#keep(answers);
    const states = answers.flat();
    return {
      parameters: joinRows(states.map(({ parameters }) => parameters)),
      moments: joinRows(states.map(({ moments }) => moments)),
    };
  }

  /** @param stopped members that are not to train: their entries stay NaN and their state as it is given here */
  restore(state: ParameterState, stopped: readonly number[] = []): void {
    this.#held.clear();
    this.#stopped.clear();
    for (const member of stopped) {
      this.#stopped.add(member);
      this.#hold(member, state.moments.slice(2 * member * this.#count, 2 * (member + 1) * this.#count));
    }
    this.#keep(this.#slots.map(({ shares }) => shares.map((share) => stateOf(state, share, this.#count))));
    for (const slot of this.#slots) slot.restore = true;
  }

  memory(): Memory {
    const sum = { tensors: 0, bytes: 0 };
    for (const { memory, checkpoint } of this.#slots) {
      sum.tensors += memory.tensors;
      sum.bytes += memory.bytes;
      for (const { parameters, moments } of checkpoint)
        sum.bytes += parameters.byteLength + moments.byteLength;
    }
    return sum;
  }

  dispose(): void {
    for (const slot of this.#slots) {
      slot.host?.close();
      slot.host = undefined;
    }
    this.#broken ??= new Error('These members are no longer trained.');
  }

  /** Calls all hosts at the same time, and waits for all of them also where one fails. */
  async #all<R>(call: (host: MemberHost, slot: Slot, changes: Changes) => Promise<R>): Promise<R[]> {
    if (this.#broken) throw this.#broken;
    const settled = await Promise.allSettled(this.#slots.map((slot) => this.#call(slot, call)));
    for (const outcome of settled) if (outcome.status === 'rejected') throw this.#fail(outcome.reason);
    return settled.map((outcome) => (outcome as PromiseFulfilledResult<R>).value);
  }

  /** Calls a host with what it was not told yet; where it is lost, calls another one in its place. */
  async #call<R>(
    slot: Slot,
    call: (host: MemberHost, slot: Slot, changes: Changes) => Promise<R>,
  ): Promise<R> {
    let after: string | undefined;
    for (let losses = 0; ;) {
      try {
        slot.host ??= await this.#start(slot);
        if (after !== undefined) this.#onNotice(after);
        return await call(slot.host, slot, this.#changes(slot));
      } catch (error) {
        const elsewhere = this.#refugeFrom(error);
        if (!(error instanceof HostLost) && elsewhere === undefined) throw error;
        // Nobody needs to hear of one that never began.
        after = slot.host ? this.#taken(slot, error as Error, elsewhere) : after;
        if (elsewhere !== undefined) {
          this.#executor = elsewhere;
          this.#info = undefined;
        }
        slot.host?.close();
        slot.host = undefined;
        if (++losses === MOST_LOSSES)
          throw new Error(
            `The worker of ${this.#named(slot)} was lost ${losses} times in a row. ${(error as Error).message}`,
            { cause: error },
          );
      }
    }
  }

  /** Opens a host with its members as they were at the checkpoint, and repeats what was trained since. */
  async #start(slot: Slot): Promise<MemberHost> {
    const host = await this.#machine.openHost();
    try {
      // Disposed of meanwhile.
      if (this.#broken) throw this.#broken;
      const { knobs: at, stopped } = this.#checkpoint;
      slot.shares.forEach((share, s) => {
        const { moments } = slot.checkpoint[s] as ParameterState;
        for (let k = 0; k < share.count; k++)
          if (stopped.has(share.from + k))
            this.#hold(share.from + k, moments.slice(2 * k * this.#count, 2 * (k + 1) * this.#count));
      });
      const opened = await this.#open(host, slot, at);
      this.#info ??= opened.info;
      slot.memory = opened.memory;
      let knobs = at;
      for (const done of this.#since) {
        const chunks = chunksOf(done.chunk, this.members, slot.shares, this.#held);
        await host.train(chunks, done.knobs === knobs ? {} : this.#knobsOf(slot, done.knobs), false);
        knobs = done.knobs;
      }
      slot.restore = false;
      slot.knobs = this.#knobs !== knobs;
      return host;
    } catch (error) {
      host.close();
      throw error;
    }
  }

  #open(host: MemberHost, slot: Slot, knobs: Float64Array): Promise<Opened> {
    const setups = slot.shares.map((share, s): ExecutorSetup => {
      const { plan, data } = this.#groups[share.group] as ExecutorSetup;
      return {
        plan,
        data,
        members: share.count,
        state: slot.checkpoint[s] as ParameterState,
        knobs: rowsOf(knobs, share, this.#width),
      };
    });
    return host.open(this.#executor, setups);
  }

  /** What the host was not told yet. Where it is lost before it hears, `#start` tells the next one. */
  #changes(slot: Slot): Changes {
    const changes = {
      ...(slot.restore && { restore: slot.checkpoint }),
      ...(slot.knobs && this.#knobsOf(slot, this.#knobs)),
    };
    slot.restore = slot.knobs = false;
    return changes;
  }

  #knobsOf({ shares }: Slot, values: Float64Array): Changes {
    return { knobs: shares.map((share) => rowsOf(values, share, this.#width)) };
  }

  #hold(member: number, moments: Float64Array): void {
    if (!this.#held.has(member)) this.#held.set(member, moments);
  }

  /** A member has diverged for good, whatever the executor of one that was taken up elsewhere says. */
  #noteStopped({ loss, gradientNorm }: ChunkResult, steps: number): void {
    for (let member = 0; member < this.members; member++) {
      let stopped = this.#stopped.has(member);
      for (let at = member; at < steps * this.members; at += this.members) {
        if (stopped) loss[at] = gradientNorm[at] = NaN;
        else stopped = !Number.isFinite(loss[at]) || !Number.isFinite(gradientNorm[at]);
      }
      if (stopped) this.#stopped.add(member);
    }
  }

  /** Makes states, by host and share, the checkpoint. */
  #keep(states: readonly (readonly ParameterState[])[]): void {
    this.#slots.forEach((slot, i) => {
      slot.checkpoint = states[i] ?? [];
      slot.shares.forEach(({ from, count }, s) => {
        for (let k = 0; k < count; k++) {
          const moments = this.#held.get(from + k);
          if (moments) slot.checkpoint[s]?.moments.set(moments, 2 * k * this.#count);
        }
      });
    });
    this.#checkpoint = { knobs: this.#knobs, at: this.#machine.now(), stopped: new Set(this.#stopped) };
    this.#since = [];
  }

  #fail(reason: unknown): Error {
    const error = reason instanceof Error ? reason : new Error(String(reason));
    const plan = (this.#groups[0] as ExecutorSetup).plan;
    this.#broken ??=
      error.name === 'ExecutorLost'
        ? new ExecutorLost(error.message)
        : saysNoMemory(error)
          ? outOfMemory(this.members, plan, error.message)
          : error;
    return this.#broken;
  }

  /** Members as people count them. */
  #named({ shares }: Slot): string {
    const from = (shares[0]?.from ?? 0) + 1;
    const last = shares.at(-1);
    const to = (last?.from ?? 0) + (last?.count ?? 0);
    return from === to ? `model ${from}` : `models ${from} to ${to}`;
  }

  /** Where members go whose executor has lost its device; undefined where it has not, or there is no other place. */
  #refugeFrom(error: unknown): ExecutorId | undefined {
    const lost = error instanceof Error && error.name === 'ExecutorLost' && this.#info;
    const elsewhere = lost ? this.#machine.refuge?.(lost) : undefined;
    return elsewhere === this.#executor ? undefined : elsewhere;
  }

  #taken(slot: Slot, { message }: Error, elsewhere: ExecutorId | undefined): string {
    const steps = this.#since.reduce((sum, { chunk }) => sum + chunk.steps, 0);
    const from = steps === 0 ? 'where they were' : steps === 1 ? 'one step back' : `${steps} steps back`;
    if (elsewhere !== undefined)
      return `${message} The executor ${elsewhere} took up ${this.#named(slot)} ${from}.`;
    return `The worker of ${this.#named(slot)} was lost. ${message} A new one took them up ${from}; their numbers are the same as without this, and no other model was disturbed.`;
  }
}
