import { dot } from "../../core/math/linear-algebra";
import type { Labelled } from "../../core/matrix";
import { checkLabelled, checkNumbers } from "../check-rows";
import { type Design, design, unshifted } from "../linear/design";
import { linearModel } from "../linear/linear-model";
import { columnMeans } from "../linear/linear-predictor";
import { type LogisticOptions, logisticOptions } from "../linear/logistic";
import { withDefaults } from "../options";
import type { ClassScores } from "./multiclass";
import { linked } from "./probabilities";

export type MultinomialOptions = Pick<LogisticOptions, "C" | "iterations">;

const multinomialOptions = { C: logisticOptions.C, iterations: logisticOptions.iterations };

/**
 * Multinomial logistic regression, the intercepts not penalised: minimises C Σ weight · loss + ½ ‖W‖² as
 * scikit-learn's `LogisticRegression` does, by Newton's method whose steps conjugate gradients find. A class's score is its log
 * probability up to a number that the row's scores share. Ends when a step promises to lower the mean loss by 1e-12.
 */
export function multinomialLogistic(
  { x, y, weights }: Labelled,
  classes: number,
  options: MultinomialOptions = {},
): Omit<ClassScores, "name" | "weight"> {
  const action = "fit multinomial logistic regression";
  const { C, iterations } = withDefaults(multinomialOptions, options, action);
  checkLabelled({ x, y, weights }, action);
  checkNumbers(x, action);
  const from = design(x);
  const counted = weights ?? new Float64Array(y.length).fill(1);
  let total = 0;
  for (const weight of counted) total += weight;
  const loss: Loss = {
    x: from,
    y,
    share: counted.map((weight) => weight / total),
    strength: 1 / (C * total),
  };
  const found = minimum(loss, classes, iterations);
  const means = columnMeans(from, counted);
  const none = new Float64Array(x.columns);
  return {
    link: "softmax",
    scores: found.map((w) =>
      linearModel("linear-regression", {
        features: x.features.map((feature) => feature.name),
        ...unshifted(w, from.shift),
        // A score has no residuals; errors of coefficients are not worked out.
        ...{ standardErrors: none, interceptError: 0, residualDeviation: 0, degreesOfFreedom: 0 },
        means,
      }),
    ),
  };
}

/** The weighted mean log loss with its penalty. */
interface Loss {
  readonly x: Design;
  readonly y: Float64Array;
  /** Each row's share of the weights. */
  readonly share: Float64Array;
  readonly strength: number;
}

function minimum(of: Loss, classes: number, iterations: number): Float64Array[] {
  const { x, y, share, strength } = of;
  const { rows, width } = x;
  const empty = (size: number) => Array.from({ length: classes }, () => new Float64Array(size));
  let w = empty(width);
  let value = lossOf(of, w);
  for (let step = 0; step < iterations; step++) {
    const { p } = value;
    const gradient = empty(width);
    const off = new Float64Array(rows);
    for (let k = 0; k < classes; k++) {
      for (let i = 0; i < rows; i++) off[i] = (p[k][i] - Number(y[i] === k)) * share[i];
      x.transposeTimes(off, gradient[k]);
      for (let j = 0; j < width - 1; j++) gradient[k][j] += strength * w[k][j];
    }
    const change = newtonStep(of, p, gradient);
    const slope = gradient.reduce((sum, g, k) => sum + dot(g, change[k]), 0);
    if (-slope <= 2e-12) break;
    let reached = false;
    for (let t = 1; t > 1e-10 && !reached; t /= 2) {
      const next = w.map((one, k) => one.map((v, j) => v + t * change[k][j]));
      const tried = lossOf(of, next);
      if (!(tried.loss <= value.loss + 1e-4 * t * slope)) continue;
      [w, value, reached] = [next, tried, true];
    }
    if (!reached) break;
  }
  return w;
}

function lossOf(
  { x, y, share, strength }: Loss,
  w: readonly Float64Array[],
): { readonly loss: number; readonly p: Float64Array[] } {
  const z = w.map((one) => {
    const out = new Float64Array(x.rows);
    x.times(one, out);
    return out;
  });
  const p = linked(z, "softmax");
  let loss = 0;
  for (let i = 0; i < x.rows; i++) {
    let most = -Infinity;
    for (const one of z) most = Math.max(most, one[i]);
    let sum = 0;
    for (const one of z) sum += Math.exp(one[i] - most);
    loss += share[i] * (Math.log(sum) + most - z[y[i]][i]);
  }
  let squares = 0;
  for (const one of w) for (let j = 0; j < x.width - 1; j++) squares += one[j] * one[j];
  return { loss: loss + (strength * squares) / 2, p };
}

/** Solves H v = −g for the loss's curvature H, preconditioned by its diagonal, until 1e-4 of the residual is left. */
function newtonStep(
  { x, share, strength }: Loss,
  p: readonly Float64Array[],
  gradient: readonly Float64Array[],
): Float64Array[] {
  const { rows, width } = x;
  const scale = p.map((own) => {
    const diagonal = x.squares(own.map((value, i) => value * (1 - value) * share[i]));
    return diagonal.map((value, j) => value + (j < width - 1 ? strength : 0) || 1);
  });
  const change = gradient.map(() => new Float64Array(width));
  const residual = gradient.map((g) => g.map((value) => -value));
  const direction = residual.map((r, k) => r.map((value, j) => value / scale[k][j]));
  const product = gradient.map(() => new Float64Array(width));
  const z = gradient.map(() => new Float64Array(rows));
  const inner = (a: readonly Float64Array[], b: readonly Float64Array[]): number =>
    a.reduce((sum, one, k) => sum + dot(one, b[k]), 0);
  const eased = (r: readonly Float64Array[]) => r.map((one, k) => one.map((value, j) => value / scale[k][j]));
  let rho = inner(residual, direction);
  const goal = 1e-8 * rho;
  for (let step = 0; step < 10 * width && rho > goal; step++) {
    direction.forEach((one, k) => {
      x.times(one, z[k]);
    });
    for (let i = 0; i < rows; i++) {
      let mean = 0;
      for (let k = 0; k < z.length; k++) mean += p[k][i] * z[k][i];
      for (let k = 0; k < z.length; k++) z[k][i] = p[k][i] * (z[k][i] - mean) * share[i];
    }
    product.forEach((one, k) => {
      x.transposeTimes(z[k], one);
      for (let j = 0; j < width - 1; j++) one[j] += strength * direction[k][j];
    });
    const curvature = inner(direction, product);
    if (!(curvature > 0)) break;
    const length = rho / curvature;
    direction.forEach((one, k) => {
      for (let j = 0; j < width; j++) {
        change[k][j] += length * one[j];
        residual[k][j] -= length * product[k][j];
      }
    });
    const before = rho;
    const next = eased(residual);
    rho = inner(residual, next);
    direction.forEach((one, k) => {
      for (let j = 0; j < width; j++) one[j] = next[k][j] + (rho / before) * one[j];
    });
  }
  return change;
}
