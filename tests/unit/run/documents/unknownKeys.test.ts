import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serviceMix } from '../../../../src/labs/service-mix/index.ts';
import type { Lab } from '../../../../src/labs/lab.ts';
import { checkKnobs } from '../../../../src/run/documents/config.ts';
import { checkEvents } from '../../../../src/run/documents/events.ts';
import { distance, MAX_SEARCHES, UnknownKeys } from '../../../../src/run/documents/unknownKeys.ts';

const lab = serviceMix;

/** Without any bound, as it is defined. */
function whole(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length;
  const [x, y] = [a.slice(1), b.slice(1)];
  if (a[0] === b[0]) return whole(x, y);
  return 1 + Math.min(whole(x, y), whole(x, b), whole(a, y));
}

describe('the distance of two keys', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 6 });

  it('is exact up to a bound, and beyond it larger than that', () => {
    fc.assert(
      fc.property(word, word, fc.nat(7), (a, b, most) => {
        const away = whole(a, b);
        const found = distance(a, b, most);
        if (away <= most) expect(found).toBe(away);
        else expect(found).toBeGreaterThan(most);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('what an unknown key may mean', () => {
  it('is searched for once for each key', () => {
    const unknown = new UnknownKeys(lab);
    const said = unknown.sentence('model.temprature');
    expect(said).toBe('model.temprature is not a knob of Service mix. Did you mean model.temperature?');
    expect(unknown.sentence('model.temprature')).toBe(said);
    expect(unknown.searches).toBe(1);
  });

  it('is searched for in the first distinct keys alone; the others are unknown all the same', () => {
    const unknown = new UnknownKeys(lab);
    const said = Array.from({ length: 100_000 }, (_, i) => unknown.sentence(`tau${i}`));
    expect(said.filter((text) => text.includes('Did you mean data.tau?'))).not.toEqual([]);
    expect(said.at(-1)).toBe('tau99999 is not a knob of Service mix.');
    expect(unknown.searches).toBe(MAX_SEARCHES);
    expect(unknown.sentence('model.temprature')).toBe('model.temprature is not a knob of Service mix.');
  });

  it.each<[string, (lab: Lab, keys: readonly string[]) => void]>([
    ['knobs', (of, keys) => void checkKnobs(of, Object.fromEntries(keys.map((key) => [key, 1])))],
    [
      'events',
      (of, keys) =>
        void checkEvents(
          of,
          keys.map((key) => ({ step: 1, key, value: 1 })),
        ),
    ],
  ])('costs the same for many keys as for some: %s', (_, check) => {
    let looked = 0;
    // Each search goes over the knobs once.
    const watched = {
      ...lab,
      knobs: new Proxy(lab.knobs, {
        get: (knobs, name) => {
          if (name === Symbol.iterator) looked++;
          return Reflect.get(knobs, name) as unknown;
        },
      }),
    };
    const keys = (count: number): string[] => Array.from({ length: count }, (_, i) => `model.temp${i}`);
    check(watched, keys(10_000));
    expect(looked).toBeGreaterThanOrEqual(MAX_SEARCHES);
    expect(looked).toBeLessThanOrEqual(MAX_SEARCHES + 1);
  });
});
