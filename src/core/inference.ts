import { checkNumber } from "./checks";
import { normalCdf, normalQuantile } from "./normal-distribution";

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
  checkNumber(level, 0, 1, "make a coefficient table", "level", "both");
  const width = normalQuantile(0.5 + level / 2);
  return features.map((feature, j) => {
    const estimate = estimates[j];
    const standardError = Math.sqrt(covariance[j * features.length + j]);
    return {
      feature,
      estimate,
      standardError,
      low: estimate - width * standardError,
      high: estimate + width * standardError,
      pValue: 2 * normalCdf(-Math.abs(estimate / standardError)),
    };
  });
}
