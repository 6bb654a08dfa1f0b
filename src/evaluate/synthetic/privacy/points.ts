import { ends } from "../../../core/math/statistics";
import type { Shared } from "../align";

/** How far apart rows of several tables are, by Gower: the mean over columns, numbers in units of the first table's range. */
export interface Points {
  /** The distances from row `i` of one table to all rows of another, written to `out`. */
  readonly distances: (from: number, i: number, to: number, out: Float64Array) => void;
  /** How many rows a table has. */
  readonly rows: (table: number) => number;
}

export function pointsOf(columns: readonly Shared[]): Points {
  const units = columns.map((column) => (column.kind === "number" ? unitOf(column.values[0]) : 0));
  const rows = (table: number): number => {
    const [one] = columns;
    return (one.kind === "number" ? one.values : one.codes)[table].length;
  };
  const distances = (from: number, i: number, to: number, out: Float64Array): void => {
    out.fill(0);
    columns.forEach((column, k) => {
      if (column.kind === "levels") {
        const own = column.codes[from][i];
        const others = column.codes[to];
        for (let r = 0; r < out.length; r++) if (others[r] !== own) out[r] += 1;
        return;
      }
      const own = column.values[from][i];
      const others = column.values[to];
      const unit = units[k];
      for (let r = 0; r < out.length; r++) {
        const apart = Math.abs(others[r] - own) * unit;
        // Missing is as far from a number as can be, and no way from missing.
        out[r] +=
          apart <= 1 ? apart : Number.isNaN(apart) && Number.isNaN(own) === Number.isNaN(others[r]) ? 0 : 1;
      }
    });
    for (let r = 0; r < out.length; r++) out[r] /= columns.length;
  };
  return { distances, rows };
}

function unitOf(values: Float64Array): number {
  const [low, high] = ends(values);
  return high > low ? 1 / (high - low) : 0;
}

/** The `count` least of the distances, ascending, and where they are. */
export function leastOf(
  distances: Float64Array,
  count: number,
): { readonly least: Float64Array; readonly at: Int32Array } {
  const size = Math.min(count, distances.length);
  const least = new Float64Array(size).fill(Infinity);
  const at = new Int32Array(size).fill(-1);
  for (let r = 0; r < distances.length; r++) {
    if (!(distances[r] < least[size - 1])) continue;
    let k = size - 1;
    for (; k > 0 && least[k - 1] > distances[r]; k--) {
      least[k] = least[k - 1];
      at[k] = at[k - 1];
    }
    least[k] = distances[r];
    at[k] = r;
  }
  return { least, at };
}

/** The log of the mean of a normal kernel of this width. */
export function logDensity(distances: Float64Array, width: number): number {
  let sum = 0;
  for (const distance of distances) sum += kernel(distance, width);
  return Math.log(sum / distances.length + 1e-300);
}

export function kernel(distance: number, width: number): number {
  return Math.exp(-0.5 * (distance / width) ** 2);
}
