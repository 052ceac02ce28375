import type { Change } from '../../../engine/protocol.ts';
import type { Lab } from '../../../labs/lab.ts';
import { valueText } from '../../../labs/valueText.ts';
import { formatStep } from '../../kit/format.ts';

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
      const moved = lab.knobs.flatMap((knob) => {
        const [before, after] = [from[knob.key], to[knob.key]];
        if (before === undefined || after === undefined) return [];
        return [`${knob.label} ${valueText(knob, before)} → ${valueText(knob, after)}`];
      });
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
