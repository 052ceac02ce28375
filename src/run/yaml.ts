import { isMap, isScalar, LineCounter, parseDocument, stringify, type Document } from 'yaml';
import type { Lab, Problem } from '../labs/lab.ts';
import type { Config } from './config.ts';
import { differences, emptyLoadable, type Loadable } from './documents.ts';

/** Longest text that is looked at; a configuration has a few hundred lines at most. */
const MAX_LENGTH = 100_000;
const MAX_DEPTH = 4;

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
 * Reads a configuration from YAML. Keys may be nested in groups, dotted, or short where only one knob ends so; the
 * field note's spelling of schedules is understood. Everything that is not, is named with its line.
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
    uniqueKeys: true,
    prettyErrors: false,
  });
  const broken = document.errors[0];
  if (broken)
    return refused(
      `This is not valid YAML, line ${String(lines.linePos(broken.pos[0]).line)}: ${broken.message}`,
    );
  if (document.contents === null) return loaded;
  if (!isMap(document.contents))
    return refused('A configuration is a list of keys with values, such as "temperature: 2".');
  try {
    walk(document, lab, lines, loaded);
  } catch (error) {
    return refused(error instanceof Error ? error.message : String(error));
  }
  return loaded;
}

function refused(text: string): Loadable {
  return { ...emptyLoadable(), problems: [{ key: 'yaml', text }], unreadable: true };
}

function walk(document: Document, lab: Lab, lines: LineCounter, into: Loadable): void {
  const visit = (node: unknown, path: readonly string[]): void => {
    if (path.length > MAX_DEPTH)
      throw new Error(`The configuration is nested deeper than ${String(MAX_DEPTH)} levels.`);
    if (!isMap(node)) return;
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : String(key);
      const line = isScalar(key) && key.range ? lines.linePos(key.range[0]).line : 0;
      if (isMap(value)) visit(value, [...path, name]);
      else take([...path, name].join('.'), toPlain(document, value), line, lab, into);
    }
  };
  visit(document.contents, []);
}

function toPlain(document: Document, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (isScalar(value)) return value.value;
  return (value as { toJS: (document: Document, options: { maxAliasCount: number }) => unknown }).toJS(
    document,
    { maxAliasCount: 20 },
  );
}

/** Keys of the document itself, and texts that presets carry for people. */
const TOP = ['lab', 'preset', 'seed'] as const;
const IGNORED = ['order', 'title', 'text'];

function take(path: string, value: unknown, line: number, lab: Lab, into: Loadable): void {
  if (IGNORED.includes(path)) return;
  const top = TOP.find((name) => name === path);
  if (path === 'events') into.events = value;
  else if (top === 'seed') into.seed = value as number;
  else if (top) into[top] = String(value);
  else if (path.split('.').at(-1) === 'scheduler' && typeof value === 'string')
    Object.assign(into.knobs, schedule(value, line, into.problems));
  else {
    const key = fullKey(path, lab);
    if (Object.hasOwn(into.knobs, key))
      into.problems.push({ key, text: `Line ${String(line)}: ${key} is given twice; the last one counts.` });
    into.knobs[key] = value;
  }
}

/** The knob that a path means: itself, or the one knob that ends so. */
function fullKey(path: string, lab: Lab): string {
  if (lab.knobs.some(({ key }) => key === path)) return path;
  const last = path.split('.').at(-1) ?? path;
  const ending = lab.knobs.filter(({ key }) => key.endsWith(`.${last}`));
  return ending.length === 1 && ending[0] ? ending[0].key : path;
}

const SCHEDULES: Readonly<Record<string, string>> = {
  constant: 'constant',
  none: 'constant',
  exponential: 'exponential',
  exponentiallr: 'exponential',
  reduce_on_plateau: 'reduce_on_plateau',
  reducelronplateau: 'reduce_on_plateau',
  cosine_warm_restarts: 'cosine_warm_restarts',
  cosineannealingwarmrestarts: 'cosine_warm_restarts',
};
const ARGUMENTS: Readonly<Record<string, string>> = {
  patience: 'patience',
  factor: 'factor',
  threshold: 'threshold',
  cooldown: 'cooldown',
  min_lr: 'min_lr',
  gamma: 'lr_decay',
  t_0: 't_0',
  t_mult: 't_mult',
  eta_min: 'eta_min',
};

/** `ReduceLROnPlateau(patience=10, factor=0.5, min_lr=1e-6)` as knobs. */
function schedule(text: string, line: number, problems: Problem[]): Record<string, unknown> {
  const [, name = text, inside] = /^\s*(\w+)\s*(?:\(([^()]*)\))?\s*$/.exec(text) ?? [];
  const kind = SCHEDULES[name.toLowerCase()];
  const knobs: Record<string, unknown> = { 'training.scheduler': kind ?? text };
  for (const part of (inside ?? '').split(',').filter((given) => given.trim() !== '')) {
    const [key = '', value = ''] = part.split('=').map((side) => side.trim());
    const argument = ARGUMENTS[key.toLowerCase()];
    if (argument && value !== '') knobs[`training.${argument}`] = Number(value);
    else
      problems.push({
        key: 'training.scheduler',
        text: `Line ${String(line)}: ${name} has no argument "${part.trim()}" here; it was left out.`,
      });
  }
  return knobs;
}
