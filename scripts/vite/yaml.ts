import type { Plugin } from 'vite';
import { parseDocument } from 'yaml';

/**
 * `import preset from './x.yaml'` gives the parsed plain object. It is parsed at build time, so that shipping presets
 * does not ship a YAML parser. `?raw` and `?url` imports keep their usual meaning.
 */
export function yaml(): Plugin {
  return {
    name: 'collapse-lab:yaml',
    transform: {
      filter: { id: /\.ya?ml$/ },
      handler(code, id) {
        // The same limits as for YAML that people load into the page.
        const document = parseDocument(code, { schema: 'core' });
        const problem = document.errors[0] ?? document.warnings[0];
        if (problem) this.error(`${id}: ${problem.message}`);
        const value: unknown = document.toJS({ maxAliasCount: 20 });
        return { code: `export default ${literal(value)};`, map: null, moduleType: 'js' };
      },
    },
  };
}

/** JSON as a JavaScript expression, plus the numbers that YAML has and JSON has not. */
function literal(value: unknown): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, item]) => `[${JSON.stringify(key)}]:${literal(item)}`);
    return `{${entries.join(',')}}`;
  }
  return JSON.stringify(value);
}
