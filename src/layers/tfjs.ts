import type { TfjsKind } from './contract.ts';
import { denseOnTfjs } from './dense/tfjs.ts';
import { embedOnTfjs } from './embed/tfjs.ts';
import type { LayerKindId, LayerSpec, SpecOf } from './kinds.ts';

const kinds: { readonly [K in LayerKindId]: TfjsKind<SpecOf<K>> } = {
  dense: denseOnTfjs,
  embed: embedOnTfjs,
};

export const onTfjs = (spec: LayerSpec): TfjsKind<LayerSpec> => kinds[spec.kind] as TfjsKind<LayerSpec>;
