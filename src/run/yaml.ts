import { isMap, isNode, isScalar, LineCounter, parseDocument, stringify, visit, type Document } from 'yaml';
import type { Lab, Problem } from '../labs/lab.ts';
import type { Config } from './config.ts';
import { differences, emptyLoadable, type Loadable } from './documents.ts';

/** Longest text that is looked at; a configuration has a few hundred lines at most. */
const MAX_LENGTH = 100_000;
const MAX_DEPTH = 4;
/** A lab has some dozens of knobs; each key that is none of them costs a search for what was meant. */
const MAX_KEYS = 1_000;
/** Each alias is looked up in the whole document. */
const MAX_ALIASES = 20;
const TOO_DEEP = `The configuration is nested deeper than ${String(MAX_DEPTH)} levels.`;

/** A configuration as YAML: the differences from its preset, under the field note's own keys. */
export function toYaml(lab: Lab, config: Config): string {
  return stringify({
    lab: config.lab,
    preset: config.preset,
    seed: config.seed,
    ...differences(lab, config),
  });
}

/**
 * Reads a configuration from YAML. Keys may be nested in groups, dotted, or short where only one knob ends so (one that
 * stands in another group is read and named); the field note's spelling of schedules is understood. Everything that is
 * not, is named with its line.
 */
export function fromYaml(lab: Lab, text: string): Loadable {
  const loaded = emptyLoadable();
  if (text.length > MAX_LENGTH)
    return refused(
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
  if (broken?.code === 'RESOURCE_EXHAUSTION') return refused(TOO_DEEP);
  if (broken)
    return refused(
      `This is not valid YAML, line ${String(lines.linePos(broken.pos[0]).line)}: ${broken.message}`,
    );
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) return loaded;
  if (!isMap(contents))
    return refused('A configuration is a list of keys with values, such as "temperature: 2".');
  try {
    checkAliases(document);
    walk(document, lab, lines, loaded);
  } catch (error) {
    if (error instanceof RangeError) return refused(TOO_DEEP);
    return refused(error instanceof Error ? error.message : String(error));
  }
  return loaded;
}

function refused(text: string): Loadable {
  return { ...emptyLoadable(), problems: [{ key: 'yaml', text }], unreadable: true };
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

function walk(document: Document, lab: Lab, lines: LineCounter, into: Loadable): void {
  let keys = 0;
  const enter = (node: unknown, path: readonly string[]): void => {
    if (path.length > MAX_DEPTH) throw new Error(TOO_DEEP);
    if (!isMap(node)) return;
    for (const { key, value } of node.items) {
      if (++keys > MAX_KEYS)
        throw new Error(`The configuration has more than ${String(MAX_KEYS)} keys; a lab has some dozens.`);
      const name = isScalar(key) ? String(key.value) : String(key);
      const line = isScalar(key) && key.range ? lines.linePos(key.range[0]).line : 0;
      // A scalar is the knob data.targets; a map or list describes the targets themselves.
      if (path.length === 0 && name === 'targets' && value !== null && !isScalar(value))
        into.targets = { value: toPlain(document, value), line };
      else if (isMap(value)) enter(value, [...path, name]);
      else take([...path, name].join('.'), toPlain(document, value), line, lab, into);
    }
  };
  enter(document.contents, []);
}

function toPlain(document: Document, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (isScalar(value)) return value.value;
  return (value as { toJS: (document: Document, options: { maxAliasCount: number }) => unknown }).toJS(
    document,
    { maxAliasCount: MAX_ALIASES },
  );
}

/** Keys of the document itself, and texts that presets carry for people. */
const TOP = ['lab', 'preset', 'seed', 'events'] as const;
const IGNORED = ['order', 'title', 'text'];

function take(path: string, value: unknown, line: number, lab: Lab, into: Loadable): void {
  if (IGNORED.includes(path)) return;
  const twice = (key: string): void => {
    into.problems.push({ key, text: `Line ${String(line)}: ${key} is given twice; the last one counts.` });
  };
  const top = TOP.find((name) => name === path);
  if (top) {
    if (into[top] !== undefined) twice(top);
    if (top === 'events') into.events = value;
    else if (top === 'seed') into.seed = value as number;
    else into[top] = String(value);
    return;
  }
  const key = fullKey(path, lab);
  if (key !== path && path.includes('.'))
    into.problems.push({ key, text: `Line ${String(line)}: ${path.slice(0, 80)} is read as ${key}.` });
  const knobs =
    key === 'training.scheduler' && typeof value === 'string'
      ? schedule(value, line, into.problems)
      : { [key]: value };
  for (const [name, one] of Object.entries(knobs)) {
    if (Object.hasOwn(into.knobs, name)) twice(name);
    (into.lines ??= new Map()).set(name, line);
    into.knobs[name] = one;
  }
}

/** The knob that a path means: itself, or the one knob that ends so. */
function fullKey(path: string, lab: Lab): string {
  if (lab.knobs.some(({ key }) => key === path)) return path;
  const last = path.split('.').at(-1) ?? path;
  const ending = lab.knobs.filter(({ key }) => key.endsWith(`.${last}`));
  return ending.length === 1 && ending[0] ? ending[0].key : path;
}

const SCHEDULES: ReadonlyMap<string, string> = new Map([
  ['constant', 'constant'],
  ['none', 'constant'],
  ['exponential', 'exponential'],
  ['exponentiallr', 'exponential'],
  ['reduce_on_plateau', 'reduce_on_plateau'],
  ['reducelronplateau', 'reduce_on_plateau'],
  ['cosine_warm_restarts', 'cosine_warm_restarts'],
  ['cosineannealingwarmrestarts', 'cosine_warm_restarts'],
]);
/** Names of the knobs under `training` that arguments mean: their own, but for one. */
const ARGUMENTS: ReadonlyMap<string, string> = new Map([
  ...['patience', 'factor', 'threshold', 'cooldown', 'min_lr', 't_0', 't_mult', 'eta_min'].map(
    (name) => [name, name] as const,
  ),
  ['gamma', 'lr_decay'],
]);

/** `ReduceLROnPlateau(patience=10, factor=0.5, min_lr=1e-6)` as knobs. */
function schedule(text: string, line: number, problems: Problem[]): Record<string, unknown> {
  const [, name = text, inside] = /^(\w+)(?:\s*\(([^()]*)\))?$/.exec(text.trim()) ?? [];
  const kind = SCHEDULES.get(name.toLowerCase());
  const knobs: Record<string, unknown> = { 'training.scheduler': kind ?? text };
  for (const part of (inside ?? '').split(',').filter((given) => given.trim() !== '')) {
    const [key = '', value = ''] = part.split('=').map((side) => side.trim());
    const argument = ARGUMENTS.get(key.toLowerCase());
    if (argument && value !== '')
      knobs[`training.${argument}`] = Number.isNaN(Number(value)) ? value : Number(value);
    else
      problems.push({
        key: 'training.scheduler',
        text: `Line ${String(line)}: ${name.slice(0, 60)} has no argument "${part.trim().slice(0, 60)}" here; it was left out.`,
      });
  }
  return knobs;
}
