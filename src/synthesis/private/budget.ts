import { check, checkNumber } from "../../core/checks";

/** Where a part of the budget went. */
export interface Spending {
  readonly part: string;
  /** In zero-concentrated differential privacy; parts add up (Bun and Steinke, 2016). */
  readonly rho: number;
  /** The chance that the part's own guarantee fails; 0 for all but published levels. */
  readonly delta: number;
  /** How: the mechanism, how often, with how much noise. */
  readonly how: string;
}

/** What a private release guarantees, and how its budget was spent. */
export interface Privacy {
  readonly epsilon: number;
  readonly delta: number;
  /** The whole budget in zero-concentrated differential privacy. */
  readonly rho: number;
  /** Which tables the release hardly tells apart. */
  readonly neighbours: "one row added or removed";
  /** "secret": nobody can repeat the noise; "seed": those who know the seed can. */
  readonly noise: "secret" | "seed";
  readonly spending: readonly Spending[];
  /** What was taken from the table without a mechanism, in words: as public only as whoever fitted says. */
  readonly readOff: readonly string[];
}

/**
 * The δ for which a ρ-zCDP release is (ε, δ)-differentially private: the infimum over orders α of the Rényi bound
 * (Canonne, Kamath and Steinke, 2020, corollary 13). Its logarithm is convex in α, so the slope is bisected.
 */
export function deltaOf(rho: number, epsilon: number): number {
  if (rho === 0) return 0;
  const slope = (alpha: number): number => (2 * alpha - 1) * rho - epsilon + Math.log1p(-1 / alpha);
  let low = 1 + 1e-9;
  let high = (epsilon + 1) / (2 * rho) + 2;
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (slope(middle) < 0) low = middle;
    else high = middle;
  }
  // Every order gives a valid bound, so rounding of this one can't make it too small.
  const alpha = high;
  const log = (alpha - 1) * (alpha * rho - epsilon) + alpha * Math.log1p(-1 / alpha) - Math.log(alpha - 1);
  return Math.min(1, Math.exp(log));
}

/** The largest ρ of which every ρ-zCDP release is (ε, δ)-differentially private. */
export function rhoOf(epsilon: number, delta: number): number {
  const action = "budget privacy";
  checkNumber(epsilon, 0, Infinity, action, "epsilon", "low");
  checkNumber(delta, 0, 1, action, "delta", "both");
  // The lower end always satisfies the bound, so stopping early is safe.
  let low = 0;
  let high = epsilon + 1;
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (deltaOf(middle, epsilon) <= delta) low = middle;
    else high = middle;
  }
  return low;
}

/** A budget that parts are paid from; more than there is can't be spent. */
export interface Budget {
  readonly rho: number;
  readonly delta: number;
  spend(spending: Spending): void;
  readonly spending: readonly Spending[];
}

/** A budget of ρ, and of δ for guarantees that may fail. */
export function budgetOf(rho: number, delta: number): Budget {
  const spending: Spending[] = [];
  return {
    rho,
    delta,
    spending,
    spend(one) {
      const sum = (of: "rho" | "delta"): number =>
        spending.reduce((all, { [of]: part }) => all + part, one[of]);
      // Rounding of a sum of a few parts is some 1e-16 of it.
      check(sum("rho") <= rho * (1 + 1e-12), "spend privacy", "rho must be within the budget", sum("rho"));
      check(
        sum("delta") <= delta * (1 + 1e-12),
        "spend privacy",
        "delta must be within the budget",
        sum("delta"),
      );
      spending.push(one);
    },
  };
}
