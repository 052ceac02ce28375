/**
 * A run as the hash of a link: readable, versioned, and only what differs from the preset.
 *
 *     #v=1&lab=service-mix&preset=before&seed=3&model.temperature=2&log=400~model.temperature:1~loss.maxsup_weight:0;520~pause:true
 *
 * A log that would make it longer than {@link READABLE} characters is packed, as `logz`; the rest stays readable.
 *
 * Reading one never runs code and never throws: what cannot be read is left out and named.
 */
import type { RunLog } from '../../engine/protocol.ts';
import { presetKnobs, type Lab } from '../../labs/lab.ts';
import type { Knob, KnobValue } from '../../terms/knob.ts';
import { emptyLoadable, type Loadable } from './documents.ts';
import { migrate, WRITTEN } from './linkVersions.ts';
import { MAX_TEXT, pack, unpack } from './pack.ts';
import type { Sliced } from './slices.ts';

/** Longest hash that is read; browsers keep far longer ones, people do not make them. */
export const MAX_LENGTH = 200_000;
/** Longest name or value that is repeated in a sentence. */
const SHOWN = 60;
/** Fields that are read: a lab has some dozens of knobs. */
const MAX_FIELDS = 500;
/** Groups and moves of a log that are read in one slice: some milliseconds. */
export const SLICE = 2_000;
/** Wrong parts of a log that are named; more are counted only. */
const MAX_NAMED = 20;
/** Longest link whose log stays readable. */
export const READABLE = 8000;
const RESERVED = ['v', 'lab', 'preset', 'seed', 'executor', 'log', 'logz'] as const;

/** What of a run a link says. */
export type Linked = Omit<RunLog, 'lab' | 'events'> & Partial<Pick<RunLog, 'events'>>;

/**
 * The hash of a run, without the #.
 *
 * @param run its events only where they are to be replayed
 */
export function toLink(lab: Lab, run: Linked): string {
  const base = presetKnobs(lab, run.preset);
  const parts = [`v=${String(WRITTEN.readable)}`, `lab=${escape(lab.id)}`];
  if (run.preset) parts.push(`preset=${escape(run.preset)}`);
  parts.push(`seed=${String(run.seed)}`);
  for (const { key } of lab.knobs) {
    const value = run.knobs[key];
    if (value !== undefined && value !== base[key]) parts.push(`${key}=${escape(String(value))}`);
  }
  if (run.executor) parts.push(`executor=${escape(run.executor)}`);
  if (!run.events) return parts.join('&');
  const log = logText(run.events);
  const readable = [...parts, `log=${log}`].join('&');
  // What would not be unpacked is not packed: it is too long for a link in either form.
  if (readable.length <= READABLE || log.length > MAX_TEXT) return readable;
  const packed = [`v=${String(WRITTEN.packed)}`, ...parts.slice(1), `logz=${pack(log)}`].join('&');
  return packed.length < readable.length ? packed : readable;
}

/** Whether a link, or the hash of one, says its log packed. */
export const isPacked = (link: string): boolean => /[#&]logz=/.test(link);

/**
 * What a hash says, with or without its #; what is wrong with it is named in `problems`.
 *
 * @param lab what it is a run of, unless it names another lab itself: then it is to be read again with that one
 */
export function* fromLink(lab: Lab, hash: string): Sliced<Loadable> {
  const document = emptyLoadable();
  const refuse = (text: string): Loadable => ({ ...document, problems: [{ key: 'link', text }] });
  if (hash.length > MAX_LENGTH)
    return refuse(
      `The link is ${String(hash.length)} characters long, and at most ${String(MAX_LENGTH)} are read; the run starts as it ships.`,
    );
  const fields = new Map<string, string>();
  const given = hash.replace(/^#/, '').split('&');
  if (given.length > MAX_FIELDS)
    note(
      document,
      'link',
      `The link has ${String(given.length)} fields; those after the first ${String(MAX_FIELDS)} were left out.`,
    );
  for (const part of given.slice(0, MAX_FIELDS)) {
    if (part === '') continue;
    const at = part.indexOf('=');
    const [key, value] = at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)];
    const name = unescape(key);
    if (fields.has(name)) note(document, name, `The link says ${shown(name)} twice; the last one counts.`);
    fields.set(name, value);
  }
  const version = fields.get('v');
  const known = migrate(fields, (text) => {
    note(document, 'v', text);
  });
  if (fields.size > 0 && version === undefined && !fields.has('lab') && !fields.has('preset')) {
    // Not one of ours: an anchor, or something that another program appended.
    return refuse(`“${shown(unescape(hash))}” is not a link of this page; the run starts as it ships.`);
  }

  const named = known.get('lab');
  if (named !== undefined) document.lab = unescape(named);
  const preset = known.get('preset');
  // A lab's own address, as people write it, opens what the lab shows first.
  if (named !== undefined && fields.size === 1) document.preset = lab.opening;
  if (preset !== undefined) presetOf(lab, unescape(preset), document);
  const seed = known.get('seed');
  if (seed !== undefined) document.seed = Number(seed === '' ? NaN : unescape(seed));
  const executor = known.get('executor');
  if (executor !== undefined) document.executor = unescape(executor);
  const knobs = new Map(lab.knobs.map((knob) => [knob.key, knob]));
  for (const [key, value] of known)
    if (!RESERVED.some((name) => name === key))
      document.knobs[key] = valueOf(knobs.get(key), unescape(value));
  const log = logOf(known, document);
  yield;
  if (log !== undefined) document.events = yield* eventsOf(log, knobs, document);
  return document;
}

function logOf(fields: ReadonlyMap<string, string>, document: Loadable): string | undefined {
  const [readable, packed] = [fields.get('log'), fields.get('logz')];
  if (packed === undefined) return readable;
  if (readable !== undefined) {
    note(document, 'logz', 'The link says its log twice, readable and packed; the readable one counts.');
    return readable;
  }
  const unpacked = unpack(packed);
  if ('text' in unpacked) return unpacked.text;
  note(document, 'logz', `The log of the link is ${unpacked.fault}; the run opens without it.`);
  return undefined;
}

function logText(events: RunLog['events']): string {
  const bySteps: { step: number; moves: string[] }[] = [];
  for (const { step, key, value } of events) {
    const move = `${key}:${escape(String(value))}`;
    const last = bySteps.at(-1);
    if (last?.step === step) last.moves.push(move);
    else bySteps.push({ step, moves: [move] });
  }
  return bySteps.map(({ step, moves }) => [String(step), ...moves].join('~')).join(';');
}

function* eventsOf(
  text: string,
  knobs: ReadonlyMap<string, Knob>,
  document: Loadable,
): Sliced<readonly unknown[]> {
  let wrong = 0;
  let read = 0;
  const events: unknown[] = [];
  for (const group of groupsOf(text)) {
    if (++read % SLICE === 0) yield;
    if (group === '') continue;
    const [step = '', ...moves] = group.split('~');
    const isStep = /^\d{1,16}$/.test(step) && Number.isSafeInteger(Number(step));
    if (!isStep && ++wrong <= MAX_NAMED)
      note(document, 'log', `“${shown(unescape(group))}” in the log begins with no step; it was left out.`);
    for (const move of isStep ? moves : []) {
      const at = move.indexOf(':');
      const key = unescape(at < 0 ? move : move.slice(0, at));
      const raw = at < 0 ? '' : unescape(move.slice(at + 1));
      const value = key === 'pause' ? raw === 'true' : valueOf(knobs.get(key), raw);
      events.push({ step: Number(step), key, value });
      if (++read % SLICE === 0) yield;
    }
  }
  if (wrong > MAX_NAMED)
    note(
      document,
      'log',
      `${String(wrong - MAX_NAMED)} more parts of the log begin with no step; they were left out.`,
    );
  return events;
}

/** What stands between semicolons. */
function* groupsOf(text: string): Generator<string> {
  for (let [from, end] = [0, 0]; end >= 0; from = end + 1) {
    end = text.indexOf(';', from);
    yield text.slice(from, end < 0 ? text.length : end);
  }
}

/** A text as the value that a knob takes; what is none stays text, so that the check can name it. */
function valueOf(knob: Knob | undefined, text: string): KnobValue {
  if (knob?.kind === 'number') {
    const number = text.trim() === '' ? NaN : Number(text);
    return Number.isNaN(number) ? text : number;
  }
  if (knob?.kind === 'switch') return text === 'true' ? true : text === 'false' ? false : text;
  return text;
}

function presetOf(lab: Lab, id: string, document: Loadable): void {
  if (lab.presets.some((preset) => preset.id === id)) document.preset = id;
  else
    note(
      document,
      'preset',
      `There is no preset “${shown(id)}”. Known: ${lab.presets.map((preset) => preset.id).join(', ')}.`,
    );
}

const note = (document: Loadable, key: string, text: string): void => {
  document.problems.push({ key: key.slice(0, SHOWN), text });
};
const shown = (text: string): string => (text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);

/** As short and readable as a hash allows: what stays may stand in one, and separates nothing here. */
const escape = (text: string): string => encodeURIComponent(text).replace(/%2C/g, ',').replace(/~/g, '%7E');

/** Half of an escape sequence is no reason to lose the rest of a link. */
function unescape(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
