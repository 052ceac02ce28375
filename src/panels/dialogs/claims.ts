import type { Lab } from '../../labs/lab.ts';
import { valueText } from '../../labs/valueText.ts';
import type { Run } from '../../run/run.svelte.ts';
import { presetById } from '../knobs/settings.ts';
import type { Claim, Sight, Verdict } from '../labs/page.ts';

/** Verdicts in the order of the filter, as words. */
export const VERDICTS: Readonly<Record<Verdict, string>> = {
  holds: 'holds',
  fails: 'does not hold',
  depends: 'it depends',
};

/** The run that a sight loads, in words: its preset, and the knobs that differ from it. */
export function loadsText(lab: Lab, { preset, knobs = {} }: Sight): string {
  const changes = Object.entries(knobs).map(([key, value]) => {
    const knob = lab.knobs.find((candidate) => candidate.key === key);
    return `${knob?.label ?? key} ${valueText(knob, value)}`;
  });
  const title = presetById(lab, preset)?.title ?? preset;
  return [title, ...changes].join(', ');
}

/**
 * Makes the run in which a claim can be seen, with the seed of the run before it, and says what to look at.
 *
 * @param plays whether it plays at once
 * @throws Error with a sentence
 */
export async function see(run: Run, { id }: Claim, sight: Sight, plays: boolean): Promise<void> {
  await run.load({ preset: sight.preset });
  if (sight.knobs) await run.set(sight.knobs);
  if (plays) run.play();
  run.notice = { kind: 'restarted', text: `${id}: ${sight.look}` };
}
