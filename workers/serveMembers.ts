import * as Comlink from 'comlink';
import { buffersOf, type CreateExecutor, type MemberApi } from '../src/engine/ensemble/host.ts';
import { MemberServer } from '../src/engine/ensemble/serve.ts';
import { loadTerms } from '../src/terms/loadTerms.ts';
import { held } from './held.ts';

/** What a member worker answers: its members, and that it holds a lock as long as it lives. */
export interface MemberWorkerApi extends MemberApi {
  connect: (lock: string) => Promise<void>;
}

/** Makes this worker a member worker. */
export function serveMembers(create: CreateExecutor): void {
  // A plan names its terms by their ids; in this worker no lab has loaded them.
  const server = new MemberServer(async (id, setup) => {
    await loadTerms(setup.plan.head.terms);
    return create(id, setup);
  });
  const moved = <T>(answer: T): T => Comlink.transfer(answer, buffersOf(answer));
  const api: MemberWorkerApi = {
    connect: held,
    open: (executor, setups) => server.open(executor, setups),
    train: async (chunks, changes, save) => moved(await server.train(chunks, changes, save)),
    predict: async (set, changes) => moved(await server.predict(set, changes)),
    save: async (changes) => moved(await server.save(changes)),
  };
  Comlink.expose(api);
}
