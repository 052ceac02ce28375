import { isPenalty } from '../../../terms/kinds.ts';
import type { KnobValues } from '../../../terms/knob.ts';
import { isSetting, presetById } from '../../knobs/settings.ts';
import type { Cure, LabPage, Narrative, NarratedRun } from '../page.ts';
import { holders, narrate as sentenceFor } from './narrative.ts';
import { cutAt, recoveryOf } from './recovery.ts';

/** @see LabPage.narrate */
export const narrate: LabPage['narrate'] = (run): Narrative => {
  const { lab, initial, events, series, metrics, knobs, labels, playing } = run;
  const sentence = sentenceFor({
    metrics,
    knobs,
    classes: labels.length,
    playing,
    penalties: lab.terms.filter(isPenalty),
    recovery: () =>
      recoveryOf(initial, events, {
        steps: series.column('step'),
        kl: series.column('kl'),
        agreement: series.column('top1Agreement'),
      }),
    cut: () => cutAt(initial, events),
  });
  const remedy =
    sentence.state === 'collapsed' ? cure(run) : sentence.state === 'held' ? letGo(run) : undefined;
  return { ...sentence, ...(remedy && { remedy }) };
};

function cure({ lab, knobs }: NarratedRun): Cure | undefined {
  const sufficient = presetById(lab, 'sufficient');
  if (!sufficient || isSetting(lab, sufficient, knobs)) return undefined;
  return { label: 'Bring the colour back', preset: sufficient.id };
}

/** Switches off what holds the predictions although the head could say them. */
function letGo({ lab, metrics }: NarratedRun): Cure | undefined {
  const penalties = lab.terms.filter(isPenalty);
  const weights = holders(metrics, penalties).flatMap(({ id }) => {
    const weight = penalties.find((term) => term.id === id)?.knobs[0];
    return weight?.kind === 'number' && weight.min === 0 ? [weight] : [];
  });
  if (weights.length === 0) return undefined;
  return {
    label: weights.length > 1 ? 'Switch both off' : 'Switch it off',
    knobs: Object.fromEntries(weights.map(({ key }) => [key, 0])),
  };
}

/** Raw MaxSup without LogitNorm has no lower bound. @see LabPage.repair */
export function repair(knobs: KnobValues): { label: string; knobs: KnobValues } | undefined {
  const unbounded =
    knobs['loss.maxsup_form'] === 'raw' &&
    knobs['loss.maxsup_weight'] !== 0 &&
    knobs['model.use_logit_norm'] !== true;
  return unbounded
    ? { label: 'Use centered and reset', knobs: { 'loss.maxsup_form': 'centered' } }
    : undefined;
}
