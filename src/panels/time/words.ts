import type { Change } from '../../engine/protocol.ts';
import type { Lab } from '../../labs/lab.ts';
import type { KnobValue } from '../../terms/knob.ts';
import { formatEntry, formatStep } from '../format.ts';

/** More are counted. */
const NAMED = 2;

/** What was done, in words: “Temperature 1 → 4”. */
export function changeWords(lab: Lab, { kind, from, to }: Change): string {
  switch (kind) {
    case 'executor':
      return 'Training was handed over';
    case 'reset':
      return 'Reset to step 0';
    case 'run':
      return 'Another run was loaded';
    case 'knobs': {
      const moved = Object.entries(to).map(
        ([key, value]) => `${labelOf(lab, key)} ${valueWords(from[key])} → ${valueWords(value)}`,
      );
      const more = moved.length - NAMED;
      return more > 0 ? `${moved.slice(0, NAMED).join(', ')} and ${String(more)} more` : moved.join(', ');
    }
  }
}

/** What happened when a change was taken back or brought back. @param step where the run is now */
export function travelled(lab: Lab, which: 'undo' | 'redo', change: Change, step: number): string {
  const words = changeWords(lab, change);
  const at = `The run is at step ${formatStep(step)}`;
  return which === 'undo'
    ? `Taken back: ${words}. ${at} again, with the weights that it had there.`
    : `Brought back: ${words}. ${at}.`;
}

const labelOf = (lab: Lab, key: string): string => lab.knobs.find((knob) => knob.key === key)?.label ?? key;

export function valueWords(value: KnobValue | undefined): string {
  if (typeof value === 'number') return formatEntry(value);
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return value === undefined || value === '' ? 'none' : value;
}
