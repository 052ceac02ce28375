import { numberAt } from './knob.ts';
import { percent, type Remark } from './remark.ts';

export const labelSmoothingRemark: Remark = {
  term: 'label_smoothing',
  says: ({ values, classes }) => {
    const share = numberAt(values, 'loss.label_smoothing');
    return `The model is asked for no class above ${percent(1 - share + share / classes)} and none below ${percent(share / classes)}.`;
  },
};
