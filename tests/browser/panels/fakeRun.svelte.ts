import type { Arrays, Metrics, RunEvent } from '../../../src/engine/protocol.ts';
import { defaultsOf, type Lab } from '../../../src/labs/lab.ts';
import type { Term } from '../../../src/terms/term.ts';
import type { KnobHost } from '../../../src/panels/kit/host.ts';
import { checkKnobs, ConfigError } from '../../../src/run/documents/config.ts';
import type { Knob, KnobValue, KnobValues } from '../../../src/terms/knob.ts';

/** A run without a worker: takes knobs as the real one does, and remembers how it was asked. */
export class FakeRun implements KnobHost {
  lab: Lab;
  knobs = $state.raw<KnobValues>({});
  metrics = $state.raw<Metrics | undefined>(undefined);
  labels = $state.raw<readonly string[]>(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
  loads = $state(1);
  scene = $state.raw<Arrays>({});
  events = $state.raw<readonly RunEvent[]>([]);
  preset = '';
  playing = $state(false);
  notice: undefined;
  readonly moves: KnobValue[] = [];
  readonly sets: Readonly<Record<string, unknown>>[] = [];
  /** Gestures that have ended. */
  releases = 0;

  constructor(knobs: readonly Knob[], values: KnobValues = {}, terms: readonly Term[] = []) {
    this.lab = {
      id: 'fake',
      title: 'Fake',
      text: 'A lab for tests.',
      terms,
      knobs,
      presets: [],
      opening: '',
      plain: '',
      layers: () => [],
      check: () => [],
      finalNumbers: [],
    };
    this.knobs = { ...defaultsOf(knobs), ...values };
  }

  move(knobs: KnobValues): void {
    this.moves.push(...Object.values(knobs));
    this.knobs = { ...this.knobs, ...knobs };
  }

  release(): Promise<void> {
    this.releases++;
    return Promise.resolve();
  }

  play(): void {
    this.playing = true;
  }

  async set(given: Readonly<Record<string, unknown>>): Promise<void> {
    this.sets.push(given);
    await Promise.resolve();
    const { knobs, problems } = checkKnobs(this.lab, given, this.knobs);
    if (problems.length > 0) throw new ConfigError(problems);
    this.knobs = { ...this.knobs, ...knobs };
  }
}
