import asc from 'assemblyscript/asc';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Plugin } from 'vite';

const SUFFIX = /\?wasm=(simd|scalar)$/;
/** Marks ids as this plugin's: what stands under them is no TypeScript. */
const OURS = '\0wasm:';

type Build = 'simd' | 'scalar';

/**
 * `import { bytes } from './kernels.ts?wasm=simd'` compiles AssemblyScript; `bytes()` gives the module. The build writes
 * it as a file of its own, fetched when asked for; elsewhere (tests, the dev server, builds for Node) it comes inside
 * the script.
 * `?wasm=scalar` puts `lanes.scalar.ts` in the place of `lanes.ts`: the same kernels without SIMD.
 */
export function wasm(): Plugin {
  let building = false;
  return {
    name: 'collapse-lab:wasm',
    // Before Vite itself finds the TypeScript file that it looks like.
    enforce: 'pre',
    configResolved(config) {
      building = config.command === 'build' && config.build.ssr === false;
    },
    resolveId: {
      filter: { id: SUFFIX },
      handler: (id, importer) => OURS + resolve(dirname(importer ?? ''), id),
    },
    load: {
      filter: { id: /^\0wasm:/ },
      async handler(id) {
        const [, path, build] = /^\0wasm:(.*)\?wasm=(simd|scalar)$/.exec(id) as unknown as [
          string,
          string,
          Build,
        ];
        const { binary, sources } = await compile(path, build);
        for (const source of sources) this.addWatchFile(source);
        if (!building)
          return `const text = ${JSON.stringify(Buffer.from(binary).toString('base64'))};
            export const bytes = () => Promise.resolve(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)));`;
        const reference = this.emitFile({ type: 'asset', name: `kernels-${build}.wasm`, source: binary });
        return `export const bytes = async () => {
            const response = await fetch(import.meta.ROLLUP_FILE_URL_${reference});
            if (!response.ok) throw new Error(\`\${response.url}: \${response.status}\`);
            return response.arrayBuffer();
          };`;
      },
    },
  };
}

const compiled = new Map<string, Promise<{ binary: Uint8Array; sources: string[] }>>();

function compile(path: string, build: Build): Promise<{ binary: Uint8Array; sources: string[] }> {
  const key = `${build} ${path}`;
  let result = compiled.get(key);
  if (!result) compiled.set(key, (result = compileNow(path, build)));
  return result;
}

async function compileNow(path: string, build: Build): Promise<{ binary: Uint8Array; sources: string[] }> {
  const sources: string[] = [];
  let binary = new Uint8Array();
  const { error, stderr } = await asc.main(
    [
      path,
      ...[
        '-O3',
        '--runtime',
        'stub',
        '--noAssert',
        '--importMemory',
        '--noExportMemory',
        '--outFile',
        'kernels.wasm',
      ],
      ...(build === 'simd' ? ['--enable', 'simd'] : []),
      // Vectors cross between functions of the module alone.
      ...['--disableWarning', '112'],
    ],
    {
      readFile: (name, base) => {
        const file = resolve(base, name);
        const source = build === 'scalar' ? file.replace(/\/lanes\.ts$/, '/lanes.scalar.ts') : file;
        try {
          const text = readFileSync(source, 'utf8');
          sources.push(source);
          return text;
        } catch {
          return null;
        }
      },
      writeFile: (_, contents) => {
        if (typeof contents !== 'string') binary = Uint8Array.from(contents);
      },
    },
  );
  const said = stderr.toString();
  if (error || said !== '') throw new Error(`${path} (${build}): ${error?.message ?? ''}\n${said}`);
  return { binary, sources };
}
