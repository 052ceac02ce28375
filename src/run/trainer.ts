/** Starts the trainer and gives its first message: a placeholder that proves that the worker is built and runs. */
export function connect(): Promise<string> {
  const worker = new Worker(new URL('../../workers/trainer.ts', import.meta.url), { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => {
      resolve(String(data));
    };
    worker.onerror = ({ message }) => {
      reject(new Error(message));
    };
  });
}
