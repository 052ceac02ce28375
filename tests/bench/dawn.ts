/**
 * The webgpu executor in Node, on Dawn, which is Chromium's WebGPU. It is bundled with all that it imports, so that the
 * same files also run on a machine that has a GPU and nothing but Node.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { findChromium } from '../../scripts/env.mjs';
import { wasm } from '../../scripts/vite/wasm.ts';
import { yaml } from '../../scripts/vite/yaml.ts';
import { shared } from '../../vite.shared.ts';
import type { Measured } from './dawn/measure.ts';
import { ensurePeers } from './peers.ts';
import type { Target } from './report.ts';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Measures on this machine: on Chromium's software adapter, or with WEBGPU_ADAPTER=hardware on its own GPU. */
export async function benchDawn(): Promise<Measured | { bench: string; targets: Target[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'collapse-lab-dawn-'));
  try {
    const { platform, arch } = process;
    await bundleDawn(folder, platform === 'darwin' ? 'darwin-universal' : `${platform}-${arch}`);
    const results = join(folder, 'results.json');
    const { status } = spawnSync(process.execPath, [join(folder, 'bench.mjs'), results], {
      stdio: 'inherit',
      env: {
        ...process.env,
        ...(process.env['WEBGPU_ADAPTER'] === 'hardware' ? {} : softwareAdapter()),
      },
    });
    if (status !== 0)
      return { bench: 'dawn', targets: [{ name: 'webgpu on Dawn', missing: 'it did not get to its end' }] };
    return JSON.parse(readFileSync(results, 'utf8')) as Measured;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Writes what is measured into a folder, where `node bench.mjs` runs it.
 *
 * @param system that it shall run on, as Dawn names its builds
 */
export async function bundleDawn(folder: string, system = 'linux-x64'): Promise<void> {
  ensurePeers();
  const dawn = at(`node_modules/webgpu/dist/${system}/dawn.node`);
  if (!existsSync(dawn)) throw new Error(`There is no build of Dawn for ${system}.`);
  await build({
    configFile: false,
    envDir: false,
    publicDir: false,
    logLevel: 'error',
    plugins: [yaml(), wasm()],
    resolve: shared.resolve,
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: at('dawn/main.ts'),
      outDir: folder,
      emptyOutDir: false,
      target: 'node20',
      rolldownOptions: {
        output: { entryFileNames: 'bench.mjs', chunkFileNames: '[name]-[hash].mjs' },
        checks: { bundlerTimings: false },
      },
    },
  });
  copyFileSync(dawn, join(folder, 'dawn.node'));
}

/** Where Chromium has its emulated GPU, and the loader that finds it; nothing where it has none. */
function softwareAdapter(): Record<string, string> {
  const chromium = findChromium();
  if (chromium === undefined) return {};
  const real = realpathSync(chromium);
  // Debian's is a script, and what it starts is elsewhere.
  const folder = [dirname(real), join('/usr/lib', basename(real))].find((path) =>
    existsSync(join(path, 'vk_swiftshader_icd.json')),
  );
  return folder === undefined
    ? {}
    : { VK_DRIVER_FILES: join(folder, 'vk_swiftshader_icd.json'), LD_LIBRARY_PATH: folder };
}
