import { expect, test } from 'vitest';
import { dice } from '../../../../../src/terms/dice.term.ts';
import { variance } from '../../../../../src/terms/variance.term.ts';
import { headLoss } from '../../../../../src/terms/head.ts';
import { Fields } from '../../../../golden/fields.ts';
import { parseGoldenFile } from '../../../../golden/file.ts';
import { numericOf } from '../../../../support/terms.ts';
// Makes known the terms that heads name here.
import '../../../../support/allTerms.ts';

const texts = import.meta.glob<string>('../../../../golden/data/segmentation.public.json', {
  eager: true,
  query: '?raw',
  import: 'default',
});
const cases = Object.entries(texts)
  .flatMap(([path, text]) => parseGoldenFile(path, text)?.cases ?? [])
  .filter(({ op }) => op === 'seg_total');

/** Where the other terms of the loss stand among the expected ones, by the name of their weight. */
const OTHERS = {
  focal: 'focal',
  boundary: 'boundary_edge',
  cldice: 'cldice',
  connectivity: 'connectivity',
  entropy: 'entropy_penalty',
};

/** The golden ops compare the terms with weight 1; here they are weighted and added up as the reference does. */
test.each(cases.map((golden) => [golden.id, golden] as const))(
  'what soft Dice and variance leave of the reference total is the other terms: %s',
  (_, golden) => {
    const [inputs, expected] = [
      new Fields(golden.inputs, 'Input'),
      new Fields(golden.expected.terms, 'Term'),
    ];
    const hyper = golden.hyper as {
      variance_kind: string;
      variance_mode: string;
      weights: Record<string, number>;
    };
    const knobs = numericOf([...dice.knobs, ...variance.knobs], {
      'loss.dice_weight': hyper.weights['dice'] ?? NaN,
      'loss.variance_weight': hyper.weights['variance'] ?? NaN,
      'loss.variance_form': hyper.variance_kind,
      'loss.variance_over': hyper.variance_mode,
    });
    const others = Object.entries(OTHERS).reduce(
      (sum, [weight, name]) => sum + (hyper.weights[weight] ?? NaN) * expected.number(name),
      0,
    );
    const [images = 0] = inputs.shape('logits');
    const [logits, mask] = [inputs.vector('logits'), inputs.vector('mask')];
    const head = { kind: 'field', terms: ['dice', 'variance'] } as const;
    const { total } = headLoss(head, logits, mask, logits.length / images, knobs);
    expect(total + others).toBeCloseTo(expected.number('total'), 9);
  },
);

test('there are cases to compare with', () => {
  expect(cases.length).toBeGreaterThan(10);
});
