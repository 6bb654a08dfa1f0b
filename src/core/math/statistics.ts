import * as simple from "simple-statistics";

// simple-statistics' functions, typed for arrays of either kind. What it holds is taken from it, save where another
// definition is needed: `normalCdf`, `normalQuantile` (its table has four digits, its probit three), Student's
// distribution (it has none, and its t-tests divide by the population's deviation), `moments` of `features/scale.ts`
// (scikit-learn's rule for constant columns), weighted sums, and correlations over pairs without missing values.

type Numbers = ArrayLike<number>;
type OfOne = (values: Numbers) => number;

/** The mean of at least one value, summed with compensation for rounding. */
export const mean: OfOne = simple.mean as OfOne;

/** The mean squared distance to the mean: of a population. */
export const variance: OfOne = simple.variance as OfOne;

/** The same of a sample, which divides by one less. */
export const sampleVariance: OfOne = simple.sampleVariance as OfOne;

/** The square root of `variance`. */
export const standardDeviation: OfOne = simple.standardDeviation as OfOne;

/** The square root of `sampleVariance`. */
export const sampleStandardDeviation: OfOne = simple.sampleStandardDeviation as OfOne;

/** The middle value, or the mean of the middle two. */
export const median: OfOne = simple.median as OfOne;

/** The `p`-quantile of finite values, linearly interpolated (NumPy's default; Hyndman and Fan's type 7); NaN of none. */
export function quantile(values: Numbers, p: number): number {
  return values.length > 0 ? simple.quantile(values as readonly number[], p) : Number.NaN;
}

/** The same of ascending values. */
export function quantileSorted(sorted: Numbers, p: number): number {
  return sorted.length > 0 ? simple.quantileSorted(sorted as readonly number[], p) : Number.NaN;
}

/** Pearson's correlation; 0 where either does not vary. */
export function correlation(a: Numbers, b: Numbers): number {
  const found = simple.sampleCorrelation(a as readonly number[], b as readonly number[]);
  return Number.isFinite(found) ? found : 0;
}
