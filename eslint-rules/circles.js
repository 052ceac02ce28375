/** No file may import one that imports it, by whatever way, types included: nothing can be understood by itself there. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

const IMPORT = /(?:^|\n)\s*(?:import|export)\s[^'";(]*?(?:from\s*)?['"](\.[^'"?]+)['"]/g;

/**
 * The files that take part in a circle, by Tarjan's algorithm, with those of the same circle that each imports.
 *
 * @param {ReadonlyMap<string, readonly string[]>} imports by file
 * @returns {Map<string, string[]>}
 */
export function circlesOf(imports) {
  /** @type {Map<string, { index: number, low: number, open: boolean }>} */
  const seen = new Map();
  /** @type {string[]} */
  const stack = [];
  /** @type {Map<string, string[]>} */
  const circles = new Map();
  /** @param {string} file */
  const visit = (file) => {
    const own = { index: seen.size, low: seen.size, open: true };
    seen.set(file, own);
    stack.push(file);
    for (const to of imports.get(file) ?? []) {
      const other = seen.get(to) ?? visit(to);
      if (other.open) own.low = Math.min(own.low, other.low);
    }
    if (own.low === own.index) {
      const members = stack.splice(stack.indexOf(file));
      for (const member of members) /** @type {any} */ (seen.get(member)).open = false;
      if (members.length > 1)
        for (const member of members)
          circles.set(
            member,
            (imports.get(member) ?? []).filter((to) => members.includes(to)),
          );
    }
    return own;
  };
  for (const file of imports.keys()) if (!seen.has(file)) visit(file);
  return circles;
}

/**
 * The relative imports of every source file of a project.
 *
 * @param {string} root
 * @returns {Map<string, string[]>} by file, from the root with slashes
 */
function importsIn(root) {
  const files = ['src', 'workers'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(ts|svelte)$/.test(file))
      .map((file) => `${folder}/${file.split(sep).join('/')}`),
  );
  const known = new Set(files);
  return new Map(
    files.map((file) => [
      file,
      [...readFileSync(join(root, file), 'utf8').matchAll(IMPORT)]
        .map(([, path = '']) =>
          relative(root, resolve(root, dirname(file), path))
            .split(sep)
            .join('/'),
        )
        .filter((path) => known.has(path)),
    ]),
  );
}

/** @type {Map<string, string[]> | undefined} once for all files of a run */
let circles;

/** @type {import('eslint').Rule.RuleModule} */
export const noCircles = {
  meta: {
    type: 'problem',
    schema: [{ type: 'object', properties: { root: { type: 'string' } }, required: ['root'] }],
    messages: {
      circle: 'This file and {{others}} import each other. Move what both need into a file of its own.',
    },
  },
  create(context) {
    const { root } = context.options[0];
    circles ??= circlesOf(importsIn(root));
    const file = relative(root, context.filename).split(sep).join('/');
    const others = circles.get(file);
    if (!others) return {};
    return {
      Program: (node) => context.report({ node, messageId: 'circle', data: { others: others.join(', ') } }),
    };
  },
};
