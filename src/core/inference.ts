import { checkNumber } from "./checks";
import { normalCdf, normalQuantile } from "./normal-distribution";

/** What a large-sample fit says of one parameter. */
export interface Coefficient {
  readonly name: string;
  readonly coefficient: number;
  readonly standardError: number;
  readonly lower: number;
  readonly upper: number;
  readonly z: number;
  /** Two-sided, of the parameter being 0. */
  readonly pValue: number;
}

/** The Wald table of parameters from their covariance (row-major); intervals of coverage `level`. */
export function coefficientTable(
  names: readonly string[],
  coefficients: ArrayLike<number>,
  covariance: Float64Array,
  level = 0.95,
): Coefficient[] {
  checkNumber(level, 0, 1, "make a coefficient table", "level", "both");
  const width = normalQuantile(0.5 + level / 2);
  return names.map((name, j) => {
    const coefficient = coefficients[j];
    const standardError = Math.sqrt(covariance[j * names.length + j]);
    const z = coefficient / standardError;
    return {
      name,
      coefficient,
      standardError,
      lower: coefficient - width * standardError,
      upper: coefficient + width * standardError,
      z,
      pValue: 2 * normalCdf(-Math.abs(z)),
    };
  });
}
