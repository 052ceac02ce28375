import type { WasmKind } from './contract.ts';
import { denseOnWasm, type DenseKernels } from './dense/wasm.ts';
import { embedOnWasm, type EmbedKernels } from './embed/wasm.ts';
import type { LayerKindId, LayerSpec, SpecOf } from './kinds.ts';

/** Kernels of all kinds; each kind knows its own, in its folder `assembly/`. */
export type LayerKernels = DenseKernels & EmbedKernels;

const kinds: { readonly [K in LayerKindId]: WasmKind<SpecOf<K>, LayerKernels> } = {
  dense: denseOnWasm,
  embed: embedOnWasm,
};

export const onWasm = (spec: LayerSpec): WasmKind<LayerSpec, LayerKernels> =>
  kinds[spec.kind] as WasmKind<LayerSpec, LayerKernels>;
