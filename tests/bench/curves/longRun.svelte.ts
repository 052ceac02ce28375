import type { Metrics } from '../../../src/engine/protocol.ts';
import { defaultsOf, type Lab } from '../../../src/labs/lab.ts';
import { SeriesStore } from '../../../src/run/state/series.ts';
import { isPenalty } from '../../../src/terms/kinds.ts';

/** What the curves need of a run: made-up rows that move as real ones do, for measuring how long drawing takes. */
export class LongRun {
  readonly lab: Lab;
  readonly initial: Readonly<Record<string, number | boolean | string>>;
  readonly events = [{ step: 5000, key: 'model.temperature', value: 4 }];
  readonly labels = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  readonly series = new SeriesStore();
  readonly preset = 'before';
  readonly phase = 'ready';
  metrics = $state.raw<Metrics | undefined>(undefined);
  recorded = $state(0);
  readonly #terms: readonly string[];

  constructor(lab: Lab, rows: number) {
    this.lab = lab;
    this.initial = { ...defaultsOf(lab.knobs), 'model.use_logit_norm': true };
    this.#terms = lab.terms.filter(isPenalty).map(({ id }) => id);
    for (let i = 0; i < rows; i++) this.record();
  }

  get knobs(): Readonly<Record<string, number | boolean | string>> {
    return this.initial;
  }

  record(): void {
    const i = this.series.length;
    const noise = (n: number): number => 0.5 + 0.5 * Math.sin(i * 0.37 * n) * Math.cos(i * 0.011 * n);
    const kl = (i < 5000 ? 0.9 : 0.1) + 0.05 * noise(3);
    const row = {
      step: i,
      kl,
      floorKl: i < 5000 ? 0.84 : 0,
      klSd: 0.1,
      shareInReach: 0,
      entropyMean: 1.5 + 0.2 * noise(5),
      entropyTargetMean: 1.07,
      entropyQ05: 1 + 0.1 * noise(7),
      entropyQ25: 1.3 + 0.1 * noise(11),
      entropyQ75: 1.7 + 0.1 * noise(13),
      entropyQ95: 1.9 + 0.1 * noise(17),
      total: kl + 0.1 * noise(19),
      learningRate: 3e-3 * (0.5 + noise(2)),
      gradientNorm: 0.02 + 0.02 * noise(23),
      ...Object.fromEntries(
        this.#terms.map((id, n) => [`terms.${id}`, id === 'kl' ? kl : 0.05 * noise(29 + n)]),
      ),
    };
    this.series.append(i, Object.keys(row), Float64Array.from(Object.values(row)));
    this.metrics = {
      ...row,
      epoch: 0,
      status: 'ok',
      terms: Object.fromEntries(this.#terms.map((id) => [id, 0.05])),
    };
    this.recorded++;
  }
}
