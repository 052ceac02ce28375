import { describe, expect, it } from 'vitest';
import { serviceMix } from '../../../../src/labs/service-mix/index.ts';
import { defaultsOf, presetKnobs } from '../../../../src/labs/lab.ts';
import { previewOf } from '../../../../src/run/documents/preview.ts';
import { formatOf, isBinary, isOurs, requestFor } from '../../../../src/run/documents/recognize.ts';

const LINK = 'https://example.org/lab/?x=1#v=1&lab=service-mix&preset=before&seed=3';

describe('a text is known by its content', () => {
  it.each([
    [LINK, 'link', true],
    [`\n  ${LINK}\n`, 'link', true],
    ['#v=1&preset=before', 'link', true],
    ['preset=before&seed=3', 'link', true],
    ['https://example.org/', 'link', false],
    ['https://example.org/a?preset=x', 'link', false],
    ['{"preset": "before"}', 'json', true],
    ['{}', 'json', true],
    ['[1, 2]', 'json', false],
    ['{preset: before}', 'yaml', true],
    ['model:\n  temperature: 2\n', 'yaml', true],
    ['temperature: 2', 'yaml', true],
    ['# my trial\nentropy_weight: 0.5  # Reduce', 'yaml', true],
    ['Dear all, the model: it is grey', 'yaml', false],
    ['Dear all,\nhello: world', 'yaml', false],
    ['just words', 'yaml', false],
    ['model.temperature', 'yaml', false],
    ['', 'yaml', false],
    ['\0\u0001', 'yaml', false],
  ])('%j', (text, format, ours) => {
    expect(formatOf(text)).toBe(format);
    expect(isOurs(text)).toBe(ours);
  });

  it.each(['a', '#', '&v', ' ', 'a: ', '{"', 'a:\n'])('any length of %j is none of ours', (part) => {
    expect(isOurs(part.repeat(2e6))).toBe(part === '{"');
  });
});

it('loads by what it is', () => {
  expect(requestFor(` ${LINK} `)).toEqual({ url: LINK });
  expect(requestFor('{"a": 1}')).toEqual({ json: '{"a": 1}' });
  expect(requestFor('a: 1')).toEqual({ yaml: 'a: 1' });
});

it('bytes are no text', () => {
  expect(isBinary('PNG\0')).toBe(true);
  expect(isBinary('\ufffdPNG\r\n\ufffd')).toBe(true);
  expect(isBinary('Café, 温度, one \ufffd')).toBe(false);
  expect(() => requestFor('\0')).toThrow('This is not a text');
});

describe('a preview', () => {
  const lab = serviceMix;
  const shown = { lab, preset: 'before', seed: 3, knobs: presetKnobs(lab, 'before') };

  it('says what will differ from the run on the page, and what was repaired, by line', async () => {
    const { format, run, changes, problems } = await previewOf(
      'preset: before\nseed: 5\nfoo: 1\ntemperature: 99',
      shown,
    );
    expect(format).toBe('yaml');
    expect(run?.log).toMatchObject({ preset: 'before', seed: 5 });
    expect(changes.map(({ knob, from, to }) => [knob.key, from, to])).toEqual([['model.temperature', 4, 10]]);
    expect(problems.map(({ line }) => line)).toEqual([3, 4]);
  });

  it('of what cannot be loaded says why', async () => {
    for (const text of ['a: [', '{"a": 1', '\0', '{"name": "x"}', 'preset: nope', 'data: { points: 16 }']) {
      const { run, problems } = await previewOf(text, shown);
      expect(run).toBeUndefined();
      expect(problems).toHaveLength(1);
    }
  });

  it('of a link says what it names and what it does not', async () => {
    const { format, run, changes } = await previewOf('#v=1&preset=sufficient', shown);
    expect(format).toBe('link');
    expect(run?.log.knobs).toEqual(defaultsOf(lab.knobs));
    expect(changes.map(({ knob }) => knob.key)).toContain('model.use_logit_norm');
  });
});
