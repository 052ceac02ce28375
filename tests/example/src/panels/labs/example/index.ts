import { at, DASHES, spec } from '../../../../../../src/panels/curves/specs.ts';
import { formatNumber } from '../../../../../../src/panels/kit/format.ts';
import type { LabCurve, LabPage } from '../../../../../../src/panels/labs/page.ts';
import Stage from './Stage.svelte';

const curve = (id: string, title: string, most: number): LabCurve => ({
  id,
  title,
  unit: id === 'kl' ? 'nats' : 'share',
  spec: (of) =>
    spec(of, {
      y: [0, most],
      marks: [
        { kind: 'rule', at: most / 2, color: 'ink3', dash: DASHES },
        { kind: 'line', values: of.column(id), color: 'ink', dot: true, smooths: true },
      ],
      labels: (row) => [
        { at: at(of, id, row), text: formatNumber(at(of, id, row)), color: 'ink', strong: true },
      ],
    }),
  say: (of, row) => `${title} ${formatNumber(at(of, id, row))}`,
  columns: { [title]: id },
});

/** Of a lab that only tests have: a stage, two curves and a sentence. */
export const page: LabPage = {
  Stage,
  stageLabel: 'Words',
  curves: () => ({
    charts: [curve('kl', 'KL of words', 3), curve('firstShare', 'Share of the first topic', 1)],
  }),
  narrate: ({ metrics, knobs }) => {
    const tilted = Number(metrics['firstShare']) > 0.7 && Number(knobs['loss.tilt_weight']) > 0;
    return tilted
      ? {
          state: 'tilted',
          title: 'Every word is about art.',
          text: `The first topic gets ${formatNumber(Number(metrics['firstShare']))} of every word.`,
          remedy: { label: 'Take the tilt away', preset: 'plain' },
        }
      : { state: 'learning', title: 'The words are being learned.', text: `Step ${metrics.step}.` };
  },
  claims: undefined,
  doctor: undefined,
  thumbnail: () => Promise.resolve(undefined),
  words: () => Promise.resolve({}),
  help: { text: ['A network learns the topics of words.'], keys: [] },
};
