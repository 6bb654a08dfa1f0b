import { column, type Matrix } from "../../core/matrix";
import { type Column, gramOf } from "./gram";

/**
 * A matrix with a last column of ones, arranged for the sums that linear models need: from columns in which one value is
 * frequent (one-hot ones, scaled or not) that value is subtracted, and they are walked by the other rows only; columns
 * whose mean exceeds their deviation are centred, which keeps sums with the ones accurate.
 */
export interface Design {
  readonly rows: number;
  /** Columns of the matrix and the intercept. */
  readonly width: number;
  /** What was subtracted from each column. */
  readonly shift: Float64Array;
  /** out = X w, for one coefficient a column. */
  times(w: Float64Array, out: Float64Array): void;
  /** out = Xᵀ r, for one value a row. */
  transposeTimes(r: Float64Array, out: Float64Array): void;
  /** out = Xᵀ D xⱼ for the weights d on the rows. */
  weightedColumn(j: number, d: Float64Array, out: Float64Array): void;
  /** The diagonal of Xᵀ D X. */
  squares(d: Float64Array): Float64Array;
  /** Xᵀ D X, width × width. */
  gram(d: Float64Array): Float64Array;
}

export function design(x: Matrix): Design {
  const rows = x.rows;
  const ones: Column = { values: new Float64Array(rows).fill(1) };
  const width = x.columns + 1;
  const shift = new Float64Array(width);
  const columns: Column[] = [];
  const scratch = new Int32Array(Math.floor(sparseShare * rows) + 1);
  for (let j = 0; j < x.columns; j++) {
    const values = column(x, j);
    const sparse = sparsely(values, scratch);
    shift[j] = sparse ? sparse.usual : distantMean(values);
    columns.push(sparse?.column ?? { values: shift[j] === 0 ? values : less(values, shift[j]) });
  }
  columns.push(ones);
  const dense = columns.flatMap(({ index }, j) => (index ? [] : [j]));
  const scaled = new Float64Array(rows);

  /** Fills `scaled` with D xⱼ. */
  const scale = (j: number, d: Float64Array): void => {
    const { index, values } = columns[j];
    if (!index) {
      for (let i = 0; i < rows; i++) scaled[i] = d[i] * values[i];
      return;
    }
    scaled.fill(0);
    for (let k = 0; k < index.length; k++) scaled[index[k]] = d[index[k]] * values[k];
  };
  /** xₖ · scaled, over the values of whichever of columns k and j has fewer. */
  const product = (k: number, j: number): number => {
    const one = columns[k];
    const { index: sparse } = columns[j];
    return sparse && !one.index ? dotAt(sparse, one.values, scaled) : dot(one, scaled);
  };

  return {
    rows,
    width,
    shift,
    times(w, out) {
      out.fill(w[width - 1]);
      const used = dense.filter((j) => w[j] !== 0 && j !== width - 1);
      let k = 0;
      for (; k + 3 < used.length; k += 4) addFour(columns, used.slice(k, k + 4), w, out);
      for (const j of used.slice(k)) addOne(columns[j], w[j], out);
      columns.forEach((column, j) => {
        if (column.index && w[j] !== 0) addOne(column, w[j], out);
      });
    },
    transposeTimes(r, out) {
      for (let j = 0; j < width; j++) out[j] = dot(columns[j], r);
    },
    weightedColumn(j, d, out) {
      scale(j, d);
      for (let k = 0; k < width; k++) out[k] = product(k, j);
    },
    squares(d) {
      return Float64Array.from(columns, ({ index, values }) => {
        let sum = 0;
        if (index) for (let k = 0; k < index.length; k++) sum += d[index[k]] * values[k] * values[k];
        else for (let i = 0; i < rows; i++) sum += d[i] * values[i] * values[i];
        return sum;
      });
    },
    gram: gramOf(columns, rows),
  };
}

/** Below this share of other values the walk through an index is the faster one. */
const sparseShare = 0.3;

/** The column by its other values, where no more rows than `index` holds but one have such; else undefined. */
function sparsely(
  values: Float64Array,
  index: Int32Array,
): { readonly usual: number; readonly column: Column } | undefined {
  const usual = usualValue(values);
  const most = index.length - 1;
  const others = otherRows(values, usual, index);
  if (others > most) return undefined;
  const kept = new Float64Array(others);
  for (let k = 0; k < others; k++) kept[k] = values[index[k]] - usual;
  return { usual, column: { index: index.slice(0, others), values: kept } };
}

/** Lists the rows whose value is not `usual` in `index`, until that is full; how many they are. */
function otherRows(values: Float64Array, usual: number, index: Int32Array): number {
  const { length } = values;
  let others = 0;
  for (let i = 0; i < length && others < index.length; ) {
    if (
      i + 3 < length &&
      values[i] === usual &&
      values[i + 1] === usual &&
      values[i + 2] === usual &&
      values[i + 3] === usual
    ) {
      i += 4;
      continue;
    }
    for (const end = Math.min(i + 4, length); i < end; i++) {
      // Written each time and kept where the value is another: quicker than a branch that can't be foreseen.
      index[others] = i;
      if (values[i] !== usual) others++;
    }
  }
  return others;
}

/** The value that most of a hundred rows have, if one has it. */
function usualValue(values: Float64Array): number {
  const step = Math.max(1, Math.floor(values.length / 100));
  // Pairs of different values cancel out: only one in more than half of the rows can be left (Boyer and Moore, 1991).
  let value = 0;
  let left = 0;
  for (let i = 0; i < values.length; i += step) {
    if (left === 0) value = values[i];
    left += values[i] === value ? 1 : -1;
  }
  return value;
}

/** The mean, where its size exceeds the standard deviation; else 0. */
function distantMean(values: Float64Array): number {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    sum += values[i];
    squares += values[i] * values[i];
  }
  const mean = sum / values.length;
  return 2 * mean * mean > squares / values.length ? mean : 0;
}

function less(values: Float64Array, by: number): Float64Array {
  const out = new Float64Array(values.length);
  for (let i = 0; i < out.length; i++) out[i] = values[i] - by;
  return out;
}

/** Adds a column times b. */
function addOne({ index, values }: Column, b: number, out: Float64Array): void {
  if (index) for (let k = 0; k < index.length; k++) out[index[k]] += b * values[k];
  else for (let i = 0; i < out.length; i++) out[i] += b * values[i];
}

/** Adds four dense columns times their coefficients, so that sums are read and written once. */
function addFour(
  columns: readonly Column[],
  four: readonly number[],
  w: Float64Array,
  out: Float64Array,
): void {
  const [a, b, c, d] = four.map((j) => columns[j].values);
  const [u, v, x, y] = four.map((j) => w[j]);
  for (let i = 0; i < out.length; i++) out[i] += u * a[i] + v * b[i] + (x * c[i] + y * d[i]);
}

function dot({ index, values }: Column, r: Float64Array): number {
  return index ? dotSparse(index, values, r) : dotDense(values, r);
}

/** Σ values of a sparse column times those of `r` in its rows. */
function dotSparse(index: Int32Array, values: Float64Array, r: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < index.length; k++) sum += values[k] * r[index[k]];
  return sum;
}

/** Σ a b over the rows in `index`. */
function dotAt(index: Int32Array, a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < index.length; k++) sum += a[index[k]] * b[index[k]];
  return sum;
}

function dotDense(values: Float64Array, r: Float64Array): number {
  // Four sums at once keep the adder busy.
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  for (; i + 3 < values.length; i += 4) {
    a += values[i] * r[i];
    b += values[i + 1] * r[i + 1];
    c += values[i + 2] * r[i + 2];
    d += values[i + 3] * r[i + 3];
  }
  for (; i < values.length; i++) a += values[i] * r[i];
  return a + b + (c + d);
}

/** Coefficients and intercept by the matrix's own columns, from those by the design's. */
export function unshifted(
  w: Float64Array,
  shift: Float64Array,
): { readonly coefficients: Float64Array; readonly intercept: number } {
  const last = w.length - 1;
  let intercept = w[last];
  for (let j = 0; j < last; j++) intercept -= w[j] * shift[j];
  return { coefficients: w.slice(0, last), intercept };
}
