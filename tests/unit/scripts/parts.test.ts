import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { labIds, select, testFiles } from '../../../scripts/parts.mjs';
import { labs } from '../../../src/labs/index.ts';

const texts: Readonly<Record<string, string>> = {
  'tests/browser/stage/stage.test.ts': "labById('cats')",
  'tests/e2e/dogs.spec.ts': '',
  'tests/e2e/documents.spec.ts': 'v: 1\nlab: cats\nseed: 2',
  'tests/e2e/link.spec.ts': "load({ lab: 'dogs' })",
  'tests/golden/golden.test.ts': '',
  'tests/unit/labs/cats/data.test.ts': '',
  'tests/unit/labs/knobs.test.ts': "import { labs } from '../../../src/labs/index.ts';",
  'tests/unit/panels/scale.test.ts': "import { declaredLabs } from '../../support/labs.ts';",
  'tests/unit/run/link.test.ts': "import { fur } from '../../../src/labs/cats/fur.ts';",
  'tests/unit/runs.test.ts': 'It rains cats and dogs.',
};
const files = Object.keys(texts);
const asked = (...parts: string[]) => select(parts, files, ['cats', 'dogs'], (file) => texts[file] ?? '');
const all = (...parts: string[]): string[] => Object.values(asked(...parts)).flat();

describe('a part of the tests', () => {
  it('is everything where none is named, each file with its runner', () => {
    expect(asked()).toEqual({
      unit: files.filter((file) => /^tests\/(unit|golden)/.test(file)),
      browser: ['tests/browser/stage/stage.test.ts'],
      page: ['tests/e2e/dogs.spec.ts', 'tests/e2e/documents.spec.ts', 'tests/e2e/link.spec.ts'],
    });
    expect(all('tests')).toEqual(all());
  });

  it('is a folder or file of tests/, with or without that name before it', () => {
    for (const part of ['unit/run', 'tests/unit/run', './tests/unit/run/', 'unit/run/link.test.ts'])
      expect(all(part), part).toEqual(['tests/unit/run/link.test.ts']);
    expect(asked('e2e')).toEqual({ ...asked(), unit: [], browser: [] });
  });

  it('is a lab: what is named after it, what names it, and what goes through all labs', () => {
    expect(all('cats')).toEqual([
      'tests/unit/labs/cats/data.test.ts',
      'tests/unit/labs/knobs.test.ts',
      'tests/unit/panels/scale.test.ts',
      'tests/unit/run/link.test.ts',
      'tests/browser/stage/stage.test.ts',
      'tests/e2e/documents.spec.ts',
    ]);
    expect(all('dogs')).toEqual([
      'tests/unit/labs/knobs.test.ts',
      'tests/unit/panels/scale.test.ts',
      'tests/e2e/dogs.spec.ts',
      'tests/e2e/link.spec.ts',
    ]);
  });

  it('may be several, each file once', () => {
    expect(all('golden', 'unit/labs', 'unit/labs/cats')).toEqual([
      'tests/golden/golden.test.ts',
      'tests/unit/labs/cats/data.test.ts',
      'tests/unit/labs/knobs.test.ts',
    ]);
  });

  it('is refused where it is unknown, with all that there is', () => {
    for (const part of ['unit/ru', 'birds', 'cat', '', '-t']) {
      expect(() => asked('golden', part), part).toThrow(`There is no part "${part}" of the tests.`);
      expect(() => asked(part)).toThrow('Folders: browser, browser/stage, e2e, golden, unit, unit/labs,');
      expect(() => asked(part)).toThrow('Labs: cats, dogs');
    }
  });
});

describe('the parts of this project', () => {
  it('have every file that a runner would take for a test', () => {
    const named = readdirSync('tests', { recursive: true, encoding: 'utf8' })
      .map((file) => `tests/${file}`)
      .filter((file) => /\.(test|spec)\.[a-z]+$/.test(file));
    expect(testFiles()).toEqual(named.sort());
  });

  it('have the labs', () => {
    expect(labIds().sort()).toEqual(labs.map(({ id }) => id).sort());
  });
});
