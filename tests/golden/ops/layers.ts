import type { Gpu } from '../../../src/engine/webgpu/gpu.ts';
import { ACTIVATIONS, type DenseLayer } from '../../../src/layers/dense/dense.ts';
import type { EmbedLayer } from '../../../src/layers/embed/embed.ts';
import type { LayerSpec } from '../../../src/layers/kinds.ts';
import { fromNamed, toNamed } from '../../../src/run/kept/namedTensors.ts';
import type { Tf } from '../../../src/terms/language/tfjs.ts';
import {
  layerOnOracle,
  layerOnTfjs,
  layerOnWasm,
  layerOnWebgpu,
  sizesOf,
  type RunLayer,
} from '../../support/layerRun.ts';
import type { Fields } from '../fields.ts';
import type { Compute, Op, Ops, Value } from '../types.ts';

/** Golden layers on the layer kinds of every executor, with the names and shapes that PyTorch has. */
export const layerOps = (tf: Tf, gpu?: Gpu): Ops => {
  const on = (compute: (run: RunLayer) => Compute): Op => ({
    oracle: compute(layerOnOracle),
    tfjs: compute(layerOnTfjs(tf)),
    wasm: compute(layerOnWasm()),
    ...(gpu && { webgpu: compute(layerOnWebgpu(gpu)) }),
  });
  return { dense_activation: on(denseActivation), embedding_concat: on(embeddingConcat) };
};

/** Flat parameters of a layer from tensors by PyTorch's names. */
const flatOf = (spec: LayerSpec, tensor: (name: string) => Float64Array): Float64Array =>
  fromNamed([spec], (name) => tensor(name.replace('layers.0.', '')));

/** A gradient by PyTorch's names, in PyTorch's shapes. */
const named = (spec: LayerSpec, gradient: Float64Array): Map<string, Float64Array> =>
  new Map(toNamed([spec], gradient).map(([name, { data }]) => [name.replace('layers.0.', ''), data]));

const denseActivation =
  (run: RunLayer): Compute =>
  async (inputs, hyper) => {
    const name = hyper.choice('activation', ['identity', ...ACTIVATIONS]);
    const weight = inputs.matrix('weight');
    const affine: DenseLayer = { kind: 'dense', inputs: weight.columns, outputs: weight.rows };
    const spec: DenseLayer = name === 'identity' ? affine : { ...affine, activation: name };
    const given = {
      parameters: flatOf(spec, (name) => inputs.vector(name)),
      x: inputs.vector('x'),
      cotangent: inputs.vector('cotangent'),
    };
    const preactivation = await run({ spec: affine, ...given });
    const { out, byInput, gradient } = await run({ spec, ...given });
    return {
      terms: { preactivation: preactivation.out, out },
      grad: { x: byInput, ...Object.fromEntries(named(spec, gradient)) },
    };
  };

const embeddingConcat =
  (run: RunLayer): Compute =>
  async (inputs, hyper) => {
    const { spec, x, numbers } = embedding(inputs, hyper.words('order'));
    const tableOf = (name: string): string => name.replace(/^tables\.(.*)\.weight$/, 'table_$1');
    const given = {
      spec,
      parameters: flatOf(spec, (name) => inputs.vector(tableOf(name))),
      x,
      cotangent: inputs.vector('cotangent'),
    };
    const { out, byInput, gradient } = await run(given);
    const grad: Record<string, Value> = {};
    for (const [name, data] of named(spec, gradient)) grad[tableOf(name)] = data;
    if (numbers > 0) grad['numeric'] = byInput.filter((_, i) => i % sizesOf(given).inputs < numbers);
    return { terms: { out }, grad };
  };

/** The layer of a case, and its input: numbers, then the indices of each table. */
function embedding(
  inputs: Fields,
  order: readonly string[],
): { spec: EmbedLayer; x: Float64Array; numbers: number } {
  const numeric = inputs.has('numeric') ? inputs.matrix('numeric') : undefined;
  const indices = order.map((name) => inputs.matrix(`index_${name}`));
  const numbers = numeric?.columns ?? 0;
  let column = numbers;
  const tables = order.map((name, t) => {
    const { rows, columns: width } = inputs.matrix(`table_${name}`);
    const positions = indices[t]?.columns ?? 0;
    column += positions;
    return {
      name,
      rows,
      width,
      columns: Array.from({ length: positions }, (_, i) => column - positions + i),
    };
  });
  const parts = [...(numeric ? [numeric] : []), ...indices];
  const rows = parts[0]?.rows ?? 0;
  const x = Array.from({ length: rows }, (_, row) =>
    parts.flatMap(({ data, columns }) => [...data.subarray(row * columns, (row + 1) * columns)]),
  ).flat();
  const spec: EmbedLayer = { kind: 'embed', inputs: column, tables };
  return { spec, x: Float64Array.from(x), numbers };
}
