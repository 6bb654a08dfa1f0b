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

/**
 * The `p`-quantile of finite values, linearly interpolated (NumPy's default; Hyndman and Fan's type 7), in linear time;
 * reorders `values`.
 */
export function quantile(values: Float64Array, p: number): number {
  const at = (values.length - 1) * p;
  const low = Math.floor(at);
  const value = select(values, low);
  if (at === low) return value;
  let next = Infinity;
  for (let i = low + 1; i < values.length; i++) if (values[i] < next) next = values[i];
  return value + (next - value) * (at - low);
}

/** The `p`-quantile of ascending values, linearly interpolated (NumPy's default; Hyndman and Fan's type 7). */
export function quantileSorted(sorted: ArrayLike<number>, p: number): number {
  const at = (sorted.length - 1) * p;
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (sorted[high] - sorted[low]) * (at - low);
}

/** The value of rank `k` from 0, which ends up at place k with none greater before it (Hoare's quickselect). */
function select(values: Float64Array, k: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    // The median of three keeps sorted input from being the slowest.
    const pivot = middleOf(values[low], values[(low + high) >> 1], values[high]);
    let i = low;
    let j = high;
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i > j) break;
      const kept = values[i];
      values[i++] = values[j];
      values[j--] = kept;
    }
    if (k <= j) high = j;
    else if (k >= i) low = i;
    else break;
  }
  return values[k];
}

function middleOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
