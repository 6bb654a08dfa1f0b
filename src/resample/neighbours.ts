import { check, checkInteger } from "../core/checks";
import type { Matrix } from "../core/matrix";

/**
 * The `k` rows of `x` nearest to each row in `queries` (row numbers of `x`; all rows by default), nearest first:
 * query q has its neighbours at q·k … q·k + k − 1. A row is not its own neighbour, though its duplicates are.
 * Distances are Euclidean, exact in Float64; equal ones are ordered by row number.
 */
export function nearestNeighbours(x: Matrix, k: number, queries?: Int32Array): Int32Array {
  checkInteger(k, 1, x.rows - 1, "find neighbours", "k");
  const rowMajor = rowsOf(x);
  const asked = queries ?? Int32Array.from({ length: x.rows }, (_, i) => i);
  const out = new Int32Array(asked.length * k);
  const best = new Float64Array(k);
  for (let q = 0; q < asked.length; q++) {
    scan(rowMajor, x.rows, x.columns, asked[q], best, out.subarray(q * k, q * k + k));
  }
  return out;
}

/** Throws unless every value of the columns (all by default) is a finite number; says which column is not. */
export function checkValues(x: Matrix, action: string, columns: Iterable<number> = x.features.keys()): void {
  for (const j of columns) {
    for (let i = j * x.rows; i < (j + 1) * x.rows; i++) {
      check(
        Number.isFinite(x.values[i]),
        action,
        `column ${JSON.stringify(x.features[j].name)} must hold finite numbers (impute missing values first)`,
        x.values[i],
      );
    }
  }
}

function rowsOf(x: Matrix): Float64Array {
  const out = new Float64Array(x.values.length);
  for (let j = 0; j < x.columns; j++) {
    for (let i = 0; i < x.rows; i++) out[i * x.columns + j] = x.values[j * x.rows + i];
  }
  return out;
}

/** The exact nearest of one row by looking at all: the result goes to `out`, its squared distances to `best`. */
function scan(
  rows: Float64Array,
  count: number,
  columns: number,
  self: number,
  best: Float64Array,
  out: Int32Array,
): void {
  best.fill(Infinity);
  const last = best.length - 1;
  const from = self * columns;
  for (let i = 0; i < count; i++) {
    if (i === self) continue;
    const to = i * columns;
    let sum = 0;
    for (let j = 0; j < columns; j++) {
      const difference = rows[from + j] - rows[to + j];
      sum += difference * difference;
    }
    if (sum < best[last]) {
      let place = last;
      while (place > 0 && best[place - 1] > sum) {
        best[place] = best[place - 1];
        out[place] = out[place - 1];
        place--;
      }
      best[place] = sum;
      out[place] = i;
    }
  }
}
