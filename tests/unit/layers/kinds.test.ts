import { describe, expect, test } from 'vitest';
import { chainOf, checkIndices, initialValues } from '../../../src/layers/chain.ts';
import { sizeOf } from '../../../src/layers/contract.ts';
import { kindOf, kinds } from '../../../src/layers/kinds.ts';
import { mean, standardDeviation } from '../../../src/science/statistics.ts';
import { tf } from '../../support/cpu.ts';
import { centralDifferences, distance } from '../../support/language.ts';
import { layerCases } from '../../support/layerCases.ts';
import { allLayers, describeLayers, inputFor } from '../../support/layerLaws.ts';
import { layerOnOracle, layerOnTfjs, layerOnWasm, sizesOf } from '../../support/layerRun.ts';

/* What every layer kind owes, and what no executor needs to know of any of them. */

test('there are cases of every kind', () => {
  expect(Object.keys(layerCases).sort()).toEqual(Object.keys(kinds).sort());
  for (const cases of Object.values(layerCases)) expect(cases.length).toBeGreaterThan(0);
});

describe.each(allLayers)('%s', (_, spec) => {
  const kind = kindOf(spec);
  const parameters = kind.parameters(spec);

  test('its shapes are whole numbers, and its spec is data', () => {
    for (const shape of [kind.input(spec), kind.output(spec)])
      expect(Number.isInteger(sizeOf(shape)) && sizeOf(shape) > 0).toBe(true);
    expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
  });

  test('its parameters have names of their own, and their sizes are those of their shapes', () => {
    const names = parameters.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const { layers, count } = chainOf([spec]);
    const sizes = parameters.map(({ shape }) => shape.reduce((a, b) => a * b, 1));
    expect(count).toBe(sizes.reduce((a, b) => a + b, 0));
    expect(layers[0]?.parameters.map(({ at, size }) => [at, size])).toEqual(
      sizes.map((size, i) => [sizes.slice(0, i).reduce((a, b) => a + b, 0), size]),
    );
  });

  test('its initial values are a function of the seed, as it declares them', () => {
    const chain = chainOf([spec]);
    const values = initialValues(chain, 3);
    expect(initialValues(chain, 3)).toEqual(values);
    expect(initialValues(chain, 4)).not.toEqual(values);
    expect(values.map(Math.fround)).toEqual(values);
    for (const { at, size, initial } of chain.layers[0]?.parameters ?? [])
      if (initial.from === 'uniform')
        expect(Math.max(...values.subarray(at, at + size).map(Math.abs))).toBeLessThanOrEqual(
          initial.bound * (1 + 1e-7),
        );
  });

  test('its derivatives are those of central differences', () => {
    const input = inputFor(spec, 5);
    const { byInput, gradient } = layerOnOracle(input);
    const value = (): number =>
      layerOnOracle(input).out.reduce((sum, y, i) => sum + y * (input.cotangent[i] as number), 0);
    const tolerance = { rtol: 1e-6, atol: 1e-7 };
    expect(distance(gradient, centralDifferences(value, input.parameters), tolerance)).toBeLessThanOrEqual(1);
    // By an index there is no derivative: it is 0 there.
    const columns = (kind.indices?.(spec) ?? []).map(({ column }) => column);
    const { inputs } = sizesOf(input);
    const isIndex = (i: number): boolean => columns.includes(i % inputs);
    const numbers = input.x.filter((_, i) => !isIndex(i));
    const slopes = centralDifferences(() => {
      let next = 0;
      input.x.forEach((_, i) => {
        if (!isIndex(i)) input.x[i] = numbers[next++] as number;
      });
      return value();
    }, numbers);
    expect(
      distance(
        byInput.filter((_, i) => !isIndex(i)),
        slopes,
        tolerance,
      ),
    ).toBeLessThanOrEqual(1);
    expect(byInput.filter((_, i) => isIndex(i)).every((g) => g === 0)).toBe(true);
  });

  test('passes the columns on that it says it passes on', () => {
    const input = inputFor(spec, 5);
    const { out } = layerOnOracle(input);
    const { inputs, outputs } = sizesOf(input);
    (kind.passes?.(spec) ?? []).forEach((column, i) => {
      for (let row = 0; row < 5; row++) expect(out[row * outputs + i]).toBe(input.x[row * inputs + column]);
    });
  });
});

describe('on tfjs', () => {
  describeLayers(layerOnTfjs(tf));
});
describe('on wasm', () => {
  describeLayers(layerOnWasm(true));
});
describe('on wasm without SIMD', () => {
  describeLayers(layerOnWasm(false));
});

describe('an embedding', () => {
  test('starts standard normal, as nn.Embedding', () => {
    const values = initialValues(
      chainOf([{ kind: 'embed', inputs: 1, tables: [{ name: 'a', rows: 200, width: 10, columns: [0] }] }]),
      5,
    );
    expect(Math.abs(mean(values))).toBeLessThan(4 / Math.sqrt(2000));
    expect(standardDeviation(values)).toBeCloseTo(1, 1);
  });

  test('puts numbers first, then tables in their order, positions left to right', () => {
    const spec = layerCases.embed[2] as (typeof layerCases.embed)[number];
    const { out } = layerOnOracle({
      spec,
      // Table b [3, 5] is 0 … 14, table a [2, 1] is 100, 101.
      parameters: Float64Array.of(...Array.from({ length: 15 }, (_, i) => i), 100, 101),
      x: Float64Array.of(1, -1, -2, 0, 2, -3),
      cotangent: new Float64Array(10),
    });
    expect([...out]).toEqual([-1, -2, -3, 10, 11, 12, 13, 14, 100, 101]);
  });
});

describe('a chain', () => {
  const embed = layerCases.embed[0] as (typeof layerCases.embed)[number];
  const chain = chainOf([embed, { kind: 'dense', inputs: 4, outputs: 2 }]);

  test('whose widths do not fit is refused', () => {
    expect(() => chainOf([embed, { kind: 'dense', inputs: 3, outputs: 2 }])).toThrow(
      'Layer 1 takes 3 columns, and the layer before it gives 4.',
    );
  });

  test.each([
    [
      4,
      'Column 2 of the data has 4 in row 1; the table “a” has the rows 0 to 3, and an index must be one of them.',
    ],
    [-1, 'Column 2 of the data has -1 in row 1'],
    [1.5, 'Column 2 of the data has 1.5 in row 1'],
    [NaN, 'Column 2 of the data has NaN in row 1'],
  ])('refuses the index %d in its data', (value, message) => {
    expect(() => {
      checkIndices(chain, Float32Array.of(0.5, 0.5, 3, 0.5, 0.5, value));
    }).toThrow(message);
  });

  test('takes data whose indices are rows of the table', () => {
    expect(() => {
      checkIndices(chain, Float32Array.of(0.5, NaN, 0, -7, 0.5, 3));
    }).not.toThrow();
  });

  test('follows an index column that an embedding has passed on, and refuses one that is computed', () => {
    const first = { ...embed, tables: [{ name: 'a', rows: 9, width: 2, columns: [0] }] };
    const second = (column: number) =>
      ({ kind: 'embed', inputs: 4, tables: [{ name: 'b', rows: 2, width: 1, columns: [column] }] }) as const;
    // Column 2 of the data is column 1 of the first layer's output.
    const check = (column: number, value: number): void => {
      checkIndices(chainOf([first, second(column)]), Float32Array.of(8, 0.5, value));
    };
    expect(() => {
      check(1, 1);
    }).not.toThrow();
    expect(() => {
      check(1, 2);
    }).toThrow('Column 2 of the data has 2');
    expect(() => {
      check(2, 1);
    }).toThrow('Layer 1 reads its column 2 as an index, but a layer before it computes that column.');
  });
});
