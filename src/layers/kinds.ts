import type { LayerKind } from './contract.ts';
import { dense, type DenseLayer } from './dense/dense.ts';
import { embed, type EmbedLayer } from './embed/embed.ts';

/** A layer as data. */
export type LayerSpec = DenseLayer | EmbedLayer;
export type LayerKindId = LayerSpec['kind'];

/** The spec of a kind. */
export type SpecOf<K extends LayerKindId> = Extract<LayerSpec, { kind: K }>;

export const kinds: { readonly [K in LayerKindId]: LayerKind<SpecOf<K>> } = {
  dense,
  embed,
};

export const kindOf = (spec: LayerSpec): LayerKind<LayerSpec> => kinds[spec.kind] as LayerKind<LayerSpec>;
