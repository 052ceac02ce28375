import type { OracleKind } from './contract.ts';
import { denseOnOracle } from './dense/oracle.ts';
import { embedOnOracle } from './embed/oracle.ts';
import type { LayerKindId, LayerSpec, SpecOf } from './kinds.ts';

const kinds: { readonly [K in LayerKindId]: OracleKind<SpecOf<K>> } = {
  dense: denseOnOracle,
  embed: embedOnOracle,
};

export const onOracle = (spec: LayerSpec): OracleKind<LayerSpec> => kinds[spec.kind] as OracleKind<LayerSpec>;
