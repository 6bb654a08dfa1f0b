import { expit } from "../../core/math/special";
import { column, joinColumns, type Matrix, matrix } from "../../core/matrix";
import type { Model } from "../../core/model";
import type { Blend } from "../auto/blend";
import type { BoostedTrees } from "../boosting/boosting";
import type { CalibratedModel } from "../calibrate/calibrate";
import type { DerivedModel } from "../discovery/discover";
import type { Forest } from "../forest/forest";
import type { LinearRegression } from "../linear/linear";
import { expectedSum } from "../linear/linear-predictor";
import type { LogisticRegression } from "../linear/logistic";
import type { SplineLogistic } from "../spline/spline";

/** What contributions are measured in: "log mean" for counts and amounts whose logarithm the model adds up. */
export type ContributionUnit = "log odds" | "log mean" | "probability" | "target";

/** What each column adds to each row's score. */
export interface Contributions {
  readonly unit: ContributionUnit;
  /** The score of a row of which nothing is known: a row's contributions add up to its score minus this. */
  readonly expected: number;
  /** False where Shapley values were carried on through a curve (`carried`). */
  readonly exact: boolean;
  /** One column per column of `x`. */
  readonly values: Matrix;
  /** The rows as the model saw them: as given, with features discovered as further columns. */
  readonly x: Matrix;
}

/**
 * Why the model says of rows what it says. Trees give exact SHAP values (Lundberg et al., 2020), linear models theirs
 * (columns taken as independent). A calibration carries those of its model on: exactly where it is a sigmoid on log
 * odds, else by `carried`, in log odds where the model's are, in probability for isotonic steps and for forests. A blend adds up its members', carried to
 * probability. A discovered feature keeps a contribution of its own. Undefined for models that have none: sample them.
 */
export function contributionsOf(model: Model, x: Matrix): Contributions | undefined {
  switch (model.kind) {
    case "boosted-trees": {
      const { loss, expected, contributions } = model as BoostedTrees;
      const logMean = loss === "poisson" || loss === "tweedie";
      const unit = loss === "logistic" ? "log odds" : logMean ? "log mean" : "target";
      return { unit, expected, exact: true, values: contributions(x), x };
    }
    case "forest": {
      const { criterion, expected, contributions } = model as Forest;
      const unit = criterion === "squared" ? "target" : "probability";
      return { unit, expected, exact: true, values: contributions(x), x };
    }
    case "logistic-regression": {
      const own = model as LogisticRegression;
      return { unit: "log odds", expected: expectedSum(own), exact: true, values: own.contributions(x), x };
    }
    case "linear-regression": {
      const own = model as LinearRegression;
      return { unit: "target", expected: expectedSum(own), exact: true, values: own.contributions(x), x };
    }
    case "spline-logistic": {
      const { expected, contributions } = model as SplineLogistic;
      return { unit: "log odds", expected, exact: true, values: contributions(x), x };
    }
    case "calibrated":
      return ofCalibrated(model as CalibratedModel, x);
    case "derived": {
      const { discovery, model: inner } = model as DerivedModel;
      return contributionsOf(inner, discovery.transform(x));
    }
    case "blend":
      return ofBlend(model as Blend, x);
    default:
      return undefined;
  }
}

/** How many nodes all trees of the model have: explaining a row takes so long. */
export function treeNodes(model: Model): number {
  switch (model.kind) {
    case "boosted-trees":
    case "forest":
      return (model as BoostedTrees | Forest).trees.feature.length;
    case "calibrated":
    case "derived":
      return treeNodes((model as CalibratedModel | DerivedModel).model);
    case "blend":
      return (model as Blend).members.reduce((sum, one) => sum + treeNodes(one.model), 0);
    default:
      return 0;
  }
}

function ofCalibrated({ model, calibrator }: CalibratedModel, x: Matrix): Contributions | undefined {
  const inner = contributionsOf(model, x);
  if (!inner) return undefined;
  const { method } = calibrator.toJSON();
  const corrected = (p: number): number => calibrator.apply(Float64Array.of(p))[0];
  if (inner.unit !== "log odds")
    return carried(inner, (score) => corrected(Math.min(1, Math.max(0, score))), "probability", false);
  if (method === "isotonic") return carried(inner, (score) => corrected(expit(score)), "probability", false);
  const logOdds = (score: number): number => {
    // Short of 0 and 1, whose log odds are infinite.
    const p = Math.min(1 - 1e-15, Math.max(1e-15, corrected(expit(score))));
    return Math.log(p) - Math.log1p(-p);
  };
  return carried(inner, logOdds, "log odds", inner.exact && method === "sigmoid");
}

function ofBlend({ members }: Blend, x: Matrix): Contributions | undefined {
  const parts: Contributions[] = [];
  for (const { model } of members) {
    const part = contributionsOf(model, x);
    if (!part) return undefined;
    parts.push(part);
  }
  if (parts.length === 1) return parts[0];
  // Members may have discovered features of their own, which follow the columns that all have.
  const extras = parts.flatMap((part) =>
    part.x.features
      .slice(x.columns)
      .map((feature, k) => ({ feature, values: column(part.x, x.columns + k) })),
  );
  const wide = extras.reduce(
    (wider, { feature, values }) => joinColumns(wider, matrix(x.rows, 1, values, [feature])),
    x,
  );
  const sums = new Float64Array(wide.values.length);
  let expected = 0;
  let after = x.columns;
  parts.forEach((part, m) => {
    const { weight } = members[m];
    const one = part.unit === "log odds" ? carried(part, expit, "probability", false) : part;
    expected += weight * one.expected;
    for (let j = 0; j < one.x.columns; j++) {
      const to = column(matrix(x.rows, wide.columns, sums), j < x.columns ? j : after++);
      column(one.values, j).forEach((value, i) => {
        to[i] += weight * value;
      });
    }
  });
  const exact = parts.every((part) => part.exact && part.unit !== "log odds");
  const unit = parts[0].unit === "log odds" ? "probability" : parts[0].unit;
  return { unit, expected, exact, values: matrix(x.rows, wide.columns, sums, wide.features), x: wide };
}

/**
 * Contributions to f of the score: all of a row's are stretched alike, so that they add up to what f makes of the score
 * less what it makes of the expected one (the rescale rule for a series of models: Chen, Lundberg and Lee, 2022).
 */
function carried(
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
