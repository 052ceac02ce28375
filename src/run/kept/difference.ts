import type { RunEvent, RunLog, Saved } from '../../engine/protocol.ts';
import { presetKnobs, type Lab } from '../../labs/lab.ts';
import { valueText } from '../../labs/valueText.ts';
import type { KnobValue, KnobValues } from '../../terms/knob.ts';
import { sameEvents } from '../state/sameEvents.ts';

/** What of a run its settings are compared by. */
export interface Compared {
  seed: number;
  /** As they were in force last. */
  knobs: KnobValues;
  /** What was changed on the way there. */
  events: readonly RunEvent[];
}

/** A run as it stood where it was saved. */
export const comparedOf = (log: RunLog, saved: Pick<Saved, 'step' | 'knobs'>): Compared => ({
  seed: log.seed,
  knobs: saved.knobs,
  events: log.events.filter(({ step }) => step <= saved.step),
});

/** A preset as a run of it that no hand touches would stand at a step: one that tells a story has moved by then. */
export function presetAt(lab: Lab, id: string, step: number, seed: number): Compared {
  const preset = lab.presets.find((candidate) => candidate.id === id);
  const events = (preset?.events ?? []).filter((event) => event.step <= step);
  const isKnob = new Set(lab.knobs.map(({ key }) => key));
  const moved = events.flatMap(({ key, value }) => (isKnob.has(key) ? [[key, value] as const] : []));
  return { seed, knobs: { ...presetKnobs(lab, id), ...Object.fromEntries(moved) }, events };
}

/**
 * What differs, one entry for each change, in the order of the panel: "Temperature T 4 → 1". What has no effect on
 * either side is left out.
 */
export function differences(lab: Lab, run: Compared, base: Compared): string[] {
  const has = (values: KnobValues, key: string, fallback: KnobValue): KnobValue => values[key] ?? fallback;
  const knobs = lab.knobs.flatMap((knob) => {
    const [from, to] = [has(base.knobs, knob.key, knob.default), has(run.knobs, knob.key, knob.default)];
    if (from === to) return [];
    if (knob.inactive?.(base.knobs) !== undefined && knob.inactive(run.knobs) !== undefined) return [];
    return [`${knob.label} ${valueText(knob, from)} → ${valueText(knob, to)}`];
  });
  const seed = run.seed === base.seed ? [] : [`Seed ${String(base.seed)} → ${String(run.seed)}`];
  const differ = [...seed, ...knobs];
  if (differ.length > 0 || sameEvents(run.events, base.events)) return differ;
  // Somebody tried something and took it back: the curves show it, so the words do too.
  const moves = run.events.filter(({ key }) => key !== 'pause').length;
  return moves === 0
    ? []
    : [`same settings in the end, ${moves === 1 ? '1 change' : `${String(moves)} changes`} on the way`];
}

/** The first of a list of changes, and how many more there are. */
export function inWords(changes: readonly string[], most = 3): string {
  const more = changes.length - most;
  // "1 more" takes as much room as the one that it hides.
  if (more <= 1) return changes.join(', ');
  return [...changes.slice(0, most), `${String(more)} more`].join(', ');
}
