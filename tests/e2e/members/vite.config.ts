import { defineConfig } from 'vite';
import { csp } from '../../../scripts/vite/csp.ts';
import { shared } from '../../../vite.shared.ts';

/** As the lab is built, without what belongs to its page alone. */
export default defineConfig({
  ...shared,
  base: './',
  publicDir: false,
  plugins: [...shared.plugins, csp()],
  build: { target: 'es2023' },
});
