import { check } from "../../core/checks";

/** A loss that boosting lowers, as functions of the score f that the trees add up to. */
export interface Loss {
  /** The constant score of least loss. */
  base(y: Float64Array, weights: Float64Array | undefined): number;
  /** Fills in the first and second derivatives by f, times the weights; returns the largest of each. */
  gradients(
    scores: Float64Array,
    y: Float64Array,
    weights: Float64Array | undefined,
    g: Float32Array,
    h: Float32Array,
  ): readonly [number, number];
  /** The prediction that a score stands for. */
  predicted(score: number): number;
  /** The loss of one row. */
  of(y: number, score: number): number;
  /** Throws on a target that the loss has no meaning for. */
  checkTargets(y: Float64Array, action: string): void;
  /** Whether every row of weight 1 has the second derivative 1. */
  readonly unitHessian: boolean;
  /** Where the derivatives know only the side: the quantile of the residuals that is a leaf's best value. */
  readonly residualQuantile?: number;
}

export const losses = ["logistic", "squared", "absolute", "quantile", "poisson", "tweedie"] as const;
export type LossName = (typeof losses)[number];

/** The loss called `name`; `quantile` and `power` are those of "quantile" and "tweedie". */
export function lossNamed(name: LossName, quantile: number, power: number): Loss {
  if (name === "logistic") return logistic;
  if (name === "squared") return squared;
  if (name === "absolute") return pinball(0.5);
  if (name === "quantile") return pinball(quantile);
  if (name === "poisson") return poisson;
  return tweedie(power);
}

/** Applies `row(i)` → [g, h] to all rows. */
function fill(
  y: Float64Array,
  weights: Float64Array | undefined,
  g: Float32Array,
  h: Float32Array,
  row: (i: number, out: Float64Array) => void,
): readonly [number, number] {
  const out = new Float64Array(2);
  let mostG = 0;
  let mostH = 0;
  for (let i = 0; i < y.length; i++) {
    row(i, out);
    const weight = weights ? weights[i] : 1;
    g[i] = out[0] * weight;
    h[i] = out[1] * weight;
    mostG = Math.max(mostG, Math.abs(g[i]));
    mostH = Math.max(mostH, h[i]);
  }
  return [mostG, mostH];
}

const logistic: Loss = {
  base(y, weights) {
    const p = Math.min(Math.max(weightedMean(y, weights), 1e-15), 1 - 1e-15);
    return Math.log(p / (1 - p));
  },
  gradients: (scores, y, weights, g, h) =>
    fill(y, weights, g, h, (i, out) => {
      const p = 1 / (1 + Math.exp(-scores[i]));
      out[0] = p - y[i];
      out[1] = p * (1 - p);
    }),
  predicted: (score) => 1 / (1 + Math.exp(-score)),
  // log(1 + e^f) − y f, without overflow.
  of: (y, score) => Math.max(score, 0) + Math.log1p(Math.exp(-Math.abs(score))) - y * score,
  checkTargets: (y, action) =>
    every(y, (value) => value === 0 || value === 1, action, "targets must be 0 or 1 for the logistic loss"),
  unitHessian: false,
};

const squared: Loss = {
  base: weightedMean,
  gradients: (scores, y, weights, g, h) =>
    fill(y, weights, g, h, (i, out) => {
      out[0] = scores[i] - y[i];
      out[1] = 1;
    }),
  predicted: (score) => score,
  of: (y, score) => (score - y) ** 2 / 2,
  checkTargets: (y, action) => every(y, Number.isFinite, action, "targets must be finite numbers"),
  unitHessian: true,
};

/** The loss whose least expectation is a quantile; at one half, half the absolute error. */
function pinball(quantile: number): Loss {
  return {
    base: (y, weights) => weightedQuantile(y, weights, quantile),
    gradients: (scores, y, weights, g, h) =>
      fill(y, weights, g, h, (i, out) => {
        out[0] = scores[i] >= y[i] ? 1 - quantile : -quantile;
        out[1] = 1;
      }),
    predicted: (score) => score,
    of: (y, score) => (y >= score ? quantile * (y - score) : (1 - quantile) * (score - y)),
    checkTargets: squared.checkTargets,
    unitHessian: true,
    residualQuantile: quantile,
  };
}

/** Counts: f is the logarithm of the mean. */
const poisson: Loss = {
  base: (y, weights) => Math.log(weightedMean(y, weights)),
  gradients: (scores, y, weights, g, h) =>
    fill(y, weights, g, h, (i, out) => {
      const mean = Math.exp(scores[i]);
      out[0] = mean - y[i];
      // e^0.7 keeps steps small where the mean is far too low, as LightGBM's poisson_max_delta_step does.
      out[1] = mean * Math.exp(0.7);
    }),
  predicted: Math.exp,
  of: (y, score) => Math.exp(score) - y * score,
  checkTargets: checkAmounts("poisson"),
  unitHessian: false,
};

/** Amounts that are often zero: variance = mean^power, 1 < power < 2; f is the logarithm of the mean. */
function tweedie(power: number): Loss {
  return {
    base: poisson.base,
    gradients: (scores, y, weights, g, h) =>
      fill(y, weights, g, h, (i, out) => {
        const one = Math.exp((1 - power) * scores[i]);
        const two = Math.exp((2 - power) * scores[i]);
        out[0] = two - y[i] * one;
        out[1] = (2 - power) * two - (1 - power) * y[i] * one;
      }),
    predicted: Math.exp,
    of: (y, score) =>
      Math.exp((2 - power) * score) / (2 - power) - (y * Math.exp((1 - power) * score)) / (1 - power),
    checkTargets: checkAmounts("tweedie"),
    unitHessian: false,
  };
}

function checkAmounts(name: string): Loss["checkTargets"] {
  return (y, action) => {
    every(y, (value) => value >= 0 && value < Infinity, action, `targets must not be negative for ${name}`);
    check(
      y.some((value) => value > 0),
      action,
      `at least one target must be above 0 for ${name}`,
    );
  };
}

function every(y: Float64Array, holds: (value: number) => boolean, action: string, rule: string): void {
  for (const value of y) check(holds(value), action, rule, value);
}

/** The mean of values, by weight where there are weights. */
export function weightedMean(y: Float64Array, weights: Float64Array | undefined): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < y.length; i++) {
    const weight = weights ? weights[i] : 1;
    sum += weight * y[i];
    total += weight;
  }
  return sum / total;
}

/**
 * The quantile of weighted values by linear interpolation between neighbours (at equal weights that of numpy's
 * default, where value k stands at k / (n − 1)).
 */
export function weightedQuantile(
  values: Float64Array,
  weights: Float64Array | undefined,
  quantile: number,
): number {
  if (!weights) {
    const sorted = values.slice().sort();
    const place = quantile * (sorted.length - 1);
    const below = Math.floor(place);
    const above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }
  const order = Array.from(values.keys()).filter((i) => weights[i] > 0);
  order.sort((a, b) => values[a] - values[b]);
  // Value k stands in the middle of its own weight.
  const total = order.reduce((sum, i) => sum + weights[i], 0);
  let passed = 0;
  let lastPlace = 0;
  for (let k = 0; k < order.length; k++) {
    const i = order[k];
    const place = (passed + weights[i] / 2) / total;
    if (place >= quantile) {
      if (k === 0) return values[i];
      const before = values[order[k - 1]];
      return before + ((quantile - lastPlace) / (place - lastPlace)) * (values[i] - before);
    }
    passed += weights[i];
    lastPlace = place;
  }
  return values[order[order.length - 1]];
}
