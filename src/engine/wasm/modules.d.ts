/** AssemblyScript, compiled by scripts/vite/wasm.ts. */
declare module '*?wasm=simd' {
  export const bytes: () => Promise<BufferSource>;
}
declare module '*?wasm=scalar' {
  export const bytes: () => Promise<BufferSource>;
}
