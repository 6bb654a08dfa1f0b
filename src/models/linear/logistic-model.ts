import { z } from "zod";
import { check } from "../../core/checks";
import type { Coefficient } from "../../core/math/inference";
import { expit } from "../../core/math/special";
import type { Matrix } from "../../core/matrix";
import type { Model, ModelJson } from "../../core/model";
import { linearFields, linearJson, readLinear } from "./linear-json";
import { type LinearPredictor, linearContributions, linearSums, linearTable } from "./linear-predictor";

/** Predicts the probability of class 1. */
export interface LogisticRegression extends Model, LinearPredictor {
  readonly kind: "logistic-regression";
  /** Whether `tolerance` was reached; never without a penalty where the classes can be separated. */
  readonly converged: boolean;
  readonly iterations: number;
  /** The log odds. */
  decision(x: Matrix): Float64Array;
  /** Each column's part in each row's log odds, counted from the training means (linear SHAP). */
  contributions(x: Matrix): Matrix;
  /** Intercept and coefficients with Wald intervals of coverage `level` (default 0.95). */
  coefficientTable(level?: number): Coefficient[];
}

interface State extends LinearPredictor {
  readonly converged: boolean;
  readonly iterations: number;
}

const json = z.strictObject({
  kind: z.literal("logistic-regression"),
  version: z.literal(1),
  ...linearFields,
  converged: z.boolean(),
  iterations: z.int().min(0),
});

/** The model that `toJSON` described. */
export function logisticRegressionFromJSON(from: unknown): LogisticRegression {
  const read = json.safeParse(from);
  check(read.success, "load logistic regression", read.success ? "" : z.prettifyError(read.error));
  const { converged, iterations } = read.data;
  return logisticModel({ ...readLinear(read.data, "load logistic regression"), converged, iterations });
}

/** The model of coefficients that were fitted. */
export function logisticModel(state: State): LogisticRegression {
  const kind = "logistic-regression";
  const decision = (x: Matrix): Float64Array => linearSums(x, state, "predict with logistic regression");
  return {
    kind,
    ...state,
    decision,
    predict: (x) => decision(x).map(expit),
    contributions: (x) => linearContributions(x, state, "explain with logistic regression"),
    coefficientTable: (level) => linearTable(state, level),
    toJSON: (): ModelJson => ({
      kind,
      version: 1,
      ...linearJson(state),
      converged: state.converged,
      iterations: state.iterations,
    }),
  };
}
