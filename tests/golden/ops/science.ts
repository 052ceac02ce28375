import { agreement } from '../../../src/science/agreement.ts';
import { fitTemperature, oneHot } from '../../../src/science/calibration.ts';
import { cityTargets, nearestDistances } from '../../../src/science/city.ts';
import { projectOntoReach, reach } from '../../../src/science/reach.ts';
import { asNumber, flatten } from '../fields.ts';
import { optimalityGap } from '../optimality.ts';
import type { Ops } from '../types.ts';

/** The reference minimum comes from a general-purpose optimizer ("tol 1e-5"). */
const MINIMISED = { rtol: 0, atol: 1e-5 };

export const scienceOps: Ops = {
  logitnorm_reach: {
    oracle: (_, hyper) => {
      const { pMax, pMin, minEntropy, minKlToOneHot } = reach(hyper.number('K'), hyper.number('s_over_T'));
      return {
        terms: { pmax: pMax, pmin: pMin, min_entropy: minEntropy, min_kl_to_onehot: minKlToOneHot },
      };
    },
  },
  logitnorm_min_kl: {
    tolerance: { min_kl: MINIMISED, argmin_probs: MINIMISED },
    dispute: (inputs, hyper, result, mismatches) => {
      if (!mismatches.every(({ what }) => /^terms\.(min_kl|argmin_probs)/.test(what))) return undefined;
      const { min_kl, argmin_probs } = result.terms;
      const kl = asNumber(min_kl) ?? NaN;
      const p = Float64Array.from(flatten(argmin_probs) ?? []);
      const gap = optimalityGap(inputs.vector('target'), p, kl, hyper.number('s_over_T'));
      return gap <= 1e-9
        ? `the file's minimum is not the least: ${kl} is, up to ${gap.toExponential(1)} (duality gap)`
        : undefined;
    },
    oracle: (inputs, hyper) => {
      const best = projectOntoReach(inputs.vector('target'), hyper.number('s_over_T'));
      return {
        terms: {
          clr_norm: best.clrNorm,
          exactly_reachable: best.exactlyReachable,
          min_kl: best.kl,
          argmin_probs: best.probabilities,
        },
      };
    },
  },
  city_target: {
    oracle: (inputs, hyper) => {
      const [categories = 0, perCategory = 0] = inputs.shape('points');
      const x = inputs.matrix('x');
      const dist = new Float64Array(x.rows * categories);
      nearestDistances(dist, inputs.vector('points'), categories, perCategory, x.data, x.rows);
      const target = new Float64Array(dist.length);
      cityTargets(target, dist, x.rows, categories, hyper.number('tau'));
      return { terms: { dist, target } };
    },
  },
  distribution_metrics: {
    oracle: (inputs) => {
      const probs = inputs.matrix('probs');
      const metrics = agreement(probs.data.map(Math.log), inputs.vector('target'), probs.rows, probs.columns);
      return {
        terms: {
          entropy_pred: metrics.entropyPredicted,
          entropy_target: metrics.entropyTarget,
          kl: metrics.kl,
          js: metrics.js,
          entropy_corr: metrics.entropyCorrelation,
          top1_agreement: metrics.top1Agreement,
          between_sample_std: metrics.betweenSampleSd,
          entropy_pct_of_max: metrics.entropyShareOfMax,
        },
      };
    },
  },
  temperature_fit: {
    // "tol 1e-4 on T"; the file's logits are rounded to six decimals, its losses come from the unrounded ones.
    tolerance: {
      T: { rtol: 0, atol: 1e-4 },
      nll_before: { rtol: 0, atol: 1e-6 },
      nll_after: { rtol: 0, atol: 1e-6 },
    },
    oracle: (inputs) => {
      const { data, rows, columns } = inputs.matrix('logits');
      const fit = fitTemperature(data, oneHot(inputs.vector('labels'), columns), rows, columns);
      return { terms: { T: fit.temperature, nll_before: fit.nllBefore, nll_after: fit.nllAfter } };
    },
  },
};
