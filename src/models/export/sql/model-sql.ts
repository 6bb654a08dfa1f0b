import { check } from "../../../core/checks";
import type { Model } from "../../../core/model";
import type { Blend } from "../../auto/blend";
import type { BoostedTrees } from "../../boosting/boosting";
import type { CalibratedModel } from "../../calibrate/calibrate";
import type { CalibratorJson } from "../../calibrate/calibrator";
import type { DerivedModel } from "../../discovery/discover";
import type { Formula } from "../../discovery/discover-formula";
import type { Forest } from "../../forest/forest";
import type { LinearPredictor } from "../../linear/linear-predictor";
import type { SplineLogistic, SplineLogisticJson } from "../../spline/spline";
import { sqlNumber, sqlSum } from "./text";
import { treesSql } from "./trees-sql";

/** Gives an expression a name that later expressions may use as often as they like. */
export type Define = (expression: string) => string;

/** How each kind of model is written, over one name a column; a missing value is NULL. */
const writers: {
  readonly [kind: string]: (model: never, columns: readonly string[], define: Define) => string;
} = {
  blend: ({ members }: Blend, columns, define) => {
    const own = members.map(({ model }) => define(modelSql(model, columns, define)));
    if (own.length === 1) return own[0];
    const sum = sqlSum(members.map(({ weight }, m) => `${sqlNumber(weight)} * ${own[m]}`));
    return `LEAST(GREATEST(${own.join(", ")}), ${sum})`;
  },
  "boosted-trees": ({ trees, base, loss }: BoostedTrees, columns) => {
    const score = `${sqlNumber(base)} + ${treesSql(trees, columns)}`;
    if (loss === "logistic") return sigmoidSql(score);
    return loss === "poisson" || loss === "tweedie" ? `EXP(${score})` : `(${score})`;
  },
  calibrated: ({ model, calibrator }: CalibratedModel, columns, define) =>
    calibratorSql(calibrator.toJSON(), define(modelSql(model, columns, define))),
  derived: ({ discovery, model }: DerivedModel, columns, define) => {
    const all = [...columns];
    for (const one of discovery.toJSON().features) all.push(define(formulaSql(one, all)));
    return modelSql(model, all, define);
  },
  forest: ({ trees }: Forest, columns) =>
    `(${treesSql(trees, columns)} / ${sqlNumber(trees.roots.length - 1)})`,
  "linear-regression": linearSql,
  "logistic-regression": (model: LinearPredictor, columns) => sigmoidSql(linearSql(model, columns)),
  "spline-logistic": (model: SplineLogistic, columns, define) =>
    modelSql(model.model, splineSql(model.toJSON().parts, columns, define), define),
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

/** NULL where a part is, or where a divisor is 0. */
function formulaSql({ kind, columns, signs }: Formula, names: readonly string[]): string {
  const parts = columns.map((j) => names[j]);
  if (kind === "product") return parts.join(" * ");
  if (kind === "ratio") return `${parts[0]} / NULLIF(${parts[1]}, 0e0)`;
  return parts.map((name, k) => `${signs[k] < 0 ? "-" : "+"} ${name}`).join(" ");
}

/** The spline's own columns: a number, its hinges and its mark, or one 0/1 column a level. */
function splineSql(parts: SplineLogisticJson["parts"], columns: readonly string[], define: Define): string[] {
  return parts.flatMap((part, j) => {
    const name = columns[j];
    const flag = (condition: string): string => `CASE WHEN ${condition} THEN 1e0 ELSE 0e0 END`;
    if (part.kind === "levels")
      return Array.from({ length: part.levels }, (_, code) => flag(`${name} = ${sqlNumber(code)}`));
    const { fill, low, high, knots, centers, widths, indicator } = part;
    const inside = `GREATEST(${sqlNumber(low)}, LEAST(${sqlNumber(high)}, ${name}))`;
    const value = define(`CASE WHEN ${name} IS NULL THEN ${sqlNumber(fill)} ELSE ${inside} END`);
    const terms = [value, ...knots.map((knot) => `GREATEST(0e0, ${value} - ${sqlNumber(knot)})`)];
    const scaled = terms.map((term, k) => `((${term} - ${sqlNumber(centers[k])}) / ${sqlNumber(widths[k])})`);
    return indicator ? [...scaled, flag(`${name} IS NULL`)] : scaled;
  });
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
