import { check, checkSameLength } from "./checks";

/** What a matrix column holds. Learners with native categories read `levels`; the others need one-hot columns. */
export interface Feature {
  readonly name: string;
  /** Present for a categorical column: its values are codes 0 … levels.length − 1, NaN where missing. */
  readonly levels?: readonly string[];
  /** The table column that this one was made from, when encoders made several from one. */
  readonly source?: string;
}

/** A dense column-major matrix: column j is `values.subarray(j * rows, (j + 1) * rows)`. NaN means missing. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
  readonly features: readonly Feature[];
}

/** Rows with their target: 0 or 1 for classes, any number for regression. */
export interface Labelled {
  readonly x: Matrix;
  readonly y: Float64Array;
  /** One non-negative weight per row; all 1 when absent. */
  readonly weights?: Float64Array;
}

/**
 * A matrix over `values` (column-major, not copied). Features are called x0, x1, … unless given.
 *
 * @example
 * const x = matrix(2, 2, Float64Array.of(1, 3, 2, 4));
 * takeRows(x, [0]).values; // → [1, 2]
 */
export function matrix(
  rows: number,
  columns: number,
  values: Float64Array,
  features?: readonly Feature[],
): Matrix {
  checkSameLength(values.length, rows * columns, "make matrix", "values and rows × columns");
  if (features) checkSameLength(features.length, columns, "make matrix", "features and columns");
  return {
    rows,
    columns,
    values,
    features: features ?? Array.from({ length: columns }, (_, j) => ({ name: `x${j}` })),
  };
}

/**
 * A matrix from rows of equal length.
 *
 * @example
 * matrixFromRows([[1, 2], [3, 4]]).values; // → [1, 3, 2, 4]
 * matrixFromRows([[1, 2], [3]]); // throws "every row must have 2 values"
 */
export function matrixFromRows(rows: readonly ArrayLike<number>[], features?: readonly Feature[]): Matrix {
  const columns = rows.length > 0 ? rows[0].length : (features?.length ?? 0);
  const values = new Float64Array(rows.length * columns);
  for (let i = 0; i < rows.length; i++) {
    check(
      rows[i].length === columns,
      "make matrix",
      `every row must have ${columns} values, got ${rows[i].length} in row ${i}`,
    );
    for (let j = 0; j < columns; j++) values[j * rows.length + i] = rows[i][j];
  }
  return matrix(rows.length, columns, values, features);
}

/**
 * Column `j` as a view: no copy.
 *
 * @example
 * column(matrixFromRows([[1, 2], [3, 4]]), 1); // → [2, 4]
 */
export function column(x: Matrix, j: number): Float64Array {
  return x.values.subarray(j * x.rows, (j + 1) * x.rows);
}

/** Row `i`, copied into `out` (length: columns). */
export function row(x: Matrix, i: number, out: Float64Array = new Float64Array(x.columns)): Float64Array {
  for (let j = 0; j < x.columns; j++) out[j] = x.values[j * x.rows + i];
  return out;
}

/**
 * The rows at `indices`, in that order; an index may repeat.
 *
 * @example
 * takeRows(matrixFromRows([[1, 2], [3, 4]]), [1]).values; // → [3, 4]
 */
export function takeRows(x: Matrix, indices: ArrayLike<number>): Matrix {
  const rows = indices.length;
  const values = new Float64Array(rows * x.columns);
  for (let j = 0; j < x.columns; j++) {
    const from = j * x.rows;
    const to = j * rows;
    for (let i = 0; i < rows; i++) values[to + i] = x.values[from + indices[i]];
  }
  return { rows, columns: x.columns, values, features: x.features };
}

/**
 * The columns at `indices`, in that order.
 *
 * @example
 * takeColumns(matrixFromRows([[1, 2, 3]]), [2, 0]).values; // → [3, 1]
 */
export function takeColumns(x: Matrix, indices: readonly number[]): Matrix {
  const values = new Float64Array(x.rows * indices.length);
  indices.forEach((from, to) => {
    values.set(column(x, from), to * x.rows);
  });
  return { rows: x.rows, columns: indices.length, values, features: indices.map((j) => x.features[j]) };
}

/**
 * The rows of `x` and `y` (and weights) at `indices`.
 *
 * @example
 * const data = { x: matrixFromRows([[1], [2], [3]]), y: Float64Array.of(0, 0, 1) };
 * takeLabelled(data, [2, 0]).y; // → [1, 0]
 */
export function takeLabelled(data: Labelled, indices: ArrayLike<number>): Labelled {
  const y = takeValues(data.y, indices);
  const x = takeRows(data.x, indices);
  return data.weights ? { x, y, weights: takeValues(data.weights, indices) } : { x, y };
}

/** The values at `indices`. */
export function takeValues(values: ArrayLike<number>, indices: ArrayLike<number>): Float64Array {
  const out = new Float64Array(indices.length);
  for (let i = 0; i < indices.length; i++) out[i] = values[indices[i]];
  return out;
}

/** The values of several arrays one after another. */
export function joinValues<A extends Float64Array | Int32Array>(parts: readonly A[]): A {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const out = (parts[0] instanceof Int32Array ? new Int32Array(length) : new Float64Array(length)) as A;
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Columns of `a`, then columns of `b`; both must have the same rows. */
export function joinColumns(a: Matrix, b: Matrix): Matrix {
  checkSameLength(a.rows, b.rows, "join columns", "the two matrices' rows");
  const values = new Float64Array(a.values.length + b.values.length);
  values.set(a.values);
  values.set(b.values, a.values.length);
  return { rows: a.rows, columns: a.columns + b.columns, values, features: [...a.features, ...b.features] };
}

/** Rows of `a`, then rows of `b`; both must have the same columns. */
export function joinRows(a: Matrix, b: Matrix): Matrix {
  checkSameLength(a.columns, b.columns, "join rows", "the two matrices' columns");
  const rows = a.rows + b.rows;
  const values = new Float64Array(rows * a.columns);
  for (let j = 0; j < a.columns; j++) {
    values.set(column(a, j), j * rows);
    values.set(column(b, j), j * rows + a.rows);
  }
  return { rows, columns: a.columns, values, features: a.features };
}
