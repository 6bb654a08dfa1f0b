import { z } from "zod";
import { check, checkInteger, checkNumber } from "../../core/checks";
import type { Coefficient } from "../../core/math/inference";
import type { Labelled, Matrix } from "../../core/matrix";
import type { Fit, Model, ModelJson } from "../../core/model";
import { checkLabelled, checkNumbers } from "../check-rows";
import { type Design, design, unshifted } from "./design";
import { type FittedSquares, leastSquares, sparseLeastSquares } from "./least-squares";
import { standardErrors } from "./linear-inference";
import { linearFields, linearJson, readLinear } from "./linear-json";
import {
  columnMeans,
  type LinearPredictor,
  linearContributions,
  linearSums,
  linearTable,
} from "./linear-predictor";

export interface RidgeOptions {
  /** Strength of the penalty, at least 0; defaults to 1. */
  readonly alpha?: number;
}

export interface LassoOptions extends RidgeOptions {
  /** Most steps; defaults to 100, of which 2 are usual. */
  readonly iterations?: number;
}

export interface ElasticNetOptions extends LassoOptions {
  /** Share of the L1 part, from 0 to 1; defaults to 0.5. */
  readonly l1Ratio?: number;
}

/** Predicts the expected target. */
export interface LinearRegression extends Model, LinearPredictor {
  readonly kind: "linear-regression";
  /** Standard deviation of the residuals, by `degreesOfFreedom`. */
  readonly residualDeviation: number;
  /** Rows with weight minus the coefficients' effective number, intercept included; 0 when nothing is left. */
  readonly degreesOfFreedom: number;
  /** Each column's part in each row's prediction, counted from the training means (linear SHAP). */
  contributions(x: Matrix): Matrix;
  /** Intercept and coefficients with intervals of coverage `level` (default 0.95) by Student's distribution. */
  coefficientTable(level?: number): Coefficient[];
}

/**
 * Ordinary least squares: minimises Σ w (y − Xb)². Where columns determine one another it returns the smallest such
 * coefficients, as scikit-learn's `LinearRegression`, and no standard errors for the columns concerned.
 */
export function linearRegression(): Fit<LinearRegression> {
  return learner("linear regression", () => ({ l1: 0, l2: 0 }), 1);
}

/** Minimises Σ w (y − Xb)² + alpha ‖b‖², the intercept not penalised, as scikit-learn's `Ridge`. */
export function ridge(options: RidgeOptions = {}): Fit<LinearRegression> {
  const { alpha = 1 } = options;
  checkNumber(alpha, 0, Infinity, "make ridge regression", "alpha");
  return learner("ridge regression", (total) => ({ l1: 0, l2: alpha / total }), 1);
}

/** Minimises Σ w (y − Xb)² / (2 Σ w) + alpha ‖b‖₁, as scikit-learn's `Lasso`: some coefficients are exactly 0. */
export function lasso(options: LassoOptions = {}): Fit<LinearRegression> {
  return elasticNet({ ...options, l1Ratio: 1 });
}

/**
 * Minimises Σ w (y − Xb)² / (2 Σ w) + alpha (l1Ratio ‖b‖₁ + ½ (1 − l1Ratio) ‖b‖²), as scikit-learn's `ElasticNet`.
 */
export function elasticNet(options: ElasticNetOptions = {}): Fit<LinearRegression> {
  const action = "make elastic net";
  const { alpha = 1, l1Ratio = 0.5, iterations = 100 } = options;
  checkNumber(alpha, 0, Infinity, action, "alpha");
  checkNumber(l1Ratio, 0, 1, action, "l1Ratio");
  checkInteger(iterations, 1, 1_000_000, action, "iterations");
  return learner("elastic net", () => ({ l1: alpha * l1Ratio, l2: alpha * (1 - l1Ratio) }), iterations);
}

/** Above this many columns standard errors are left out: the inverse would cost more than the fit. */
const inferenceWidth = 512;

/** `penalties` are those of the mean of ½ w (y − Xb)², given the sum of weights. */
function learner(
  name: string,
  penalties: (total: number) => { readonly l1: number; readonly l2: number },
  iterations: number,
): Fit<LinearRegression> {
  const action = `fit ${name}`;
  return async (train, _rng, watch) => {
    checkLabelled(train, action);
    checkNumbers(train.x, action);
    const { y } = train;
    const weights = train.weights ?? new Float64Array(y.length).fill(1);
    let total = 0;
    for (const weight of weights) total += weight;
    const share = weights.map((weight) => weight / total);
    const x = design(train.x);
    const { l1, l2 } = penalties(total);
    const fitted =
      l1 > 0 ? sparseLeastSquares(x, y, share, { l1, l2 }, iterations, watch) : leastSquares(x, y, share, l2);
    return model({
      features: train.x.features.map((one) => one.name),
      ...unshifted(fitted.w, x.shift),
      means: columnMeans(x, weights),
      ...inference(x, train, share, fitted, l2),
    });
  };
}

/** Standard errors from residual variance and the penalised information. */
function inference(
  x: Design,
  { y, weights }: Labelled,
  share: Float64Array,
  { w, active, entangled }: FittedSquares,
  l2: number,
): Pick<State, "standardErrors" | "interceptError" | "residualDeviation" | "degreesOfFreedom"> {
  const sums = new Float64Array(x.rows);
  x.times(w, sums);
  let squares = 0;
  let rows = 0;
  let total = 0;
  for (let i = 0; i < y.length; i++) {
    const weight = weights ? weights[i] : 1;
    total += weight;
    squares += weight * (y[i] - sums[i]) ** 2;
    if (weight > 0) rows++;
  }
  const last = x.width - 1;
  let parameters = active.length;
  let errors: Float64Array = new Float64Array(x.width);
  if (x.width <= inferenceWidth) {
    const information = x.gram(share);
    for (let k = 0; k < last; k++) information[k * x.width + k] += l2;
    errors = standardErrors(information, x.width, active, x.shift);
    // The trace of (G + l2 I)⁻¹ G, the coefficients' effective number under a penalty.
    for (let k = 0; k < last; k++) parameters -= l2 * errors[k] ** 2;
    for (const k of entangled) errors[k] = 0;
  }
  const degreesOfFreedom = Math.max(0, rows - parameters);
  const variance = degreesOfFreedom > 0 ? squares / degreesOfFreedom : 0;
  const scale = Math.sqrt(variance / total);
  return {
    standardErrors: errors.slice(0, last).map((error) => error * scale),
    interceptError: errors[last] * scale,
    residualDeviation: Math.sqrt(variance),
    degreesOfFreedom,
  };
}

interface State extends LinearPredictor {
  readonly residualDeviation: number;
  readonly degreesOfFreedom: number;
}

const json = z.strictObject({
  kind: z.literal("linear-regression"),
  version: z.literal(1),
  ...linearFields,
  residualDeviation: z.number().min(0),
  degreesOfFreedom: z.number().min(0),
});

/** The model that `toJSON` described. */
export function linearRegressionFromJSON(from: unknown): LinearRegression {
  const action = "load linear regression";
  const read = json.safeParse(from);
  check(read.success, action, read.success ? "" : z.prettifyError(read.error));
  const { residualDeviation, degreesOfFreedom } = read.data;
  return model({ ...readLinear(read.data, action), residualDeviation, degreesOfFreedom });
}

function model(state: State): LinearRegression {
  const kind = "linear-regression";
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
