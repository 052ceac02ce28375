import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Chunk } from '../../../../src/engine/executor.ts';
import { OracleExecutor } from '../../../../src/engine/oracle/oracleExecutor.ts';
import { ACTIVATIONS } from '../../../../src/layers/dense/dense.ts';
import { WasmExecutor } from '../../../../src/engine/wasm/wasmExecutor.ts';
import type { KnobValue } from '../../../../src/terms/knob.ts';
import { relativeDistance } from '../../../support/executors.ts';
import { setupOf } from '../../../support/networks.ts';
import { kernels } from '../../../support/vectors.ts';

/*
 * Networks of any shape: widths that fill no vector, a batch of one, one to nine members with knobs of their own, a loss
 * with any of its terms. One step from the same state is that of the oracle.
 */

const oneOf = (...values: KnobValue[]) => fc.constantFrom(...values);
const settings = fc.record(
  {
    'model.use_logit_norm': oneOf(true, false),
    'model.logit_norm': oneOf(0.5, 1, 6),
    'model.temperature': oneOf(0.5, 1, 4),
    'loss.kl_reduction': oneOf('batchmean', 'mean'),
    'loss.entropy_weight': oneOf(0, 1, 5),
    'loss.min_entropy': oneOf(0, 1, 2.5),
    'loss.confidence_penalty': oneOf(0, 0.2),
    'loss.maxsup_weight': oneOf(0, 0.3),
    'loss.maxsup_form': oneOf('centered', 'hinge', 'raw'),
    'loss.maxsup_threshold': oneOf(-1, 0, 0.5),
    'loss.label_smoothing': oneOf(0, 0.1),
    'training.optimizer': oneOf('adam', 'adamw', 'sgd'),
    'training.momentum': oneOf(0, 0.9),
    'training.weight_decay': oneOf(0, 0.1),
    'training.grad_clip': oneOf(0, 0.05),
  },
  { requiredKeys: [] },
);

const cases = fc.record({
  inputs: fc.integer({ min: 1, max: 9 }),
  hidden: fc.array(fc.integer({ min: 1, max: 13 }), { maxLength: 3 }),
  classes: fc.integer({ min: 2, max: 13 }),
  activation: fc.constantFrom(...ACTIVATIONS),
  lastActivation: fc.option(fc.constantFrom(...ACTIVATIONS), { nil: undefined, freq: 3 }),
  batch: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 20 }), fc.constantFrom(63, 64, 65, 100)),
  members: fc.array(settings, { minLength: 1, maxLength: 9 }),
  ownBatches: fc.boolean(),
  simd: fc.boolean(),
  seed: fc.integer({ min: 0, max: 9999 }),
});
type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

function chunkOf({ batch, members, ownBatches, seed }: Case, rows: number): Chunk {
  const draw = (k: number): Int32Array =>
    Int32Array.from({ length: batch }, (_, i) => (seed + 7 * i + 3 * k) % rows);
  const each = (value: number): Float64Array => new Float64Array(members.length).fill(value);
  return {
    steps: 1,
    batches: ownBatches ? members.map((_, k) => draw(k)) : [draw(0)],
    learningRate: each(0.01),
    correction1: each(0.1),
    correction2: each(0.001),
  };
}

test('one step of any network with any loss is that of the oracle', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (plan) => {
      const setup = setupOf({ ...plan, members: plan.members });
      const [judge, other] = [new OracleExecutor(setup), new WasmExecutor(await kernels(plan.simd), setup)];
      const chunk = chunkOf(plan, setup.data.train.rows);
      const [expected, got] = [await judge.train(chunk), await other.train(chunk)];
      const near = (a: Float64Array, b: Float64Array, tolerance: number): void => {
        a.forEach((x, i) => {
          expect(Math.abs(x - (b[i] as number))).toBeLessThanOrEqual(
            tolerance * (1 + Math.abs(b[i] as number)),
          );
        });
      };
      near(got.loss, expected.loss, 1e-5);
      near(got.gradientNorm, expected.gradientNorm, 1e-5);
      const [wanted, state] = [await judge.save(), await other.save()];
      // The buffers hold the gradient; Adam's first step only its sign.
      expect(relativeDistance(state.moments, wanted.moments)).toBeLessThan(1e-4);
      for (const set of ['validation', 'stage'] as const) {
        const fresh = [new OracleExecutor(setup), other] as const;
        other.restore(setup.state);
        near(await fresh[1].predict(set), await fresh[0].predict(set), 1e-5);
      }
    }),
    { numRuns: 150 },
  );
});
