/**
 * A run as the hash of a link: readable, versioned, and only what differs from the preset.
 *
 *     #v=1&lab=service-mix&preset=before&seed=3&model.temperature=2&log=400~model.temperature:1~loss.maxsup_weight:0;520~pause:true
 *
 * Reading one never runs code and never throws: what cannot be read is left out and named.
 */
import type { RunLog } from '../engine/protocol.ts';
import { labById, labs } from '../labs/index.ts';
import { presetKnobs, type Lab } from '../labs/lab.ts';
import type { Knob, KnobValue } from '../terms/knob.ts';
import { emptyLoadable, type Loadable } from './documents.ts';
import { migrate, VERSION } from './linkVersions.ts';

/** Longest hash that is read; browsers keep far longer ones, people do not make them. */
const MAX_LENGTH = 200_000;
/** Longest name or value that is repeated in a sentence. */
const SHOWN = 60;
const RESERVED = ['v', 'lab', 'preset', 'seed', 'executor', 'log'] as const;

/** What of a run a link says. */
export type Linked = Omit<RunLog, 'events'> & Partial<Pick<RunLog, 'events'>>;

/**
 * The hash of a run, without the #.
 *
 * @param run its events only where they are to be replayed
 */
export function toLink(run: Linked): string {
  const lab = labById(run.lab);
  const base = presetKnobs(lab, run.preset);
  const parts = [`v=${VERSION}`, `lab=${escape(run.lab)}`];
  if (run.preset) parts.push(`preset=${escape(run.preset)}`);
  parts.push(`seed=${String(run.seed)}`);
  for (const { key } of lab.knobs) {
    const value = run.knobs[key];
    if (value !== undefined && value !== base[key]) parts.push(`${key}=${escape(String(value))}`);
  }
  if (run.executor) parts.push(`executor=${escape(run.executor)}`);
  if (run.events) parts.push(`log=${logText(run.events)}`);
  return parts.join('&');
}

/** What a hash says, with or without its #; what is wrong with it is named in `problems`. */
export function fromLink(hash: string): Loadable {
  const document = emptyLoadable();
  const refuse = (text: string): Loadable => ({ ...document, problems: [{ key: 'link', text }] });
  if (hash.length > MAX_LENGTH)
    return refuse(
      `The link is ${String(hash.length)} characters long, and at most ${String(MAX_LENGTH)} are read; the run starts as it ships.`,
    );
  const fields = new Map<string, string>();
  for (const part of hash.replace(/^#/, '').split('&')) {
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

  const lab = labOf(known.get('lab'), document);
  const preset = known.get('preset');
  if (lab) document.lab = lab.id;
  if (preset !== undefined) presetOf(lab ?? labs[0], unescape(preset), document);
  const seed = known.get('seed');
  if (seed !== undefined) document.seed = Number(seed === '' ? NaN : unescape(seed));
  const executor = known.get('executor');
  if (executor !== undefined) document.executor = unescape(executor);
  const knobs = new Map((lab ?? labs[0])?.knobs.map((knob) => [knob.key, knob]));
  for (const [key, value] of known)
    if (!RESERVED.some((name) => name === key))
      document.knobs[key] = valueOf(knobs.get(key), unescape(value));
  const log = known.get('log');
  if (log !== undefined) document.events = eventsOf(log, knobs, document);
  return document;
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

function eventsOf(text: string, knobs: ReadonlyMap<string, Knob>, document: Loadable): unknown[] {
  return text.split(';').flatMap((group) => {
    if (group === '') return [];
    const [step = '', ...moves] = group.split('~');
    if (!/^\d{1,8}$/.test(step)) {
      note(document, 'log', `“${shown(unescape(group))}” in the log begins with no step; it was left out.`);
      return [];
    }
    return moves.map((move) => {
      const at = move.indexOf(':');
      const key = unescape(at < 0 ? move : move.slice(0, at));
      const raw = at < 0 ? '' : unescape(move.slice(at + 1));
      const value = key === 'pause' ? raw === 'true' : valueOf(knobs.get(key), raw);
      return { step: Number(step), key, value };
    });
  });
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

function labOf(text: string | undefined, document: Loadable): Lab | undefined {
  if (text === undefined) return undefined;
  const id = unescape(text);
  const lab = labs.find((candidate) => candidate.id === id);
  if (!lab)
    note(document, 'lab', `There is no lab “${shown(id)}”. Known: ${labs.map((one) => one.id).join(', ')}.`);
  return lab;
}

function presetOf(lab: Lab | undefined, id: string, document: Loadable): void {
  if (lab?.presets.some((preset) => preset.id === id)) document.preset = id;
  else
    note(
      document,
      'preset',
      `There is no preset “${shown(id)}”. Known: ${lab?.presets.map((preset) => preset.id).join(', ') ?? ''}.`,
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
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
