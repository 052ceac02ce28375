import type { PlayerHost } from '../../src/engine/hosts.ts';
import { Player } from '../../src/engine/player.ts';
import { runtimeOf } from '../../src/labs/runtimes.ts';
import { createReal } from './realExecutors.ts';
import { readPublic } from './runs.ts';

/** A player in Node, on real executors; the test says what time it is, and when a rest is over. */
export const playerOf = (host: Pick<PlayerHost, 'send' | 'now' | 'rest'> & Partial<PlayerHost>): Player =>
  new Player({
    build: async (log) => {
      const runtime = await runtimeOf(log.lab);
      return runtime.build(log, readPublic);
    },
    createExecutor: async (id, setup) => Promise.resolve(createReal(id, setup)),
    refuge: () => 'oracle',
    ...host,
  });
