/** What scalers and imputers ask of a column. */
export interface Distribution {
  readonly mean: number;
  /** Population standard deviation; 0 where the values differ by rounding only. */
  readonly deviation: number;
  readonly median: number;
  /** Third quartile − first quartile, linearly interpolated. */
  readonly quartileRange: number;
}

/** Mean, deviation, median and quartile range of finite values, at least one. */
export function distribution(values: Float64Array): Distribution {
  const n = values.length;
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / n;
  let squares = 0;
  let drift = 0;
  for (const value of values) {
    squares += (value - mean) ** 2;
    drift += value - mean;
  }
  // The second term takes out what rounding of the mean left (Chan, Golub and LeVeque, 1983).
  const variance = Math.max(0, squares - (drift * drift) / n) / n;
  // scikit-learn's bound below which a column counts as constant.
  const epsilon = 2 ** -52;
  const constant = variance <= n * epsilon * variance + (n * mean * epsilon) ** 2;
  const sorted = Float64Array.from(values).sort();
  return {
    mean,
    deviation: constant ? 0 : Math.sqrt(variance),
    median: quantileSorted(sorted, 0.5),
    quartileRange: quantileSorted(sorted, 0.75) - quantileSorted(sorted, 0.25),
  };
}

/** The `p`-quantile of ascending values, linearly interpolated (NumPy's default; Hyndman and Fan's type 7). */
export function quantileSorted(sorted: ArrayLike<number>, p: number): number {
  const at = (sorted.length - 1) * p;
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (sorted[high] - sorted[low]) * (at - low);
}
