import type { Labelled } from "../../core/matrix";
import type { Fit } from "../../core/model";
import { checkLabelled, checkNumbers } from "../check-rows";
import { integer, number, type OptionsOf, withDefaults } from "../options";
import { type Design, design, unshifted } from "./design";
import { type FittedSquares, leastSquares, sparseLeastSquares } from "./least-squares";
import { standardErrors } from "./linear-inference";
import { type LinearKind, type LinearRegression, type LinearState, linearModel } from "./linear-model";
import { columnMeans } from "./linear-predictor";

export const ridgeOptions = {
  /** Strength of the penalty, at least 0. @default 1 */
  alpha: number("strength of the penalty", { low: 0 }, 1),
};
export const lassoOptions = {
  ...ridgeOptions,
  /** Most steps; defaults to 100, of which 2 are usual. */
  iterations: integer("most steps, of which 2 are usual", { low: 1, high: 1e6 }, 100),
};
export const elasticNetOptions = {
  ...lassoOptions,
  /** Share of the L1 part, from 0 to 1. @default 0.5 */
  l1Ratio: number("share of the L1 part", { low: 0, high: 1 }, 0.5),
};

export type RidgeOptions = OptionsOf<typeof ridgeOptions>;
export type LassoOptions = OptionsOf<typeof lassoOptions>;
export type ElasticNetOptions = OptionsOf<typeof elasticNetOptions>;

/**
 * Ordinary least squares: minimises Σ w (y − Xb)². Where columns determine one another it returns the smallest such
 * coefficients, as scikit-learn's `LinearRegression`, and no standard errors for the columns concerned.
 *
 * @example
 * const x = matrixFromRows([[0], [1], [2], [3]]);
 * const model = await linearRegression()({ x, y: Float64Array.of(1, 3, 5, 7) }, seeded(1));
 * [model.intercept, ...model.coefficients]; // → [1, 2]
 */
export function linearRegression(): Fit<LinearRegression> {
  return learner("linear-regression", () => ({ l1: 0, l2: 0 }), 1);
}

/**
 * Minimises Σ w (y − Xb)² + alpha ‖b‖², the intercept not penalised, as scikit-learn's `Ridge`.
 *
 * @example
 * const x = matrixFromRows([[0], [1], [2], [3]]);
 * const model = await ridge({ alpha: 1 })({ x, y: Float64Array.of(1, 3, 5, 7) }, seeded(1));
 * model.coefficients; // → [1.667]
 */
export function ridge(options: RidgeOptions = {}): Fit<LinearRegression> {
  const { alpha } = withDefaults(ridgeOptions, options, "make ridge regression");
  return learner("ridge", (total) => ({ l1: 0, l2: alpha / total }), 1);
}

/**
 * Minimises Σ w (y − Xb)² / (2 Σ w) + alpha ‖b‖₁, as scikit-learn's `Lasso`: some coefficients are exactly 0.
 *
 * @example
 * const x = matrixFromRows([[0], [1], [2], [3]]);
 * const model = await lasso({ alpha: 0.1 })({ x, y: Float64Array.of(1, 3, 5, 7) }, seeded(1));
 * model.coefficients; // → [1.92]
 */
export function lasso(options: LassoOptions = {}): Fit<LinearRegression> {
  const { alpha, iterations } = withDefaults(lassoOptions, options, "make lasso");
  return learner("lasso", () => ({ l1: alpha, l2: 0 }), iterations);
}

/**
 * Minimises Σ w (y − Xb)² / (2 Σ w) + alpha (l1Ratio ‖b‖₁ + ½ (1 − l1Ratio) ‖b‖²), as scikit-learn's `ElasticNet`.
 *
 * @example
 * const x = matrixFromRows([[0], [1], [2], [3]]);
 * const model = await elasticNet({ alpha: 0.1, l1Ratio: 0.5 })({ x, y: Float64Array.of(1, 3, 5, 7) }, seeded(1));
 * model.coefficients; // → [1.885]
 */
export function elasticNet(options: ElasticNetOptions = {}): Fit<LinearRegression> {
  const { alpha, l1Ratio, iterations } = withDefaults(elasticNetOptions, options, "make elastic net");
  return learner("elastic-net", () => ({ l1: alpha * l1Ratio, l2: alpha * (1 - l1Ratio) }), iterations);
}

/** Above this many columns standard errors are left out: the inverse would cost more than the fit. */
const inferenceWidth = 512;

/** How errors call them. */
const spoken: { readonly [K in LinearKind]: string } = {
  "linear-regression": "linear regression",
  ridge: "ridge regression",
  lasso: "lasso",
  "elastic-net": "elastic net",
};

/** `penalties` are those of the mean of ½ w (y − Xb)², given the sum of weights. */
function learner(
  kind: LinearKind,
  penalties: (total: number) => { readonly l1: number; readonly l2: number },
  iterations: number,
): Fit<LinearRegression> {
  const action = `fit ${spoken[kind]}`;
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
    return linearModel(kind, {
      features: train.x.features.map((feature) => feature.name),
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
): Pick<LinearState, "standardErrors" | "interceptError" | "residualDeviation" | "degreesOfFreedom"> {
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
