import type { Change } from '../../charts/pins.ts';
import type { RunEvent } from '../../engine/protocol.ts';
import type { Lab } from '../../labs/lab.ts';
import type { KnobValue, KnobValues } from '../../terms/knob.ts';
import { formatEntry } from '../kit/format.ts';

/** Moves that are one change: those of one gesture, else those of one step. */
interface Moved {
  steps: number[];
  /** The last value of each knob. */
  to: Map<string, KnobValue>;
  /** Its value before. */
  from: Map<string, KnobValue | undefined>;
}

/**
 * What was changed, in words: one entry for each gesture, and for each step where something else was changed.
 *
 * @param initial knobs at step 0 @param events by step @param inOne what changes at some steps come to, in the lab's words
 */
export function changesOf(
  lab: Lab,
  initial: KnobValues,
  events: readonly RunEvent[],
  inOne: (steps: readonly number[]) => string | undefined = () => undefined,
): Change[] {
  const moves = new Map<string, Moved>();
  const knobs: Record<string, KnobValue> = { ...initial };
  for (const { step, key, value, gesture } of events) {
    if (key === 'pause') continue;
    const name = gesture === undefined ? `step ${step}` : `gesture ${gesture}`;
    const moved: Moved = moves.get(name) ?? { steps: [], to: new Map(), from: new Map() };
    moves.set(name, moved);
    if (moved.steps.at(-1) !== step) moved.steps.push(step);
    if (!moved.from.has(key)) moved.from.set(key, knobs[key]);
    moved.to.set(key, value);
    knobs[key] = value;
  }
  return [...moves.values()].map(({ steps, to, from }) => {
    const [first = 0] = steps;
    const told = [...to].map(([key, value]) =>
      knobText(lab, key, value, steps.length > 1 ? from.get(key) : undefined),
    );
    return { step: first, steps, count: to.size, ...wordsFor(told, inOne(steps)) };
  });
}

/** @param knobs each change in words @param inOne all of them in the lab's words */
function wordsFor(knobs: readonly string[], inOne: string | undefined): Pick<Change, 'text' | 'details'> {
  const [first = ''] = knobs;
  const text = inOne ?? (knobs.length === 1 ? first : `${knobs.length} changes`);
  return { text, details: inOne === undefined ? knobs : [inOne, ...knobs] };
}

/** @param from where it moved from, for what took several steps */
function knobText(lab: Lab, key: string, value: KnobValue, from: KnobValue | undefined): string {
  if (key === 'executor') return `on ${String(value)}`;
  const knob = lab.knobs.find((candidate) => candidate.key === key);
  return `${knob?.label ?? key} ${from === undefined ? '' : `${shown(from)} → `}${shown(value)}`;
}

const shown = (value: KnobValue): string =>
  typeof value === 'number' ? formatEntry(value) : value === true ? 'on' : value === false ? 'off' : value;
