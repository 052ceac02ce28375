import type { Lab } from '../../labs/lab.ts';
import type { Run } from '../../run/run.svelte.ts';
import type { KnobValues } from '../../terms/knob.ts';
import { messageOf } from '../kit/host.ts';
import { bendTo, changesTo, presetById, settingOf, storyWaits } from '../knobs/settings.ts';
import type { Cure, Sentence } from '../labs/page.ts';
import { pageOf } from '../labs/pages.svelte.ts';
import { lifeOf } from './life.ts';

/** The one thing to do next, as a button, with everything that it sets. */
export interface Remedy {
  label: string;
  sets: string;
  /** The story waits for it. */
  large: boolean;
  apply: () => Promise<void>;
}

/** Pace after a cure, in steps per second, and for how many steps: slow enough to be seen. */
export const SLOW = { limit: 10, steps: 60 };

/** What is going on with a run, in a sentence, and what would help. One for the page, whatever shows it. */
export class Narrator {
  readonly #run: Run;
  readonly #fail: (message: string) => void;
  #slow = $state.raw<{ until: number; before: number }>();

  /** What the lab says of its run; undefined while the page says it of any run. */
  readonly #told = $derived.by(() => {
    const run = this.#run;
    const { metrics } = run;
    if (lifeOf(run) || !metrics) return undefined;
    return pageOf(run.lab.id)?.narrate({
      lab: run.lab,
      initial: run.initial,
      knobs: run.knobs,
      events: run.events,
      labels: run.labels,
      playing: run.playing,
      series: run.series,
      metrics,
    });
  });

  readonly sentence: Sentence = $derived.by(
    () =>
      lifeOf(this.#run) ??
      this.#told ?? {
        state: 'starting',
        title: 'A model is here.',
        text: 'What it predicts is told here when the pictures of the lab are loaded.',
      },
  );

  readonly remedy: Remedy | undefined = $derived.by(() => {
    if (this.sentence.state === 'diverged') return this.#repair();
    const cure = this.#told?.remedy;
    return cure && this.#offer(cure);
  });

  /** @param fail told what did not work, as a sentence; told '' when something is tried */
  constructor(run: Run, fail: (message: string) => void) {
    this.#run = run;
    this.#fail = fail;
    $effect(() => {
      if (!this.#slow) return;
      const step = Number(run.metrics?.step);
      if (run.speedLimit !== SLOW.limit) this.#slow = undefined;
      else if (step >= this.#slow.until || step < this.#slow.until - SLOW.steps) {
        void run.limit(this.#slow.before).catch(() => undefined);
        this.#slow = undefined;
      }
    });
  }

  /** Whether the run is slowed down so that a cure can be seen. */
  get slowed(): boolean {
    return this.#slow !== undefined;
  }

  /** Whether the opening story stands where it was to be looked at. */
  get waits(): boolean {
    return storyWaits(this.#run);
  }

  #offer(cure: Cure): Remedy | undefined {
    const run = this.#run;
    const preset = 'preset' in cure ? presetById(run.lab, cure.preset) : undefined;
    const knobs = 'knobs' in cure ? cure.knobs : preset && settingOf(run.lab, preset);
    if (!knobs) return undefined;
    return {
      label: cure.label,
      sets: `sets ${changesTo(run.lab, knobs, run.knobs)}; same weights`,
      large: this.waits,
      apply: () =>
        this.#attempt(async () => {
          if (preset) await bendTo(run, preset);
          else await run.set(knobs);
          await this.#showSlowly();
        }),
    };
  }

  /** What makes a diverged run start again, and hold. */
  #repair(): Remedy {
    const run = this.#run;
    const { label, knobs } = pageOf(run.lab.id)?.repair?.(run.knobs) ?? smallerRate(run.lab, run.knobs);
    return {
      label,
      sets: 'from step 0, with the same initial weights',
      large: false,
      apply: () =>
        this.#attempt(async () => {
          if (Object.keys(knobs).length > 0) await run.set(knobs);
          await run.reset();
          run.play();
        }),
    };
  }

  async #showSlowly(): Promise<void> {
    const run = this.#run;
    const from = run.metrics?.step ?? 0;
    const before = run.speedLimit === SLOW.limit ? 0 : run.speedLimit;
    await run.limit(SLOW.limit);
    this.#slow = { until: from + SLOW.steps, before };
    run.play();
  }

  async #attempt(what: () => Promise<void>): Promise<void> {
    this.#fail('');
    try {
      await what();
    } catch (thrown) {
      this.#fail(messageOf(thrown));
    }
  }
}

/** The lab's own learning rate, where the run diverged with a larger one. */
function smallerRate(lab: Lab, knobs: KnobValues): { label: string; knobs: KnobValues } {
  const key = 'training.learning_rate';
  const rate = lab.knobs.find((knob) => knob.key === key)?.default;
  if (rate === undefined || !(Number(knobs[key]) > Number(rate))) return { label: 'Reset', knobs: {} };
  return { label: `Learning rate ${String(rate)} and reset`, knobs: { [key]: rate } };
}
