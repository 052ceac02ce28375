import type { Executor } from './executor.ts';
import type { Plan } from './plan.ts';
import { executorIdOf, type ExecutorId, type ExecutorInfo, type Race } from './protocol.ts';
import type { RaceHost, Races, Trust } from './race.ts';
import type { Session } from './session.ts';

/** How soon a GPU that was lost is looked for, and at most how seldom later. */
const SEEK_MS = { first: 1000, most: 60_000 };

export interface TakeoverHost extends RaceHost {
  rest: (milliseconds?: number) => Promise<void>;
  /** The run that is played. */
  current: () => Session | undefined;
  /** Runs f after everything that was asked before. */
  exclusive: <T>(f: () => Promise<T>) => Promise<T>;
  /** Sends the page what there is to say, where no frame would come by itself. Called in turn. */
  show: () => Promise<void>;
}

/** Hands a run whose executor nobody chose over to WebGPU where that is faster, and looks for a GPU that was lost. */
export class Takeover {
  readonly #host: TakeoverHost;
  readonly #trust: Trust = { lost: '' };
  /** Loaded when the first run may be raced. */
  #races: Races | undefined;
  /** Whether WebGPU is being made ready or raced. */
  #racing = false;
  /** The executor that is to take a run over. */
  #winner: { session: Session; executor: Executor } | undefined;
  /** Counts searches for a GPU that was lost. */
  #searches = 0;

  constructor(host: TakeoverHost) {
    this.#host = host;
  }

  /** The executor that trains plans like this one fastest, where that is known. */
  favourite(plan: Plan): ExecutorId | undefined {
    return this.#races?.favourite(plan);
  }

  /** What is known of WebGPU as a trainer of this plan. */
  of(plan: Plan): Race | undefined {
    return this.#races?.of(plan);
  }

  /** The user has chosen WebGPU: it is trusted again. */
  trust(): void {
    this.#trust.lost = '';
  }

  /** An executor was lost. @param said what the page says of it */
  lost(info: ExecutorInfo, said: string, reason: string): void {
    if (info.backend !== 'webgpu') return;
    this.#trust.lost = reason;
    const session = this.#host.current();
    if (session) void this.#seek(session, info, said);
  }

  /**
   * Has WebGPU made ready and raced beside the training, where the run may be handed over. Only for a run that plays:
   * what counts steps or loads runs by command gets the executor that it was told of.
   */
  race(session: Session): void {
    const { plan } = session.task;
    if (this.#racing || this.#winner || !this.#host.adapter || !session.yields) return;
    if (this.#trust.lost !== '' || this.#races?.open(plan) === false) return;
    this.#racing = true;
    const goesOn = (): boolean => session === this.#host.current() && session.yields;
    const run = async (): Promise<void> => {
      const { Races } = await import('./race.ts');
      this.#races ??= new Races(this.#host, this.#trust);
      const executor = await this.#races.run({
        plan,
        seed: session.start.seed,
        setup: () => this.#host.exclusive(() => session.setup()),
        turn: (f) => this.#host.exclusive(f),
        goesOn,
      });
      this.#racing = false;
      if (executor && goesOn()) this.#winner = { session, executor };
      else executor?.dispose();
      await this.#host.exclusive(() => this.#host.show());
    };
    // Where it cannot be loaded, every run stays where it is.
    run().catch(() => undefined);
  }

  /** Hands a run over to the executor that won, at this step. @returns whether it did */
  async take(session: Session): Promise<boolean> {
    if (!this.#winner) return false;
    const { executor } = this.#winner;
    // What moved since it was made ready counts.
    if (session !== this.#winner.session || !session.yields || session.step === 0) {
      this.drop();
      return false;
    }
    this.#winner = undefined;
    try {
      await session.takeOver(executor);
      return true;
    } catch (error) {
      if (session.info.executor === 'webgpu') throw error;
      // It trains on as before; the menu says why.
      this.#races?.fail(session.task.plan, error);
      return false;
    }
  }

  /** No run is handed over to the executor that won. */
  drop(): void {
    this.#winner?.executor.dispose();
    this.#winner = undefined;
  }

  /** Looks for a GPU that was lost, until it is there again or nobody needs it, and offers it; nothing is handed over. */
  async #seek(session: Session, lost: ExecutorInfo, said: string): Promise<void> {
    const search = ++this.#searches;
    const needed = (): boolean =>
      search === this.#searches && session === this.#host.current() && session.info.backend !== 'webgpu';
    for (let wait = SEEK_MS.first; ; wait = Math.min(2 * wait, SEEK_MS.most)) {
      await this.#host.rest(wait);
      if (!needed()) return;
      const adapter = await this.#host.adapter?.();
      // One that is emulated is no answer to one that was not.
      if (!adapter || (adapter.software && !lost.software)) continue;
      await this.#host
        .exclusive(async () => {
          if (!needed()) return;
          session.notice = {
            kind: 'lost',
            text: `${said} The GPU is there again.`,
            offer: executorIdOf(lost),
          };
          await this.#host.show();
        })
        .catch(() => undefined);
      return;
    }
  }
}
