import { column, type Matrix } from "../../core/matrix";

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
  const scratch = new Int32Array(Math.floor(sparseShare * rows) + 1);
  for (let j = 0; j < x.columns; j++) {
    const values = column(x, j);
    const sparse = sparsely(values, scratch);
    shift[j] = sparse ? sparse.usual : distantMean(values);
    if (sparse) columns.push(sparse.column);
    else columns.push({ values: shift[j] === 0 ? values : values.map((value) => value - shift[j]) });
  }
  columns.push(ones);
  const dense = columns.flatMap(({ index }, j) => (index ? [] : [j]));
  const scaled = new Float64Array(rows);
  const pair = new Float64Array(2);
  let byRow: SparseRows | undefined;

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
    gram(d) {
      const out = new Float64Array(width * width);
      byRow ??= sparseRows(columns, rows);
      addOuterProducts(byRow, d, out, width);
      for (const [place, j] of dense.entries()) {
        const { values } = columns[j];
        for (let i = 0; i < rows; i++) scaled[i] = d[i] * values[i];
        for (let k = 0; k < width; k++) {
          const one = columns[k];
          if (one.index) out[j * width + k] = dotSparse(one.index, one.values, scaled);
        }
        let k = 0;
        for (; k < place; k += 2) {
          dotPair(columns[dense[k]].values, columns[dense[k + 1]].values, scaled, pair);
          out[j * width + dense[k]] = pair[0];
          out[j * width + dense[k + 1]] = pair[1];
        }
        if (k === place) out[j * width + j] = dotDense(values, scaled);
      }
      // Each pair was summed once, wherever it came first.
      for (let j = 0; j < width; j++) {
        for (let k = 0; k < j; k++) {
          const sum = out[j * width + k] + out[k * width + j];
          out[j * width + k] = sum;
          out[k * width + j] = sum;
        }
      }
      return out;
    },
  };
}

/** The sparse columns' values, row after row: row i's are those from `start[i]` to `start[i + 1]`. */
interface SparseRows {
  readonly start: Int32Array;
  readonly column: Int32Array;
  readonly values: Float64Array;
}

function sparseRows(columns: readonly Column[], rows: number): SparseRows {
  const start = new Int32Array(rows + 1);
  for (const { index } of columns) if (index) for (let k = 0; k < index.length; k++) start[index[k] + 1]++;
  for (let i = 0; i < rows; i++) start[i + 1] += start[i];
  const filled = start.slice(0, rows);
  const column = new Int32Array(start[rows]);
  const values = new Float64Array(start[rows]);
  columns.forEach((one, j) => {
    if (!one.index) return;
    for (let k = 0; k < one.index.length; k++) {
      const at = filled[one.index[k]]++;
      column[at] = j;
      values[at] = one.values[k];
    }
  });
  return { start, column, values };
}

/** Adds Σ dᵢ rᵢ rᵢᵀ over the rows r to the lower triangle of a width × width matrix. */
function addOuterProducts(
  { start, column, values }: SparseRows,
  d: Float64Array,
  out: Float64Array,
  width: number,
): void {
  for (let i = 0; i < d.length; i++) {
    const first = start[i];
    const end = start[i + 1];
    for (let a = first; a < end; a++) {
      const from = column[a] * width;
      const value = d[i] * values[a];
      for (let b = first; b <= a; b++) out[from + column[b]] += value * values[b];
    }
  }
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
  let others = 0;
  for (let i = 0; i < values.length && others <= most; i++) {
    // Written each time and kept where the value is another: quicker than a branch that can't be foreseen.
    index[others] = i;
    if (values[i] !== usual) others++;
  }
  if (others > most) return undefined;
  const kept = new Float64Array(others);
  for (let k = 0; k < others; k++) kept[k] = values[index[k]] - usual;
  return { usual, column: { index: index.slice(0, others), values: kept } };
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
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / values.length;
  return 2 * mean * mean > squares / values.length ? mean : 0;
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

/** Σ a r and Σ b r, for which r is read once. */
function dotPair(a: Float64Array, b: Float64Array, r: Float64Array, out: Float64Array): void {
  let a0 = 0;
  let a1 = 0;
  let b0 = 0;
  let b1 = 0;
  const even = r.length & ~1;
  for (let i = 0; i < even; i += 2) {
    const r0 = r[i];
    const r1 = r[i + 1];
    a0 += a[i] * r0;
    a1 += a[i + 1] * r1;
    b0 += b[i] * r0;
    b1 += b[i + 1] * r1;
  }
  if (even < r.length) {
    a0 += a[even] * r[even];
    b0 += b[even] * r[even];
  }
  out[0] = a0 + a1;
  out[1] = b0 + b1;
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
