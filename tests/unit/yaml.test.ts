import { expect, test } from 'vitest';
import preset from './fixtures/preset.yaml';

test('a YAML file is imported as a plain object', () => {
  expect(preset).toEqual({
    id: 'example',
    loss: { entropy_weight: 5, min_entropy: 1.5 },
    model: { hidden: [64, 64], use_logit_norm: false },
    training: { learning_rate: 0.003, min_lr: 1e-6, grad_clip: null },
  });
});
