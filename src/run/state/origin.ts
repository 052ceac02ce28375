import { executorIdOf, type ExecutorId, type Loaded, type RunEvent } from '../../engine/protocol.ts';
import { sameEvents } from './sameEvents.ts';

/** What the run of the page was loaded with. */
export class Origin {
  startedOn: ExecutorId = 'wasm';
  /** The executor that was chosen, where one was. */
  pinned: ExecutorId | undefined;
  /** Nobody chose the executor: the trainer may hand over by itself. */
  free = false;
  /** Events that it was loaded with. */
  plan: readonly RunEvent[] = [];
  /** The YAML that it was loaded from: an export keeps its comments. */
  source: string | undefined;

  loaded({ log, engine, metrics }: Loaded): void {
    this.startedOn = log.executor ?? executorIdOf(engine);
    this.free = log.free === true;
    const last = log.events.findLast(({ key, step }) => key === 'executor' && step <= metrics.step);
    this.pinned = this.free ? undefined : ((last?.value as ExecutorId | undefined) ?? log.executor);
    // Of a run that is opened in its middle, what the user did and what was planned are the same to the page.
    this.plan = log.events.some(({ step }) => step > metrics.step) || metrics.step === 0 ? log.events : [];
  }

  /** Whether what the run was loaded with is still being told: the user has changed nothing. */
  told(events: readonly RunEvent[]): boolean {
    // Hand-overs that nobody asked for change nothing of it.
    const done = this.free ? events.filter(({ key }) => key !== 'executor') : events;
    return this.plan.length > 0 && sameEvents(done, this.plan.slice(0, done.length));
  }
}
