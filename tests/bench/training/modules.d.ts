/**
 * What the bench uses of its peers. They are installed by the bench alone, so that types must not depend on them being
 * there.
 */

declare module '@jax-js/jax' {
  /** Owned: whoever is given one uses it up, and `ref` gives one more. */
  export interface NdArray {
    readonly ref: this;
    add: (x: NdArray | number) => NdArray;
    sub: (x: NdArray | number) => NdArray;
    mul: (x: NdArray | number) => NdArray;
    div: (x: NdArray | number) => NdArray;
    data: () => Promise<Float32Array>;
    dispose: () => void;
  }
  export type Tree = NdArray | readonly Tree[] | { readonly [key: string]: Tree };
  export type Device = 'cpu' | 'wasm' | 'webgpu' | 'webgl';
  export function init(...devices: Device[]): Promise<Device[]>;
  export function defaultDevice(device: Device): Device;
  export function blockUntilReady<T extends Tree>(x: T): Promise<T>;
  export function jit<F extends (...args: never[]) => Tree>(f: F, options?: { device?: Device }): F;
  export function valueAndGrad<P extends Tree>(
    f: (parameters: P, ...more: NdArray[]) => NdArray,
  ): (parameters: P, ...more: NdArray[]) => [NdArray, P];
  interface Reduce {
    keepdims?: boolean;
  }
  export const numpy: {
    array: (values: Float32Array, options: { shape: number[]; device: Device }) => NdArray;
    zeros: (shape: number[], options: { device: Device }) => NdArray;
    matmul: (x: NdArray, y: NdArray) => NdArray;
    square: (x: NdArray) => NdArray;
    sqrt: (x: NdArray) => NdArray;
    exp: (x: NdArray) => NdArray;
    log: (x: NdArray) => NdArray;
    sum: (x: NdArray, axis?: number, options?: Reduce) => NdArray;
    max: (x: NdArray, axis?: number, options?: Reduce) => NdArray;
    mean: (x: NdArray, axis?: number, options?: Reduce) => NdArray;
  };
  export const nn: {
    relu: (x: NdArray) => NdArray;
    logSoftmax: (x: NdArray, axis: number) => NdArray;
  };
}

declare module '@tensorflow/tfjs-backend-wasm' {
  /** Where the files of the three builds lie. */
  export function setWasmPaths(paths: Record<string, string>): void;
}

declare module 'convnetjs' {
  interface Volume {
    w: Float64Array;
  }
  interface Net {
    makeLayers: (definitions: readonly object[]) => void;
  }
  interface Trainer {
    train: (x: Volume, label: number) => { loss: number };
  }
  const lib: {
    Vol: new (sx: number, sy: number, depth: number) => Volume;
    Net: new () => Net;
    Trainer: new (net: Net, options: object) => Trainer;
  };
  export default lib;
}

declare module 'brain.js/dist/neural-network.js' {
  interface NeuralNetwork {
    train: (
      data: readonly { input: Float32Array; output: Float32Array }[],
      options: object,
    ) => { error: number; iterations: number };
  }
  /** A CommonJS module with a default of its own. */
  const module: { default: new (options: object) => NeuralNetwork };
  export default module;
}
