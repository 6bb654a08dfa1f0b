import { dot } from "../../core/math/linear-algebra";
import type { CurvedObjective } from "../../core/math/optimise";
import { expit, softplus } from "../../core/math/special";
import { column, type Labelled, type Matrix } from "../../core/matrix";
import { gramOf } from "../linear/gram";

/** σ = ln(1 + e^spread), kept away from 0 so that one row that fits exactly can't take over. */
export function zilnSigma(spread: number): number {
  return Math.max(softplus(spread), 1.5e-8);
}

/** Linear sums of standardised columns and a free intercept, the last weight. */
export function linearSums(x: Matrix, theta: ArrayLike<number>, from: number): Float64Array {
  const out = new Float64Array(x.rows).fill(theta[from + x.columns]);
  for (let j = 0; j < x.columns; j++) {
    const values = column(x, j);
    const w = theta[from + j];
    for (let i = 0; i < x.rows; i++) out[i] += w * values[i];
  }
  return out;
}

/** A function that adds Σ first · x to the gradient and the Gram matrix of `second` to the Hessian, at `from`; intercept last. */
function accumulator(x: Matrix, width: number) {
  const columns = Array.from({ length: x.columns }, (_, j) => column(x, j));
  columns.push(new Float64Array(x.rows).fill(1));
  const weightedGram = gramOf(
    columns.map((values) => ({ values })),
    x.rows,
  );
  return (
    first: Float64Array,
    second: Float64Array,
    from: number,
    gradient: Float64Array,
    hessian: Float64Array,
  ) => {
    const products = weightedGram(second);
    columns.forEach((values, j) => {
      gradient[from + j] += dot(first, values);
      for (let h = 0; h < columns.length; h++)
        hessian[(from + j) * width + from + h] += products[j * columns.length + h];
    });
  };
}

function ridge(
  theta: Float64Array,
  penalty: number,
  from: number,
  p: number,
  width: number,
  gradient: Float64Array,
  hessian: Float64Array,
): number {
  let value = 0;
  for (let j = from; j < from + p; j++) {
    value += 0.5 * penalty * theta[j] ** 2;
    gradient[j] += penalty * theta[j];
    hessian[j * width + j] += penalty;
  }
  return value;
}

/** Minus the log likelihood of having any amount, logistic, with its ridge. */
export function occurrenceLoss(
  x: Matrix,
  positive: Float64Array,
  weights: Float64Array,
  penalty: number,
): CurvedObjective {
  const width = x.columns + 1;
  const accumulate = accumulator(x, width);
  return (theta, gradient, hessian) => {
    gradient.fill(0);
    hessian.fill(0);
    const logits = linearSums(x, theta, 0);
    const first = new Float64Array(x.rows);
    const second = new Float64Array(x.rows);
    let value = 0;
    for (let i = 0; i < x.rows; i++) {
      const p = expit(logits[i]);
      value += weights[i] * (softplus(logits[i]) - positive[i] * logits[i]);
      first[i] = weights[i] * (p - positive[i]);
      second[i] = weights[i] * p * (1 - p);
    }
    accumulate(first, second, 0, gradient, hessian);
    return value + ridge(theta, penalty, 0, x.columns, width, gradient, hessian);
  };
}

/** The log-normal part, with Fisher's expected information in place of the Hessian: block-diagonal and never negative. */
export function amountLoss(
  x: Matrix,
  { y }: Labelled,
  weights: Float64Array,
  penalty: number,
): CurvedObjective {
  const p = x.columns;
  const width = 2 * (p + 1);
  const accumulate = accumulator(x, width);
  const log = y.map((v) => (v > 0 ? Math.log(v) : 0));
  return (theta, gradient, hessian) => {
    gradient.fill(0);
    hessian.fill(0);
    const location = linearSums(x, theta, 0);
    const spread = linearSums(x, theta, p + 1);
    const [first, second, firstSpread, secondSpread] = [0, 1, 2, 3].map(() => new Float64Array(x.rows));
    let value = 0;
    for (let i = 0; i < x.rows; i++) {
      if (y[i] === 0) continue;
      const sigma = zilnSigma(spread[i]);
      const e = (log[i] - location[i]) / sigma;
      const slope = expit(spread[i]) / sigma;
      value += weights[i] * (Math.log(sigma) + 0.5 * e * e);
      first[i] = (-weights[i] * e) / sigma;
      second[i] = weights[i] / (sigma * sigma);
      firstSpread[i] = weights[i] * (1 - e * e) * slope;
      secondSpread[i] = 2 * weights[i] * slope * slope;
    }
    accumulate(first, second, 0, gradient, hessian);
    accumulate(firstSpread, secondSpread, p + 1, gradient, hessian);
    value += ridge(theta, penalty, 0, p, width, gradient, hessian);
    return value + ridge(theta, penalty, p + 1, p, width, gradient, hessian);
  };
}

/** Zero coefficients, and the mean and spread of all log amounts. */
export function amountStart({ y }: Labelled, weights: Float64Array, p: number): Float64Array {
  let [sum, square, total] = [0, 0, 0];
  for (let i = 0; i < y.length; i++) {
    if (y[i] === 0) continue;
    total += weights[i];
    sum += weights[i] * Math.log(y[i]);
    square += weights[i] * Math.log(y[i]) ** 2;
  }
  const mean = sum / total;
  const sigma = Math.sqrt(Math.max(1e-4, square / total - mean * mean));
  const start = new Float64Array(2 * (p + 1));
  start[p] = mean;
  start[2 * p + 1] = sigma > 30 ? sigma : Math.log(Math.expm1(sigma));
  return start;
}
