import type { LayerKindId, LayerSpec } from '../../src/layers/kinds.ts';

/**
 * Layers of each kind to be held to the laws of all of them: widths that fill no quad, single columns, and the choices
 * that a spec has.
 */
export const layerCases: { readonly [K in LayerKindId]: readonly Extract<LayerSpec, { kind: K }>[] } = {
  dense: [
    { kind: 'dense', inputs: 3, outputs: 5 },
    { kind: 'dense', inputs: 8, outputs: 4, activation: 'tanh' },
    { kind: 'dense', inputs: 1, outputs: 1, activation: 'silu' },
    { kind: 'dense', inputs: 6, outputs: 9, activation: 'gelu' },
    { kind: 'dense', inputs: 5, outputs: 7, activation: 'relu' },
  ],
  embed: [
    // Numbers first, one table.
    { kind: 'embed', inputs: 3, tables: [{ name: 'a', rows: 4, width: 2, columns: [2] }] },
    // Nothing but indices, at two positions of one table.
    { kind: 'embed', inputs: 2, tables: [{ name: 'a', rows: 7, width: 3, columns: [0, 1] }] },
    // Indices between numbers, positions and tables in an order of their own, widths on both sides of a quad.
    {
      kind: 'embed',
      inputs: 6,
      tables: [
        { name: 'b', rows: 3, width: 5, columns: [4] },
        { name: 'a', rows: 2, width: 1, columns: [3, 0] },
      ],
    },
    { kind: 'embed', inputs: 2, tables: [{ name: 'wide', rows: 5, width: 8, columns: [0] }] },
  ],
};
