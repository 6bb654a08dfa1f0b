import { check, checkInteger, checkNumber } from "../../core/checks";
import { lgamma } from "../../core/math/special";
import {
  betaGeometricModel,
  betaGeometricNames,
  fitBetaGeometric,
  type PurchaseModelOptions,
  type Shift,
} from "./beta-geometric";
import { type PositiveFit, positiveFitFromJSON } from "./positive-fit";
import type { PurchaseHistory } from "./purchase-history";
import { type PurchaseModel, purchaseModel } from "./purchase-model";

export interface RegularPurchaseOptions extends PurchaseModelOptions {
  /**
   * How regular purchases are: times between them are sums of so many exponential ones, 1 to 12. Defaults to the number
   * of the highest likelihood, for which the history must have `logGaps`.
   */
  readonly every?: number;
}

const variants = { "bg-cnbd-k": 0, "mbg-cnbd-k": 1 } as const;
export type RegularKind = keyof typeof variants;
const mostEvery = 12;

/**
 * A learner of BG/CNBD-k (Platzer and Reutterer, 2016): as BG/NBD, but purchases come more regularly than at random,
 * each being the k-th event of a Poisson process (Erlang distributed times between them).
 *
 * @example
 * const history = {
 *   frequency: Float64Array.of(2, 1, 0, 0, 0, 0, 7, 1, 0, 2),
 *   recency: Float64Array.of(30.43, 1.71, 0, 0, 0, 0, 29.43, 5, 0, 35.71),
 *   age: new Float64Array(10).fill(38.86),
 * };
 * bgCnbd({ penalty: 0.1, every: 2 })(history).every; // → 2
 */
export function bgCnbd(options: RegularPurchaseOptions = {}): (history: PurchaseHistory) => PurchaseModel {
  return regular("bg-cnbd-k", options);
}

/**
 * A learner of MBG/CNBD-k (Platzer and Reutterer, 2016): as BG/CNBD-k, but one may leave right after the first purchase.
 *
 * @example
 * const history = {
 *   frequency: Float64Array.of(2, 1, 0, 0, 0, 0, 7, 1, 0, 2),
 *   recency: Float64Array.of(30.43, 1.71, 0, 0, 0, 0, 29.43, 5, 0, 35.71),
 *   age: new Float64Array(10).fill(38.86),
 * };
 * mbgCnbd({ penalty: 0.1, every: 3 })(history).kind; // → "mbg-cnbd-k"
 */
export function mbgCnbd(options: RegularPurchaseOptions = {}): (history: PurchaseHistory) => PurchaseModel {
  return regular("mbg-cnbd-k", options);
}

function regular(
  kind: RegularKind,
  options: RegularPurchaseOptions,
): (history: PurchaseHistory) => PurchaseModel {
  const { penalty = 0, every } = options;
  const action = `fit ${kind}`;
  checkNumber(penalty, 0, Infinity, action, "penalty");
  if (every !== undefined) checkInteger(every, 1, mostEvery, action, "every");
  return (history) => {
    const fitted = (k: number): PositiveFit => {
      const fit = fitBetaGeometric(kind, history, { penalty, shift: variants[kind], every: k });
      return { ...fit, logLikelihood: fit.logLikelihood + likelihoodOfGaps(history, k) };
    };
    if (every !== undefined) return regularModel(kind, fitted(every), every);
    check(
      history.logGaps !== undefined,
      action,
      "the history must have logGaps, or every (how regular purchases are) be given",
    );
    let [k, best] = [1, fitted(1)];
    for (let next = 2; next <= mostEvery; next++) {
      const found = fitted(next);
      if (!(found.logLikelihood > best.logLikelihood)) break;
      [k, best] = [next, found];
    }
    return regularModel(kind, best, k);
  };
}

/** What the likelihood owes to the times between purchases, given how many there are. */
function likelihoodOfGaps({ frequency, logGaps }: PurchaseHistory, k: number): number {
  let sum = 0;
  for (let i = 0; i < frequency.length; i++) sum += (k - 1) * (logGaps?.[i] ?? 0) - frequency[i] * lgamma(k);
  return sum;
}

/** The BG/CNBD-k or MBG/CNBD-k that `toJSON` described. */
export function regularPurchasesFromJSON(from: unknown): PurchaseModel {
  const { kind: named, every } = (from ?? {}) as { kind?: unknown; every?: unknown };
  const kind = named === "mbg-cnbd-k" ? named : "bg-cnbd-k";
  const fit = positiveFitFromJSON(from, kind, betaGeometricNames);
  checkInteger(every as number, 1, mostEvery, `load ${kind}`, "every");
  return regularModel(kind, fit, every as number);
}

/**
 * The model of estimates. What it expects is exact: of the events since the last purchase j are known up to their
 * distribution, those to come are negative binomial, and every k-th of both is a purchase. (BTYDplus scales BG/NBD's
 * formula in their place.)
 */
export function regularModel(kind: RegularKind, fit: PositiveFit, k: number): PurchaseModel {
  const shift: Shift = variants[kind];
  if (k === 1) {
    const plain = betaGeometricModel(shift === 0 ? "bg-nbd" : "mbg-nbd", fit);
    return { ...plain, kind, toJSON: () => ({ ...plain.toJSON(), kind, every: 1 }) };
  }
  const [r, alpha, a, b] = fit.estimates;
  const stages = new Float64Array(k);
  // ln Σ_j of what is alive, relative to having left with the last purchase; `stages` become the shares of each j.
  const logAlive = (x: number, t: number, T: number): number => {
    const R = r + k * x;
    let sum = 0;
    let term = 1;
    for (let j = 0; j < k; j++) {
      if (j > 0) term *= (((R + j - 1) / j) * (T - t)) / (alpha + T);
      stages[j] = term;
      sum += term;
    }
    for (let j = 0; j < k; j++) stages[j] /= sum;
    return Math.log(sum) - R * Math.log((alpha + T) / (alpha + t));
  };
  const chances = survivedChances(a, b);
  /** Σ over numbers of events to come of their chance times `of` the purchases they make. */
  const over = (
    x: number,
    t: number,
    T: number,
    horizon: number,
    of: (purchases: number) => number,
  ): number => {
    logAlive(x, t, T);
    let sum = 0;
    for (let j = 0; j < k; j++) {
      if (stages[j] < 1e-14) continue;
      const share = stages[j];
      negativeBinomial(r + k * x + j, horizon / (alpha + T + horizon), (m, chance) => {
        sum += share * chance * of(Math.floor((j + m) / k));
      });
    }
    return sum;
  };
  const ifAlive = (x: number, t: number, T: number, horizon: number): number => {
    const survived = chances(x + shift);
    return over(x, t, T, horizon, survived.purchases);
  };
  const model = purchaseModel(fit, {
    kind,
    every: k,
    probabilityAlive: (x, t, T) => {
      const K = x + shift;
      return K === 0 ? 1 : 1 / (1 + (a / (b + K - 1)) * Math.exp(-logAlive(x, t, T)));
    },
    expectedIfAlive: ifAlive,
    stays: (x, t, T, horizon) => over(x, t, T, horizon, chances(x + shift).stays),
    expectedOfNew: (horizon) => (shift === 1 ? b / (a + b) : 1) * ifAlive(0, 0, 0, horizon),
  });
  return { ...model, toJSON: () => ({ ...model.toJSON(), every: k }) };
}

interface Survived {
  /** The chance to stay through so many purchases more. */
  readonly stays: (purchases: number) => number;
  /** How many of so many purchases are made before one leaves, on average. */
  readonly purchases: (purchases: number) => number;
}

/** What a beta distributed chance to leave (a, b) does to the purchases of one who has survived K chances. */
function survivedChances(a: number, b: number): (K: number) => Survived {
  const known = new Map<number, Survived>();
  return (K) => {
    const found = known.get(K);
    if (found) return found;
    const stays = [1];
    const sums = [0];
    const reach = (n: number): void => {
      for (let i = stays.length; i <= n; i++) {
        sums.push(sums[i - 1] + stays[i - 1]);
        stays.push((stays[i - 1] * (b + K + i - 1)) / (a + b + K + i - 1));
      }
    };
    const made: Survived = {
      stays: (n) => {
        reach(n);
        return stays[n];
      },
      purchases: (n) => {
        reach(n);
        return sums[n];
      },
    };
    known.set(K, made);
    return made;
  };
}

/** Calls back with each number of events and its chance Γ(R+m) / (Γ(R) m!) (1−q)ᴿ qᵐ, but for tails below 1e-13. */
function negativeBinomial(R: number, q: number, each: (m: number, chance: number) => void): void {
  const mean = (R * q) / (1 - q);
  const deviation = Math.sqrt(R * q) / (1 - q);
  const from = Math.max(0, Math.floor(mean - 12 * deviation));
  let chance = Math.exp(
    lgamma(R + from) - lgamma(R) - lgamma(from + 1) + R * Math.log1p(-q) + from * Math.log(q),
  );
  for (let m = from; ; m++) {
    each(m, chance);
    const ratio = ((R + m) / (m + 1)) * q;
    chance *= ratio;
    if (m > mean && ratio < 1 && (chance * (m + 1)) / (1 - ratio) < 1e-13 * (1 + mean)) return;
  }
}
