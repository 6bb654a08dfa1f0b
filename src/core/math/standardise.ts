import { check } from "../checks";
import { column, type Matrix } from "../matrix";

/** Columns with mean 0 and standard deviation 1, and how to get back. */
export interface Standardised {
  readonly x: Matrix;
  readonly means: Float64Array;
  readonly scales: Float64Array;
}

/**
 * The (weighted) standardised columns: what iterative fits work on, so that their steps and penalties do not depend on
 * units. The standard deviation divides by n − 1. A constant column is refused by name, or kept as zeros.
 */
export function standardised(
  x: Matrix,
  weights: Float64Array | undefined,
  action: string,
  constant: "refuse" | "keep" = "refuse",
): Standardised {
  const values = new Float64Array(x.values.length);
  const means = new Float64Array(x.columns);
  const scales = new Float64Array(x.columns);
  let total = x.rows;
  if (weights) total = weights.reduce((sum, w) => sum + w, 0);
  for (let j = 0; j < x.columns; j++) {
    const from = column(x, j);
    let sum = 0;
    for (let i = 0; i < x.rows; i++) sum += (weights ? weights[i] : 1) * from[i];
    const mean = sum / total;
    let squares = 0;
    for (let i = 0; i < x.rows; i++) squares += (weights ? weights[i] : 1) * (from[i] - mean) ** 2;
    const deviation = Math.sqrt(squares / Math.max(total - 1, 1));
    const varies = deviation > 1e-12 * Math.max(1, Math.abs(mean));
    check(varies || constant === "keep", action, `column ${x.features[j].name} must not be constant`, mean);
    const scale = varies ? deviation : 1;
    const to = values.subarray(j * x.rows, (j + 1) * x.rows);
    for (let i = 0; i < x.rows; i++) to[i] = varies ? (from[i] - mean) / scale : 0;
    means[j] = mean;
    scales[j] = scale;
  }
  return { x: { ...x, values }, means, scales };
}
