/**
 * Writes a configuration into the text that it was loaded from: comments, order, keys and spelling stay as they are,
 * values that have changed are replaced where they stand, and what else differs is added.
 */
import { isMap, isNode, isScalar, stringify, type YAMLMap } from 'yaml';
import { presetKnobs, type Lab } from '../../labs/lab.ts';
import type { KnobValue } from '../../terms/knob.ts';
import { checkKnobs, type Config } from './config.ts';
import { meaningOf } from './reading.ts';
import { readYamlText, type ReadYaml, type YamlLeaf } from './yamlText.ts';

interface Edit {
  from: number;
  to: number;
  text: string;
}

/**
 * The text with the configuration in it; undefined where the text has a form that this cannot write into.
 *
 * @param told whether the events of the text are still ahead of the configuration: else it goes without them
 */
export function keptYaml(lab: Lab, config: Config, source: string, told: boolean): string | undefined {
  let read: ReadYaml;
  try {
    read = readYamlText(source);
  } catch {
    return undefined;
  }
  const root = isMap(read.document.contents) ? read.document.contents : undefined;
  if (root?.flow && root.items.length > 0) return undefined;
  const eol = source.includes('\r\n') ? '\r\n' : '\n';
  const edits: Edit[] = [];
  const said = new Set<string>();
  for (const leaf of read.leaves) {
    const edit = editOf(source, leaf, lab, config, told, said);
    if (edit === 'impossible') return undefined;
    if (edit) edits.push(edit);
  }

  const rest: Record<string, unknown> = {};
  for (const name of ['lab', 'preset', 'seed'] as const) if (!said.has(name)) rest[name] = config[name];
  const base = presetKnobs(lab, config.preset);
  for (const { key } of lab.knobs) {
    const value = config.knobs[key];
    if (value === undefined || said.has(key) || value === base[key]) continue;
    const [group = '', name = ''] = key.split('.');
    const at = root && groupOf(root, group);
    if (at) edits.push(insertion(source, at, `${name}: ${literal(value)}`, eol));
    else ((rest[group] ??= {}) as Record<string, unknown>)[name] = value;
  }
  const kept = edited(source, edits);
  if (Object.keys(rest).length === 0) return kept;
  const begun = kept.replace(/\s+$/, '');
  return `${begun === '' ? '' : begun + eol}${stringify(rest).replace(/\n/g, eol)}`;
}

/** What a leaf needs to say what the configuration says; what it then says goes into `said`. */
function editOf(
  source: string,
  leaf: YamlLeaf,
  lab: Lab,
  config: Config,
  told: boolean,
  said: Set<string>,
): Edit | 'impossible' | undefined {
  const meaning = meaningOf(leaf, lab);
  if ('ignored' in meaning) return undefined;
  if ('top' in meaning) {
    const { top } = meaning;
    if (top === 'executor') return undefined;
    if (top === 'events') return told ? undefined : removal(leaf);
    said.add(top);
    return leaf.value === config[top] ? undefined : replacement(source, leaf, config[top]);
  }
  const keys = Object.keys(meaning.knobs).filter((key) => config.knobs[key] !== undefined);
  const [key] = keys;
  // What nobody knows is the writer's own: it stays.
  if (key === undefined) return undefined;
  const { knobs, problems } = checkKnobs(lab, meaning.knobs);
  const names = new Set(keys);
  const right =
    !problems.some((problem) => names.has(problem.key)) &&
    keys.every((name) => knobs[name] === config.knobs[name]);
  // A schedule with its arguments says several; where one of them moved, it says the schedule alone.
  for (const name of right ? keys : [key]) said.add(name);
  return right ? undefined : replacement(source, leaf, config.knobs[key] as KnobValue);
}

function replacement(source: string, { pair: { key, value } }: YamlLeaf, by: KnobValue): Edit | 'impossible' {
  if (!isNode(key) || !key.range || !isNode(value) || !value.range) return 'impossible';
  const [from, to] = value.range;
  if (from < to) return { from, to, text: literal(by) };
  const at = source.indexOf(':', key.range[1]) + 1;
  return { from: at, to: at, text: ` ${literal(by)}` };
}

function removal({ pair: { key, value } }: YamlLeaf): Edit | 'impossible' {
  if (!isNode(key) || !key.range || !isNode(value) || !value.range) return 'impossible';
  return { from: key.range[0], to: value.range[2], text: '' };
}

function groupOf(root: YAMLMap, name: string): YAMLMap | undefined {
  const found = root.items.findLast(({ key, value }) => isScalar(key) && key.value === name && isMap(value));
  return found?.value as YAMLMap | undefined;
}

/** A further pair at the end of a group. */
function insertion(source: string, { flow, items, range }: YAMLMap, text: string, eol: string): Edit {
  const [first, last] = [items[0], items.at(-1)];
  const end = [last?.value, last?.key].flatMap((node) =>
    isNode(node) && node.range ? [node.range[1]] : [],
  )[0];
  if (flow || end === undefined || !isNode(first?.key) || !first.key.range) {
    const at = end ?? (range?.[0] ?? 0) + 1;
    return { from: at, to: at, text: end === undefined ? ` ${text} ` : `, ${text}` };
  }
  const start = first.key.range[0];
  const indent = source.slice(source.lastIndexOf('\n', start - 1) + 1, start);
  // Behind the comment on the last line.
  const line = /[^\r\n]*/.exec(source.slice(end))?.[0].length ?? 0;
  return { from: end + line, to: end + line, text: `${eol}${indent}${text}` };
}

function edited(source: string, edits: readonly Edit[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { from, to, text } of [...edits].sort((a, b) => a.from - b.from)) {
    parts.push(source.slice(at, from), text);
    at = Math.max(at, to);
  }
  return [...parts, source.slice(at)].join('');
}

/** As it may stand in a group of either style. */
const literal = (value: KnobValue): string =>
  typeof value === 'string' && /[,[\]{}]/.test(value) ? JSON.stringify(value) : stringify(value).trimEnd();
