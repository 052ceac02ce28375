import type { KnobValues } from '../../terms/knob.ts';
import type { Lab, Problem } from '../lab.ts';
import { readPresets } from '../presets.ts';
import { about } from './about.ts';
import { knobs } from './knobs.ts';
import { layersOf } from './network.ts';
import { terms } from './terms.ts';

const files = import.meta.glob<unknown>('../../../configs/service-mix/*.yaml', {
  eager: true,
  import: 'default',
});

export const serviceMix: Lab = {
  ...about,
  terms,
  knobs,
  presets: readPresets(files),
  opening: 'intro',
  plain: 'sufficient',
  layers: (values) => layersOf(values),
  check: (values) => [...batchFits(values)],
  finalNumbers: [
    { label: 'KL', metric: 'kl' },
    { label: 'entropy', metric: 'entropyMean', beside: { label: 'targets', metric: 'entropyTargetMean' } },
  ],
  doctorTargets: async () => (await import('./doctor/targets.ts')).readDoctorTargets,
};

function batchFits(values: KnobValues): Problem[] {
  const [batch, points] = [Number(values['training.batch_size']), Number(values['data.points'])];
  if (batch <= points) return [];
  return [
    {
      key: 'training.batch_size',
      text: `A batch of ${String(batch)} is larger than the ${String(points)} training places (data.points). Lower training.batch_size or raise data.points.`,
    },
  ];
}
