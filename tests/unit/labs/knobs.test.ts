import { describe, expect, it } from 'vitest';
import { labs, loadedLab, loadLab } from '../../../src/labs/index.ts';
import { defaultsOf } from '../../../src/labs/lab.ts';
import { runtimes } from '../../../src/labs/runtimes.ts';
import { widthsIn } from '../../../src/labs/hidden.ts';
import { serviceMix as lab } from '../../../src/labs/service-mix/index.ts';
import { wrongWith } from '../../../src/run/documents/config.ts';
import { numberAt, numericValue, type Knob } from '../../../src/terms/knob.ts';
import { declaredLabs } from '../../support/labs.ts';

const defaults = defaultsOf(lab.knobs);
const knob = (key: string): Knob => lab.knobs.find((candidate) => candidate.key === key) as Knob;

describe('labs', () => {
  it('are loaded by id, or refused with the known ones', async () => {
    for (const one of labs) {
      expect(await loadLab(one.id)).toMatchObject({ id: one.id, title: one.title, text: one.text });
      expect(loadedLab(one.id)).toBe(await loadLab(one.id));
    }
    await expect(loadLab('cats')).rejects.toThrow('There is no lab “cats”. Known: service-mix.');
  });

  it('have a runtime each, and no other', () => {
    expect(Object.keys(runtimes)).toEqual(labs.map(({ id }) => id));
  });

  it.each(declaredLabs)(
    '$id opens with a preset of its own, and stands on the defaults',
    ({ presets, opening, plain, knobs }) => {
      expect(presets.map(({ id }) => id)).toContain(opening);
      const standing = presets.find(({ id }) => id === plain);
      expect({ ...defaultsOf(knobs), ...standing?.knobs }).toEqual(defaultsOf(knobs));
      expect(standing?.events).toEqual([]);
    },
  );
});

/** The fixed names, with the default where it is fixed. */
const NAMES: Readonly<Record<string, string | number | boolean | undefined>> = {
  'data.source': 'city',
  'data.points': 4000,
  'data.validation': 1000,
  'data.categories': 8,
  'data.services_per_category': 6,
  'data.tau': 0.04,
  'data.targets': 'distribution',
  'data.label_noise': 0,
  'data.seed': '',
  'model.hidden': '64,64',
  'model.activation': 'relu',
  'model.use_logit_norm': undefined,
  'model.logit_norm': undefined,
  'model.temperature': undefined,
  'model.temperature_at': 'both',
  'loss.kl_reduction': 'batchmean',
  'loss.entropy_weight': undefined,
  'loss.min_entropy': undefined,
  'loss.confidence_penalty': undefined,
  'loss.maxsup_weight': undefined,
  'loss.maxsup_form': 'centered',
  'loss.maxsup_threshold': undefined,
  'loss.label_smoothing': undefined,
  'training.optimizer': 'adam',
  'training.learning_rate': 3e-3,
  'training.beta1': 0.9,
  'training.beta2': 0.999,
  'training.eps': 1e-8,
  'training.momentum': undefined,
  'training.weight_decay': undefined,
  'training.grad_clip': 0,
  'training.batch_size': 256,
  'training.scheduler': 'constant',
  'training.lr_decay': undefined,
  'training.patience': undefined,
  'training.factor': undefined,
  'training.threshold': undefined,
  'training.cooldown': undefined,
  'training.min_lr': undefined,
  'training.t_0': undefined,
  'training.t_mult': undefined,
  'training.eta_min': undefined,
};

describe('the knobs of service-mix', () => {
  it('are all that have a fixed name, each once, by group', () => {
    expect(lab.knobs.map(({ key }) => key).sort()).toEqual(Object.keys(NAMES).sort());
    const groups = lab.knobs.map(({ key }) => key.split('.')[0]);
    expect(groups.filter((group, i) => group !== groups[i - 1])).toEqual([
      'data',
      'model',
      'loss',
      'training',
    ]);
  });

  it('have the defaults that are fixed', () => {
    for (const [key, value] of Object.entries(NAMES))
      if (value !== undefined) expect(defaults[key]).toBe(value);
  });

  it('have the choices that are fixed', () => {
    const choices = Object.fromEntries(
      lab.knobs.flatMap((one) =>
        one.kind === 'choice' ? [[one.key, one.options.map(({ value }) => value)]] : [],
      ),
    );
    expect(choices).toEqual({
      'data.source': ['city', 'places'],
      'data.targets': ['distribution', 'sampled'],
      'model.activation': ['relu', 'tanh', 'silu', 'gelu'],
      'model.temperature_at': ['both', 'training', 'inference'],
      'loss.kl_reduction': ['batchmean', 'mean'],
      'loss.maxsup_form': ['centered', 'hinge', 'raw'],
      'training.optimizer': ['adam', 'adamw', 'sgd'],
      'training.scheduler': ['constant', 'exponential', 'reduce_on_plateau', 'cosine_warm_restarts'],
    });
    expect(knob('data.categories')).toMatchObject({ min: 3, max: 12, integer: true });
  });

  it.each(lab.knobs)('$key is declared soundly', (one) => {
    expect(wrongWith(one, one.default)).toBeUndefined();
    expect(one.label).toMatch(/\S/);
    expect(one.caption).toMatch(/^\S.*\.$/);
    if (one.kind === 'number') {
      expect(one.min).toBeLessThan(one.max);
      if (one.scale === 'log') expect(one.min).toBeGreaterThan(0);
      if (one.scale === 'zeroLog') {
        expect(one.min).toBe(0);
        expect(one.logFrom).toBeGreaterThan(0);
        expect(one.logFrom).toBeLessThan(one.max);
      }
      if (one.integer) expect([one.min, one.max].every(Number.isInteger)).toBe(true);
    }
    if (one.kind === 'choice') expect(one.options.length).toBeGreaterThan(1);
  });

  it('restart a run where they change data, network or batch, and are live elsewhere', () => {
    const fixed = lab.knobs.filter(({ live }) => !live).map(({ key }) => key);
    const data = lab.knobs.map(({ key }) => key).filter((key) => key.startsWith('data.'));
    expect(fixed).toEqual([...data, 'model.hidden', 'model.activation', 'training.batch_size']);
  });

  it.each([
    ['data.categories', { 'data.source': 'places' }, 'eight fixed kinds'],
    ['model.logit_norm', { 'model.use_logit_norm': false }, 'LogitNorm is off.'],
    ['loss.min_entropy', { 'loss.entropy_weight': 0 }, 'The entropy weight is 0.'],
    ['loss.maxsup_form', { 'loss.maxsup_weight': 0 }, 'The MaxSup weight is 0.'],
    ['loss.maxsup_threshold', { 'loss.maxsup_weight': 1, 'loss.maxsup_form': 'raw' }, 'Only the hinge form'],
    ['training.momentum', { 'training.optimizer': 'adamw' }, 'Only SGD'],
    ['training.beta2', { 'training.optimizer': 'sgd' }, 'SGD does not use it.'],
    ['training.patience', { 'training.scheduler': 'constant' }, 'Only ReduceLROnPlateau uses it.'],
    ['training.t_0', { 'training.scheduler': 'exponential' }, 'Only CosineAnnealingWarmRestarts uses it.'],
    ['training.lr_decay', { 'training.scheduler': 'constant' }, 'Only the exponential schedule uses it.'],
  ])('%s says why it has no effect under %o', (key, values, why) => {
    expect(knob(key).inactive?.({ ...defaults, ...values })).toContain(why);
  });

  it('say nothing of that where they act', () => {
    const acting = {
      ...defaults,
      'model.use_logit_norm': true,
      'loss.entropy_weight': 1,
      'loss.maxsup_weight': 0.1,
      'loss.maxsup_form': 'hinge',
    };
    for (const key of [
      'data.categories',
      'model.logit_norm',
      'loss.min_entropy',
      'loss.maxsup_threshold',
      'training.beta1',
    ])
      expect(knob(key).inactive?.(acting)).toBeUndefined();
  });
});

describe('lab.check', () => {
  it.each([
    [256, 256, 0],
    [257, 256, 1],
  ])('a batch of %d on %d places: %d problems', (batch, points, count) => {
    const values = { ...defaults, 'training.batch_size': batch, 'data.points': points };
    expect(lab.check(values)).toHaveLength(count);
  });
});

describe('widthsIn', () => {
  it.each([
    ['64,64', [64, 64]],
    [' 8 , 16 ', [8, 16]],
    ['1024', [1024]],
    ['1,2,3,4,5,6', [1, 2, 3, 4, 5, 6]],
    ['007', [7]],
  ])('"%s"', (text, widths) => {
    expect(widthsIn(text)).toEqual(widths);
  });

  it.each(['', ',', '0', '64,', '64,0', '1025', '1000000', '-1', '1e3', '2.5', '0x10', '1,2,3,4,5,6,7', 'a'])(
    '"%s" is none',
    (text) => {
      expect(widthsIn(text)).toBeUndefined();
    },
  );
});

describe('a knob as a number', () => {
  it('is itself, 0 or 1 for a switch, and the position of a choice', () => {
    expect(numericValue(knob('model.temperature'), 2.5)).toBe(2.5);
    expect(numericValue(knob('model.use_logit_norm'), true)).toBe(1);
    expect(numericValue(knob('model.use_logit_norm'), false)).toBe(0);
    expect(numericValue(knob('loss.maxsup_form'), 'raw')).toBe(2);
  });

  it('is refused where there is none', () => {
    expect(numberAt({ a: 0 }, 'a')).toBe(0);
    expect(() => numberAt({ a: '0' }, 'a')).toThrow('The knob a has no number.');
    expect(() => numberAt({}, 'a')).toThrow('The knob a has no number.');
  });
});
