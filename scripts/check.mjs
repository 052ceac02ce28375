/** `npm run check`: types, lint, format and the sizes of the build. All of them run, whatever fails. */
import { ensureDependencies, finish, runTool } from './env.mjs';

ensureDependencies();

/** @type {[string, () => boolean][]} */
const steps = [
  ['types', () => runTool('svelte-check', ['--tsconfig', './tsconfig.json', '--fail-on-warnings'])],
  ['lint', () => runTool('eslint', ['--max-warnings', '0', '.'])],
  ['format', () => runTool('prettier', ['--check', '.'])],
  ['build and sizes', () => runTool('vite', ['build', '--logLevel', 'warn']) && runTool('size-limit', [])],
];
finish(steps.filter(([name, run]) => (console.log(`\n— ${name}`), !run())).map(([name]) => name));
