import { Layout, scratchKernel } from "../../core/kernel";
import { wasm } from "./gram-kernel.wasm";

/** A column of a design. */
export interface Column {
  /** The rows where the column is not zero, and its values there; without `index` every row has its value. */
  readonly index?: Int32Array;
  readonly values: Float64Array;
}

interface Functions {
  layout(
    columns: number,
    rows: number,
    weighted: number,
    weights: number,
    column: number,
    sums: number,
    dense: number,
  ): void;
  place(j: number, count: number): void;
  addDense(count: number): void;
  addSparse(count: number, start: number, columns: number, values: number): void;
}

/** Bytes of dense values that a panel of rows has, so that it stays in a processor's cache. */
const panelBytes = 2 ** 17;

/**
 * A function that makes Xᵀ D X (columns × columns) for weights d on the rows. A kernel holds one panel of rows at a
 * time: it needs little memory, however many rows there are.
 */
export function gramOf(columns: readonly Column[], rows: number): (d: Float64Array) => Float64Array {
  const width = columns.length;
  let sparse: SparseRows | undefined;
  let addDense: ReturnType<typeof denseProducts> | undefined;
  return (d) => {
    sparse ??= sparseRows(columns, rows);
    addDense ??= denseProducts(columns, sparse);
    const out = new Float64Array(width * width);
    addOuterProducts(sparse, d, out, width);
    addDense(d, out);
    // Each pair was summed once, wherever it came first.
    for (let j = 0; j < width; j++) {
      for (let k = 0; k < j; k++) {
        const sum = out[j * width + k] + out[k * width + j];
        out[j * width + k] = sum;
        out[k * width + j] = sum;
      }
    }
    return out;
  };
}

/** A function that adds dense columns' products with dense and sparse ones, each pair in one of its two places. */
function denseProducts(
  columns: readonly Column[],
  sparse: SparseRows,
): (d: Float64Array, out: Float64Array) => void {
  const width = columns.length;
  const rows = sparse.start.length - 1;
  const dense = columns.flatMap(({ index }, j) => (index ? [] : [j]));
  const padded = 4 * Math.ceil(dense.length / 4);
  const size = Math.max(16, Math.min(rows, Math.floor(panelBytes / 8 / padded)));
  let most = 0;
  for (let from = 0; from < rows; from += size)
    most = Math.max(most, sparse.start[Math.min(rows, from + size)] - sparse.start[from]);
  const layout = new Layout();
  const at = {
    rows: layout.take(8 * size * padded),
    weighted: layout.take(8 * size * padded),
    weights: layout.take(8 * size),
    column: layout.take(8 * size),
    start: layout.take(4 * (size + 1)),
    columns: layout.take(4 * most),
    values: layout.take(8 * most),
    // Of each sparse column, by its place in the design, then of each dense one, by its place among them.
    sums: layout.take(8 * (width + padded) * padded),
  };
  const { run, memory } = scratchKernel<Functions>(wasm, layout.end, "fit a linear model");
  const weights = new Float64Array(memory, at.weights, size);
  const column = new Float64Array(memory, at.column, size);
  const start = new Int32Array(memory, at.start, size + 1);
  const sparseColumns = new Int32Array(memory, at.columns, most);
  const values = new Float64Array(memory, at.values, most);
  const sums = new Float64Array(memory, at.sums, (width + padded) * padded);

  const addPanel = (d: Float64Array, from: number, to: number): void => {
    weights.set(d.subarray(from, to));
    dense.forEach((j, place) => {
      column.set(columns[j].values.subarray(from, to));
      run.place(place, to - from);
    });
    run.addDense(to - from);
    const [first, end] = [sparse.start[from], sparse.start[to]];
    if (first === end) return;
    start.set(sparse.start.subarray(from, to + 1));
    sparseColumns.set(sparse.column.subarray(first, end));
    values.set(sparse.values.subarray(first, end));
    run.addSparse(to - from, at.start, at.columns, at.values);
  };

  return (d, out) => {
    const denseSums = at.sums + 8 * width * padded;
    run.layout(padded, at.rows, at.weighted, at.weights, at.column, at.sums, denseSums);
    sums.fill(0);
    for (let from = 0; from < rows; from += size) addPanel(d, from, Math.min(rows, from + size));
    dense.forEach((j, place) => {
      for (let k = 0; k < width; k++) if (columns[k].index) out[k * width + j] = sums[k * padded + place];
      for (let k = 0; k <= place; k++) out[j * width + dense[k]] = sums[(width + place) * padded + k];
    });
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
