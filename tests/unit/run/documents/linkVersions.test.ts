import { expect, it } from 'vitest';
import { migrate, VERSION, WRITTEN } from '../../../../src/run/documents/linkVersions.ts';

const fieldsOf = (fields: Record<string, string>): Map<string, string> => new Map(Object.entries(fields));
const migrated = (fields: Record<string, string>): [Record<string, string>, string[]] => {
  const said: string[] = [];
  return [Object.fromEntries(migrate(fieldsOf(fields), (text) => said.push(text))), said];
};

it('every version that was ever written says what it said, and nothing is noted', () => {
  for (let version = 1; version <= VERSION; version++) {
    const fields = { v: String(version), lab: 'service-mix', log: '4~a:1', 'model.temperature': '2%2C5' };
    expect(migrated(fields)).toEqual([fields, []]);
  }
  expect(Math.max(...Object.values(WRITTEN))).toBe(VERSION);
});

it('fields are not changed in place', () => {
  const fields = Object.freeze(fieldsOf({ v: '1', logz: 'x' }));
  migrate(fields, () => undefined);
  expect(Object.fromEntries(fields)).toEqual({ v: '1', logz: 'x' });
});

it.each(['0', '-1', '1.5', 'one', 'NaN', 'Infinity', '1e9', String(VERSION + 1)])(
  'a version that there is not is named, and the link is read all the same: %s',
  (version) => {
    const fields = { v: version, seed: '4' };
    const [read, said] = migrated(fields);
    expect(read).toEqual(fields);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/version/);
  },
);
