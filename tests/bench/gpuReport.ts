/** What both benches of a GPU say of their rows. */
import { say, short, spreadOf, table, type Target } from './report.ts';
import { counted, ratioOf, type Row } from './rows.ts';

/** Further off the judge than this, it is not known to have done the same work. */
const SAME = 1e-4;

export function tableOfGpu(rows: readonly Row[]): void {
  table([
    ['who', 'steps/s', 'model-steps/s', 'GFLOP/s', 'of multiply-add', 'JS ms a step', 'off the oracle', ''],
    ...rows.map((row) => {
      const { id, name, instead, missing, models, flops, bytes, rates, busyRates, distance } = row;
      if (missing !== undefined) return [name, `cannot run: ${missing}`];
      const { median } = spreadOf(counted(rates));
      const share = shareOf(rows, id).value?.median;
      const busy = counted(busyRates);
      return [
        name,
        say(spreadOf(counted(rates))),
        models === 0 ? '' : short(models * median),
        flops === 0 ? '' : short((flops * median) / 1e9),
        share === undefined || models === 0 || row.kind !== 'gpu' ? '' : `${(100 * share).toPrecision(2)} %`,
        busy.length === 0 || models === 0 ? '' : short(1000 / spreadOf(busy).median),
        distance === undefined ? '' : distance.toExponential(1),
        [instead, bytes && `${short((bytes * median) / 1e9)} GB/s`].filter(Boolean).join(': '),
      ];
    }),
  ]);
}

/** Operations per second to those of the multiply-add loop. */
export const shareOf = (rows: readonly Row[], id: string): Pick<Target, 'value' | 'missing'> =>
  ratioOf(rows, id, 'multiply-add', ({ flops }) => flops);

/** By how much a step of one model is longer that computes the head twice. */
export function headShare(rows: readonly Row[]): Target {
  const { value: twice, ...why } = ratioOf(rows, 'webgpu 1', 'webgpu head twice');
  const value = twice && { median: twice.median - 1, least: twice.least - 1, most: twice.most - 1 };
  return { name: 'webgpu, head, share of a step, K = 1', ...(value ? { value } : why), atMost: 0.15 };
}

/** Model-steps per second of one to those of another, if both did the same work. */
export function modelsRatio(rows: readonly Row[], a: string, b: string): Pick<Target, 'value' | 'missing'> {
  const off = rows.find(
    ({ id, distance, missing }) =>
      (id === a || id === b) && missing === undefined && !((distance ?? NaN) <= SAME),
  );
  if (off)
    return {
      missing: `${off.name} ends ${off.distance?.toExponential(1) ?? 'nobody knows how far'} off the oracle`,
    };
  return ratioOf(rows, a, b, ({ models }) => models);
}
