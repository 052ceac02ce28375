import * as v from 'valibot';
import type { Lab, Problem } from '../../labs/lab.ts';
import { defaultsOf } from '../../labs/lab.ts';
import type { Knob, KnobValue, KnobValues, NumberKnob } from '../../terms/knob.ts';
import { UnknownKeys } from './unknownKeys.ts';
import { MAX_SEED } from './seed.ts';
import { isRecord } from './shapes.ts';

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
 * @param given values by dotted key, and `seed`; anything else is refused
 * @param within whether the run must go on: then whatever would restart it is refused too
 * @throws ConfigError that names everything that is wrong
 */
export function checkMoves(
  lab: Lab,
  given: unknown,
  standing: KnobValues,
  { within = false } = {},
): { knobs: Record<string, KnobValue>; seed: number | undefined } {
  if (!isRecord(given))
    throw new ConfigError([
      {
        key: 'knobs',
        text: 'Knobs are set by an object of keys and values, such as { "model.temperature": 2 }.',
      },
    ]);
  const { seed, ...rest } = given;
  const { knobs, problems } = checkKnobs(lab, rest, standing);
  const checked = seed === undefined ? undefined : v.safeParse(seedSchema, seed);
  if (checked && !checked.success) problems.push({ key: 'seed', text: checked.issues[0].message });
  if (within) {
    const restarting = lab.knobs.filter(({ key, live }) => !live && Object.hasOwn(rest, key));
    for (const key of [...restarting.map((knob) => knob.key), ...(checked ? ['seed'] : [])])
      problems.push({ key, text: `${key} restarts a run and cannot move within one.` });
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return { knobs, seed: checked?.output as number | undefined };
}

/** Why a knob does not take a value, as a sentence that names the knob; undefined where it takes it. */
export function wrongWith(knob: Knob, value: unknown): string | undefined {
  const name = knob.key;
  switch (knob.kind) {
    case 'number': {
      const { min, max, integer } = knob;
      // NaN is in no range.
      const right = typeof value === 'number' && value >= min && value <= max;
      if (right && (!integer || Number.isInteger(value))) return undefined;
      return `${name} must be ${integer ? 'a whole number' : 'a number'} from ${String(min)} to ${String(max)}.`;
    }
    case 'switch':
      return typeof value === 'boolean' ? undefined : `${name} must be true or false.`;
    case 'choice':
      return knob.options.some((option) => option.value === value)
        ? undefined
        : `${name} must be one of ${knob.options.map((option) => option.value).join(', ')}.`;
    case 'text': {
      if (typeof value !== 'string') return `${name} must be a text.`;
      const wrong = knob.check(value);
      return wrong === undefined ? undefined : `${name}: ${wrong}`;
    }
  }
}

/**
 * A value as a knob takes it: as it is, or repaired to the nearest right one, with what was wrong.
 *
 * @param instead what to take where no right value is near
 */
export function settled(
  knob: Knob,
  raw: unknown,
  instead: KnobValue = knob.default,
): { value: KnobValue; problem?: Problem } {
  const value = readable(knob, raw);
  const wrong = wrongWith(knob, value);
  if (wrong === undefined) return { value: value as KnobValue };
  const used = repair(knob, value, instead);
  return { value: used, problem: { key: knob.key, text: `${shown(knob.key, raw)}: ${wrong}`, used } };
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
  const unknown = new UnknownKeys(lab);
  for (const [key, raw] of Object.entries(given)) {
    const knob = byKey.get(key);
    if (!knob) {
      problems.push({ key, text: unknown.sentence(key) });
      continue;
    }
    const { value, problem } = settled(knob, raw, base[key]);
    knobs[key] = value;
    if (problem) problems.push(problem);
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

function repair(knob: Knob, value: unknown, instead: KnobValue): KnobValue {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (knob.kind === 'number' && typeof number === 'number' && !Number.isNaN(number))
    return nearest(knob, number);
  return instead;
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
