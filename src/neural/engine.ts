/** Float32 numbers in rows, held by an engine. */
export interface Tensor {
  readonly rows: number;
  readonly columns: number;
}

/** Functions applied to every value, with derivatives that follow from the value or the result. */
export type Pointwise =
  | "linear"
  | "relu"
  | "leakyRelu"
  | "selu"
  | "tanh"
  | "sigmoid"
  | "softplus"
  | "exp"
  | "log"
  | "cos"
  | "square"
  | "sqrt"
  | "abs"
  | "reciprocal";

export type Binary = "add" | "subtract" | "multiply";

/** The slope of `leakyRelu` below zero, as usual for discriminators. */
export const leakySlope = 0.2;
/** SELU's two constants (Klambauer et al., 2017). */
export const seluScale = 1.0507009873554805;
export const seluAlpha = 1.6732632423543772;
export interface MatMulOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  /** How many products of equal shape lie one below the other in both operands. @default 1 */
  readonly groups?: number;
}

/** How Adam moves: see `optimizer.ts`. */
export interface AdamStep {
  readonly rate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** The share of each weight taken off at this step (rate × weight decay), where `decayed`. */
  readonly decay: number;
  readonly decayed: readonly boolean[];
  /** Counted from 1. */
  readonly step: number;
}

/** Adam's running means of the gradients and their squares. */
export interface AdamState {
  readonly first: readonly Tensor[];
  readonly second: readonly Tensor[];
}

/**
 * What nets are computed with: few, large operations on matrices of Float32 numbers. Tensors made within `step` are
 * freed at its end; those of `keep` live until `free`. Everything is synchronous, and the same inputs give the same bits
 * on the same backend.
 */
export interface Engine {
  /** The backend's name: simd, native, wasm or cpu. */
  readonly backend: string;
  /** Its version, for reports. */
  readonly version: string;

  /** A tensor that outlives the step. The values are copied. */
  keep(values: Float32Array, rows: number, columns: number): Tensor;
  free(kept: Tensor): void;
  /** A tensor of this step. The values must not change before it ends. */
  put(values: Float32Array, rows: number, columns: number): Tensor;
  /** A copy of the values, row by row. */
  read(a: Tensor): Float32Array;
  /** Overwrites a kept tensor. */
  write(kept: Tensor, values: Float32Array): void;
  /** Runs the body and frees every tensor that it made and did not keep, also when it throws. */
  step<R>(body: () => R): R;
  /** How many tensors it holds now: 0 when all work is done and what was kept has been freed. */
  live(): number;
  /** Gives up what the engine itself holds. It must not be used afterwards. */
  close(): void;

  /** A·B, or `groups` such products. */
  matMul(a: Tensor, b: Tensor, options?: MatMulOptions): Tensor;
  /**
   * Value by value. `b` has the shape of `a`, or is spread over it: one row (for each of `groups` blocks of rows), one
   * column, or one number.
   */
  binary(op: Binary, a: Tensor, b: Tensor, groups?: number): Tensor;
  /** a · scale + shift. */
  affine(a: Tensor, scale: number, shift: number): Tensor;
  /** f(a + bias); the bias is one row for each of `groups` blocks of rows. */
  map(f: Pointwise, a: Tensor, bias?: Tensor, groups?: number): Tensor;
  /** dy · f′, where y = f(x). Only cos, log, square and abs look at x; for the others, y may be given in its place. */
  mapGradient(f: Pointwise, x: Tensor, y: Tensor, dy: Tensor): Tensor;

  /** The sums over the rows of each block: groups × columns. */
  sumRows(a: Tensor, groups?: number): Tensor;
  /** The sum of each row: rows × 1. */
  sumColumns(a: Tensor): Tensor;

  /** Softmax within each block of columns; `blocks` are their widths, from the left, and add up to the columns. */
  softmax(a: Tensor, blocks: readonly number[]): Tensor;
  softmaxGradient(y: Tensor, dy: Tensor, blocks: readonly number[]): Tensor;
  /** −Σ target · log softmax(logits), summed over everything (1 × 1), with its gradient. Targets carry the weights. */
  crossEntropy(
    logits: Tensor,
    targets: Tensor,
    blocks: readonly number[],
  ): { loss: Tensor; gradient: Tensor };
  /** 1 at the greatest value of each block (the first of equals), 0 elsewhere. */
  hardMax(a: Tensor, blocks: readonly number[]): Tensor;

  /** Side by side. */
  concat(parts: readonly Tensor[]): Tensor;
  /** The columns [from, to). */
  slice(a: Tensor, from: number, to: number): Tensor;
  /** The tensor with zeros left and right of it, so that its first column becomes `from` of `columns`. */
  pad(a: Tensor, from: number, columns: number): Tensor;
  /** The same numbers in order, in another shape. */
  reshape(a: Tensor, rows: number, columns: number): Tensor;
  /** The numbers seen as an array of `shape`, its axes reordered, then as rows × columns. */
  permute(
    a: Tensor,
    shape: readonly number[],
    order: readonly number[],
    rows: number,
    columns: number,
  ): Tensor;

  /** Zeroed running means for the parameters; freed like any kept tensors. */
  adamState(parameters: readonly Tensor[]): AdamState;
  /** One step of Adam on all parameters at once, in place (Kingma and Ba, 2015; Loshchilov and Hutter, 2019). */
  adam(parameters: readonly Tensor[], gradients: readonly Tensor[], state: AdamState, how: AdamStep): void;
  /** Moves each kept average towards its parameter: average · keep + parameter · (1 − keep). */
  average(averages: readonly Tensor[], parameters: readonly Tensor[], keep: number): void;
}
