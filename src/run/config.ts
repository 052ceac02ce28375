import * as v from 'valibot';
import type { Lab, Problem } from '../labs/lab.ts';
import { defaultsOf } from '../labs/lab.ts';
import type { Knob, KnobValue, KnobValues, NumberKnob } from '../terms/knob.ts';
import { MAX_SEED } from './seed.ts';

/** What a run is made of, apart from its events. */
export interface Config {
  lab: string;
  preset: string;
  seed: number;
  knobs: KnobValues;
}

/** A configuration that cannot be used; the message names everything that is wrong with it. */
export class ConfigError extends Error {
  override name = 'ConfigError';
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(({ text }) => text).join(' '));
  }
}

/** The seed as every way in takes it: console, YAML, page. */
export const seedSchema = v.pipe(
  v.number(`The seed must be a whole number from 0 to ${String(MAX_SEED)}.`),
  v.integer(`The seed must be a whole number from 0 to ${String(MAX_SEED)}.`),
  v.minValue(0, `The seed must be a whole number from 0 to ${String(MAX_SEED)}.`),
  v.maxValue(MAX_SEED, `The seed must be a whole number from 0 to ${String(MAX_SEED)}.`),
);

/**
 * What is asked of a running run, all or nothing.
 *
 * @param given values by dotted key, and `seed`
 * @throws ConfigError by name
 */
export function checkMoves(
  lab: Lab,
  { seed, ...rest }: Readonly<Record<string, unknown>>,
  standing: KnobValues,
): { knobs: Record<string, KnobValue>; seed: number | undefined } {
  const { knobs, problems } = checkKnobs(lab, rest, standing);
  const checked = seed === undefined ? undefined : v.safeParse(seedSchema, seed);
  if (checked && !checked.success) problems.push({ key: 'seed', text: checked.issues[0].message });
  if (problems.length > 0) throw new ConfigError(problems);
  return { knobs, seed: checked?.output as number | undefined };
}

/** What a knob takes, as a schema whose messages are sentences that name the knob. */
export function knobSchema(knob: Knob): v.GenericSchema<KnobValue> {
  const name = knob.key;
  switch (knob.kind) {
    case 'number': {
      const range = `${name} must be ${knob.integer ? 'a whole number' : 'a number'} from ${String(knob.min)} to ${String(knob.max)}.`;
      const number = v.pipe(
        v.number(range),
        v.finite(range),
        v.minValue(knob.min, range),
        v.maxValue(knob.max, range),
      );
      return knob.integer ? v.pipe(number, v.integer(range)) : number;
    }
    case 'switch':
      return v.boolean(`${name} must be true or false.`);
    case 'choice': {
      const names = knob.options.map(({ value }) => value);
      return v.picklist(names, `${name} must be one of ${names.join(', ')}.`);
    }
    case 'text':
      return v.pipe(
        v.string(`${name} must be a text.`),
        v.check(
          (text) => knob.check(text) === undefined,
          (issue) => `${name}: ${knob.check(issue.input) ?? ''}`,
        ),
      );
  }
}

/**
 * Checks knob values against a lab's declarations. Whoever wants all or nothing throws where there are problems;
 * whoever loads a document goes on with the values, in which everything wrong is repaired to the nearest right value.
 *
 * @param given values by dotted key
 * @param base what the given values stand on: the defaults, or the knobs of a running run
 */
export function checkKnobs(
  lab: Lab,
  given: Readonly<Record<string, unknown>>,
  base: KnobValues = defaultsOf(lab.knobs),
): { knobs: Record<string, KnobValue>; problems: Problem[] } {
  const knobs: Record<string, KnobValue> = {};
  const problems: Problem[] = [];
  const byKey = new Map(lab.knobs.map((knob) => [knob.key, knob]));
  for (const [key, raw] of Object.entries(given)) {
    const knob = byKey.get(key);
    if (!knob) {
      problems.push({ key, text: unknownKey(lab, key) });
      continue;
    }
    const value = readable(knob, raw);
    const result = v.safeParse(knobSchema(knob), value);
    if (result.success) knobs[key] = result.output;
    else {
      const used = repair(knob, value, base);
      knobs[key] = used;
      problems.push({ key, text: `${shown(key, raw)}: ${result.issues[0].message}`, used });
    }
  }
  return { knobs, problems: [...problems, ...lab.check({ ...base, ...knobs })] };
}

/** Forms that mean a value without being it: a list of widths, a number where a text is kept. */
function readable(knob: Knob, raw: unknown): unknown {
  if (knob.kind !== 'text') return raw;
  if (raw === null) return '';
  if (Array.isArray(raw) && raw.every((item) => typeof item === 'number' || typeof item === 'string'))
    return raw.join(',');
  return typeof raw === 'number' ? String(raw) : raw;
}

function repair(knob: Knob, value: unknown, base: KnobValues): KnobValue {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (knob.kind === 'number' && typeof number === 'number' && !Number.isNaN(number))
    return nearest(knob, number);
  return base[knob.key] ?? knob.default;
}

function nearest(knob: NumberKnob, value: number): number {
  const inside = Math.min(knob.max, Math.max(knob.min, value));
  return knob.integer ? Math.round(inside) : inside;
}

const shown = (key: string, raw: unknown): string => `${key} is ${literal(raw).slice(0, 60)}`;

/** A value as people write it; JSON alone has no NaN and no big integers, and refuses what contains itself. */
function literal(raw: unknown): string {
  if (typeof raw === 'number' || typeof raw === 'bigint') return String(raw);
  try {
    const text = JSON.stringify(raw) as string | undefined;
    return text ?? typeof raw;
  } catch {
    return Array.isArray(raw) ? 'a list' : 'an object';
  }
}

function unknownKey(lab: Lab, key: string): string {
  const last = (key.split('.').at(-1) ?? key).slice(0, 80);
  const close = lab.knobs
    .map((knob) => ({
      key: knob.key,
      away: Math.min(distance(knob.key, key), distance(knob.key.split('.').at(-1) ?? '', last)),
    }))
    .sort((a, b) => a.away - b.away)[0];
  const hint = close && close.away <= Math.max(2, last.length / 3) ? ` Did you mean ${close.key}?` : '';
  return `${key.slice(0, 80)} is not a knob of ${lab.title}.${hint}`;
}

/** Levenshtein distance of two short texts. */
export function distance(a: string, b: string): number {
  const short = b.slice(0, 80);
  let row = Array.from({ length: short.length + 1 }, (_, j) => j);
  for (let i = 1; i <= Math.min(a.length, 80); i++) {
    const next = [i];
    for (let j = 1; j <= short.length; j++)
      next.push(
        Math.min(
          (row[j] ?? 0) + 1,
          (next[j - 1] ?? 0) + 1,
          (row[j - 1] ?? 0) + (a[i - 1] === short[j - 1] ? 0 : 1),
        ),
      );
    row = next;
  }
  return row.at(-1) ?? 0;
}
