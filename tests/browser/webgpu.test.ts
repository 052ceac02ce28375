import { expect, test } from 'vitest';

test('a module worker finds a WebGPU adapter', async () => {
  const worker = new Worker(new URL('./adapter.worker.ts', import.meta.url), { type: 'module' });
  const adapter = await new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => {
      resolve(data);
    };
    worker.onerror = ({ message }) => {
      reject(new Error(message));
    };
  });
  worker.terminate();
  expect(adapter).toMatchObject({ vendor: expect.stringMatching(/./) as string, backend: 'webgpu', sum: 6 });
});
