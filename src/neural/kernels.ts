import type { Binary, Pointwise } from "./engine";

/**
 * What `kernels.as.ts` exports, and its plain twin in the tests: addresses in bytes into one memory, counts and strides in numbers.
 * The comments are there.
 */
export interface Kernels {
  gemm(
    m: number,
    n: number,
    k: number,
    a: number,
    aRow: number,
    aColumn: number,
    b: number,
    bRow: number,
    bColumn: number,
    c: number,
    cRow: number,
    add: number,
    panel: number,
  ): void;
  map(f: number, x: number, y: number, count: number): void;
  mapGradient(f: number, x: number, y: number, dy: number, dx: number, count: number): void;
  binary(op: number, a: number, b: number, y: number, count: number): void;
  binaryRow(op: number, a: number, b: number, y: number, rows: number, columns: number): void;
  binaryColumn(
    op: number,
    a: number,
    b: number,
    next: number,
    y: number,
    rows: number,
    columns: number,
  ): void;
  affine(x: number, scale: number, shift: number, y: number, count: number): void;
  sumRows(x: number, y: number, rows: number, columns: number): void;
  sumColumns(x: number, y: number, rows: number, columns: number): void;
  softmax(x: number, y: number, rows: number, columns: number, blocks: number, count: number): void;
  softmaxGradient(y: number, dy: number, dx: number, rows: number, blocks: number, count: number): void;
  crossEntropy(
    x: number,
    targets: number,
    dx: number,
    spare: number,
    rows: number,
    columns: number,
    blocks: number,
    count: number,
  ): number;
  hardMax(x: number, y: number, rows: number, blocks: number, count: number): void;
  adam(
    w: number,
    g: number,
    m: number,
    v: number,
    count: number,
    beta1: number,
    beta2: number,
    rate: number,
    unbias: number,
    epsilon: number,
    keep: number,
  ): void;
}

/** The kernels' numbers for functions and operations, by their place in the list. */
export const pointwiseCodes: readonly Pointwise[] = [
  "linear",
  "relu",
  "leakyRelu",
  "selu",
  "tanh",
  "sigmoid",
  "softplus",
  "exp",
  "log",
  "cos",
  "square",
  "sqrt",
  "abs",
  "reciprocal",
];
export const binaryCodes: readonly Binary[] = ["add", "subtract", "multiply"];
