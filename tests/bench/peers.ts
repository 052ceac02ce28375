import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dependenciesAreCurrent } from '../../scripts/env.mjs';

const folder = dirname(fileURLToPath(import.meta.url));

/**
 * Installs the libraries that the bench compares with, where they are missing. Nothing else needs them.
 *
 * @throws Error when the registry cannot be reached
 */
export function ensurePeers(): void {
  if (dependenciesAreCurrent('tests/bench')) return;
  console.log('Installing the peers of the bench …');
  const { status } = spawnSync('npm ci --ignore-scripts --no-audit --no-fund --fetch-retries=1', {
    cwd: folder,
    stdio: 'inherit',
    shell: true,
  });
  if (status !== 0)
    throw new Error(
      'The peers of the bench could not be installed. `npm run bench -- page curves start` needs none of them.',
    );
}
