import { describe, expect, it } from 'vitest';
import { serviceMix } from '../../../../src/labs/service-mix/index.ts';
import { differences, emptyLoadable, toCsv, toJson } from '../../../../src/run/documents/documents.ts';
import { resolveRequest } from '../../../../src/run/documents/request.ts';
import { serviceMixLog } from '../../../support/runs.ts';

const lab = serviceMix;

describe('toCsv', () => {
  it('is a header and one line for each recorded step', () => {
    const series = { step: [0, 10], kl: [0.5, 1e-7], 'terms.maxsup': [-0.25, 0] };
    expect(toCsv(series)).toBe('step,kl,terms.maxsup\n0,0.5,-0.25\n10,1e-7,0\n');
  });

  it('keeps every digit, and says what is no number', () => {
    const value = 0.1 + 0.2;
    const [, line] = toCsv({ a: [value], b: [NaN], c: [-Infinity] }).split('\n');
    expect(line?.split(',').map(Number)).toEqual([value, NaN, -Infinity]);
  });

  it('leaves a cell empty where a column is shorter', () => {
    expect(toCsv({ step: [0, 1], late: [5] })).toBe('step,late\n0,5\n1,\n');
  });

  it('has a header alone where nothing is recorded', () => {
    expect(toCsv({ step: [], kl: [] })).toBe('step,kl\n');
    expect(toCsv({})).toBe('\n');
  });
});

describe('toJson', () => {
  const log = serviceMixLog({ preset: 'intro', seed: 4, knobs: { 'data.seed': '7' } });

  it('holds version, log and series, and nothing else', () => {
    const text = toJson('1.2.3', log, { step: [0, 1], kl: [0.5, 0.25] });
    expect(text.endsWith('}\n')).toBe(true);
    expect(JSON.parse(text)).toEqual({
      'collapse-lab': '1.2.3',
      run: log,
      series: { step: [0, 1], kl: [0.5, 0.25] },
    });
  });

  it('is as people write JSON, with a line for each name of the series', () => {
    const text = toJson('1.2.3', log, { step: [0, 10], 'the "kl"': [0.5, 0.25] });
    expect(text).toContain('\n  "run": {\n    "lab": "service-mix",\n');
    expect(text.split('\n').slice(-6)).toEqual([
      '  "series": {',
      '    "step": [0,10],',
      '    "the \\"kl\\"": [0.5,0.25]',
      '  }',
      '}',
      '',
    ]);
    expect(toJson('1', log, {})).toBe(
      `${JSON.stringify({ 'collapse-lab': '1', run: log, series: {} }, null, 2)}\n`,
    );
  });

  it('can be replayed: its run loads as it was', async () => {
    const { run } = JSON.parse(toJson('1.2.3', log, {})) as { run: typeof log };
    const standing = { lab, preset: 'before', seed: 0, executor: undefined };
    expect(await resolveRequest({ log: run }, standing)).toEqual({ lab, log, problems: [] });
  });

  it('has null where a series has no number', () => {
    expect(JSON.parse(toJson('1', log, { kl: [NaN, Infinity, 1] }))).toMatchObject({
      series: { kl: [null, null, 1] },
    });
  });
});

describe('differences', () => {
  const of = (preset: string, knobs: Record<string, number | string>): object =>
    differences(lab, { lab: lab.id, preset, seed: 0, knobs: serviceMixLog({ preset, knobs }).knobs });

  it('are none for a preset as it is', () => {
    for (const { id } of lab.presets) expect(of(id, {})).toEqual({});
  });

  it('are what was moved, in groups', () => {
    expect(of('before', { 'model.temperature': 2, 'model.hidden': '8', 'loss.entropy_weight': 0 })).toEqual({
      model: { hidden: '8', temperature: 2 },
      loss: { entropy_weight: 0 },
    });
  });

  it('stand on the defaults where the preset is unknown, and pass over knobs that are missing', () => {
    const knobs = { 'model.temperature': 2 };
    expect(differences(lab, { lab: lab.id, preset: 'gone', seed: 0, knobs })).toEqual({
      model: { temperature: 2 },
    });
  });
});

it('the knobs of an empty document have no prototype: no key means more than itself', () => {
  const { knobs, problems } = emptyLoadable();
  expect('constructor' in knobs).toBe(false);
  knobs['__proto__'] = { polluted: true };
  expect('polluted' in knobs).toBe(false);
  expect(Object.keys(knobs)).toEqual(['__proto__']);
  expect(problems).toEqual([]);
  expect(emptyLoadable().problems).not.toBe(problems);
});
