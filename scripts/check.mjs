/**
 * `npm run check`: types, lint, format and the sizes of the build. All of them run, whatever fails. Lint takes longest,
 * on one core, and runs beside the others.
 */
import { spawn } from 'node:child_process';
import { ensureDependencies, finish, root, runTool, tool } from './env.mjs';

ensureDependencies();

const lint = lintBeside();
/** @type {[string, () => boolean][]} */
const steps = [
  ['types', () => runTool('svelte-check', ['--tsconfig', './tsconfig.json', '--fail-on-warnings'])],
  ['format', () => runTool('prettier', ['--check', '.'])],
  ['build and sizes', () => runTool('vite', ['build', '--logLevel', 'warn']) && runTool('size-limit', [])],
];
const failed = steps.filter(([name, run]) => (console.log(`\n— ${name}`), !run())).map(([name]) => name);
console.log('\n— lint');
const { output, succeeded } = await lint;
process.stdout.write(output);
finish(succeeded ? failed : [...failed, 'lint']);

/** @returns {Promise<{ output: string, succeeded: boolean }>} what it printed, when it has ended */
function lintBeside() {
  const child = spawn(process.execPath, [tool('eslint'), '--max-warnings', '0', '.'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (/** @type {string} */ text) => (output += text));
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ output: error.message, succeeded: false }));
    child.on('close', (code) => resolve({ output, succeeded: code === 0 }));
  });
}
