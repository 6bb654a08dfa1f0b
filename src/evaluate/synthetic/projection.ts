import type { Table } from "../../data/table";
import { encode } from "../../features/encode";
import { stackTables } from "./stack";

/** Rows on the two axes along which real rows differ most. */
export interface Projection {
  /** One list of points per table. */
  readonly points: readonly (readonly { readonly x: number; readonly y: number }[])[];
  /** The share of the real rows' variance on each axis. */
  readonly explained: readonly [number, number];
}

const steps = 200;

/**
 * Principal components of the first table (one-hot columns, standardised), on which all tables are laid. Found by power
 * iteration, each axis signed so that its largest weight is positive.
 */
export function principalPlane(tables: readonly Table[]): Projection {
  const both = stackTables(tables, "project rows");
  const x = encode({ dropFirst: false })(both).transform(both);
  const rows = tables[0].rows;
  const p = x.columns;
  const column = (j: number): Float64Array => x.values.subarray(j * x.rows, (j + 1) * x.rows);
  const covariance = new Float64Array(p * p);
  const means = Float64Array.from({ length: p }, (_, j) => {
    let sum = 0;
    for (let i = 0; i < rows; i++) sum += column(j)[i];
    return sum / rows;
  });
  for (let a = 0; a < p; a++) {
    for (let b = 0; b <= a; b++) {
      let sum = 0;
      const [one, other] = [column(a), column(b)];
      for (let i = 0; i < rows; i++) sum += (one[i] - means[a]) * (other[i] - means[b]);
      covariance[a * p + b] = covariance[b * p + a] = sum / rows;
    }
  }
  let whole = 0;
  for (let j = 0; j < p; j++) whole += covariance[j * p + j];
  const axes: Float64Array[] = [];
  const values: number[] = [];
  for (let k = 0; k < Math.min(2, p); k++) {
    const { axis, value } = firstAxis(covariance, p);
    axes.push(axis);
    values.push(value);
    for (let a = 0; a < p; a++)
      for (let b = 0; b < p; b++) covariance[a * p + b] -= value * axis[a] * axis[b];
  }
  const at = (i: number, k: number): number =>
    (axes[k] ?? []).reduce((sum, weight, j) => sum + weight * (column(j)[i] - means[j]), 0);
  let first = 0;
  const points = tables.map((table) => {
    const from = first;
    first += table.rows;
    return Array.from({ length: table.rows }, (_, i) => ({ x: at(from + i, 0), y: at(from + i, 1) }));
  });
  return { points, explained: [(values[0] ?? 0) / whole, (values[1] ?? 0) / whole] };
}

function firstAxis(matrix: Float64Array, p: number): { axis: Float64Array; value: number } {
  let axis = Float64Array.from({ length: p }, (_, j) => 1 + Math.cos(j));
  let value = 0;
  for (let step = 0; step < steps; step++) {
    const next = new Float64Array(p);
    for (let a = 0; a < p; a++) for (let b = 0; b < p; b++) next[a] += matrix[a * p + b] * axis[b];
    value = Math.sqrt(next.reduce((sum, weight) => sum + weight * weight, 0));
    if (value === 0) break;
    axis = next.map((weight) => weight / value);
  }
  const largest = axis.reduce((best, weight) => (Math.abs(weight) > Math.abs(best) ? weight : best), 0);
  return { axis: largest < 0 ? axis.map((weight) => -weight) : axis, value };
}
