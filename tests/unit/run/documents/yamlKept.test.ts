import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { serviceMix } from '../../../../src/labs/service-mix/index.ts';
import type { Config } from '../../../../src/run/documents/config.ts';
import { resolveRequest } from '../../../../src/run/documents/request.ts';
import { toYaml } from '../../../../src/run/documents/yaml.ts';
import type { KnobValue } from '../../../../src/terms/knob.ts';

const lab = serviceMix;
const standing = { lab, preset: 'before', seed: 77, executor: undefined };

async function loaded(yaml: string): Promise<Config> {
  const { lab: id, preset, seed, knobs } = (await resolveRequest({ yaml }, standing)).log;
  return { lab: id, preset, seed, knobs };
}
/** A text that is loaded, moved, and exported again; what comes out is checked to mean what was moved. */
async function again(yaml: string, moved: Record<string, KnobValue> = {}, told = true): Promise<string> {
  const config = await loaded(yaml);
  const now = { ...config, knobs: { ...config.knobs, ...moved } };
  const text = toYaml(lab, now, yaml, told ? now.knobs : undefined);
  expect(await loaded(text)).toEqual(now);
  return text;
}

const NOTE = `# Trial of Tuesday
lab: service-mix
preset: before   # the field note's
seed: 3

loss:
    entropy_weight: 5.0   # far too high?
    min_entropy: 1.5

# the head
model: { use_logit_norm: true, temperature: 4.0 } # R = 0.25
`;

describe('a configuration that is exported again', () => {
  it('is the same letter by letter where nothing has moved', async () => {
    expect(await again(NOTE)).toBe(NOTE);
    const crlf = NOTE.replace(/\n/g, '\r\n');
    expect(await again(crlf)).toBe(crlf);
  });

  it('has its values where they stood, and comments, order and spelling as they were', async () => {
    const text = await again(NOTE, { 'loss.entropy_weight': 0.5, 'model.temperature': 2 });
    expect(text).toBe(NOTE.replace('5.0 ', '0.5 ').replace('4.0', '2'));
  });

  it('has what else differs at the end of its group, in the group’s own style', async () => {
    const text = await again(NOTE, {
      'loss.label_smoothing': 0.1,
      'loss.maxsup_weight': 0,
      'model.logit_norm': 2,
      'training.learning_rate': 0.01,
    });
    expect(text).toBe(
      `${NOTE.replace('min_entropy: 1.5\n', 'min_entropy: 1.5\n    maxsup_weight: 0\n    label_smoothing: 0.1\n').replace('4.0 }', '4.0, logit_norm: 2 }')}training:\n  learning_rate: 0.01\n`,
    );
  });

  it('says lab, preset and seed, so that it is the same run anywhere', async () => {
    expect(await again('temperature: 2.0  # Reduce from 4.0 to 2.0\n')).toBe(
      'temperature: 2.0  # Reduce from 4.0 to 2.0\nlab: service-mix\npreset: sufficient\nseed: 77\n',
    );
    expect(await again('# nothing yet')).toBe('# nothing yet\nlab: service-mix\npreset: before\nseed: 77\n');
  });

  it('keeps what nobody here knows, and repairs what was wrong', async () => {
    const text = await again(
      'lab: service-mix\npreset: before\nseed: 1\nepochs: 40 # theirs\ntemperature: 99\n',
    );
    expect(text).toBe('lab: service-mix\npreset: before\nseed: 1\nepochs: 40 # theirs\ntemperature: 10\n');
  });

  it('keeps the note’s spelling of a schedule until a part of it moves', async () => {
    const text =
      'lab: service-mix\npreset: before\nseed: 1\nscheduler: ReduceLROnPlateau(patience=3, factor=0.5) # PyTorch\n';
    expect(await again(text, { 'training.learning_rate': 0.01 })).toBe(
      `${text}training:\n  learning_rate: 0.01\n`,
    );
    expect(await again(text, { 'training.patience': 7 })).toBe(
      'lab: service-mix\npreset: before\nseed: 1\nscheduler: reduce_on_plateau # PyTorch\ntraining:\n  patience: 7\n  factor: 0.5\n',
    );
  });

  it('writes a value where there was none, a text with commas into a flow group, and over an alias', async () => {
    const head = 'lab: service-mix\npreset: before\nseed: 1\n';
    expect(await again(`${head}temperature: # why\n`, { 'model.temperature': 2 })).toBe(
      `${head}temperature: 2 # why\n`,
    );
    expect(await again(`${head}model: {}\n`, { 'model.hidden': '8,8' })).toBe(
      `${head}model: { hidden: "8,8" }\n`,
    );
    expect(await again(`${head}tau: &x 0.1\nmodel: { temperature: *x }\n`, { 'model.temperature': 2 })).toBe(
      `${head}tau: &x 0.1\nmodel: { temperature: 2 }\n`,
    );
  });

  it('keeps its events as long as they are told, and goes without them after', async () => {
    const text = `${NOTE}events: # the story\n  - { step: 9, set: { temperature: 1 } }\n# the end\n`;
    expect(await again(text)).toBe(text);
    const without = await again(text, {}, false);
    expect(without).not.toContain('step: 9');
    for (const comment of ['# Trial of Tuesday', '# R = 0.25', '# the end'])
      expect(without).toContain(comment);
  });

  it.each([
    ['a flow group at the top', '{ preset: before, temperature: 2 } # no'],
    ['a block text', 'preset: before\ntemperature: >\n  2\n'],
    ['a document that ends', 'preset: before\ntemperature: 2\n...\n'],
    ['a value that others repeat', 'preset: before\ntau: &x 0.1\nmodel: { temperature: *x }\n'],
  ])('loses its comments rather than its meaning: %s', async (_, text) => {
    await again(text, { 'model.temperature': 3, 'data.tau': 0.2, 'loss.label_smoothing': 0.1 });
  });

  it('means the same whatever was written and moved', async () => {
    const lines = fc.constantFrom(
      ...['temperature: 2 # T', 'model:\n   logit_norm: 2 # s\n', 'loss: { maxsup_weight: 0.1 }', '# words'],
      ...['training.learning_rate: 1e-3', 'training:\n  optimizer: sgd\n\n  # why\n  batch_size: 32 # B'],
      ...['scheduler: ExponentialLR(gamma=0.9)', 'seed: 5 # s', 'preset: after', 'hidden: [8, 8]', 'foo: 1'],
      ...['model.use_logit_norm: true', 'data:\n  seed: "007"', 'events:\n- { step: 3, pause: true }'],
    );
    const moves = fc.record(
      {
        'model.temperature': fc.constantFrom(1, 0.5, 2),
        'model.hidden': fc.constantFrom('8', '8,8'),
        'model.use_logit_norm': fc.boolean(),
        'loss.label_smoothing': fc.constantFrom(0, 0.1),
        'training.lr_decay': fc.constantFrom(0.9, 0.99),
        'training.batch_size': fc.constantFrom(32, 64),
        'training.optimizer': fc.constantFrom('adam', 'adamw'),
        'data.seed': fc.constantFrom('', '9', '007'),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(lines, { maxLength: 8 }), moves, fc.boolean(), async (parts, moved, told) => {
        const text = await again(parts.join('\n'), moved, told);
        const count = (of: string): number => of.split('# words').length;
        expect(count(text)).toBe(count(parts.join('\n')));
        // Other programs can read it too, unless a key was written twice.
        if (new Set(parts.map((part) => part.split(':')[0])).size === parts.length) parse(text);
      }),
      { numRuns: 500, seed: 8 },
    );
  });
});
