import type { Remark } from './remark.ts';

export const klRemark: Remark = {
  term: 'kl',
  says: ({ values, classes }) =>
    values['loss.kl_reduction'] === 'mean'
      ? `The reduction mean divides it by K = ${String(classes)}, so every penalty weighs ${String(classes)} times as much against it.`
      : undefined,
};
