/** Mean and population standard deviation; the deviation is 0 where values differ by rounding only. */
export interface Moments {
  readonly mean: number;
  readonly deviation: number;
}

/** Mean and deviation of finite values, at least one. */
export function moments(values: Float64Array): Moments {
  const n = values.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i];
  const mean = sum / n;
  let squares = 0;
  let drift = 0;
  for (let i = 0; i < n; i++) {
    const off = values[i] - mean;
    squares += off * off;
    drift += off;
  }
  // The second term takes out what rounding of the mean left (Chan, Golub and LeVeque, 1983).
  const variance = Math.max(0, squares - (drift * drift) / n) / n;
  // scikit-learn's bound below which a column counts as constant.
  const epsilon = 2 ** -52;
  const constant = variance <= n * epsilon * variance + (n * mean * epsilon) ** 2;
  return { mean, deviation: constant ? 0 : Math.sqrt(variance) };
}
