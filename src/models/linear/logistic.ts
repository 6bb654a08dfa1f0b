import { z } from "zod";
import { check, checkInteger, checkNumber, checkOneOf } from "../../core/checks";
import type { Coefficient } from "../../core/math/inference";
import { expit } from "../../core/math/special";
import type { Labelled, Matrix } from "../../core/matrix";
import type { Fit, Model, ModelJson } from "../../core/model";
import { checkClasses, checkNumbers } from "../check-rows";
import { type Design, design, unshifted } from "./design";
import { standardErrors } from "./linear-inference";
import { linearFields, linearJson, readLinear } from "./linear-json";
import {
  columnMeans,
  type LinearPredictor,
  linearContributions,
  linearSums,
  linearTable,
} from "./linear-predictor";
import { logisticLoss } from "./logistic-loss";
import { proximalNewton } from "./proximal-newton";

export interface LogisticOptions {
  /** Which sizes of coefficients cost: their squares ("l2", the default), absolute values ("l1"), both, or none. */
  readonly penalty?: "l2" | "l1" | "elastic-net" | "none";
  /** Inverse strength of the penalty, above 0; defaults to 1. Smaller is stronger. */
  readonly C?: number;
  /** Share of the L1 part in "elastic-net", from 0 to 1; defaults to 0.5. */
  readonly l1Ratio?: number;
  /** Weights of classes 0 and 1; "balanced" gives both the same sum. Defaults to [1, 1]. */
  readonly classWeights?: "balanced" | readonly [number, number];
  /** Most Newton steps; defaults to 100, of which 5 to 15 are usual. */
  readonly iterations?: number;
  /** Ends when a step promises to lower the mean loss by no more than this; defaults to 1e-12. */
  readonly tolerance?: number;
}

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

/** Above this many columns standard errors are left out: the information matrix would cost more than the fit. */
const inferenceWidth = 512;

/**
 * Logistic regression, the intercept not penalised: minimises Σ loss + (1/C) (½ (1 − r) ‖w‖² + r ‖w‖₁), scikit-learn's
 * objective, to convergence. Standard errors come from the inverse of the penalised information (with L2 that is
 * Laplace's approximation; with L1 they hold for the columns kept, as if these had been chosen beforehand).
 */
export function logisticRegression(options: LogisticOptions = {}): Fit<LogisticRegression> {
  const action = "make logistic regression";
  const { penalty = "l2", C = 1, l1Ratio = 0.5, classWeights = [1, 1] } = options;
  const { iterations = 100, tolerance = 1e-12 } = options;
  checkOneOf(penalty, ["l2", "l1", "elastic-net", "none"], action, "penalty");
  checkNumber(C, 0, Infinity, action, "C", "low");
  checkNumber(l1Ratio, 0, 1, action, "l1Ratio");
  checkInteger(iterations, 1, 1_000_000, action, "iterations");
  checkNumber(tolerance, 0, Infinity, action, "tolerance");
  if (classWeights !== "balanced")
    for (const weight of classWeights) checkNumber(weight, 0, Infinity, action, "a class weight", "low");
  const l1Share = penalty === "l1" ? 1 : penalty === "elastic-net" ? l1Ratio : 0;

  return async (train, _rng, watch) => {
    const doing = "fit logistic regression";
    checkClasses(train, doing);
    checkNumbers(train.x, doing);
    const { y } = train;
    const weights = weighted(train, classWeights);
    let total = 0;
    for (const weight of weights) total += weight;
    const x = design(train.x);
    const strength = penalty === "none" ? 0 : 1 / (C * total);
    const penalties = (share: number): Float64Array => {
      const out = new Float64Array(x.width).fill(share * strength);
      out[x.width - 1] = 0;
      return out;
    };
    const loss = logisticLoss(y, weights, total);
    const l2 = penalties(1 - l1Share);
    const start = new Float64Array(x.width);
    const found = proximalNewton(
      { x, loss, l1: penalties(l1Share), l2 },
      start,
      iterations,
      tolerance,
      watch,
    );
    const errors = waldErrors(x, found.w, found.curvature, l2, total);
    const last = x.width - 1;
    return model({
      features: train.x.features.map((one) => one.name),
      ...unshifted(found.w, x.shift),
      standardErrors: errors.slice(0, last),
      interceptError: errors[last],
      means: columnMeans(x, weights),
      converged: found.converged,
      iterations: found.iterations,
    });
  };
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
  return model({ ...readLinear(read.data, "load logistic regression"), converged, iterations });
}

function model(state: State): LogisticRegression {
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

/** The rows' weights times their classes'. */
function weighted(
  { y, weights }: Labelled,
  classWeights: "balanced" | readonly [number, number],
): Float64Array {
  const own = weights ?? new Float64Array(y.length).fill(1);
  let [zero, one] = [1, 1];
  if (classWeights === "balanced") {
    const sums = [0, 0];
    for (let i = 0; i < y.length; i++) sums[y[i]] += own[i];
    const half = (sums[0] + sums[1]) / 2;
    [zero, one] = [half / sums[0], half / sums[1]];
  } else [zero, one] = classWeights;
  return own.map((weight, i) => weight * (y[i] === 1 ? one : zero));
}

/** From the penalised information at the minimum, over the columns that the penalty kept. */
function waldErrors(
  x: Design,
  w: Float64Array,
  curvature: Float64Array,
  l2: Float64Array,
  total: number,
): Float64Array {
  if (x.width > inferenceWidth) return new Float64Array(x.width);
  const information = x.gram(curvature);
  for (let k = 0; k < x.width; k++) information[k * x.width + k] += l2[k];
  for (let k = 0; k < information.length; k++) information[k] *= total;
  const active = Array.from(w, (_, k) => k).filter((k) => w[k] !== 0 || k === x.width - 1);
  return standardErrors(information, x.width, active, x.shift);
}
