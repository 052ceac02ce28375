import { describe, expect, test } from 'vitest';
import { chainOf, initialValues } from '../../src/layers/chain.ts';
import { kindOf, type LayerSpec } from '../../src/layers/kinds.ts';
import { layerCases } from './layerCases.ts';
import { layerOnOracle, sizesOf, type LayerInput, type RunLayer } from './layerRun.ts';
import { between, distance } from './language.ts';

/** Every case of every kind, by a title. */
export const allLayers: [title: string, spec: LayerSpec][] = Object.entries(layerCases).flatMap(
  ([kind, specs]) => specs.map((spec, i): [string, LayerSpec] => [`${kind} ${i}`, spec]),
);

/** Drawn inputs for a layer; index columns name rows of their tables, some of them more than once. */
export function inputFor(spec: LayerSpec, rows: number, seed = 1): LayerInput {
  const chain = chainOf([spec]);
  const inputs = sizesOf({ spec, x: new Float64Array(0) }).inputs;
  const x = between(-2, 2, rows * inputs, seed).map(Math.fround);
  const indices = kindOf(spec).indices?.(spec) ?? [];
  for (const { column, rows: size } of indices)
    for (let row = 0; row < rows; row++)
      // The last row of each table stays out, where there is another one.
      x[row * inputs + column] = (row * 7 + column) % Math.max(1, size - 1);
  const { outputs } = sizesOf({ spec, x });
  return {
    spec,
    parameters: initialValues(chain, seed),
    x,
    cotangent: between(-1, 1, rows * outputs, seed + 1).map(Math.fround),
  };
}

/** An executor computes every layer as the oracle does, in f32. */
export function describeLayers(run: RunLayer): void {
  describe.each(allLayers)('%s', (_, spec) => {
    test.each([1, 5, 8, 67])('agrees with the oracle on %d rows', async (rows) => {
      const input = inputFor(spec, rows, rows);
      const [judge, got] = [layerOnOracle(input), await run(input)];
      for (const part of ['out', 'byInput', 'gradient'] as const) {
        const scale = Math.max(1, ...judge[part].map(Math.abs));
        expect(got[part].length, part).toBe(judge[part].length);
        expect(
          distance(got[part], judge[part], { rtol: 2e-6, atol: 2e-6 * scale }),
          part,
        ).toBeLessThanOrEqual(1);
      }
    });
  });

  test('rows of a table that no index names have a gradient of exactly 0', async () => {
    const spec = layerCases.embed[1] as LayerSpec;
    const { gradient } = await run(inputFor(spec, 5));
    expect([...gradient.subarray(6 * 3)]).toEqual([0, 0, 0]);
    expect(gradient.subarray(0, 6 * 3).some((g) => g !== 0)).toBe(true);
  });
}
