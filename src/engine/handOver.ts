import type { KnobValues } from '../terms/knob.ts';
import type { Executor, ExecutorSetup, ParameterState } from './executor.ts';
import { executorIdOf, type ExecutorId, type ExecutorInfo } from './protocol.ts';
import { knobVector, type Task } from './task.ts';

/** Makes an executor; without an id, the best that is there. */
export type CreateExecutor = (
  id: ExecutorId | undefined,
  setup: ExecutorSetup,
  /** Told in a sentence when the executor is not the one that it would be on another machine. */
  say: (text: string) => void,
) => Promise<Executor>;

/** The executor that trains a run, and how the run is handed over to another. */
export class RunExecutor {
  readonly #create: CreateExecutor;
  readonly #task: Task;
  readonly #say: (text: string) => void;
  /** Executors of which the page was told that they cannot be had. */
  readonly #missing = new Set<ExecutorId>();
  #executor: Executor;
  #validation: Promise<Float64Array> | undefined;

  /** @param say told in a sentence when another executor trains than was asked for */
  constructor(create: CreateExecutor, task: Task, executor: Executor, say: (text: string) => void) {
    this.#create = create;
    this.#task = task;
    this.#executor = executor;
    this.#say = say;
  }

  get current(): Executor {
    return this.#executor;
  }

  get info(): ExecutorInfo {
    return this.#executor.info;
  }

  get id(): ExecutorId {
    return executorIdOf(this.#executor.info);
  }

  /** Whether this is the executor that an id asks for: `tfjs` leaves its backend open. */
  is(id: ExecutorId): boolean {
    return id === this.id || id === this.info.executor;
  }

  setKnobs(knobs: KnobValues): void {
    this.#executor.setKnobs(knobVector(this.#task, knobs));
  }

  /** Logits of the validation set, predicted once for each state. */
  validation(): Promise<Float64Array> {
    this.#validation ??= this.#executor.predict('validation');
    // A failed prediction is no answer to the next question.
    this.#validation.catch(() => (this.#validation = undefined));
    return this.#validation;
  }

  /** The state has changed: predictions are of another one. */
  forget(): void {
    this.#validation = undefined;
  }

  restore(state: ParameterState): void {
    this.#executor.restore(state);
    this.forget();
  }

  /**
   * Hands the run over, in numbers that every executor has.
   *
   * @throws Error when the executor cannot be had; the one before then goes on as it was
   */
  async handOver(id: ExecutorId | undefined, state: ParameterState, knobs: KnobValues): Promise<void> {
    this.#exchange(await this.#create(id, this.setup(inSinglePrecision(state), knobs), this.#say));
  }

  /**
   * Hands over to an executor that the log names. Where it cannot be had, the one before goes on, and the page is told,
   * once for each executor.
   *
   * @returns whether the run was handed over
   */
  async tryHandOver(
    id: ExecutorId,
    state: ParameterState,
    knobs: KnobValues,
    step: number,
  ): Promise<boolean> {
    try {
      await this.handOver(id, state, knobs);
      return true;
    } catch (error) {
      if (!this.#missing.has(id)) this.#say(cannotBeHad(id, step, error));
      this.#missing.add(id);
      return false;
    }
  }

  /** Goes on on an executor of this run that was made ready meanwhile. It is disposed of where it cannot take over. */
  takeOver(next: Executor, state: ParameterState, knobs: KnobValues): void {
    try {
      next.restore(inSinglePrecision(state));
      next.setKnobs(knobVector(this.#task, knobs));
    } catch (error) {
      next.dispose();
      throw error;
    }
    this.#exchange(next);
  }

  #exchange(next: Executor): void {
    this.#executor.dispose();
    this.#executor = next;
    this.forget();
  }

  /** What it takes to train this run on another executor. */
  setup(state: ParameterState, knobs: KnobValues): ExecutorSetup {
    const { plan, data } = this.#task;
    return { plan, members: 1, data, state, knobs: knobVector(this.#task, knobs) };
  }

  dispose(): void {
    this.#executor.dispose();
  }
}

/**
 * A state as it is handed over. Rounded, whatever the executors: several hand-overs at one step are one in the log, and
 * lead to the same numbers as the last of them alone.
 */
export const inSinglePrecision = ({ parameters, moments }: ParameterState): ParameterState => ({
  parameters: parameters.map(Math.fround),
  moments: moments.map(Math.fround),
});

/** What the page says of an executor that a log names and that this browser does not have. */
export const cannotBeHad = (id: ExecutorId, step: number, error: unknown): string =>
  `The run asks for the executor ${id} at step ${String(step)}, which cannot be had here; another one trains. (${error instanceof Error ? error.message : String(error)})`;
