import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-webgpu';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseGoldenFile } from '../golden/file.ts';
import { opsOn } from '../golden/opsOn.ts';
import { runCase } from '../golden/run.ts';

const texts = import.meta.glob<string>('../golden/data/*.json', {
  eager: true,
  query: '?raw',
  import: 'default',
});
const files = Object.entries(texts)
  .map(([path, text]) => parseGoldenFile(path, text))
  .filter((file) => file !== undefined);
const ops = opsOn(tf);

const onTfjs = files.map((file) => ({ file, cases: file.cases.filter(({ op }) => ops[op]?.tfjs) }));

beforeAll(async () => {
  await tf.setBackend('webgpu');
  expect(tf.getBackend()).toBe('webgpu');
});

for (const { file, cases } of onTfjs) {
  if (cases.length === 0) continue;
  describe(`golden ${file.family} on WebGPU`, () => {
    test.each(cases.map((golden) => [golden.id, golden] as const))('%s', async (_, golden) => {
      expect(await runCase(ops, file, golden, 'tfjs')).toEqual({ status: 'passed' });
    });
  });
}

test('losses and optimizers are among them', () => {
  const families = onTfjs.filter(({ cases }) => cases.length > 0).map(({ file }) => file.family);
  expect(families).toEqual(expect.arrayContaining(['service_mix', 'optim', 'segmentation']));
});
