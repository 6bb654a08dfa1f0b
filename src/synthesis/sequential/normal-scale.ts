import { normalQuantile } from "../../core/math/normal-distribution";
import { quantileSorted } from "../../core/math/statistics";

/** A monotone scale on which a column's values are about normal: piecewise linear between knots. */
export interface NormalScale {
  readonly values: readonly number[];
  readonly scores: readonly number[];
}

const mostKnots = 512;

/** The scale of sorted values: a knot per different value, or 512 quantiles when there are more. */
export function normalScale(sorted: Float64Array): NormalScale {
  const n = sorted.length;
  const values: number[] = [];
  const scores: number[] = [];
  for (let i = 0; i < n; ) {
    let j = i;
    while (j < n && sorted[j] === sorted[i]) j++;
    values.push(sorted[i]);
    scores.push(normalQuantile((i + j) / (2 * n)));
    i = j;
  }
  if (values.length <= mostKnots) return { values, scores };
  const kept = { values: [] as number[], scores: [] as number[] };
  for (let k = 0; k < mostKnots; k++) {
    const p = (k * (n - 1)) / (mostKnots - 1);
    const value = quantileSorted(sorted, p / (n - 1));
    if (kept.values.length > 0 && value <= (kept.values.at(-1) as number)) continue;
    kept.values.push(value);
    kept.scores.push(interpolate(values, scores, value));
  }
  return kept;
}

export function toScore(scale: NormalScale, value: number): number {
  return interpolate(scale.values, scale.scores, value);
}

/** The value of a score; beyond the ends, the end. */
export function fromScore(scale: NormalScale, score: number): number {
  return interpolate(scale.scores, scale.values, score);
}

function interpolate(x: readonly number[], y: readonly number[], at: number): number {
  const last = x.length - 1;
  if (!(at > x[0])) return y[0];
  if (at >= x[last]) return y[last];
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle] <= at) low = middle;
    else high = middle;
  }
  return y[low] + ((at - x[low]) / (x[high] - x[low])) * (y[high] - y[low]);
}
