import type { Samples } from '../../../../../src/engine/executor.ts';
import type { LabRuntime } from '../../../../../src/labs/lab.ts';
import { agreement } from '../../../../../src/science/agreement.ts';
import { randomStream } from '../../../../../src/science/random.ts';
import { mean } from '../../../../../src/science/statistics.ts';
import { softmaxForward, type SoftmaxHead } from '../../../../../src/terms/heads/softmax/head.ts';
import { numberAt } from '../../../../../src/terms/knob.ts';
import { numbersOf } from '../../../../../src/terms/numericKnobs.ts';
import { example, layers, terms, TOPICS, WORDS } from './index.ts';

const K = TOPICS.length;
const { numeric, numericKnobs } = numbersOf(example.knobs);

export const exampleRuntime: LabRuntime = {
  build: (log) => {
    const stream = randomStream(log.seed, 'data');
    const truth = Float32Array.from(WORDS.flatMap((_, word) => shares(word, (i) => stream.uniform(i))));
    const sample = (rows: number, from: number): Samples & { targets: Float32Array } => {
      const words = Array.from({ length: rows }, (_, row) =>
        Math.floor(stream.uniform(1000 + from + row) * WORDS.length),
      );
      return {
        rows,
        features: Float32Array.from(words.flatMap((word, row) => [stream.uniform(9000 + from + row), word])),
        targets: Float32Array.from(words.flatMap((word) => [...truth.subarray(word * K, (word + 1) * K)])),
      };
    };
    const validation = sample(60, 4000);
    const targets = Float64Array.from(validation.targets);
    const head: SoftmaxHead = { kind: 'softmax', terms: terms.map(({ id }) => id) };
    return Promise.resolve({
      plan: {
        layers,
        head,
        knobs: example.knobs.filter(({ live }) => live).map(({ key }) => key),
        batchSize: numberAt(log.knobs, 'training.batch_size'),
      },
      data: {
        train: sample(numberAt(log.knobs, 'data.points'), 0),
        validation,
        stage: { rows: WORDS.length, features: Float32Array.from(WORDS.flatMap((_, word) => [0.5, word])) },
      },
      numeric,
      labels: TOPICS,
      scene: { truth },
      measure: (logits, knobs) => {
        const forward = softmaxForward(head, logits, targets, K, numericKnobs(knobs), 'evaluation');
        const { kl, entropyPredicted } = agreement(forward.batch.logProbabilities, targets, 60, K);
        const first = mean(
          Array.from({ length: 60 }, (_, row) => forward.batch.probabilities[row * K] as number),
        );
        const own = { kl: mean(kl), tilt: numberAt(knobs, 'loss.tilt_weight') * (1 - first) };
        return {
          total: own.kl + own.tilt,
          terms: own,
          values: { kl: own.kl, firstShare: first, entropyMean: mean(entropyPredicted) },
        };
      },
      view: (stage, _, knobs) => ({
        words: Float32Array.from(
          softmaxForward(head, stage, stage, K, numericKnobs(knobs), 'evaluation').batch.probabilities,
        ),
      }),
      samples: (_, __, n) => WORDS.slice(0, n).map((word) => ({ word })),
      explainDivergence: () => 'The loss left the range of numbers.',
    });
  },
};

function shares(word: number, uniform: (i: number) => number): number[] {
  const weights = TOPICS.map((_, topic) => Math.exp(4 * uniform(10 * word + topic)));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}
