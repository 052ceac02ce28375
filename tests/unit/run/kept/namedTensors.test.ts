import { describe, expect, it } from 'vitest';
import { chainOf } from '../../../../src/layers/chain.ts';
import type { LayerSpec } from '../../../../src/layers/kinds.ts';
import { fromNamed, toNamed } from '../../../../src/run/kept/namedTensors.ts';

const layers: LayerSpec[] = [
  {
    kind: 'embed',
    inputs: 3,
    tables: [
      { name: 'b', rows: 2, width: 3, columns: [1] },
      { name: 'a', rows: 4, width: 1, columns: [2] },
    ],
  },
  { kind: 'dense', inputs: 5, outputs: 2, activation: 'tanh' },
];
const { count } = chainOf(layers);
const flat = Float64Array.from({ length: count }, (_, i) => i);

describe('parameters by name', () => {
  it('have the names and shapes of PyTorch’s modules', () => {
    expect(toNamed(layers, flat, 'of.').map(([name, { shape }]) => [name, shape])).toEqual([
      ['of.layers.0.tables.b.weight', [2, 3]],
      ['of.layers.0.tables.a.weight', [4, 1]],
      ['of.layers.1.weight', [2, 5]],
      ['of.layers.1.bias', [2]],
    ]);
  });

  it('are the flat ones, a dense weight transposed and a table as it is', () => {
    const named = new Map(toNamed(layers, flat));
    expect([...(named.get('layers.0.tables.b.weight')?.data ?? [])]).toEqual([0, 1, 2, 3, 4, 5]);
    // The page holds the weight as [5, 2], from number 10 on.
    expect([...(named.get('layers.1.weight')?.data ?? [])]).toEqual([10, 12, 14, 16, 18, 11, 13, 15, 17, 19]);
    expect([...(named.get('layers.1.bias')?.data ?? [])]).toEqual([20, 21]);
  });

  it('come back as they were, asked for in the shapes that they must have', () => {
    const named = new Map(toNamed(layers, flat, 'p.'));
    const asked: (readonly number[])[] = [];
    const back = fromNamed(
      layers,
      (name, shape) => {
        asked.push(shape);
        return named.get(name)?.data ?? new Float64Array(0);
      },
      'p.',
    );
    expect(back).toEqual(flat);
    expect(asked).toEqual([[2, 3], [4, 1], [2, 5], [2]]);
  });
});
