import { check } from "../../core/checks";
import type { Model } from "../../core/model";
import type { BoostedTrees } from "../boosting";
import type { CalibratedModel } from "../calibrate";
import type { CalibratorJson } from "../calibrator";
import type { Forest } from "../forest";
import type { LinearPredictor } from "../linear-predictor";
import { sqlNumber, sqlSum } from "./text";
import { treesSql } from "./trees-sql";

/** Gives an expression a name that later expressions may use as often as they like. */
export type Define = (expression: string) => string;

/** How each kind of model is written, over one name a column. */
const writers: {
  readonly [kind: string]: (model: never, columns: readonly string[], define: Define) => string;
} = {
  "boosted-trees": ({ trees, base, loss }: BoostedTrees, columns) => {
    const score = `${sqlNumber(base)} + ${treesSql(trees, columns)}`;
    if (loss === "logistic") return sigmoidSql(score);
    return loss === "poisson" || loss === "tweedie" ? `EXP(${score})` : `(${score})`;
  },
  calibrated: ({ model, calibrator }: CalibratedModel, columns, define) =>
    calibratorSql(calibrator.toJSON(), define(modelSql(model, columns, define))),
  forest: ({ trees }: Forest, columns) =>
    `(${treesSql(trees, columns)} / ${sqlNumber(trees.roots.length - 1)})`,
  "linear-regression": linearSql,
  "logistic-regression": (model: LinearPredictor, columns) => sigmoidSql(linearSql(model, columns)),
};

/** The model's prediction as one expression over `columns`; throws for a kind that SQL can't say. */
export function modelSql(model: Model, columns: readonly string[], define: Define): string {
  check(
    Object.hasOwn(writers, model.kind),
    "write SQL",
    `the model must be one of ${Object.keys(writers).join(", ")}`,
    model.kind,
  );
  return writers[model.kind](model as never, columns, define);
}

function linearSql({ coefficients, intercept }: LinearPredictor, columns: readonly string[]): string {
  const terms = columns.flatMap((name, j) =>
    coefficients[j] === 0 ? [] : [`${sqlNumber(coefficients[j])} * ${name}`],
  );
  return sqlSum([sqlNumber(intercept), ...terms]);
}

/** Bounded, because some engines treat an overflow of EXP as an error. */
function sigmoidSql(logOdds: string): string {
  return `1e0 / (1e0 + EXP(-GREATEST(-7e2, LEAST(7e2, ${logOdds}))))`;
}

function calibratorSql(calibrator: CalibratorJson, p: string): string {
  const edge = 2 ** -52;
  const inside = `GREATEST(${sqlNumber(edge)}, LEAST(${sqlNumber(1 - edge)}, ${p}))`;
  if (calibrator.method === "sigmoid") {
    const { slope, intercept } = calibrator;
    const logit = `(LN(${inside}) - LN(1e0 - ${inside}))`;
    return sigmoidSql(`${sqlNumber(slope)} * ${logit} + ${sqlNumber(intercept)}`);
  }
  if (calibrator.method === "beta") {
    const { a, b, intercept } = calibrator;
    return sigmoidSql(
      `${sqlNumber(a)} * LN(${inside}) - ${sqlNumber(b)} * LN(1e0 - ${inside}) + ${sqlNumber(intercept)}`,
    );
  }
  const { at, values } = calibrator;
  const last = at.length - 1;
  const steps = at.slice(1).map((to, k) => {
    const slope = (values[k + 1] - values[k]) / (to - at[k]);
    const value =
      slope === 0
        ? sqlNumber(values[k])
        : `${sqlNumber(values[k])} + ${sqlNumber(slope)} * (${p} - ${sqlNumber(at[k])})`;
    return `WHEN ${p} <= ${sqlNumber(to)} THEN ${value}`;
  });
  return `CASE WHEN ${p} <= ${sqlNumber(at[0])} THEN ${sqlNumber(values[0])} ${steps.join(" ")} ELSE ${sqlNumber(values[last])} END`;
}
