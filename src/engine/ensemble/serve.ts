import type { Chunk, Datasets, Executor, ExecutorSetup, ParameterState } from '../executor.ts';
import type { ExecutorId, Memory } from '../protocol.ts';
import type { Changes, CreateExecutor, MemberApi, Opened, Trained } from './host.ts';

/** The far side of a host: an executor for each share, trained one after the other. */
export class MemberServer implements MemberApi {
  readonly #create: CreateExecutor;
  #executors: Executor[] = [];

  constructor(create: CreateExecutor) {
    this.#create = create;
  }

  async open(executor: ExecutorId, setups: readonly ExecutorSetup[]): Promise<Opened> {
    for (const old of this.#executors) old.dispose();
    this.#executors = [];
    for (const setup of setups) this.#executors.push(await this.#create(executor, setup));
    const [first] = this.#executors;
    if (!first) throw new Error('A host needs members.');
    return { info: first.info, memory: this.#memory() };
  }

  async train(chunks: readonly Chunk[], changes: Changes, save: boolean): Promise<Trained> {
    this.#apply(changes);
    const results = await this.#each((executor, share) => executor.train(chunks[share] as Chunk));
    const trained: Trained = { results, memory: this.#memory() };
    if (save) trained.states = await this.#each((executor) => executor.save());
    return trained;
  }

  predict(set: keyof Datasets, changes: Changes): Promise<Float64Array[]> {
    this.#apply(changes);
    return this.#each((executor) => executor.predict(set));
  }

  save(changes: Changes): Promise<ParameterState[]> {
    this.#apply(changes);
    return this.#each((executor) => executor.save());
  }

  #apply({ restore, knobs }: Changes): void {
    this.#executors.forEach((executor, share) => {
      const [state, values] = [restore?.[share], knobs?.[share]];
      if (state) executor.restore(state);
      if (values) executor.setKnobs(values);
    });
  }

  async #each<R>(call: (executor: Executor, share: number) => Promise<R>): Promise<R[]> {
    const answers: R[] = [];
    for (const [share, executor] of this.#executors.entries()) answers.push(await call(executor, share));
    return answers;
  }

  #memory(): Memory {
    const sum = { tensors: 0, bytes: 0 };
    for (const executor of this.#executors) {
      const { tensors, bytes } = executor.memory();
      sum.tensors += tensors;
      sum.bytes += bytes;
    }
    return sum;
  }
}
