import type { Fit } from "../../core/model";
import { checkClasses, checkNumbers } from "../check-rows";
import { classedWeights, classWeightsOption } from "../class-weights";
import { choice, integer, number, type OptionsOf, withDefaults } from "../options";
import { type Design, design, unshifted } from "./design";
import { standardErrors } from "./linear-inference";
import { columnMeans } from "./linear-predictor";
import { logisticLoss } from "./logistic-loss";
import { type LogisticRegression, logisticModel } from "./logistic-model";
import { proximalNewton } from "./proximal-newton";

export const logisticOptions = {
  /** Which sizes of coefficients cost: their squares ("l2", the default), absolute values ("l1"), both, or none. */
  penalty: choice(
    "which sizes of coefficients cost: their squares, absolute values, both, or none",
    ["l2", "l1", "elastic-net", "none"],
    "l2",
  ),
  /** Inverse strength of the penalty, above 0. Smaller is stronger. @default 1 */
  C: number("inverse strength of the penalty; smaller is stronger", { low: 0, open: "low" }, 1),
  /** Share of the L1 part in "elastic-net", from 0 to 1. @default 0.5 */
  l1Ratio: number('share of the L1 part in "elastic-net"', { low: 0, high: 1 }, 0.5),
  /** Weights of classes 0 and 1; "balanced" gives both the same sum. @default [1, 1] */
  classWeights: classWeightsOption,
  /** Most Newton steps; defaults to 100, of which 5 to 15 are usual. */
  iterations: integer("most Newton steps, of which 5 to 15 are usual", { low: 1, high: 1e6 }, 100),
  /** Ends when a step promises to lower the mean loss by no more than this. @default 1e-12 */
  tolerance: number(
    "ends when a step promises to lower the mean loss by no more than this",
    { low: 0 },
    1e-12,
  ),
};

export type LogisticOptions = OptionsOf<typeof logisticOptions>;

/** Above this many columns standard errors are left out: the information matrix would cost more than the fit. */
const inferenceWidth = 512;

/**
 * Logistic regression, the intercept not penalised: minimises Σ loss + (1/C) (½ (1 − r) ‖w‖² + r ‖w‖₁), scikit-learn's
 * objective, to convergence. Standard errors come from the inverse of the penalised information (with L2 that is
 * Laplace's approximation; with L1 they hold for the columns kept, as if these had been chosen beforehand).
 *
 * @example
 * const x = matrixFromRows([[0], [1], [2], [3]]);
 * const model = await logisticRegression({ C: 10 })({ x, y: Float64Array.of(0, 0, 1, 1) }, seeded(1));
 * model.predict(matrixFromRows([[1.5]])); // → [0.5]
 */
export function logisticRegression(options: LogisticOptions = {}): Fit<LogisticRegression> {
  const asked = withDefaults(logisticOptions, options, "make logistic regression");
  const { penalty, C, l1Ratio, classWeights = [1, 1], iterations, tolerance } = asked;
  const l1Share = penalty === "l1" ? 1 : penalty === "elastic-net" ? l1Ratio : 0;

  return async (train, _rng, watch) => {
    const doing = "fit logistic regression";
    checkClasses(train, doing);
    checkNumbers(train.x, doing);
    const { y } = train;
    const weights = classedWeights(train, classWeights);
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
    return logisticModel({
      features: train.x.features.map((feature) => feature.name),
      ...unshifted(found.w, x.shift),
      standardErrors: errors.slice(0, last),
      interceptError: errors[last],
      means: columnMeans(x, weights),
      converged: found.converged,
      iterations: found.iterations,
    });
  };
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
