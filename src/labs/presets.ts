import type { KnobValue } from '../terms/knob.ts';
import type { RunEvent } from '../engine/protocol.ts';
import type { Preset } from './lab.ts';

/** Order in which presets are offered; a shipped id never changes its meaning. */
interface PresetFile {
  order: number;
  title: string;
  text: string;
  events?: { step: number; set?: Record<string, unknown>; pause?: boolean }[];
  [group: string]: unknown;
}

const NOT_KNOBS = ['order', 'title', 'text', 'events'];

/** Presets from the contents of `configs/<lab>/*.yaml`, by path. */
export function readPresets(files: Readonly<Record<string, unknown>>): Preset[] {
  return Object.entries(files)
    .map(([path, content]) => ({
      id: (path.split('/').at(-1) ?? path).replace(/\.yaml$/, ''),
      file: content as PresetFile,
    }))
    .sort((a, b) => a.file.order - b.file.order)
    .map(({ id, file }) => ({
      id,
      title: file.title,
      text: file.text,
      knobs: flatten(Object.fromEntries(Object.entries(file).filter(([key]) => !NOT_KNOBS.includes(key)))),
      events: (file.events ?? []).flatMap(({ step, set, pause }): RunEvent[] => [
        ...Object.entries(flatten(set ?? {})).map(([key, value]) => ({ step, key, value })),
        ...(pause ? [{ step, key: 'pause', value: true }] : []),
      ]),
    }));
}

/** Keys have two parts; what is nested deeper, or contains itself, is left as it is and fails as a value. */
const MAX_DEPTH = 3;

/** Nested groups as dotted keys. */
export function flatten(
  groups: Readonly<Record<string, unknown>>,
  prefix = '',
  depth = MAX_DEPTH,
): Record<string, KnobValue> {
  // Defines keys and never sets them: `__proto__` is a key like any other.
  return Object.fromEntries(
    Object.entries(groups).flatMap(([key, value]) =>
      typeof value === 'object' && value !== null && !Array.isArray(value) && depth > 0
        ? Object.entries(flatten(value as Record<string, unknown>, `${prefix}${key}.`, depth - 1))
        : [[prefix + key, value as KnobValue] as const],
    ),
  );
}
