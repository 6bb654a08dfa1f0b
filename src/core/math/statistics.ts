import * as simple from "simple-statistics";
import { check } from "../checks";

// simple-statistics' functions, typed for arrays of either kind. What it holds is taken from it, save where another
// definition is needed: `normalCdf`, `normalQuantile` (its table has four digits, its probit three), Student's
// distribution (it has none, and its t-tests divide by the population's deviation), `moments` of `features/scale.ts`
// (scikit-learn's rule for constant columns), weighted sums, and correlations over pairs without missing values.

type Numbers = ArrayLike<number>;
type OfOne = (values: Numbers) => number;

/** A function of simple-statistics that says in this package's words that there is nothing to take it of. */
function ofSome(name: string, take: (values: number[]) => number): OfOne {
  return (values) => {
    check(values.length > 0, `take the ${name}`, "there must be at least one value");
    return take(values as number[]);
  };
}

/** The mean of at least one value, summed with compensation for rounding. */
export const mean: OfOne = ofSome("mean", simple.mean);

/** The mean squared distance to the mean: of a population. */
export const variance: OfOne = ofSome("variance", simple.variance);

/** The same of a sample, which divides by one less. */
export const sampleVariance: OfOne = ofSome("sample variance", simple.sampleVariance);

/** The square root of `variance`. */
export const standardDeviation: OfOne = ofSome("standard deviation", simple.standardDeviation);

/** The middle value, or the mean of the middle two. */
export const median: OfOne = ofSome("median", simple.median);

/** The `p`-quantile of finite values, linearly interpolated (NumPy's default; Hyndman and Fan's type 7); NaN of none. */
export function quantile(values: Numbers, p: number): number {
  return values.length > 0 ? simple.quantile(values as readonly number[], p) : Number.NaN;
}

/** The same of ascending values. */
export function quantileSorted(sorted: Numbers, p: number): number {
  return sorted.length > 0 ? simple.quantileSorted(sorted as readonly number[], p) : Number.NaN;
}

/** The least and the greatest of the values, those that are missing (NaN) left out; Infinity and −Infinity of none. */
export function ends(values: Numbers): readonly [low: number, high: number] {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < values.length; i++) {
    if (values[i] < low) low = values[i];
    if (values[i] > high) high = values[i];
  }
  return [low, high];
}

/** How often each of `levels` codes occurs; missing ones (−1) are not counted. */
export function codeCounts(codes: Numbers, levels: number): Float64Array {
  const counts = new Float64Array(levels);
  for (let i = 0; i < codes.length; i++) if (codes[i] >= 0) counts[codes[i]]++;
  return counts;
}

/** Pearson's correlation; 0 where either does not vary. */
export function correlation(a: Numbers, b: Numbers): number {
  const found = simple.sampleCorrelation(a as readonly number[], b as readonly number[]);
  return Number.isFinite(found) ? found : 0;
}

/**
 * Pearson's correlation over the rows, or some of them, in which neither is missing, and how many these are; NaN where either does not
 * vary.
 */
export function pairedCorrelation(a: Numbers, b: Numbers, rows?: Numbers): { r: number; n: number } {
  const count = rows?.length ?? a.length;
  let [n, meanA, meanB, aa, bb, ab] = [0, 0, 0, 0, 0, 0];
  for (let k = 0; k < count; k++) {
    const i = rows ? rows[k] : k;
    if (Number.isNaN(a[i]) || Number.isNaN(b[i])) continue;
    n++;
    meanA += a[i];
    meanB += b[i];
  }
  meanA /= n;
  meanB /= n;
  for (let k = 0; k < count; k++) {
    const i = rows ? rows[k] : k;
    if (Number.isNaN(a[i]) || Number.isNaN(b[i])) continue;
    const x = a[i] - meanA;
    const y = b[i] - meanB;
    aa += x * x;
    bb += y * y;
    ab += x * y;
  }
  return { r: aa > 0 && bb > 0 ? Math.max(-1, Math.min(1, ab / Math.sqrt(aa * bb))) : Number.NaN, n };
}

/**
 * Holm's adjusted p-values (Holm, 1979), in the order given: below a level, they reject as many hypotheses as that level
 * allows when all are tested at once.
 */
export function holm(pValues: Numbers): Float64Array {
  const order = Uint32Array.from({ length: pValues.length }, (_, i) => i).sort(
    (a, b) => pValues[a] - pValues[b],
  );
  const adjusted = new Float64Array(pValues.length);
  let least = 0;
  order.forEach((i, k) => {
    least = Math.max(least, Math.min(1, (pValues.length - k) * pValues[i]));
    adjusted[i] = least;
  });
  return adjusted;
}
