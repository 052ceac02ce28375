import { readPresets } from '../../../../../src/labs/presets.ts';
import type { Lab } from '../../../../../src/labs/lab.ts';
import { trainingKnobs } from '../../../../../src/labs/training.ts';
import type { LayerSpec } from '../../../../../src/layers/kinds.ts';
import { kl } from '../../../../../src/terms/kl.term.ts';
import { number } from '../../../../../src/terms/numberKnob.ts';
import { registered } from '../../../../../src/terms/registry.ts';
import type { Term } from '../../../../../src/terms/term.ts';
import { about } from './about.ts';
import { tilt } from './tilt.term.ts';

const files = import.meta.glob<unknown>('../../../configs/example/*.yaml', {
  eager: true,
  import: 'default',
});

export const TOPICS = ['Art', 'Biology', 'Chess'];
export const WORDS = ['bishop', 'canvas', 'cell', 'gambit', 'mutation', 'palette'];

export const terms = registered<Term>([kl, tilt]);

/** A word and a number that means nothing, to the shares of the topics. */
export const layers: readonly LayerSpec[] = [
  { kind: 'embed', inputs: 2, tables: [{ name: 'word', rows: WORDS.length, width: 3, columns: [1] }] },
  { kind: 'dense', inputs: 4, outputs: TOPICS.length },
];

export const example: Lab = {
  ...about,
  terms,
  knobs: [
    number('data.points', {
      label: 'Training rows',
      caption: 'How many rows the model learns from.',
      live: false,
      integer: true,
      min: 16,
      max: 1000,
      default: 200,
    }),
    ...terms.flatMap((term) => term.knobs),
    ...trainingKnobs,
  ],
  presets: readPresets(files),
  opening: 'tilted',
  plain: 'plain',
  layers: () => layers,
  check: () => [],
  finalNumbers: [{ label: 'KL', metric: 'kl' }],
};
