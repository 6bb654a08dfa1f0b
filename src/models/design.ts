import { column, type Matrix } from "../core/matrix";

/**
 * A matrix with a last column of ones, arranged for the sums that linear models need: columns that are mostly zero
 * (one-hot ones) are walked by their non-zero values only, and columns whose mean exceeds their deviation are centred,
 * which keeps sums with the ones accurate.
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

interface Column {
  /** The rows where the column is not zero, and its values there; without `index` every row has its value. */
  readonly index?: Int32Array;
  readonly values: Float64Array;
}

export function design(x: Matrix): Design {
  const rows = x.rows;
  const ones: Column = { values: new Float64Array(rows).fill(1) };
  const width = x.columns + 1;
  const shift = new Float64Array(width);
  const columns: Column[] = [];
  for (let j = 0; j < x.columns; j++) {
    const values = column(x, j);
    const sparse = sparsely(values);
    shift[j] = sparse ? 0 : distantMean(values);
    columns.push(sparse ?? { values: shift[j] === 0 ? values : values.map((value) => value - shift[j]) });
  }
  columns.push(ones);
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
    if (sparse && !one.index) {
      let sum = 0;
      for (let i = 0; i < sparse.length; i++) sum += one.values[sparse[i]] * scaled[sparse[i]];
      return sum;
    }
    return dot(one, scaled);
  };

  return {
    rows,
    width,
    shift,
    times(w, out) {
      out.fill(0);
      for (let j = 0; j < width; j++) {
        const b = w[j];
        if (b === 0) continue;
        const { index, values } = columns[j];
        if (index) for (let k = 0; k < index.length; k++) out[index[k]] += b * values[k];
        else for (let i = 0; i < rows; i++) out[i] += b * values[i];
      }
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
    gram(d) {
      const out = new Float64Array(width * width);
      for (let j = 0; j < width; j++) {
        scale(j, d);
        for (let k = 0; k <= j; k++) {
          const sum = product(k, j);
          out[j * width + k] = sum;
          out[k * width + j] = sum;
        }
      }
      return out;
    },
  };
}

/** Below this share of non-zero values the walk through an index is the faster one. */
const sparseShare = 0.3;

function sparsely(values: Float64Array): Column | undefined {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) count++;
  if (count > sparseShare * values.length) return undefined;
  const index = new Int32Array(count);
  const kept = new Float64Array(count);
  for (let i = 0, k = 0; i < values.length; i++) {
    if (values[i] === 0) continue;
    index[k] = i;
    kept[k++] = values[i];
  }
  return { index, values: kept };
}

/** The mean, where its size exceeds the standard deviation; else 0. */
function distantMean(values: Float64Array): number {
  let sum = 0;
  let squares = 0;
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / values.length;
  return 2 * mean * mean > squares / values.length ? mean : 0;
}

function dot({ index, values }: Column, r: Float64Array): number {
  if (index) {
    let sum = 0;
    for (let k = 0; k < index.length; k++) sum += values[k] * r[index[k]];
    return sum;
  }
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
