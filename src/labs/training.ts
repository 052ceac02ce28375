import { OPTIMIZERS } from '../engine/optimizers.ts';
import {
  add,
  div,
  input,
  knob,
  minimum,
  mul,
  norm,
  sqrt,
  sub,
  type Expression,
} from '../terms/language/expression.ts';
import type { ChoiceKnob, Knob, KnobValues } from '../terms/knob.ts';
import { number } from '../terms/numberKnob.ts';

/** Knobs of optimizer and schedule, the same in every lab; names and meaning are PyTorch's. */

const optimizer: ChoiceKnob = {
  kind: 'choice',
  key: 'training.optimizer',
  label: 'Optimizer',
  caption: 'A changed optimizer keeps the weights and starts with fresh moments.',
  source: 'Kingma & Ba 2015; Loshchilov & Hutter 2019',
  live: true,
  options: OPTIMIZERS.map((value) => ({ value, label: { adam: 'Adam', adamw: 'AdamW', sgd: 'SGD' }[value] })),
  default: 'adam',
};

const scheduler: ChoiceKnob = {
  kind: 'choice',
  key: 'training.scheduler',
  label: 'Schedule',
  caption: 'How the learning rate changes by itself. Schedules by epoch read the validation loss.',
  source: 'PyTorch lr_scheduler',
  live: true,
  options: [
    { value: 'constant', label: 'constant' },
    { value: 'exponential', label: 'exponential, per step' },
    { value: 'reduce_on_plateau', label: 'ReduceLROnPlateau' },
    { value: 'cosine_warm_restarts', label: 'CosineAnnealingWarmRestarts' },
  ],
  default: 'constant',
};

const only =
  (key: string, names: readonly string[], text: string) =>
  (values: KnobValues): string | undefined =>
    names.includes(String(values[key])) ? undefined : text;
const forAdam = only(optimizer.key, ['adam', 'adamw'], 'SGD does not use it.');
const forSgd = only(optimizer.key, ['sgd'], 'Only SGD has momentum.');
const forPlateau = only(scheduler.key, ['reduce_on_plateau'], 'Only ReduceLROnPlateau uses it.');
const forCosine = only(scheduler.key, ['cosine_warm_restarts'], 'Only CosineAnnealingWarmRestarts uses it.');

/** Letters: θ parameters, g their gradient, m and v its moments (with hats: bias-corrected), b the buffer of SGD. */
const [theta, g, m, v, b] = ['θ', 'g', 'm', 'v', 'b'].map((name) => input(name)) as [
  Expression,
  Expression,
  Expression,
  Expression,
  Expression,
];
const rate = knob('training.learning_rate');
const average = (beta: string, of: Expression, value: Expression): Expression =>
  add(mul(knob(beta), of), mul(sub(1, knob(beta)), value));
const adamStep = sub(theta, div(mul(rate, input('m̂')), add(sqrt(input('v̂')), knob('training.eps'))));

export const trainingKnobs: readonly Knob[] = [
  optimizer,
  number('training.learning_rate', {
    symbol: 'η',
    formula: { of: 'θ', is: adamStep },
    label: 'Learning rate',
    caption: 'The step size of the optimizer. Where a schedule runs, this is its base.',
    min: 1e-6,
    max: 10,
    default: 3e-3,
    scale: 'log',
  }),
  number('training.beta1', {
    symbol: 'β_1',
    formula: { of: 'm', is: average('training.beta1', m, g) },
    label: 'Adam β₁',
    caption: 'Memory of the mean gradient.',
    min: 0,
    max: 0.9999,
    default: 0.9,
    inactive: forAdam,
  }),
  number('training.beta2', {
    symbol: 'β_2',
    formula: { of: 'v', is: average('training.beta2', v, mul(g, g)) },
    label: 'Adam β₂',
    caption: 'Memory of the mean squared gradient.',
    min: 0,
    max: 0.99999,
    default: 0.999,
    inactive: forAdam,
  }),
  number('training.eps', {
    symbol: 'ε',
    label: 'Adam ε',
    caption: 'Added to the root of the second moment. Gradients of its size hardly move anything.',
    min: 1e-12,
    max: 1e-2,
    default: 1e-8,
    scale: 'log',
    inactive: forAdam,
  }),
  number('training.momentum', {
    symbol: 'μ',
    formula: { of: 'b', is: add(mul(knob('training.momentum'), b), g) },
    label: 'Momentum',
    caption: 'Memory of past gradients.',
    min: 0,
    max: 0.999,
    default: 0,
    inactive: forSgd,
  }),
  number('training.weight_decay', {
    symbol: 'λ',
    formula: { of: 'g', is: add(g, mul(knob('training.weight_decay'), theta)) },
    label: 'Weight decay',
    caption: 'Part of the gradient with Adam and SGD; apart from it with AdamW.',
    min: 0,
    max: 1,
    default: 0,
    scale: 'zeroLog',
    logFrom: 1e-5,
  }),
  number('training.grad_clip', {
    symbol: 'c',
    formula: {
      of: 'g',
      is: mul(g, minimum(1, div(knob('training.grad_clip'), norm(input('g', 'class'), 'class')))),
    },
    label: 'Gradient clip',
    caption: 'Longest gradient that passes unshortened; 0 is off.',
    min: 0,
    max: 100,
    default: 0,
    scale: 'zeroLog',
    logFrom: 0.01,
  }),
  number('training.batch_size', {
    label: 'Batch size',
    caption: 'Samples in one step, drawn with replacement.',
    live: false,
    integer: true,
    min: 1,
    max: 8192,
    default: 256,
    scale: 'log',
  }),
  scheduler,
  number('training.lr_decay', {
    symbol: 'γ',
    formula: { of: 'η', is: mul(knob('training.lr_decay'), rate) },
    label: 'Decay per step',
    caption: 'The learning rate is multiplied by this after every step.',
    min: 0.9,
    max: 1,
    default: 0.999,
    inactive: only(scheduler.key, ['exponential'], 'Only the exponential schedule uses it.'),
  }),
  number('training.patience', {
    label: 'Patience',
    caption: 'Epochs without a better validation loss that pass before the rate drops.',
    unit: 'epochs',
    integer: true,
    min: 0,
    max: 1000,
    default: 10,
    inactive: forPlateau,
  }),
  number('training.factor', {
    label: 'Factor',
    caption: 'What a drop multiplies the rate by.',
    min: 0.01,
    max: 0.99,
    default: 0.1,
    inactive: forPlateau,
  }),
  number('training.threshold', {
    label: 'Threshold',
    caption: 'Relative gain that counts as better.',
    min: 0,
    max: 0.1,
    default: 1e-4,
    scale: 'zeroLog',
    logFrom: 1e-6,
    inactive: forPlateau,
  }),
  number('training.cooldown', {
    label: 'Cooldown',
    caption: 'Epochs after a drop in which bad ones are not counted.',
    unit: 'epochs',
    integer: true,
    min: 0,
    max: 1000,
    default: 0,
    inactive: forPlateau,
  }),
  number('training.min_lr', {
    label: 'Lowest rate',
    caption: 'The rate never drops below it.',
    min: 0,
    max: 1,
    default: 0,
    scale: 'zeroLog',
    logFrom: 1e-8,
    inactive: forPlateau,
  }),
  number('training.t_0', {
    label: 'First cycle T₀',
    caption: 'Epochs until the first restart.',
    unit: 'epochs',
    integer: true,
    min: 1,
    max: 1000,
    default: 10,
    scale: 'log',
    inactive: forCosine,
  }),
  number('training.t_mult', {
    label: 'Cycle growth',
    caption: 'Each cycle is this many times as long as the one before.',
    integer: true,
    min: 1,
    max: 10,
    default: 1,
    inactive: forCosine,
  }),
  number('training.eta_min', {
    label: 'Lowest rate η_min',
    caption: 'Where the cosine ends.',
    min: 0,
    max: 1,
    default: 0,
    scale: 'zeroLog',
    logFrom: 1e-8,
    inactive: forCosine,
  }),
];
