import * as Comlink from 'comlink';
import { afterEach, expect, test, vi } from 'vitest';
import type { Changes } from '../../../src/engine/ensemble/host.ts';
import { Client } from '../../../src/run/client.ts';
import { openMemberWorker } from '../../../workers/ensemble.ts';
import { held } from '../../support/garbage.ts';

/** Answers of some size, of a worker that lives on. */
const CALLS = 20;
const answer = (): { values: Float64Array } => ({ values: new Float64Array(1000) });

const NOTHING: Changes = {};

const channels: MessageChannel[] = [];
/** A worker in this thread, which answers as an API says. */
function workerWith(api: object): Worker {
  const channel = new MessageChannel();
  channels.push(channel);
  Comlink.expose(api, channel.port2);
  channel.port1.start();
  return Object.assign(channel.port1, { terminate: () => undefined }) as unknown as Worker;
}

afterEach(() => {
  for (const { port1, port2 } of channels.splice(0)) {
    port1.close();
    port2.close();
  }
  vi.unstubAllGlobals();
});

/** Calls again and again, and gives what is still held of the answers. */
async function heldOf(call: () => Promise<unknown>): Promise<number> {
  const answers: WeakRef<object>[] = [];
  for (let i = 0; i < CALLS; i++) answers.push(new WeakRef((await call()) as object));
  return held(answers);
}

test('answers of a member worker are not held once they are taken', async () => {
  vi.stubGlobal('navigator', {});
  const worker = workerWith({ connect: () => undefined, predict: answer, save: answer });
  const host = await openMemberWorker(() => worker);
  expect(await heldOf(() => host.predict('validation', NOTHING))).toBe(0);
  host.close();
  await expect(host.predict('validation', NOTHING)).rejects.toThrow('The member worker was closed.');
});

test('answers of the trainer are not held once they are taken', async () => {
  vi.stubGlobal('navigator', {});
  vi.stubGlobal('document', { baseURI: 'http://localhost/' });
  vi.stubGlobal('startedTrainer', workerWith({ connect: () => undefined, parameters: answer }));
  const client = new Client();
  expect(await heldOf(() => client.call('parameters'))).toBe(0);
  client.dispose();
  await expect(client.call('parameters')).rejects.toThrow('The trainer was replaced.');
});
