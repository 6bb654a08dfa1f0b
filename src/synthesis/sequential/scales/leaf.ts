import { countBelow, countUpTo } from "../../../core/math/sorted";
import { quantileSorted } from "../../../core/math/statistics";

/**
 * The distribution in a leaf: its quantile function, linear between the order statistics (at most 129 of them), and
 * continued by half a step at both ends. No drawn value is a training value but by chance.
 */
export interface Leaf {
  /** How many training rows it stands for. */
  readonly rows: number;
  /** Ascending. */
  readonly points: readonly number[];
}

const mostPoints = 129;
const mostRootPoints = 513;

export function leafOf(sorted: Float64Array, root: boolean): Leaf {
  const most = root ? mostRootPoints : mostPoints;
  const rows = sorted.length;
  if (rows <= most) return { rows, points: Array.from(sorted) };
  return { rows, points: Array.from({ length: most }, (_, k) => quantileSorted(sorted, k / (most - 1))) };
}

/** The quantile at u in [0, 1]. */
export function leafQuantile(leaf: Leaf, u: number): number {
  const { points, rows } = leaf;
  const last = points.length - 1;
  if (last === 0) return points[0];
  const at = ((u * rows - 0.5) / (rows - 1)) * last;
  let k = Math.floor(at);
  if (k < 0) k = 0;
  else if (k >= last) k = last - 1;
  return points[k] + (at - k) * (points[k + 1] - points[k]);
}

/** The least u whose quantile reaches `value` (`upper` false), or the greatest that does not exceed it (true). */
export function leafShare(leaf: Leaf, value: number, upper: boolean): number {
  const { points, rows } = leaf;
  const last = points.length - 1;
  if (last === 0) return value > points[0] || (upper && value === points[0]) ? 1 : 0;
  const low = upper ? countUpTo(points, value) : countBelow(points, value);
  // Points before `low` lie below the value (or do not exceed it): it lies between the last of them and the next.
  const k = Math.min(Math.max(low - 1, 0), last - 1);
  const step = points[k + 1] - points[k];
  const along = step > 0 ? (value - points[k]) / step : low > k ? 1 : 0;
  const at = low === 0 || low > last ? k + along : k + Math.min(1, Math.max(0, along));
  const u = ((at / last) * (rows - 1) + 0.5) / rows;
  return Math.min(1, Math.max(0, u));
}

/** The continuous ranked probability score of the sorted sample, as a function of what came true: lower is better. */
export function rankedScore(sorted: Float64Array): (value: number) => number {
  const n = sorted.length;
  const sums = new Float64Array(n + 1);
  let within = 0;
  for (let i = 0; i < n; i++) {
    sums[i + 1] = sums[i] + sorted[i];
    within += (2 * i - n + 1) * sorted[i];
  }
  // ½ E|X − X'| of the sample.
  const half = within / (n * n);
  return (value) => {
    const low = countUpTo(sorted, value);
    const below = low * value - sums[low];
    const above = sums[n] - sums[low] - (n - low) * value;
    return (below + above) / n - half;
  };
}
