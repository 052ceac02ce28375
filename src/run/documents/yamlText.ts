/** YAML as leaves with their lines; nothing here knows what a configuration is. */
import {
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Pair,
  type YAMLMap,
} from 'yaml';
import type { Leaf } from './reading.ts';
import type { Place } from './documents.ts';

/** Longest text that is looked at; a configuration has a few hundred lines at most. */
export const MAX_LENGTH = 100_000;
const MAX_DEPTH = 4;
/** A lab has some dozens of knobs; each key that is none of them costs a search for what was meant. */
const MAX_KEYS = 1_000;
/** Each alias is looked up in the whole document. */
const MAX_ALIASES = 20;
const TOO_DEEP = `The configuration is nested deeper than ${String(MAX_DEPTH)} levels.`;

/** A leaf with where it stands in the document. */
export interface YamlLeaf extends Leaf {
  pair: Pair;
  parent: YAMLMap;
  /** Of each item, where the value is a list. */
  items: readonly Place[];
}

export interface ReadYaml {
  document: Document;
  leaves: YamlLeaf[];
}

/** @throws Error with a sentence, where the text cannot be a configuration */
export function readYamlText(text: string): ReadYaml {
  if (text.length > MAX_LENGTH)
    throw new Error(
      `The text has ${String(text.length)} characters; a configuration has at most ${String(MAX_LENGTH)}.`,
    );
  const lines = new LineCounter();
  const document = parseDocument(text, {
    schema: 'core',
    lineCounter: lines,
    // Compares each key with each other one; keys that are given twice are named below.
    uniqueKeys: false,
    prettyErrors: false,
  });
  const broken = document.errors[0];
  if (broken?.code === 'RESOURCE_EXHAUSTION') throw new Error(TOO_DEEP);
  if (broken)
    throw new Error(
      `This is not valid YAML, line ${String(lines.linePos(broken.pos[0]).line)}: ${broken.message}`,
    );
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) return { document, leaves: [] };
  if (!isMap(contents))
    throw new Error('A configuration is a list of keys with values, such as "temperature: 2".');
  try {
    checkAliases(document);
    return { document, leaves: leavesOf(document, contents, lines) };
  } catch (error) {
    if (error instanceof RangeError) throw new Error(TOO_DEEP, { cause: error });
    throw error;
  }
}

/** Repeated parts are welcome; those that repeat each other or themselves blow up into more than anyone can read. */
function checkAliases(document: Document): void {
  let count = 0;
  visit(document, {
    Alias: (_, alias, path) => {
      if (++count > MAX_ALIASES)
        throw new Error(`The configuration repeats parts of itself more than ${String(MAX_ALIASES)} times.`);
      if (path.some((node) => isNode(node) && 'anchor' in node && node.anchor === alias.source))
        throw new Error(`The part "${alias.source}" of the configuration contains itself.`);
    },
  });
}

function leavesOf(document: Document, root: YAMLMap, lines: LineCounter): YamlLeaf[] {
  const leaves: YamlLeaf[] = [];
  let keys = 0;
  const placeOf = (node: unknown): Place => {
    const line = isNode(node) && node.range ? lines.linePos(node.range[0]).line : 0;
    return { text: `Line ${String(line)}`, line };
  };
  const enter = (parent: YAMLMap, path: readonly string[]): void => {
    if (path.length > MAX_DEPTH) throw new Error(TOO_DEEP);
    for (const pair of parent.items) {
      if (++keys > MAX_KEYS)
        throw new Error(`The configuration has more than ${String(MAX_KEYS)} keys; a lab has some dozens.`);
      const { key, value } = pair;
      const at = [...path, isScalar(key) ? String(key.value) : String(key)];
      if (isMap(value)) enter(value, at);
      else
        leaves.push({
          path: at.join('.'),
          value: plainOf(document, value),
          place: placeOf(key),
          pair,
          parent,
          items: isSeq(value) ? value.items.map(placeOf) : [],
        });
    }
  };
  enter(root, []);
  return leaves;
}

function plainOf(document: Document, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (isScalar(value)) return value.value;
  return (value as { toJS: (document: Document, options: { maxAliasCount: number }) => unknown }).toJS(
    document,
    { maxAliasCount: MAX_ALIASES },
  );
}
