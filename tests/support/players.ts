import { OracleExecutor } from '../../src/engine/oracle/executor.ts';
import type { PlayerHost } from '../../src/engine/hosts.ts';
import { Player } from '../../src/engine/player.ts';
import { runtimes } from '../../src/labs/runtimes.ts';
import { readPublic } from './runs.ts';

/** A player on the oracle in Node; the test says what time it is, and when a rest is over. */
export const playerOf = (host: Pick<PlayerHost, 'send' | 'now' | 'rest'>): Player =>
  new Player({
    build: async (log) => {
      const runtime = await runtimes[log.lab]?.();
      if (!runtime) throw new Error(`There is no lab ${log.lab}.`);
      return runtime.build(log, readPublic);
    },
    createExecutor: (_, setup) => Promise.resolve(new OracleExecutor(setup)),
    refuge: () => 'oracle',
    ...host,
  });
