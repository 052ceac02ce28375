import type { LayerKernels } from '../../layers/wasm.ts';

/** The kernels as TypeScript sees them. Addresses and strides are bytes; numbers in arrays are f32. */
export interface Kernels extends LayerKernels {
  /** Numbers in a vector: 4, or 1 where there is no SIMD. */
  LANES: { value: number };
  run: (code: number, count: number, offset: number, valid: number) => void;
  squares: (g: number, count: number) => number;
  adam: (
    p: number,
    g: number,
    m: number,
    v: number,
    count: number,
    clip: number,
    decay: number,
    shrink: number,
    one1: number,
    one2: number,
    eps: number,
    rate: number,
    root: number,
  ) => void;
  sgd: (
    p: number,
    g: number,
    m: number,
    count: number,
    clip: number,
    decay: number,
    momentum: number,
    rate: number,
  ) => void;
}

/** A module with one function of vectors: valid where the browser has SIMD. */
const VECTORS = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0],
  ...[10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11],
);

export interface Compiled {
  module: WebAssembly.Module;
  simd: boolean;
}

/** @throws where the browser has no WebAssembly, or its policy forbids it */
export async function compileKernels(simd = WebAssembly.validate(VECTORS)): Promise<Compiled> {
  const { bytes } = simd
    ? await import('./assembly/kernels.ts?wasm=simd')
    : await import('./assembly/kernels.ts?wasm=scalar');
  return { module: await WebAssembly.compile(await bytes()), simd };
}

let shared: Promise<Compiled> | undefined;
/** Compiled once, whatever is built on it; tried again where it failed. */
export function sharedKernels(): Promise<Compiled> {
  shared ??= compileKernels().catch((error: unknown) => {
    shared = undefined;
    throw error;
  });
  return shared;
}

export function instantiate({ module }: Compiled, memory: WebAssembly.Memory): Kernels {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels;
}
