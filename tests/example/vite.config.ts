import { defineConfig } from 'vite';
import built from '../../vite.config.ts';
import { shared } from '../../vite.shared.ts';
import { withExample } from './withExample.ts';

/** The page as it is built, with one lab more. */
export default defineConfig({
  ...built,
  plugins: [withExample(), ...(built.plugins ?? [])],
  worker: { ...shared.worker, plugins: () => [withExample(), ...shared.worker.plugins()] },
});
