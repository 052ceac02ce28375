import { plain, type Remark } from './remark.ts';

export const temperatureRemark: Remark = {
  term: 'temperature',
  cannotAct: ({ reach, temperature, values }) =>
    reach === Infinity && temperature !== 1 && Number(values['loss.maxsup_weight']) === 0
      ? `Without LogitNorm training learns logits ${plain(temperature)} times as large, and the optimum stays where it is. Learning only gets slower.`
      : undefined,
  says: ({ reach, temperature }) =>
    reach === Infinity
      ? 'Without LogitNorm it moves no optimum by itself; it only gives penalties on the logits more weight.'
      : `It divides the reach: R = ${plain(reach * temperature)} ÷ ${plain(temperature)} = ${plain(reach)}.`,
};
