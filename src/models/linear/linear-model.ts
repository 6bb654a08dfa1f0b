import { z } from "zod";
import { check } from "../../core/checks";
import type { Coefficient } from "../../core/math/inference";
import type { Matrix } from "../../core/matrix";
import type { Model, ModelJson } from "../../core/model";
import { linearFields, linearJson, readLinear } from "./linear-json";
import { type LinearPredictor, linearContributions, linearSums, linearTable } from "./linear-predictor";

export const linearKinds = ["linear-regression", "ridge", "lasso", "elastic-net"] as const;
export type LinearKind = (typeof linearKinds)[number];

/** Predicts the expected target. */
export interface LinearRegression extends Model, LinearPredictor {
  readonly kind: LinearKind;
  /** Standard deviation of the residuals, by `degreesOfFreedom`. */
  readonly residualDeviation: number;
  /** Rows with weight minus the coefficients' effective number, intercept included; 0 when nothing is left. */
  readonly degreesOfFreedom: number;
  /** Each column's part in each row's prediction, counted from the training means (linear SHAP). */
  contributions(x: Matrix): Matrix;
  /** Intercept and coefficients with intervals of coverage `level` (default 0.95) by Student's distribution. */
  coefficientTable(level?: number): Coefficient[];
}

export interface LinearState extends LinearPredictor {
  readonly residualDeviation: number;
  readonly degreesOfFreedom: number;
}

const json = z.strictObject({
  kind: z.enum(linearKinds),
  version: z.literal(1),
  ...linearFields,
  residualDeviation: z.number().min(0),
  degreesOfFreedom: z.number().min(0),
});

/** The model that `toJSON` described. */
export function linearFromJSON(from: unknown): LinearRegression {
  const action = "load linear regression";
  const read = json.safeParse(from);
  check(read.success, action, read.success ? "" : z.prettifyError(read.error));
  const { residualDeviation, degreesOfFreedom } = read.data;
  return linearModel(read.data.kind, {
    ...readLinear(read.data, action),
    residualDeviation,
    degreesOfFreedom,
  });
}

/** The model of coefficients that were fitted. */
export function linearModel(kind: LinearKind, state: LinearState): LinearRegression {
  return {
    kind,
    ...state,
    predict: (x) => linearSums(x, state, "predict with linear regression"),
    contributions: (x) => linearContributions(x, state, "explain with linear regression"),
    coefficientTable: (level) => linearTable(state, level, state.degreesOfFreedom),
    toJSON: (): ModelJson => ({
      kind,
      version: 1,
      ...linearJson(state),
      residualDeviation: state.residualDeviation,
      degreesOfFreedom: state.degreesOfFreedom,
    }),
  };
}
