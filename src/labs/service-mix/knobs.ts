import { ACTIVATIONS } from '../../layers/dense/dense.ts';
import type { ChoiceKnob, Knob, KnobValues, NumberKnob, TextKnob } from '../../terms/knob.ts';
import { div, exp, input, knob, neg, sum } from '../../terms/language/expression.ts';
import { termsOf } from '../../terms/registry.ts';
import { trainingKnobs } from '../training.ts';
import { hiddenWidths, MAX_LAYERS, MAX_WIDTH } from './widths.ts';

const source: ChoiceKnob = {
  kind: 'choice',
  key: 'data.source',
  label: 'Data',
  caption: 'A city drawn from the seed, or US counties with real distances to eight kinds of real places.',
  live: false,
  options: [
    { value: 'city', label: 'synthetic city' },
    { value: 'places', label: 'US counties' },
  ],
  default: 'city',
};
const cityOnly = (values: KnobValues): string | undefined =>
  values[source.key] === 'city' ? undefined : 'The US counties have eight fixed kinds of places.';

type NumberFields = Omit<NumberKnob, 'kind' | 'live' | 'scale' | 'key'> & Partial<Pick<NumberKnob, 'scale'>>;
const number = (key: string, fields: NumberFields): NumberKnob => ({
  kind: 'number',
  key,
  live: false,
  scale: 'linear',
  ...fields,
});

/** Of the distance d to the nearest service of each category. */
const closeness = exp(neg(div(input('d', 'class'), knob('data.tau'))));
const target = div(closeness, sum(closeness, 'class'));

const dataKnobs: readonly Knob[] = [
  source,
  number('data.points', {
    label: 'Training places',
    caption:
      'How many places the model learns from. Of the counties at most all that are not set aside for validation.',
    integer: true,
    min: 16,
    max: 20_000,
    default: 4000,
    scale: 'log',
  }),
  number('data.validation', {
    label: 'Validation places',
    caption: 'Places that the model never trains on; every number on the page is measured on them.',
    integer: true,
    min: 16,
    max: 5000,
    default: 1000,
    scale: 'log',
  }),
  number('data.categories', {
    label: 'Categories K',
    caption: 'Kinds of services in the city.',
    integer: true,
    min: 3,
    max: 12,
    default: 8,
    inactive: cityOnly,
  }),
  number('data.services_per_category', {
    label: 'Services each',
    caption: 'Service points of each category.',
    integer: true,
    min: 1,
    max: 50,
    default: 6,
    scale: 'log',
    inactive: cityOnly,
  }),
  number('data.tau', {
    symbol: 'τ',
    formula: { of: 't', is: target },
    label: 'Target sharpness τ',
    caption:
      'A target is softmax(−distance / τ): small values make it one-hot. In the city it is a share of the city’s side; for the counties 0.04 stands for their usual length, and other values scale it.',
    min: 0.001,
    max: 1,
    default: 0.04,
    scale: 'log',
  }),
  {
    kind: 'choice',
    key: 'data.targets',
    label: 'Training targets',
    caption:
      'The whole distribution, or one category drawn from it. Validation always keeps the distribution.',
    live: false,
    options: [
      { value: 'distribution', label: 'distribution' },
      { value: 'sampled', label: 'one draw (one-hot)' },
    ],
    default: 'distribution',
  } satisfies ChoiceKnob,
  number('data.label_noise', {
    label: 'Label noise',
    caption: 'Share of training places whose target is swapped for that of a random other place.',
    min: 0,
    max: 1,
    default: 0,
  }),
  {
    kind: 'text',
    key: 'data.seed',
    label: 'Data seed',
    caption: 'Fixes the city while the seed changes weights and batches. Empty: follows the seed.',
    live: false,
    default: '',
    placeholder: 'follows seed',
    check: (text) =>
      /^\d{0,9}$/.test(text)
        ? undefined
        : 'The data seed is a whole number of at most nine digits, or empty.',
  } satisfies TextKnob,
];

const modelKnobs: readonly Knob[] = [
  {
    kind: 'text',
    key: 'model.hidden',
    label: 'Hidden widths',
    caption: 'Widths of the hidden layers, separated by commas.',
    live: false,
    default: '64,64',
    check: (text) =>
      hiddenWidths(text)
        ? undefined
        : `Hidden widths are 1 to ${String(MAX_LAYERS)} whole numbers from 1 to ${String(MAX_WIDTH)}, separated by commas, such as 64,64.`,
  } satisfies TextKnob,
  {
    kind: 'choice',
    key: 'model.activation',
    label: 'Activation',
    caption: 'The nonlinearity of the hidden layers; GELU is the exact one.',
    live: false,
    options: ACTIVATIONS.map((value) => ({ value, label: value })),
    default: 'relu',
  } satisfies ChoiceKnob,
];

/** All knobs of the lab, in the order of the panel: data, model with its transforms, loss terms, training. */
export const knobs: readonly Knob[] = [
  dataKnobs,
  modelKnobs,
  termsOf('service-mix').flatMap((term) => term.knobs),
  trainingKnobs,
]
  .flat()
  .sort((a, b) => groupOf(a) - groupOf(b));

function groupOf({ key }: Knob): number {
  return ['data', 'model', 'loss', 'training'].indexOf(key.split('.')[0] ?? '');
}
