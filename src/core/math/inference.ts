import { checkNumber } from "../checks";
import { normalCdf, normalQuantile } from "./normal-distribution";
import { studentCdf, studentQuantile } from "./student-distribution";

/** What a large-sample fit says of one parameter. */
export interface Coefficient {
  readonly feature: string;
  readonly estimate: number;
  readonly standardError: number;
  /** The interval of the given coverage. */
  readonly low: number;
  readonly high: number;
  /** Two-sided, of the parameter being 0. */
  readonly pValue: number;
}

/** The Wald table of parameters from their covariance (row-major); intervals of coverage `level`, 0.95 by default. */
export function waldTable(
  features: readonly string[],
  estimates: ArrayLike<number>,
  covariance: Float64Array,
  level = 0.95,
): Coefficient[] {
  const errors = features.map((_, j) => Math.sqrt(covariance[j * features.length + j]));
  return tableOfErrors(features, estimates, errors, level);
}

/**
 * The same from standard errors; by Student's distribution where `degreesOfFreedom` are finite and above 0. Where there
 * is no standard error (0) the p-value is 1.
 */
export function tableOfErrors(
  features: readonly string[],
  estimates: ArrayLike<number>,
  standardErrors: ArrayLike<number>,
  level = 0.95,
  degreesOfFreedom = Infinity,
): Coefficient[] {
  checkNumber(level, 0, 1, "make a coefficient table", "level", "both");
  const student = degreesOfFreedom > 0 && degreesOfFreedom < Infinity;
  const share = 0.5 + level / 2;
  const width = student ? studentQuantile(share, degreesOfFreedom) : normalQuantile(share);
  return features.map((feature, j) => {
    const estimate = estimates[j];
    const standardError = standardErrors[j];
    const z = standardError > 0 ? -Math.abs(estimate / standardError) : 0;
    return {
      feature,
      estimate,
      standardError,
      low: estimate - width * standardError,
      high: estimate + width * standardError,
      pValue: 2 * (student ? studentCdf(z, degreesOfFreedom) : normalCdf(z)),
    };
  });
}
