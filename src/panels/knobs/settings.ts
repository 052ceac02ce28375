import { presetKnobs, type Lab, type Preset } from '../../labs/lab.ts';
import { valueText } from '../../labs/valueText.ts';
import type { Run } from '../../run/run.svelte.ts';
import type { KnobValue, KnobValues } from '../../terms/knob.ts';

/** Presets as settings that a running model can be bent to: their live knobs outside of data and training. */

const KEPT = ['data', 'training'];

/** What a preset says about logits and loss. */
export function settingOf(lab: Lab, preset: Preset): Record<string, KnobValue> {
  const values = presetKnobs(lab, preset.id);
  const bent = lab.knobs.filter(({ key, live }) => live && !KEPT.includes(key.split('.')[0] ?? ''));
  return Object.fromEntries(bent.map(({ key }) => [key, values[key] as KnobValue]));
}

/** Whether knobs are as a preset's setting says; those without effect may be anything. */
export function isSetting(lab: Lab, preset: Preset, knobs: KnobValues): boolean {
  const setting = settingOf(lab, preset);
  return lab.knobs.every(
    ({ key, inactive }) =>
      setting[key] === undefined || setting[key] === knobs[key] || inactive?.(knobs) !== undefined,
  );
}

/** What setting some knobs would change, in words; without what then has no effect. */
export function changesTo(lab: Lab, set: KnobValues, knobs: KnobValues): string {
  const after = { ...knobs, ...set };
  return lab.knobs
    .filter(({ key, inactive }) => after[key] !== knobs[key] && inactive?.(after) === undefined)
    .map((knob) => `${knob.label} ${valueText(knob, after[knob.key] ?? knob.default)}`)
    .join(', ');
}

/** The presets that stand on buttons of their own: the first three that tell no story. */
export const mainPresets = (lab: Lab): readonly Preset[] =>
  lab.presets.filter(({ events }) => events.length === 0).slice(0, 3);

export const presetById = (lab: Lab, id: string): Preset | undefined =>
  lab.presets.find((preset) => preset.id === id);

/** The preset that explains what is on screen: the told run while it is told, else the setting that is in force. */
export function shownPreset(
  run: Pick<Run, 'lab' | 'preset' | 'knobs' | 'events'>,
): { preset: Preset; changed: boolean } | undefined {
  const loaded = presetById(run.lab, run.preset);
  if (
    loaded &&
    loaded.events.length > 0 &&
    run.events.filter(({ key }) => key !== 'executor').length <= loaded.events.length
  )
    return { preset: loaded, changed: false };
  // A story that was left is over: only what is in force counts.
  const candidates = loaded && loaded.events.length === 0 ? [loaded] : [];
  const matching = [...candidates, ...mainPresets(run.lab)].find((preset) =>
    isSetting(run.lab, preset, run.knobs),
  );
  if (matching) return { preset: matching, changed: false };
  return loaded && { preset: loaded, changed: true };
}

/** Whether a told run stands where it was to be looked at, and waits for a hand. */
export function storyWaits(run: Pick<Run, 'lab' | 'preset' | 'playing' | 'notice'>): boolean {
  const told = presetById(run.lab, run.preset)?.events.some(({ key }) => key === 'pause') ?? false;
  return told && !run.playing && run.notice?.kind === 'paused';
}

/**
 * Bends the run to a preset's setting, with the weights that it has. A story that is still being told would move the
 * knobs back, so that one is left for a new run.
 */
export async function bendTo(run: Run, preset: Preset): Promise<void> {
  const step = run.metrics?.step ?? 0;
  const story = presetById(run.lab, run.preset);
  if (step > 0 && !story?.events.some((event) => event.step > step)) {
    await run.set(settingOf(run.lab, preset));
    run.notice = undefined;
    return;
  }
  const { playing } = run;
  await run.load({ preset: preset.id });
  if (playing) {
    run.play();
    run.notice = { kind: 'restarted', text: `${preset.title}: a new run, from step 0.` };
  }
}
