import { describe, expect, it } from 'vitest';
import { presetKnobs } from '../../../src/labs/lab.ts';
import { serviceMix } from '../../../src/labs/service-mix/index.ts';
import { patientText, readPatient } from '../../../src/run/doctor.ts';
import { resolveRequest } from '../../../src/run/documents/request.ts';

const standing = { lab: serviceMix, preset: 'before', seed: 3, executor: undefined };
const read = (text: string): ReturnType<typeof readPatient> => readPatient(text, standing);

describe('patientText', () => {
  it('says every preset in full, so that reading it gives the same knobs', async () => {
    for (const { id } of serviceMix.presets) {
      const knobs = presetKnobs(serviceMix, id);
      const { config, problems } = await read(patientText(serviceMix, { seed: 5, knobs }));
      expect(problems).toEqual([]);
      expect(config.seed).toBe(5);
      for (const knob of serviceMix.knobs)
        if (knob.inactive?.(knobs) === undefined)
          expect(config.knobs[knob.key], `${id} ${knob.key}`).toBe(knobs[knob.key]);
    }
  });

  it('shows the weights that are 0 and leaves out what has no effect', () => {
    const text = patientText(serviceMix, { seed: 0, knobs: presetKnobs(serviceMix, 'sufficient') });
    expect(text).toContain('entropy_weight: 0');
    expect(text).not.toContain('min_entropy');
    expect(text).not.toContain('logit_norm: 1');
  });
});

describe('readPatient', () => {
  it('reads the field note’s spelling, and names repairs with their line', async () => {
    const { config, problems } = await read(
      'model:\n  logit_norm: 2\n  temperature: 99\nloss:\n  entropy_wieght: 1\n',
    );
    expect(config.knobs).toMatchObject({ 'model.use_logit_norm': true, 'model.temperature': 10 });
    expect(problems.map(({ text }) => text)).toEqual([
      'Line 3: model.temperature is 99: model.temperature must be a number from 0.05 to 10.',
      'Line 5: loss.entropy_wieght is not a knob of Service mix. Did you mean loss.entropy_weight?',
      'Line 2: model.logit_norm is given without model.use_logit_norm; LogitNorm was switched on.',
    ]);
  });

  it('reads targets of its own, which a run leaves alone', async () => {
    const text = 'model: { temperature: 2 }\ntargets:\n  - [0.7, 0.3]\n  - [5, 5]\n';
    const { targets, problems } = await read(text);
    expect(targets).toMatchObject({
      kind: 'rows',
      rows: [
        [0.7, 0.3],
        [0.5, 0.5],
      ],
    });
    expect(problems.map(({ text: said }) => said)).toEqual([
      'Line 2: target 2 adds up to 10; it was scaled to 1.',
    ]);
    const { log, problems: none } = await resolveRequest({ yaml: text }, standing);
    expect(none).toEqual([]);
    expect(log.knobs['data.targets']).toBe('distribution');
  });

  it('keeps the short form of data.targets', async () => {
    const { config, targets } = await read('targets: sampled');
    expect(config.knobs['data.targets']).toBe('sampled');
    expect(targets).toBeUndefined();
  });

  it('takes targets alone for the defaults', async () => {
    const { config, targets } = await read('targets: { entropies: [1] }');
    expect(targets).toEqual({ kind: 'entropies', entropies: [1] });
    expect(config.knobs).toEqual(presetKnobs(serviceMix, 'sufficient'));
  });

  it('refuses what is no YAML, with the line', async () => {
    await expect(read('model:\n  a: [1,\n')).rejects.toThrow(/line \d/);
  });
});
