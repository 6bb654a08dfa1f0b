import type { LearnerCard } from "../card";
import type { Contributions } from "../explain/rescale";
import { linearOnnx } from "../export/onnx/linear-onnx";
import { linearSql, sigmoidSql } from "../export/sql/linear-sql";
import { withDefaults } from "../options";
import {
  type ElasticNetOptions,
  elasticNet,
  elasticNetOptions,
  type LassoOptions,
  lasso,
  lassoOptions,
  linearRegression,
  type RidgeOptions,
  ridge,
  ridgeOptions,
} from "./linear";
import { type LinearRegression, linearFromJSON } from "./linear-model";
import { expectedSum } from "./linear-predictor";
import { type LogisticOptions, logisticOptions, logisticRegression } from "./logistic";
import { type LogisticRegression, logisticRegressionFromJSON } from "./logistic-model";

export type NoOptions = Record<never, never>;

/** What all linear models of numbers share. */
const shared = {
  targets: { numbers: {} },
  encode: "one-hot",
  needsBothClasses: true,
  fromJSON: linearFromJSON,
  explain: (model: LinearRegression, x): Contributions => ({
    unit: "target",
    expected: expectedSum(model),
    exact: true,
    values: model.contributions(x),
    x,
  }),
  sql: (model: LinearRegression, columns) => linearSql(model, columns),
  onnx: (model: LinearRegression, inputs, graph) => linearOnnx(model, inputs, graph),
} satisfies Partial<LearnerCard<string, NoOptions, LinearRegression>>;

const strengths = { logUniform: [1e-3, 1e3] } as const;
const sparseStrengths = { logUniform: [1e-4, 10] } as const;

export const linearRegressionCard: LearnerCard<"linear-regression", NoOptions, LinearRegression> = {
  ...shared,
  kind: "linear-regression",
  name: "linearRegression",
  title: "Linear regression",
  aliases: ["LinearRegression"],
  options: {},
  fit: (options) => {
    withDefaults({}, options, "make linear regression");
    return linearRegression();
  },
  search: {},
};

export const ridgeCard: LearnerCard<"ridge", RidgeOptions, LinearRegression> = {
  ...shared,
  kind: "ridge",
  name: "ridge",
  title: "Ridge regression",
  aliases: ["Ridge", "linear"],
  options: ridgeOptions,
  fit: ridge,
  search: { alpha: strengths },
};

export const lassoCard: LearnerCard<"lasso", LassoOptions, LinearRegression> = {
  ...shared,
  kind: "lasso",
  name: "lasso",
  title: "Lasso",
  aliases: ["Lasso"],
  options: lassoOptions,
  fit: lasso,
  search: { alpha: sparseStrengths },
};

export const elasticNetCard: LearnerCard<"elastic-net", ElasticNetOptions, LinearRegression> = {
  ...shared,
  kind: "elastic-net",
  name: "elasticNet",
  title: "Elastic net",
  aliases: ["ElasticNet"],
  options: elasticNetOptions,
  fit: elasticNet,
  search: { alpha: sparseStrengths, l1Ratio: { uniform: [0, 1] } },
};

export const logisticCard: LearnerCard<"logistic-regression", LogisticOptions, LogisticRegression> = {
  kind: "logistic-regression",
  name: "logisticRegression",
  title: "Logistic regression",
  aliases: ["LogisticRegression", "logistic"],
  options: logisticOptions,
  fit: logisticRegression,
  targets: { classes: {} },
  encode: "one-hot",
  needsBothClasses: true,
  search: { C: strengths, penalty: ["l2", "l1", "elastic-net"] },
  fromJSON: logisticRegressionFromJSON,
  explain: (model, x) => ({
    unit: "log odds",
    expected: expectedSum(model),
    exact: true,
    values: model.contributions(x),
    x,
  }),
  sql: (model, columns) => sigmoidSql(linearSql(model, columns)),
  onnx: (model, inputs, graph) => graph.node("Sigmoid", [linearOnnx(model, inputs, graph)]),
};
