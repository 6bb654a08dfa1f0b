import { checkNumber } from "../../core/checks";
import type { Objective } from "../../core/math/optimise";
import { digamma, lgamma, logAddExp } from "../../core/math/special";
import type { PurchaseModelOptions } from "./beta-geometric";
import { fitPositive, type PositiveFit, positiveFitFromJSON } from "./positive-fit";
import { checkHistory, grouped, type PurchaseHistory } from "./purchase-history";
import { type PurchaseModel, purchaseModel } from "./purchase-model";

export const paretoNames = ["r", "alpha", "s", "beta"];

/**
 * A learner of Pareto/NBD (Schmittlein, Morrison and Colombo, 1987): customers buy at gamma distributed rates (r,
 * alpha) and leave at any moment, at gamma distributed rates (s, beta).
 *
 * @example
 * const history = {
 *   frequency: Float64Array.of(2, 1, 0, 0, 0, 0, 7, 1, 0, 2),
 *   recency: Float64Array.of(30.43, 1.71, 0, 0, 0, 0, 29.43, 5, 0, 35.71),
 *   age: new Float64Array(10).fill(38.86),
 * };
 * paretoNbd({ penalty: 0.1 })(history).names; // → ["r", "alpha", "s", "beta"]
 */
export function paretoNbd(options: PurchaseModelOptions = {}): (history: PurchaseHistory) => PurchaseModel {
  const { penalty = 0 } = options;
  const action = "fit pareto-nbd";
  checkNumber(penalty, 0, Infinity, action, "penalty");
  return (history) => {
    checkHistory(history, action);
    const scale = history.age.reduce((sum, T) => sum + T, 0) / history.age.length;
    const starts = [
      [1, scale / 2, 1, scale / 2],
      [0.4, scale / 4, 0.4, scale / 4],
    ];
    return paretoModel(
      fitPositive(
        paretoLikelihood(history),
        { names: paretoNames, starts, units: [1, scale, 1, scale], penalty: penalty * history.age.length },
        action,
      ),
    );
  };
}

/**
 * The Pareto/NBD that `toJSON` described.
 *
 * @example
 * const history = {
 *   frequency: Float64Array.of(2, 1, 0, 0, 0, 0, 7, 1, 0, 2),
 *   recency: Float64Array.of(30.43, 1.71, 0, 0, 0, 0, 29.43, 5, 0, 35.71),
 *   age: new Float64Array(10).fill(38.86),
 * };
 * const model = paretoNbd({ penalty: 0.1 })(history);
 * const again = paretoNbdFromJSON(model.toJSON());
 * again.expectedPurchasesOfNew(39) === model.expectedPurchasesOfNew(39); // → true
 */
export function paretoNbdFromJSON(from: unknown): PurchaseModel {
  return paretoModel(positiveFitFromJSON(from, "pareto-nbd", paretoNames));
}

/** Minus the log likelihood of the logarithms of r, alpha, s, beta. */
export function paretoLikelihood(history: PurchaseHistory): Objective {
  const { frequency, recency, age, counts } = grouped(history);
  const slopes = new Float64Array(4);
  return (theta, gradient) => {
    const [r, alpha, s, beta] = theta.map(Math.exp);
    gradient.fill(0);
    const fixed = r * Math.log(alpha) + s * Math.log(beta) - lgamma(r);
    const digammaR = digamma(r);
    let value = 0;
    for (let i = 0; i < frequency.length; i++) {
      const [x, T, count] = [frequency[i], age[i], counts[i]];
      const [logAlpha, logBeta] = [Math.log(alpha + T), Math.log(beta + T)];
      const alive = -(r + x) * logAlpha - s * logBeta;
      slopes.fill(0);
      const gone = logGone([r, alpha, s, beta], x, recency[i], T, slopes);
      const log = logAddExp(alive, gone);
      value -= count * (fixed + lgamma(r + x) + log);
      const left = Math.exp(gone - log);
      const stay = 1 - left;
      gradient[0] -=
        count * (Math.log(alpha) - digammaR + digamma(r + x) - stay * logAlpha + left * slopes[0]);
      gradient[1] -= count * (r / alpha - (stay * (r + x)) / (alpha + T) + left * slopes[1]);
      gradient[2] -= count * (Math.log(beta) - stay * logBeta + left * slopes[2]);
      gradient[3] -= count * (s / beta - (stay * s) / (beta + T) + left * slopes[3]);
    }
    [r, alpha, s, beta].forEach((v, j) => {
      gradient[j] *= v;
    });
    return value;
  };
}

/**
 * ln ∫ₜᵀ s (α+τ)^−(r+x) (β+τ)^−(s+1) dτ, the likelihood of having left between the last purchase and now, by two
 * hypergeometric functions (Fader and Hardie, 2005, "A note on deriving the Pareto/NBD model"); its derivatives by r,
 * alpha, s and beta go into `slopes`.
 */
function logGone(
  [r, alpha, s, beta]: readonly [number, number, number, number],
  x: number,
  t: number,
  T: number,
  slopes?: Float64Array,
): number {
  if (t === T) return -Infinity;
  const alphaFar = alpha >= beta;
  const [far, near] = alphaFar ? [alpha, beta] : [beta, alpha];
  const power = r + s + x;
  const lower = alphaFar ? s + 1 : r + x;
  // The series runs in powers of z and peaks after lower · z / (1 − z) terms: where that is far, another way is quicker.
  const z = (far - near) / (far + t);
  if (z > 0.95 || lower * z > 100 * (1 - z)) return logGoneByPanels([r, alpha, s, beta], x, t, T, slopes);
  // ln of F(power, lower; power + 1; (far − near) / (far + τ)) / (far + τ)^power, with slopes by power, lower, far, near
  const at = (tau: number): readonly number[] => {
    const base = far + tau;
    const [log, byPower, byLower, byZ] = logTail(power, lower, (far - near) / base);
    return [
      log - power * Math.log(base),
      byPower - Math.log(base),
      byLower,
      (byZ * (near + tau)) / (base * base) - power / base,
      -byZ / base,
    ];
  };
  const from = at(t);
  const to = at(T);
  const share = Math.exp(to[0] - from[0]);
  if (slopes) {
    const by = from.map((slope, k) => (slope - share * to[k]) / (1 - share));
    slopes[0] = by[1] - 1 / power + (alphaFar ? 0 : by[2]);
    slopes[1] = alphaFar ? by[3] : by[4];
    slopes[2] = by[1] + 1 / s - 1 / power + (alphaFar ? by[2] : 0);
    slopes[3] = alphaFar ? by[4] : by[3];
  }
  return from[0] + Math.log1p(-share) + Math.log(s / power);
}

/** ln ₂F₁(a, b; a + 1; z) = ln Σ a / (a + n) (b)ₙ zⁿ / n! and its derivatives by a, b and z, for z in [0, 0.95]. */
function logTail(a: number, b: number, z: number): readonly [number, number, number, number] {
  let term = 1;
  let harmonic = 0;
  let [value, byA, byB, byZ] = [1, 0, 0, 0];
  for (let n = 1; n < 100_000; n++) {
    harmonic += 1 / (b + n - 1);
    term *= ((b + n - 1) / n) * z;
    const part = (a / (a + n)) * term;
    value += part;
    byA += (n / ((a + n) * (a + n))) * term;
    byB += part * harmonic;
    byZ += n * part;
    if (n * part < 1e-17 * value && (b + n) * z < n + 1) break;
  }
  return [Math.log(value), byA / value, byB / value, z > 0 ? byZ / (z * value) : (a * b) / (a + 1)];
}

// Nodes and weights of 16-point Gauss–Legendre quadrature on [0, 1].
const legendre = gaussLegendre(16);

/**
 * The same integral as `logGone`'s by quadrature over v = ln(near + τ), in panels short enough for the integrand to be
 * tame in each.
 */
function logGoneByPanels(
  [r, alpha, s, beta]: readonly [number, number, number, number],
  x: number,
  t: number,
  T: number,
  slopes?: Float64Array,
): number {
  const near = Math.min(alpha, beta);
  const start = Math.log(near + t);
  const end = Math.log(near + T);
  // d ln(integrand) / dv, whose two parts grow or fall throughout: its largest size in a panel is that at an end.
  const steepness = (v: number): number => {
    const e = Math.exp(v);
    return 1 + ((r + x) * e) / (alpha - near + e) + ((s + 1) * e) / (beta - near + e);
  };
  const logIntegrand = (tau: number): number =>
    -(r + x) * Math.log(alpha + tau) - (s + 1) * Math.log(beta + tau) + Math.log(near + tau);
  const scale = Math.max(logIntegrand(t), logIntegrand(T));
  const sums = [0, 0, 0, 0, 0];
  let span = 0;
  for (let from = start; from < end; from += span) {
    span = Math.min(1, end - from);
    while (span * Math.max(steepness(from), steepness(from + span)) > 16) span /= 2;
    const before = sums[0];
    for (const [node, weight] of legendre) {
      const tau = Math.exp(from + node * span) - near;
      const part = weight * span * Math.exp(logIntegrand(tau) - scale);
      sums[0] += part;
      sums[1] -= part * Math.log(alpha + tau);
      sums[2] -= (part * (r + x)) / (alpha + tau);
      sums[3] -= part * Math.log(beta + tau);
      sums[4] -= (part * (s + 1)) / (beta + tau);
    }
    // The integrand has at most one peak: what has become nothing stays nothing.
    if (sums[0] - before < 1e-17 * before) break;
  }
  if (slopes) for (let k = 0; k < 4; k++) slopes[k] = sums[k + 1] / sums[0] + (k === 2 ? 1 / s : 0);
  return Math.log(s * sums[0]) + scale;
}

/** Nodes and weights on [0, 1], by Newton's method on Legendre polynomials. */
function gaussLegendre(n: number): readonly (readonly [number, number])[] {
  return Array.from({ length: n }, (_, k) => {
    let x = Math.cos((Math.PI * (k + 0.75)) / (n + 0.5));
    let slope = 1;
    for (let step = 0; step < 6; step++) {
      let [before, now] = [1, x];
      for (let j = 2; j <= n; j++) [before, now] = [now, ((2 * j - 1) * x * now - (j - 1) * before) / j];
      slope = (n * (x * now - before)) / (x * x - 1);
      x -= now / slope;
    }
    return [(1 + x) / 2, 1 / ((1 - x * x) * slope * slope)] as const;
  });
}

/** The model of estimates. */
export function paretoModel(fit: PositiveFit): PurchaseModel {
  const [r, alpha, s, beta] = fit.estimates;
  const aliveAt = (x: number, t: number, T: number): number => {
    const alive = -(r + x) * Math.log(alpha + T) - s * Math.log(beta + T);
    return 1 / (1 + Math.exp(logGone([r, alpha, s, beta], x, t, T) - alive));
  };
  // (1 − ((β+T) / (β+T+h))^(s−1)) / (s − 1), which at s = 1 is a logarithm.
  const lived = (T: number, horizon: number): number => {
    const log = -Math.log1p(horizon / (beta + T));
    return Math.abs(s - 1) < 1e-12 ? -log : -Math.expm1((s - 1) * log) / (s - 1);
  };
  const ifAlive = (x: number, T: number, horizon: number): number =>
    ((r + x) / (alpha + T)) * (beta + T) * lived(T, horizon);
  return purchaseModel(fit, {
    kind: "pareto-nbd",
    probabilityAlive: aliveAt,
    expectedIfAlive: (x, _, T, horizon) => ifAlive(x, T, horizon),
    stays: (_x, _t, T, horizon) => Math.exp(-s * Math.log1p(horizon / (beta + T))),
    expectedOfNew: (horizon) => ifAlive(0, 0, horizon),
  });
}
