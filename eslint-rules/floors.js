/**
 * The rooms of src/ and what each may import, as docs/architecture.md says. The rule names the room, what it reached for, and
 * what it may have instead.
 */
import { dirname, relative, resolve, sep } from 'node:path';

/** Lowest first: a room imports only from itself and from lower ones. */
const rooms = ['science', 'terms', 'layers', 'engine', 'labs', 'run', 'charts', 'panels', 'app'];
const workersUse = ['science', 'terms', 'layers', 'engine', 'labs'];
/** Where tfjs is known, as types. */
const knowTfjs = ['terms', 'layers', 'engine'];
/** The rooms that only the page has. What they may have of the engine: its protocol, and one helper without imports. */
const page = ['run', 'charts', 'panels', 'app'];
const protocol = 'src/engine/protocol.ts';
const helper = 'src/engine/pendingCalls.ts';
/** What they may have of layers: names and shapes of parameters, and no executor's code. */
const declarations = ['src/layers/chain.ts', 'src/layers/contract.ts', 'src/layers/kinds.ts'];

/** @type {import('eslint').Rule.RuleModule} */
export const floors = {
  meta: {
    type: 'problem',
    schema: [{ type: 'object', properties: { root: { type: 'string' } }, required: ['root'] }],
    messages: {
      higher: '{{from}} may import only from {{allowed}}, not from {{to}}.',
      protocol: `{{from}} may import from engine only ${protocol} and ${helper}.`,
      declarations: `{{from}} may import from layers only ${declarations.join(', ')}.`,
      helper: `${helper} may import nothing: the page has it too.`,
      outside: '{{from}} may not import {{path}}: it belongs to no room.',
      entry: 'Workers are started with new Worker(new URL(…)), not imported.',
      starts: 'Only run (and a worker, or the engine in one) starts workers, not {{from}}.',
      homeless: `This file is in no room: src/ has ${rooms.join(', ')}.`,
      tfjsType: '{{from}} may name tfjs only with `import type`: it receives tf as an argument.',
      tfjs: '{{from}} may not import {{path}}: only terms, layers, engine (types) and workers know tfjs.',
    },
  },
  create(context) {
    const root = context.options[0].root;
    const place = placeOf(root, context.filename);
    if (!place) return {};
    const from = place.room;
    if (!from) return { Program: (node) => context.report({ node, messageId: 'homeless' }) };

    /** Where a room may look. */
    const allowed = from === 'workers' ? workersUse : rooms.slice(0, rooms.indexOf(from) + 1);

    /**
     * @param {import('estree').Node} node
     * @param {unknown} source
     * @param {boolean} typeOnly
     */
    function check(node, source, typeOnly) {
      if (typeof source !== 'string') return;
      if (place?.file === helper) {
        context.report({ node, messageId: 'helper' });
        return;
      }
      const path = source.replace(/[?#].*$/, '');
      if (path.startsWith('@tensorflow/')) {
        if (from === 'workers' || (typeOnly && knowTfjs.includes(from))) return;
        const messageId = knowTfjs.includes(from) ? 'tfjsType' : 'tfjs';
        context.report({ node, messageId, data: { from, path } });
        return;
      }
      if (!/^[./]/.test(path)) return;
      const file = path.startsWith('/')
        ? path.slice(1)
        : inRoot(root, resolve(dirname(context.filename), path));
      // Presets and other data are for everyone.
      if (!/\.([jt]s|svelte)$/.test(file)) return;
      const to = roomOf(file);
      if (to === 'workers') {
        if (from !== 'workers') context.report({ node, messageId: 'entry' });
      } else if (!to) context.report({ node, messageId: 'outside', data: { from, path: file } });
      else if (!allowed.includes(to))
        context.report({ node, messageId: 'higher', data: { from, to, allowed: allowed.join(', ') } });
      else if (page.includes(from) && to === 'engine' && file !== protocol && file !== helper)
        context.report({ node, messageId: 'protocol', data: { from } });
      else if (page.includes(from) && to === 'layers' && !declarations.includes(file))
        context.report({ node, messageId: 'declarations', data: { from } });
    }

    return {
      ImportDeclaration: (node) => check(node, node.source.value, isType(node)),
      ExportNamedDeclaration: (node) => node.source && check(node, node.source.value, isType(node)),
      ExportAllDeclaration: (node) => check(node, node.source.value, isType(node)),
      ImportExpression: (node) => check(node, node.source.type === 'Literal' && node.source.value, false),
      // import('…') as a type
      TSImportType: (/** @type {any} */ node) => check(node, node.source?.value, true),
      NewExpression(node) {
        const { callee } = node;
        if (callee.type !== 'Identifier' || !/^(Shared)?Worker$/.test(callee.name)) return;
        if (from !== 'run' && from !== 'engine' && from !== 'workers')
          context.report({ node, messageId: 'starts', data: { from } });
      },
    };
  },
};

/** @param {any} node an import or export */
function isType(node) {
  return (node.importKind ?? node.exportKind) === 'type';
}

/**
 * Which controlled place a file is in; nothing for tests, scripts and settings, which may import anything.
 * @param {string} root
 * @param {string} filename
 */
function placeOf(root, filename) {
  const path = inRoot(root, filename);
  return /^(src|workers)\//.test(path) ? { file: path, room: roomOf(path) } : undefined;
}

/** @param {string} path from the repository's root */
function roomOf(path) {
  if (path.startsWith('workers/')) return 'workers';
  const [, room = ''] = /^src\/([^/]+)\//.exec(path) ?? [];
  return rooms.includes(room) ? room : undefined;
}

/**
 * @param {string} root
 * @param {string} path
 */
function inRoot(root, path) {
  return relative(root, path).split(sep).join('/');
}
