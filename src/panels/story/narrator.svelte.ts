import type { Run } from '../../run/run.svelte.ts';
import type { KnobValue } from '../../terms/knob.ts';
import { messageOf } from '../kit/host.ts';
import { isPenalty } from '../../terms/kinds.ts';
import { holders, narrate, type Sentence } from '../labs/service-mix/narrative.ts';
import type * as history from '../labs/service-mix/recovery.ts';
import { bendTo, changesTo, isSetting, presetById, storyWaits } from '../knobs/settings.ts';

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

/** What is going on with a run, in a sentence, and what would help. One for the page, whoever shows it. */
export class Narrator {
  readonly #run: Run;
  readonly #fail: (message: string) => void;
  /** What tells how the reach went: nothing of it is said in the first seconds. */
  #history = $state.raw<typeof history>();
  #slow = $state.raw<{ until: number; before: number }>();

  readonly sentence: Sentence = $derived.by(() => {
    const run = this.#run;
    return narrate({
      phase: run.phase,
      death: run.death,
      metrics: run.metrics,
      knobs: run.knobs,
      classes: run.labels.length,
      playing: run.playing,
      notice: run.notice,
      penalties: run.lab.terms.filter(isPenalty),
      recovery: () =>
        this.#history?.recoveryOf(run.initial, run.events, {
          steps: run.series.column('step'),
          kl: run.series.column('kl'),
          agreement: run.series.column('top1Agreement'),
        }),
      cut: () => this.#history?.cutAt(run.initial, run.events),
    });
  });

  readonly remedy: Remedy | undefined = $derived.by(() => {
    if (this.sentence.state === 'diverged') return this.#repair();
    if (this.sentence.state === 'collapsed') return this.#cure();
    if (this.sentence.state === 'held') return this.#letGo();
    return undefined;
  });

  /** @param fail told what did not work, as a sentence; told '' when something is tried */
  constructor(run: Run, fail: (message: string) => void) {
    this.#run = run;
    this.#fail = fail;
    import('../labs/service-mix/recovery.ts').then(
      (loaded) => (this.#history = loaded),
      // The sentence is then told without it.
      () => undefined,
    );
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

  /** Whether a told run stands where it was to be looked at. */
  get waits(): boolean {
    return storyWaits(this.#run);
  }

  #cure(): Remedy | undefined {
    const run = this.#run;
    const sufficient = presetById(run.lab, 'sufficient');
    if (!sufficient || isSetting(run.lab, sufficient, run.knobs)) return undefined;
    return {
      label: 'Bring the colour back',
      sets: `sets ${changesTo(run.lab, sufficient, run.knobs)}; same weights`,
      large: this.waits,
      apply: () =>
        this.#attempt(async () => {
          await bendTo(run, sufficient);
          await this.#showSlowly();
        }),
    };
  }

  /** Switches off what holds the predictions although the head could say them. */
  #letGo(): Remedy | undefined {
    const run = this.#run;
    if (!run.metrics) return undefined;
    const penalties = run.lab.terms.filter(isPenalty);
    const weights = holders(run.metrics, penalties).flatMap(({ id }) => {
      const weight = penalties.find((term) => term.id === id)?.knobs[0];
      return weight?.kind === 'number' && weight.min === 0 ? [weight] : [];
    });
    if (weights.length === 0) return undefined;
    return {
      label: weights.length > 1 ? 'Switch both off' : 'Switch it off',
      sets: `sets ${weights.map(({ label }) => `${label} 0`).join(', ')}; same weights`,
      large: false,
      apply: () =>
        this.#attempt(async () => {
          await run.set(Object.fromEntries(weights.map(({ key }) => [key, 0])));
          await this.#showSlowly();
        }),
    };
  }

  /** What makes a diverged run start again, and hold. */
  #repair(): Remedy {
    const run = this.#run;
    const { label, knobs } = repairOf(run.knobs);
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

function repairOf(knobs: Readonly<Record<string, KnobValue>>): {
  label: string;
  knobs: Record<string, KnobValue>;
} {
  if (
    knobs['loss.maxsup_form'] === 'raw' &&
    knobs['loss.maxsup_weight'] !== 0 &&
    knobs['model.use_logit_norm'] !== true
  )
    return { label: 'Use centered and reset', knobs: { 'loss.maxsup_form': 'centered' } };
  if (Number(knobs['training.learning_rate']) > 0.003)
    return { label: 'Learning rate 0.003 and reset', knobs: { 'training.learning_rate': 0.003 } };
  return { label: 'Reset', knobs: {} };
}
