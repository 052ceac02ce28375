/**
 * `node scripts/run.mjs file.ts …arguments`: runs a TypeScript file of this project in Node, through Vite and with the
 * project's own plugins and aliases, so that command-line tools share the page's code as it stands.
 */
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureDependencies, root, stop } from './env.mjs';

const [file, ...args] = process.argv.slice(2);
if (!file) stop('Usage: node scripts/run.mjs file.ts …arguments');
ensureDependencies();

const { createRunnableDevEnvironment, resolveConfig, runnerImport } = await import('vite');
const { inlineInNode, shared } = (await runnerImport(resolve(root, 'vite.shared.ts'))).module;
const config = await resolveConfig(
  {
    root,
    configFile: false,
    envDir: false,
    logLevel: 'warn',
    plugins: shared.plugins,
    resolve: shared.resolve,
    environments: {
      node: {
        consumer: 'server',
        dev: { moduleRunnerTransform: true },
        resolve: { noExternal: inlineInNode },
        // tfjs in few files instead of hundreds: seconds less per run.
        optimizeDeps: {
          include: shared.optimizeDeps.include.filter((name) => name.startsWith('@tensorflow/')),
        },
      },
    },
  },
  'serve',
);
const environment = createRunnableDevEnvironment('node', config, {
  runnerOptions: { hmr: false },
  hot: false,
});
await environment.init();
await environment.depsOptimizer?.init();

// tfjs's Node platform requires Node's modules by name, also from its ES modules.
globalThis.require ??= createRequire(import.meta.url);
const path = resolve(file);
process.argv.splice(1, Infinity, path, ...args);
try {
  await environment.runner.import(pathToFileURL(path).href);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await environment.close();
}
