import type { Tensor, Tensor2D } from '@tensorflow/tfjs';
import type { Tf } from '../terms/language/tfjs.ts';

/*
 * What a layer kind is: a declaration that everything reads (`kinds.ts`), and an implementation for each executor
 * (`oracle.ts`, `tfjs.ts`, `wasm.ts`, `wgsl.ts`), so that an executor loads no code of another one. A kind that one of
 * these five lists lacks does not compile.
 */

/** The numbers that one sample has between two layers. */
export interface Shape {
  columns: number;
}

/** How many numbers a shape has. */
export const sizeOf = ({ columns }: Shape): number => columns;

/** Where initial values come from: uniform in ±bound, or standard normal. */
export type Initial = { from: 'uniform'; bound: number } | { from: 'normal' };

/** A trained array of a layer. */
export interface Parameter {
  /** As PyTorch calls it inside the layer's module; unique in the layer. */
  name: string;
  /** As PyTorch has it; row-major. */
  shape: readonly number[];
  /** Whether the flat parameters hold the transpose of that matrix. */
  transposed?: boolean;
  initial: Initial;
}

/** A column of a layer's input that holds row numbers of a table, 0 … rows − 1. */
export interface IndexColumn {
  column: number;
  table: string;
  rows: number;
}

/** What is known of a layer from its spec alone. */
export interface LayerKind<S> {
  input: (spec: S) => Shape;
  output: (spec: S) => Shape;
  /** In the order in which they lie in the flat parameters. */
  parameters: (spec: S) => readonly Parameter[];
  /** Columns of the input that are read as indices. */
  indices?: (spec: S) => readonly IndexColumn[];
  /** Columns of the input that the output begins with, unchanged. */
  passes?: (spec: S) => readonly number[];
}

/** A layer in f64, with buffers of its own for so many rows. Arrays are `[rows, columns]`. */
export interface OracleLayer {
  forward: (out: Float64Array, x: Float64Array, parameters: Float64Array, rows: number) => void;
  /**
   * After `forward` of the same rows.
   *
   * @param by derivative by the output; may be overwritten
   * @param gradient of all parameters of the network, to which the layer's part is added
   * @param byInput where the derivative by the input goes; undefined where nobody needs it
   */
  backward: (
    by: Float64Array,
    x: Float64Array,
    parameters: Float64Array,
    gradient: Float64Array,
    byInput: Float64Array | undefined,
    rows: number,
  ) => void;
}

/** @param at where each parameter of the layer begins in the flat ones */
export type OracleKind<S> = (spec: S, at: readonly number[], maxRows: number) => OracleLayer;

/**
 * A layer as tfjs operations that tfjs can differentiate.
 *
 * @param parameters tensors of the layer in the order of its declaration, shaped as the flat parameters hold them
 * @param x `[rows, columns]`
 */
export type TfjsKind<S> = (tf: Tf, spec: S, parameters: readonly Tensor[], x: Tensor2D) => Tensor2D;

/** What a layer of the wasm executor is built with. All addresses, strides and sizes are bytes. */
export interface WasmBuild<Kernels> {
  kernels: Kernels & { LANES: { value: number } };
  /** Address of memory that lives as long as the executor. */
  allocate: (bytes: number) => number;
  /** From one column to the next while a batch is trained, and the most that it is at any time. */
  stride: number;
  room: number;
  /** Address of memory that is this layer's during one call; as much as its kind asks for. */
  scratch: number;
}

/** Where the values of a layer, or the network's input, lie: column by column, rows side by side. */
export interface WasmValues {
  values: number;
}

/** A layer of the wasm executor; one for all members. */
export interface WasmLayer extends WasmValues {
  /** Where the derivative by the values goes. */
  adjoints: number;
  /**
   * Present where the derivative counts only where a value is above 0: sets the rest of `adjoints` to 0. What writes
   * `adjoints` calls it, or does the same by itself.
   */
  rectify?: () => void;
  /**
   * @param parameters address of a member's
   * @param stride bytes from one column to the next
   */
  forward: (x: WasmValues, parameters: number, vectors: number, stride: number) => void;
  /**
   * @param gradient address, laid out as the parameters are; the layer's part is overwritten
   * @param below the layer whose values are the input and whose adjoints are wanted; undefined where it is the data
   */
  backward: (
    x: WasmValues,
    parameters: number,
    gradient: number,
    vectors: number,
    below: WasmLayer | undefined,
  ) => void;
}

export interface WasmKind<S, Kernels> {
  /** Bytes of scratch memory. */
  scratch: (spec: S) => number;
  build: (spec: S, at: readonly number[], on: WasmBuild<Kernels>) => WasmLayer;
}

/**
 * A layer as shaders see it. Columns and rows of its arrays are filled up to whole quads (vectors of four), and what
 * fills them stays zero through all of training. Positions in the parameters are in quads, those in the work space in
 * columns: a column has `span.stride` quads, one number for each row of the batch.
 */
export interface WgslPlace<S> {
  spec: S;
  /** Quads of the columns that go in and come out. */
  in4: number;
  out4: number;
  /** Column at which its input, its values, its extra columns and the derivative by its values begin. */
  input: number;
  values: number;
  extra: number;
  adjoints: number;
  /** Quad at which each parameter begins; a matrix has rows of whole quads, and whole quads of rows. */
  parameters: readonly number[];
}

/** Quads that an invocation makes: of rows and of columns in a layer, of inputs and of outputs in a gradient. */
export interface Tile {
  rows: 1 | 2;
  columns: 1 | 2 | 4;
  inputs: 1 | 2;
  outputs: 1 | 2 | 4;
}

/** What all passes of a plan have in common. */
export interface WgslPlan {
  /** Quads of a member's parameters. */
  parameters4: number;
  tile: Tile;
}

/**
 * One dispatch. Its text may use `at` (the number of the invocation), `member`, `S` (quads of a column), `work0` (the
 * member's first quad in `work`), `span`, the arrays `work` and `parameters`, and where it says so the elementary
 * functions (`expOf`, `tanhOf` …).
 */
export interface WgslPass {
  body: string;
  /** How it sees `work` and `parameters`; positions in f32 are four times those in quads. */
  view: 'vec4f' | 'f32';
  functions: boolean;
  /** Invocations for each member, and multiplications of one of them, about. */
  threads: (stride: number) => number;
  work: (stride: number) => number;
}

/** A factor that the derivative by a layer's values still needs, of the value y and of z in the first extra column. */
export interface WgslSlope {
  functions: boolean;
  text: (y: string, z: string) => string;
}

/** A layer's part of the one pass that sums the gradient over the rows. */
export interface WgslGradient {
  /** Invocations that each part of the rows has. */
  tiles: number;
  /**
   * Statements that return for tiles `first` … `first + tiles − 1`. Beside what a pass has they may use `tile`, `part` and
   * `parts` (rows `part`, `part + parts` … of quads are summed) and `g0`, where the gradient begins in `work`.
   */
  body: (first: number, parts: number) => string;
  /** Multiplications of one invocation for each quad of rows, about. */
  work: number;
}

export interface WgslKind<S> {
  /** Columns of the work space that it wants from the forward pass to the backward one. */
  extra?: (spec: S) => number;
  /** What is still to be done to the derivative by its values; whatever writes that derivative does it. */
  slope?: (spec: S) => WgslSlope | undefined;
  forward: (place: WgslPlace<S>, plan: WgslPlan) => WgslPass;
  /**
   * The derivative by the values of the layer below, times its slope.
   *
   * @param below where they lie
   */
  backward: (
    place: WgslPlace<S>,
    below: Pick<WgslPlace<unknown>, 'values' | 'extra' | 'adjoints'> & { slope: WgslSlope | undefined },
    plan: WgslPlan,
  ) => WgslPass;
  gradient: (place: WgslPlace<S>, plan: WgslPlan) => WgslGradient;
}
