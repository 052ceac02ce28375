import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-webgpu';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseGoldenFile } from '../golden/file.ts';
import { opsOn } from '../golden/opsOn.ts';
import { runCase } from '../golden/run.ts';
import { openGpu } from '../support/gpu.ts';

const texts = import.meta.glob<string>('../golden/data/*.json', {
  eager: true,
  query: '?raw',
  import: 'default',
});
const files = Object.entries(texts)
  .map(([path, text]) => parseGoldenFile(path, text))
  .filter((file) => file !== undefined);
const gpu = await openGpu();
const ops = opsOn(tf, gpu);

const COLUMNS = [
  ['tfjs', 'tfjs on WebGPU'],
  ['webgpu', 'the webgpu executor'],
] as const;
const casesOn = (column: (typeof COLUMNS)[number][0]) =>
  files.map((file) => ({ file, cases: file.cases.filter(({ op }) => ops[op]?.[column]) }));

beforeAll(async () => {
  await tf.setBackend('webgpu');
  expect(tf.getBackend()).toBe('webgpu');
});

afterAll(() => {
  gpu.device.destroy();
});

describe.each(COLUMNS)('column %s', (column, name) => {
  for (const { file, cases } of casesOn(column)) {
    if (cases.length === 0) continue;
    describe(`golden ${file.family} on ${name}`, () => {
      test.each(cases.map((golden) => [golden.id, golden] as const))('%s', async (_, golden) => {
        expect(await runCase(ops, file, golden, column)).toEqual({ status: 'passed' });
      });
    });
  }

  test('losses and optimizers are among them', () => {
    const families = casesOn(column)
      .filter(({ cases }) => cases.length > 0)
      .map(({ file }) => file.family);
    expect(families).toEqual(expect.arrayContaining(['service_mix', 'optim', 'segmentation']));
  });
});

test('what wasm computes in Node the webgpu executor computes here', () => {
  for (const [name, op] of Object.entries(ops))
    expect(op.webgpu !== undefined, name).toBe(op.wasm !== undefined);
});
