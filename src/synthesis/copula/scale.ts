import { normalQuantile } from "../../core/math/normal-distribution";
import { countBelow, countUpTo, interpolate } from "../../core/math/sorted";

/** A column's values against normal scores: never falling, flat where one value is frequent. */
export interface CopulaScale {
  readonly values: readonly number[];
  readonly scores: readonly number[];
}

const mostKnots = 512;
/** From this share on, a value keeps its whole span of scores. */
const frequentShare = 0.01;

/** The scale of sorted values: a knot per different value or quantile, two at the ends of a frequent value's span. */
export function copulaScale(sorted: Float64Array): CopulaScale {
  const n = sorted.length;
  const knots: { value: number; score: number; fixed: boolean }[] = [];
  const score = (rank: number): number =>
    normalQuantile(Math.min(1 - 0.25 / n, Math.max(0.25 / n, rank / n)));
  for (let i = 0; i < n; ) {
    let j = i;
    while (j < n && sorted[j] === sorted[i]) j++;
    const value = sorted[i];
    if (j - i >= Math.max(2, frequentShare * n)) {
      // Nothing lies between a frequent value and its neighbours: the scale jumps at both ends of its span.
      const ends = [score(i), score(j)];
      if (i > 0) knots.push({ value: sorted[i - 1], score: ends[0], fixed: true });
      knots.push({ value, score: ends[0], fixed: true }, { value, score: ends[1], fixed: true });
      if (j < n) knots.push({ value: sorted[j], score: ends[1], fixed: true });
    } else knots.push({ value, score: score((i + j) / 2), fixed: false });
    i = j;
  }
  const free = knots.filter((knot) => !knot.fixed).length;
  const every = Math.max(1, Math.ceil(free / mostKnots));
  let seen = 0;
  const kept = knots.filter(
    (knot, k) => knot.fixed || k === 0 || k === knots.length - 1 || seen++ % every === 0,
  );
  return { values: kept.map((one) => one.value), scores: kept.map((one) => one.score) };
}

/** The value at a score. */
export function valueAt({ values, scores }: CopulaScale, score: number): number {
  return interpolate(scores, values, score);
}

/** The middle of the scores at which the scale has the value. */
export function scoreOf(scale: CopulaScale, value: number): number {
  const low = scoreEdge(scale, value, false);
  const high = scoreEdge(scale, value, true);
  if (low === -Infinity) return scale.values[0] === value ? Math.min(high, scale.scores[0]) : scale.scores[0];
  if (high === Infinity) return Math.max(low, scale.scores[scale.scores.length - 1]);
  return (low + high) / 2;
}

/**
 * The least score whose value reaches `value`, or (`upper`) the greatest whose value does not exceed it; infinite where
 * that goes on beyond the scale's end.
 */
export function scoreEdge({ values, scores }: CopulaScale, value: number, upper: boolean): number {
  const last = values.length - 1;
  if (upper ? value >= values[last] : value > values[last]) return Infinity;
  if (upper ? value < values[0] : value <= values[0]) return -Infinity;
  // values[low] lies on the near side, values[high] beyond it.
  const high = upper ? countUpTo(values, value) : countBelow(values, value);
  const low = high - 1;
  const step = values[high] - values[low];
  return step > 0
    ? scores[low] + ((value - values[low]) / step) * (scores[high] - scores[low])
    : scores[high];
}
