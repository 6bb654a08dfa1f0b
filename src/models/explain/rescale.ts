import { column, type Matrix, matrix } from "../../core/matrix";

/**
 * What contributions are measured in: "log mean" for counts and amounts whose logarithm the model adds up, "score" for
 * one of several classes.
 */
export type ContributionUnit = "log odds" | "log mean" | "probability" | "target" | "score";

/** What each column adds to each row's score. */
export interface Contributions {
  readonly unit: ContributionUnit;
  /** The score of a row of which nothing is known: a row's contributions add up to its score minus this. */
  readonly expected: number;
  /** False where Shapley values were carried on through a curve (`rescaled`). */
  readonly exact: boolean;
  /** One column per column of `x`. */
  readonly values: Matrix;
  /** The rows as the model saw them: as given, with features discovered as further columns. */
  readonly x: Matrix;
}

/**
 * Contributions to f of the score: all of a row's are stretched alike, so that they add up to what f makes of the score
 * less what it makes of the expected one (the rescale rule for a series of models: Chen, Lundberg and Lee, 2022).
 */
export function rescaled(
  from: Contributions,
  f: (score: number) => number,
  unit: ContributionUnit,
  exact: boolean,
): Contributions {
  const { x, expected } = from;
  const values = from.values.values.slice();
  const start = f(expected);
  const sums = new Float64Array(x.rows);
  for (let j = 0; j < x.columns; j++) {
    const own = column(from.values, j);
    for (let i = 0; i < x.rows; i++) sums[i] += own[i];
  }
  // Where the score hardly moves, the curve's slope.
  const near = 1e-6;
  const slope = (f(expected + near) - f(expected - near)) / (2 * near);
  const factors = sums.map((sum) => (Math.abs(sum) > near ? (f(expected + sum) - start) / sum : slope));
  for (let k = 0; k < values.length; k++) values[k] *= factors[k % x.rows];
  return { unit, expected: start, exact, values: matrix(x.rows, x.columns, values, x.features), x };
}
