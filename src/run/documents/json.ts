/** Reads runs and configurations from JSON: what `export('json')` writes, a log, a configuration nested or dotted. */
import type { Lab } from '../../labs/lab.ts';
import { checkKnobs } from './config.ts';
import { emptyLoadable, type Loadable } from './documents.ts';
import { jsonFault } from './jsonFault.ts';
import { parseLong } from './longJson.ts';
import { take, type Leaf } from './reading.ts';
import { isRecord } from './shapes.ts';
import type { Sliced } from './slices.ts';

const MAX_DEPTH = 4;
const MAX_KEYS = 1_000;
/** Parts of a run's file that are no configuration: what was recorded, and who wrote it. */
const ENVELOPES = ['run', 'log'] as const;

type Plain = Readonly<Record<string, unknown>>;

/**
 * Problems are named by their path where it says more than the knob's own name. Events are those of the run.
 *
 * @param lab what it is a configuration of, unless it names another lab itself: then it is to be read again with that one
 */
export function* fromJson(lab: Lab, text: string): Sliced<Loadable> {
  const value = yield* parseLong(text);
  if (value === undefined) {
    const fault = yield* jsonFault(text);
    const line = fault?.line;
    return refused(
      fault
        ? `This is not valid JSON, line ${String(fault.line)}: ${fault.text}.`
        : 'This is not valid JSON.',
      line,
    );
  }
  if (!isRecord(value))
    return refused('A run or a configuration in JSON is an object, such as {"temperature": 2}.');
  const loaded = emptyLoadable();
  try {
    read(value, lab, loaded);
  } catch (error) {
    return refused(error instanceof Error ? error.message : String(error));
  }
  return loaded;
}

const refused = (text: string, line?: number): Loadable => ({
  ...emptyLoadable(),
  problems: [{ key: 'json', text, ...(line !== undefined && { line }) }],
  unreadable: true,
});

function read(whole: Plain, lab: Lab, into: Loadable): void {
  const envelope = ENVELOPES.find((name) => Object.hasOwn(whole, name) && isRecord(whole[name]));
  const root = envelope ? (whole[envelope] as Plain) : whole;
  const leaves = leavesOf(root, envelope ? `${envelope}.` : '');
  for (const leaf of leaves) {
    take(leaf, lab, into);
    if (leaf.path === 'events' && Array.isArray(leaf.value))
      into.placeOfEvent = (i) => ({ text: `${leaf.place.text}[${String(i)}]` });
  }
  if (leaves.length > 0 && isForeign(into, lab)) {
    const names = Object.keys(whole)
      .slice(0, 3)
      .map((name) => `"${name.slice(0, 40)}"`)
      .join(', ');
    const meant = checkKnobs(lab, into.knobs).problems.find(({ text }) => text.includes('Did you mean'));
    throw new Error(
      `Nothing in this JSON belongs to a run of ${lab.title}: it has ${names}. ${meant?.text ?? 'A run has lab, preset, seed and knobs.'}`,
    );
  }
}

const isForeign = ({ lab, preset, seed, events, executor, knobs }: Loadable, own: Lab): boolean =>
  [lab, preset, seed, events, executor].every((field) => field === undefined) &&
  !own.knobs.some(({ key }) => Object.hasOwn(knobs, key));

function leavesOf(root: Plain, prefix: string): Leaf[] {
  const leaves: Leaf[] = [];
  let keys = 0;
  const enter = (group: Plain, path: string, at: string, depth: number): void => {
    if (depth > MAX_DEPTH) throw new Error(`The JSON is nested deeper than ${String(MAX_DEPTH)} levels.`);
    for (const [name, value] of Object.entries(group)) {
      if (++keys > MAX_KEYS)
        throw new Error(`The JSON has more than ${String(MAX_KEYS)} keys; a lab has some dozens.`);
      // As `lab.config()` and logs have them.
      if (name === 'knobs' && depth === 0 && isRecord(value)) enter(value, '', `${at}knobs.`, depth + 1);
      else if (isRecord(value) && name !== 'events')
        enter(value, `${path}${name}.`, `${at}${name}.`, depth + 1);
      else leaves.push({ path: path + name, value, place: { text: (at + name).slice(0, 120) } });
    }
  };
  enter(root, '', prefix, 0);
  return leaves;
}
