import type { WgslKind } from './contract.ts';
import { denseInWgsl } from './dense/wgsl.ts';
import { embedInWgsl } from './embed/wgsl.ts';
import type { LayerKindId, LayerSpec, SpecOf } from './kinds.ts';

const kinds: { readonly [K in LayerKindId]: WgslKind<SpecOf<K>> } = {
  dense: denseInWgsl,
  embed: embedInWgsl,
};

export const inWgsl = (spec: LayerSpec): WgslKind<LayerSpec> => kinds[spec.kind] as WgslKind<LayerSpec>;
