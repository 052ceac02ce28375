/** What keys and values of a document mean: the same for YAML and JSON. */
import type { Lab } from '../../labs/lab.ts';
import { type Loadable, type Place, placed } from './documents.ts';
import { distance } from './unknownKeys.ts';

/** One value of a document with its place. */
export interface Leaf {
  /** Dotted. */
  path: string;
  value: unknown;
  place: Place;
}

/** Keys of the document itself, and texts that presets carry for people. */
export const TOP = ['lab', 'preset', 'seed', 'executor', 'events'] as const;
const IGNORED = ['order', 'title', 'text'];

/** What a leaf says: a field of the document, knobs with their values, or nothing that counts. */
export type Meaning =
  | { top: (typeof TOP)[number] }
  | { knobs: Record<string, unknown>; unknown: readonly string[] }
  | { ignored: true };

export function meaningOf({ path, value }: Pick<Leaf, 'path' | 'value'>, lab: Lab): Meaning {
  if (IGNORED.includes(path)) return { ignored: true };
  const top = TOP.find((name) => name === path);
  if (top) return { top };
  const key = fullKey(path, lab);
  return key === 'training.scheduler' && typeof value === 'string'
    ? schedule(value)
    : { knobs: { [key]: value }, unknown: [] };
}

/** Takes a leaf into what a document says; what is odd about it is named. */
export function take(leaf: Leaf, lab: Lab, into: Loadable): void {
  const { path, value, place } = leaf;
  const note = (key: string, text: string): void => {
    into.problems.push(placed({ key, text }, place));
  };
  if (targetsIn(leaf, into)) return;
  const meaning = meaningOf(leaf, lab);
  if ('ignored' in meaning) return;
  if ('top' in meaning) {
    const { top } = meaning;
    if (into[top] !== undefined) note(top, `${top} is given twice; the last one counts.`);
    into.places.set(top, place);
    if (top === 'events') into.events = value;
    else if (top === 'seed') into.seed = value as number;
    else into[top] = String(value);
    return;
  }
  const keys = Object.keys(meaning.knobs);
  const [first = ''] = keys;
  if (first !== path && path.includes('.')) note(first, `${path.slice(0, 80)} is read as ${first}.`);
  const known = lab.knobs.some(({ key }) => key === first);
  const meant = known ? undefined : TOP.find((name) => distance(name, path, 1) === 1);
  if (meant !== undefined) {
    note(path, `${path} is not known here. Did you mean ${meant}?`);
    return;
  }
  for (const part of meaning.unknown)
    note(
      first,
      `${String(value).split('(')[0]?.trim().slice(0, 60) ?? ''} has no argument "${part.slice(0, 60)}" here; it was left out.`,
    );
  for (const [name, one] of Object.entries(meaning.knobs)) {
    if (Object.hasOwn(into.knobs, name)) note(name, `${name} is given twice; the last one counts.`);
    into.knobs[name] = one;
    into.places.set(name, place);
  }
}

/** Targets that the doctor examines: a list or a map. A single value is the knob data.targets. */
function targetsIn({ path, value, place }: Leaf, into: Loadable): boolean {
  const part = /^targets(?:\.(.+))?$/.exec(path)?.[1];
  const described = part !== undefined || (path === 'targets' && typeof value === 'object' && value !== null);
  if (!described) return false;
  const before = into.targets?.value;
  into.targets = {
    value: part === undefined ? value : { ...(before as Record<string, unknown> | undefined), [part]: value },
    line: into.targets?.line ?? place.line ?? 0,
  };
  return true;
}

/** The knob that a path means: itself, or the one knob that ends so. */
export function fullKey(path: string, lab: Lab): string {
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

/** `ReduceLROnPlateau(patience=10, factor=0.5, min_lr=1e-6)` as knobs, and the arguments that are none. */
function schedule(text: string): { knobs: Record<string, unknown>; unknown: readonly string[] } {
  const [, name = text, inside] = /^(\w+)(?:\s*\(([^()]*)\))?$/.exec(text.trim()) ?? [];
  const knobs: Record<string, unknown> = { 'training.scheduler': SCHEDULES.get(name.toLowerCase()) ?? text };
  const unknown: string[] = [];
  for (const part of (inside ?? '').split(',').filter((given) => given.trim() !== '')) {
    const [key = '', value = ''] = part.split('=').map((side) => side.trim());
    const argument = ARGUMENTS.get(key.toLowerCase());
    if (argument && value !== '')
      knobs[`training.${argument}`] = Number.isNaN(Number(value)) ? value : Number(value);
    else unknown.push(part.trim());
  }
  return { knobs, unknown };
}
