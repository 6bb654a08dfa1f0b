import { checkInteger, checkNumber } from "../../core/checks";
import type { Objective } from "../../core/math/optimise";
import { betaInc, betaln, digamma, lgamma, logAddExp } from "../../core/math/special";
import { fitPositive, type PositiveFit, positiveFitFromJSON } from "./positive-fit";
import { checkHistory, grouped, type PurchaseHistory } from "./purchase-history";
import { type PurchaseModel, purchaseModel } from "./purchase-model";

export interface PurchaseModelOptions {
  /**
   * Ridge on the parameters, at least 0. Adds penalty × Σ θ² to minus the mean log likelihood, times in
   * mean ages and money in mean amounts, so that it does not depend on units: .001 to .1 steadies fits of a few hundred
   * customers whose likelihood has no clear maximum.
   * @default 0
   */
  readonly penalty?: number;
}

/** BG/NBD or MBG/NBD. */
export interface BetaGeometricModel extends PurchaseModel {
  readonly kind: "bg-nbd" | "mbg-nbd";
  /** The chance that a new customer makes exactly `count` repeat purchases within `horizon`. */
  chanceOfCount(count: number, horizon: number): number;
}

export const betaGeometricNames = ["r", "alpha", "a", "b"];
/** Chances to leave: BG/NBD's customers after every repeat purchase, MBG/NBD's also right after the first purchase. */
const variants = { "bg-nbd": 0, "mbg-nbd": 1 } as const;
type Variant = keyof typeof variants;
export type Shift = 0 | 1;

/**
 * A learner of BG/NBD (Fader, Hardie and Lee, 2005): while alive a customer buys at a rate of their own, gamma
 * distributed (r, alpha), and after each repeat purchase leaves with a chance of their own, beta distributed (a, b).
 *
 * @example
 * // Repeat purchases, the week of the last one and the weeks since the first, of ten customers.
 * const history = {
 *   frequency: Float64Array.of(2, 1, 0, 0, 0, 0, 7, 1, 0, 2),
 *   recency: Float64Array.of(30.43, 1.71, 0, 0, 0, 0, 29.43, 5, 0, 35.71),
 *   age: new Float64Array(10).fill(38.86),
 * };
 * const model = bgNbd({ penalty: 0.1 })(history);
 * model.names; // → ["r", "alpha", "a", "b"]
 * const [often, once] = [6, 1].map((i) => model.expectedPurchases(history, 39)[i]);
 * often > once; // → true
 */
export function bgNbd(options: PurchaseModelOptions = {}): (history: PurchaseHistory) => BetaGeometricModel {
  return betaGeometric("bg-nbd", options);
}

/**
 * A learner of MBG/NBD (Batislam, Denizel and Filiztekin, 2007): as BG/NBD, but one may leave right after the first
 * purchase too, so that customers who never came back are not alive for certain.
 *
 * @example
 * const history = {
 *   frequency: Float64Array.of(2, 1, 0, 0, 0, 0, 7, 1, 0, 2),
 *   recency: Float64Array.of(30.43, 1.71, 0, 0, 0, 0, 29.43, 5, 0, 35.71),
 *   age: new Float64Array(10).fill(38.86),
 * };
 * const alive = mbgNbd({ penalty: 0.1 })(history).probabilityAlive(history);
 * // Who bought once, long ago, may be gone.
 * alive[1] < alive[9]; // → true
 */
export function mbgNbd(options: PurchaseModelOptions = {}): (history: PurchaseHistory) => BetaGeometricModel {
  return betaGeometric("mbg-nbd", options);
}

/**
 * The BG/NBD or MBG/NBD that `toJSON` described.
 *
 * @example
 * const history = {
 *   frequency: Float64Array.of(2, 1, 0, 0, 0, 0, 7, 1, 0, 2),
 *   recency: Float64Array.of(30.43, 1.71, 0, 0, 0, 0, 29.43, 5, 0, 35.71),
 *   age: Float64Array.of(38.86, 38.86, 38.86, 38.86, 38.86, 38.86, 38.86, 38.86, 38.86, 38.86),
 * };
 * const model = bgNbd({ penalty: 0.1 })(history);
 * betaGeometricFromJSON(model.toJSON()).kind; // → "bg-nbd"
 */
export function betaGeometricFromJSON(from: unknown): BetaGeometricModel {
  const kind = (from as { kind?: unknown } | null)?.kind === "mbg-nbd" ? "mbg-nbd" : "bg-nbd";
  return betaGeometricModel(kind, positiveFitFromJSON(from, kind, betaGeometricNames));
}

function betaGeometric(
  kind: Variant,
  options: PurchaseModelOptions,
): (history: PurchaseHistory) => BetaGeometricModel {
  const { penalty = 0 } = options;
  checkNumber(penalty, 0, Infinity, `fit ${kind}`, "penalty");
  return (history) => {
    const fit = fitBetaGeometric(kind, history, { penalty, shift: variants[kind], every: 1 });
    return betaGeometricModel(kind, fit);
  };
}

/** Estimates of r, alpha, a, b where each purchase is the `every`-th event of a Poisson process. */
export function fitBetaGeometric(
  kind: string,
  history: PurchaseHistory,
  { penalty, shift, every }: { readonly penalty: number; readonly shift: Shift; readonly every: number },
): PositiveFit {
  const action = `fit ${kind}`;
  checkHistory(history, action);
  // Rates are of the order of 1 / age: that sets the scale of alpha.
  const scale = history.age.reduce((sum, T) => sum + T, 0) / history.age.length;
  const starts = [
    [1, scale / 2 / every, 1, 1],
    [0.3, scale / 8 / every, 0.8, 2.5],
  ];
  return fitPositive(
    betaGeometricLikelihood(history, shift, every),
    { names: betaGeometricNames, starts, units: [1, scale, 1, 1], penalty: penalty * history.age.length },
    action,
  );
}

/**
 * Minus the log likelihood of the logarithms of r, alpha, a, b. With K chances to leave survived, R = r + kx and every k-th
 * event a purchase, it is Γ(R) αʳ / Γ(r) [B(a, b+K) / B(a, b) Σ_{j<k} Γ(R+j) / (Γ(R) j!) (T−t)ʲ (α+T)^−(R+j)
 * + B(a+1, b+K−1) / B(a, b) (α+t)^−R if K > 0] (Platzer and Reutterer, 2016; k = 1: Fader, Hardie and Lee, 2005), but for
 * what depends on the times between purchases and k alone.
 */
export function betaGeometricLikelihood(history: PurchaseHistory, shift: Shift, every: number): Objective {
  const { frequency, recency, age, counts } = grouped(history);
  const most = frequency.reduce((high, x) => Math.max(high, x), 0);
  const parts = new Float64Array(most + 1);
  const byR = new Float64Array(most + 1);
  const byAB = new Float64Array(most + 1);
  const byB = new Float64Array(most + 1);
  // Of the events since the last purchase, j of them: logarithms, and their sums of 1 / (R + i).
  const log = new Float64Array(every);
  const harmonic = new Float64Array(every);
  return (theta, gradient) => {
    const [r, alpha, a, b] = theta.map(Math.exp);
    gradient.fill(0);
    // What depends on the number of purchases alone: few values, computed once each.
    for (let x = 0; x <= most; x++) {
      const [K, R] = [x + shift, r + every * x];
      parts[x] = lgamma(R) - lgamma(r) + r * Math.log(alpha) + betaln(a, b + K) - betaln(a, b);
      byR[x] = digamma(R) - digamma(r) + Math.log(alpha);
      byAB[x] = digamma(a + b) - digamma(a + b + K);
      byB[x] = digamma(b + K) - digamma(b);
    }
    let value = 0;
    for (let i = 0; i < frequency.length; i++) {
      const x = frequency[i];
      const [K, R] = [x + shift, r + every * x];
      const logT = Math.log(alpha + age[i]);
      log[0] = -R * logT;
      harmonic[0] = 0;
      let all = log[0];
      for (let j = 1; j < every; j++) {
        // Γ(R+j) / Γ(R+j−1) / j (T−t) / (α+T)
        log[j] = log[j - 1] + Math.log(((R + j - 1) / j) * (age[i] - recency[i])) - logT;
        harmonic[j] = harmonic[j - 1] + 1 / (R + j - 1);
        all = logAddExp(all, log[j]);
      }
      let gone = 0;
      let log1 = 0;
      if (K > 0) {
        // B(a+1, b+K−1) / B(a, b+K) = a / (b+K−1)
        log1 = Math.log(alpha + recency[i]);
        const left = Math.log(a / (b + K - 1)) - R * log1;
        all = logAddExp(all, left);
        gone = Math.exp(left - all);
      }
      const count = counts[i];
      value -= count * (parts[x] + all);
      let [inR, inAlpha] = [-gone * log1, -(gone * R) / (alpha + recency[i])];
      for (let j = 0; j < every; j++) {
        const share = Math.exp(log[j] - all);
        inR += share * (harmonic[j] - logT);
        inAlpha -= (share * (R + j)) / (alpha + age[i]);
      }
      gradient[0] -= count * (byR[x] + inR);
      gradient[1] -= count * (r / alpha + inAlpha);
      gradient[2] -= count * (byAB[x] + gone / a);
      gradient[3] -= count * (byAB[x] + byB[x] - (K > 0 ? gone / (b + K - 1) : 0));
    }
    [r, alpha, a, b].forEach((v, j) => {
      gradient[j] *= v;
    });
    return value;
  };
}

/** The model of estimates. */
export function betaGeometricModel(kind: Variant, fit: PositiveFit): BetaGeometricModel {
  const [r, alpha, a, b] = fit.estimates;
  const shift = variants[kind];
  const aliveAt = (x: number, t: number, T: number): number => {
    const k = x + shift;
    if (k === 0) return 1;
    return 1 / (1 + (a / (b + k - 1)) * Math.exp((r + x) * Math.log((alpha + T) / (alpha + t))));
  };
  const dropout = new Map<number, readonly Node[]>();
  /** The mean of f over the chance to leave of one who has made k purchases that could have been the last: beta (a, b + k). */
  const overDropout = (k: number, f: (p: number) => number): number => {
    const nodes = dropout.get(k) ?? betaNodes(a, b + k);
    dropout.set(k, nodes);
    // Of tiny a or b the distribution lies beyond any node at 0 or 1: there what is linear in p is exact, and its rest vanishes.
    const zero = a < tiny ? f(0) : 0;
    const one = b + k < tiny ? f(1) : 0;
    let sum = (zero * (b + k) + one * a) / (a + b + k);
    for (const { p, weight } of nodes) sum += weight * (f(p) - zero * (1 - p) - one * p);
    return sum;
  };
  const ifAlive = (x: number, T: number, horizon: number): number => {
    // Of one who leaves with chance p after a purchase: ∫₀ʰ E[λ e^(−λps)] ds, λ being gamma (r + x, α + T).
    const growth = horizon / (alpha + T);
    return overDropout(x + shift, (p) =>
      p * growth < 1e-12 ? (r + x) * growth : -Math.expm1(-(r + x) * Math.log1p(p * growth)) / p,
    );
  };
  // E[exp(−λ p h)]: one leaves at the rate of purchases times the chance to leave after one.
  const stays = (x: number, T: number, horizon: number): number =>
    overDropout(x + shift, (p) => Math.exp(-(r + x) * Math.log1p((p * horizon) / (alpha + T))));
  const chanceOfCount = (count: number, horizon: number): number => {
    checkInteger(count, 0, 1e9, "find the chance of a count", "count");
    checkNumber(horizon, 0, Infinity, "find the chance of a count", "horizon", "low");
    const k = count + shift;
    const p = horizon / (alpha + horizon);
    const bought =
      lgamma(r + count) - lgamma(r) - lgamma(count + 1) + r * Math.log1p(-p) + count * Math.log(p);
    const stayed = Math.exp(bought + betaln(a, b + k) - betaln(a, b));
    if (k === 0) return stayed;
    // Who left after this many purchases would have made at least as many.
    const atLeast = count === 0 ? 1 : betaInc(count, r, p);
    return stayed + Math.exp(betaln(a + 1, b + k - 1) - betaln(a, b)) * atLeast;
  };
  const model = purchaseModel(fit, {
    kind,
    probabilityAlive: aliveAt,
    expectedIfAlive: (x, _, T, horizon) => ifAlive(x, T, horizon),
    stays: (x, _, T, horizon) => stays(x, T, horizon),
    expectedOfNew: (horizon) => (shift === 1 ? b / (a + b) : 1) * ifAlive(0, 0, horizon),
  });
  return { ...model, kind, chanceOfCount };
}

/** Above it the nodes of the quadrature hold all of a beta distribution. */
const tiny = 0.1;

/** A value of a beta distributed chance, with its share of the distribution. */
interface Node {
  readonly p: number;
  readonly weight: number;
}

/**
 * Nodes of a quadrature over the beta distribution (a, b): the trapezoidal rule after p = 1 / (1 + exp(−m − w π sinh s))
 * (Takahasi and Mori, 1974), m and w being about the distribution's middle and width on the logistic scale. It holds for
 * all a and b above 0, where the closed form with its hypergeometric function has poles and overflows.
 */
function betaNodes(a: number, b: number): readonly Node[] {
  const step = 1 / 16;
  const middle = Math.log(a / b);
  const width = Math.PI * Math.min(1, Math.sqrt(1 / a + 1 / b));
  const logBeta = betaln(a, b);
  const nodes: Node[] = [];
  for (let k = -8 / step; k <= 8 / step; k++) {
    const u = middle + width * Math.sinh(k * step);
    const logP = -Math.log1p(Math.exp(-Math.abs(u))) + Math.min(u, 0);
    const log = a * logP + b * (logP - u) - logBeta;
    if (log > -60)
      nodes.push({ p: Math.exp(logP), weight: Math.exp(log) * width * Math.cosh(k * step) * step });
  }
  return nodes;
}
