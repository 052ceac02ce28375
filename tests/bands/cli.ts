/**
 * `npm run bands`: trains service-mix on the oracle with five seeds for 2,000 steps, and holds the outcomes against
 * what independent training gave. With one seed and a smaller number of steps: `npm run bands -- --seeds 1 --steps 600`.
 */
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { bands, holds, type Check } from './bands.ts';

interface Done {
  band: number;
  seed: number;
  checks: Check[];
}

function option(name: string, otherwise: number): number {
  const at = process.argv.indexOf(`--${name}`);
  const value = at < 0 ? otherwise : Number(process.argv[at + 1]);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} needs a whole number from 1.`);
  return value;
}

const steps = option('steps', 2000);

/** A worker process: takes {band, seed}, answers with the checks, until its parent is done with it. */
function serve(): Promise<void> {
  process.on('message', ({ band, seed }: { band: number; seed: number }) => {
    void bands[band]
      ?.run(seed, steps)
      .then((checks) => process.send?.({ band, seed, checks } satisfies Done));
  });
  process.send?.('ready');
  return new Promise((resolve) => process.once('disconnect', resolve));
}

async function main(): Promise<void> {
  const seeds = option('seeds', 5);
  const jobs = bands.flatMap((_, band) => Array.from({ length: seeds }, (__, seed) => ({ band, seed })));
  const results: Done[] = [];
  const total = jobs.length;
  await Promise.all(
    Array.from({ length: Math.min(availableParallelism(), total) }, async () => {
      // Processes and not threads: each brings up the same runner that this one came up in.
      const runner = fileURLToPath(new URL('../../scripts/run.mjs', import.meta.url));
      const child = fork(runner, [fileURLToPath(import.meta.url), '--worker', '--steps', String(steps)]);
      try {
        await answer(child);
        for (let job = jobs.shift(); job; job = jobs.shift()) {
          child.send(job);
          const done = (await answer(child)) as Done;
          results.push(done);
          report(done, results.length, total);
        }
      } finally {
        child.kill();
      }
    }),
  );
  summary(results);
}

function answer(child: ReturnType<typeof fork>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => {
      reject(new Error(`A training process ended with code ${String(code)}.`));
    });
  });
}

function report({ band, seed, checks }: Done, n: number, total: number): void {
  const parts = checks.map(
    (check) => `${holds(check) ? '' : 'OUT '}${check.what} ${check.got.toPrecision(4)}`,
  );
  console.log(
    `[${String(n)}/${String(total)}] ${bands[band]?.name ?? ''}, seed ${String(seed)}: ${parts.join(', ')}`,
  );
}

function summary(results: readonly Done[]): void {
  console.log('\nband: worst and best over the seeds [asked for]');
  for (const [band, { name }] of bands.entries()) {
    const runs = results.filter((done) => done.band === band);
    for (const [i, { what, from, to }] of (runs[0]?.checks ?? []).entries()) {
      const got = runs.map(({ checks }) => checks[i]?.got ?? NaN);
      const range = `${Math.min(...got).toPrecision(4)} … ${Math.max(...got).toPrecision(4)}`;
      console.log(
        `${name.padEnd(30)} ${what.padEnd(38)} ${range}  [${String(+from.toFixed(4))} … ${String(+to.toFixed(4))}]`,
      );
    }
  }
  const all = results.flatMap(({ checks }) => checks);
  const failed = all.filter((check) => !holds(check)).length;
  console.log(`\n${String(all.length - failed)} passed, ${String(failed)} failed`);
  if (failed > 0) process.exitCode = 1;
}

if (process.argv.includes('--worker')) await serve();
else await main();
