import { mixAt } from '../../../src/charts/field.ts';
import type { Arrays, Metrics, RunEvent, Sample } from '../../../src/engine/protocol.ts';
import { serviceMix } from '../../../src/labs/service-mix/index.ts';
import { defaultsOf, type Lab } from '../../../src/labs/lab.ts';
import type { Run } from '../../../src/run/run.svelte.ts';
import { entropyOfProbabilities } from '../../../src/science/distributions.ts';
import type { KnobValues } from '../../../src/terms/knob.ts';

export const K = 4;
export const GRID = 5;
export const TAU = 0.1;
/** Reach R = 0.25. */
export const COLLAPSED = { 'model.use_logit_norm': true, 'model.logit_norm': 1, 'model.temperature': 4 };

const LETTERS = [0.1, 0.2, 0.3, 0.7, 0.6, 0.35, 0.8, 0.8, 0.15, 0.5, 0.5, 0.15, 0.9, 0.3, 0.4, 0.9];
/** Two services of each category. */
export const services = Float32Array.from({ length: 2 * K }, (_, i) => i).reduce(
  (all, i) => (all.set([((i * 3) % 8) / 8 + 0.05, ((i * 5) % 8) / 8 + 0.03, i % K], 3 * i), all),
  new Float32Array(6 * K),
);
const rows = (places: readonly number[]): Float32Array => {
  const all = new Float32Array((places.length / 2) * K);
  for (let i = 0; i < places.length / 2; i++)
    mixAt(all.subarray(i * K, (i + 1) * K), services, K, places[2 * i] ?? 0, places[2 * i + 1] ?? 0, TAU);
  return all;
};
const GRID_PLACES = Array.from({ length: 2 * GRID * GRID }, (_, i) => {
  const cell = i >> 1;
  return (i % 2 === 0 ? cell % GRID : Math.floor(cell / GRID)) / (GRID - 1);
});

/** Mixes that differ from place to place: `certainty` 0 is flat everywhere. */
export function mixes(n: number, certainty: number): Float32Array {
  return Float32Array.from({ length: n * K }, (_, i) => {
    const top = Math.floor(i / K) % K === i % K;
    return 1 / K + certainty * (top ? 1 - 1 / K : -1 / K);
  });
}

/** A run without a worker, of a small city. */
export class FakeStageRun {
  lab: Lab = serviceMix;
  labels = $state.raw<readonly string[]>(['Groceries', 'Cafés', 'Schools', 'Clinics']);
  knobs = $state.raw<KnobValues>({ ...defaultsOf(this.lab.knobs), ...COLLAPSED });
  scene = $state.raw<Arrays>({});
  view = $state.raw<Arrays>({});
  metrics = $state.raw<Metrics | undefined>(undefined);
  events = $state.raw<readonly RunEvent[]>([]);
  phase = $state('ready');
  playing = $state(false);

  constructor() {
    const letteredTargets = rows(LETTERS);
    this.scene = {
      shape: Float32Array.of(K, GRID),
      tau: Float32Array.of(TAU),
      stagePositions: Float32Array.from(GRID_PLACES),
      stageTargets: rows(GRID_PLACES),
      services,
      letteredPositions: Float32Array.from(LETTERS),
      letteredTargets,
      targetEntropies: Float32Array.from({ length: 8 }, (_, i) =>
        entropyOfProbabilities(letteredTargets, i * K, K),
      ),
    };
    this.says(mixes(GRID * GRID, 0.9), mixes(8, 0.8));
  }

  says(stage: Float32Array, lettered: Float32Array): void {
    this.view = { stage, lettered };
  }

  samples(): Promise<Sample[]> {
    return Promise.resolve([]);
  }

  get run(): Run {
    return this as unknown as Run;
  }
}
