import type { TemperatureFit } from '../../../labs/service-mix/answers.ts';
import type { Run } from '../../../run/run.svelte.ts';
import { reach as reachAt } from '../../../science/reach.ts';
import { reachOf } from '../../../terms/reachOf.ts';

/** What the head can express at all, under the knobs as they are. */
export interface ReachInfo {
  /** R = s / T; Infinity without LogitNorm. */
  reach: number;
  /** Largest probability that any class can get. */
  pMax: number;
  minEntropy: number;
  /** Share of validation places that can be said exactly, and the best mean KL that is left. */
  shareInReach: number;
  floorKl: number;
}

/** What `window.lab` can do in this lab only. */
export interface MixConsole {
  /** @throws Error before anything is measured */
  reach: () => ReachInfo;
  fitTemperature: () => Promise<TemperatureFit>;
}

export const mixConsole = (run: Run): MixConsole => ({
  reach: () => {
    if (!run.metrics) throw new Error('Nothing is measured yet: await lab.ready() first.');
    const { shareInReach, floorKl } = run.metrics as unknown as { shareInReach: number; floorKl: number };
    const R = reachOf(run.knobs);
    const { pMax, minEntropy } = reachAt(run.labels.length, R);
    return { reach: R, pMax, minEntropy, shareInReach, floorKl };
  },
  fitTemperature: () => run.ask<TemperatureFit>('fitTemperature'),
});
