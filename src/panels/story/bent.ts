import type { Run } from '../../run/run.svelte.ts';
import type { KnobValues } from '../../terms/knob.ts';
import { formatStep } from '../kit/format.ts';
import { isSetting, mainPresets } from '../knobs/settings.ts';

/** From which setting, and at which step, the run was bent to what is in force now; empty where it was not. */
export function bentFrom({ lab, initial, events }: Pick<Run, 'lab' | 'initial' | 'events'>): string {
  const presets = mainPresets(lab);
  const settingIn = (knobs: KnobValues): string | undefined =>
    presets.find((preset) => isSetting(lab, preset, knobs))?.title;
  let knobs = initial;
  let setting = settingIn(knobs);
  /** The last setting with a name that was left, and when. */
  let left: { title: string; step: number } | undefined;
  const isKnob = new Set(lab.knobs.map(({ key }) => key));
  const moved = events.filter(({ key }) => isKnob.has(key));
  moved.forEach(({ step, key, value }, i) => {
    knobs = { ...knobs, [key]: value };
    // What was set at one step counts as one change.
    if (moved[i + 1]?.step === step) return;
    const next = settingIn(knobs);
    if (next === setting) return;
    if (setting !== undefined) left = { title: setting, step };
    else if (left && next !== undefined) left = { ...left, step };
    setting = next;
  });
  if (!left || left.step === 0 || left.title === setting) return '';
  return setting === undefined
    ? `${left.title} until step ${formatStep(left.step)}`
    : `switched from ${left.title} at step ${formatStep(left.step)}`;
}
