import { check, checkNumber } from "../../core/checks";
import type { NoiseSource } from "./noise/noise-source";

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

/**
 * The largest ρ of which every ρ-zCDP release is (ε, δ)-differentially private.
 *
 * @example
 * rhoOf(1, 1e-6); // → 0.0244
 */
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

/** What a step of a release may spend, and its noise: mechanisms pay from it before they look at rows. */
export interface Account {
  readonly source: NoiseSource;
  /** @throws RangeError where the step, or the whole release, would cost more than it may. */
  pay(rho: number, delta?: number): void;
  /** The same for so many choices by the exponential mechanism, of which a budget may have a certain number. */
  payChoices(rho: number, times: number): void;
}

/** A budget that steps are paid from; more than there is can't be spent. */
export interface Budget {
  readonly rho: number;
  readonly delta: number;
  readonly spending: readonly Spending[];
  /**
   * What the step finds. Its mechanisms may pay `allowed` together; what they paid is listed as `part`, with the step's
   * own words on how. A step that paid nothing isn't listed.
   */
  step<T>(
    part: string,
    allowed: { readonly rho: number; readonly delta?: number },
    run: (account: Account) => { readonly found: T; readonly how: string },
  ): T;
  /** The same for a step that takes its time; another may begin once it is closed, with its own words on how. */
  open(
    part: string,
    allowed: { readonly rho: number; readonly delta?: number },
  ): { readonly account: Account; close(how: string): void };
  /** Lists what no step needed. */
  close(): void;
}

/**
 * A budget of ρ, and of δ for guarantees that may fail, for mechanisms with noise from `source`. Choices are counted apart,
 * since what ρ promises depends on them (`rhoOfPlan`): so many, of a share of ρ, each as large; or any (`choices` is Infinity) of a
 * ρ that holds whatever the mechanisms (`rhoOf`).
 */
export function budgetOf(
  rho: number,
  delta: number,
  source: NoiseSource,
  { choiceShare, choices }: { readonly choiceShare: number; readonly choices: number } = {
    choiceShare: 0,
    choices: 0,
  },
): Budget {
  const spending: Spending[] = [];
  let counted = 0;
  let chosen = 0;
  const sum = (of: "rho" | "delta"): number => spending.reduce((all, one) => all + one[of], 0);
  return {
    rho,
    delta,
    spending,
    step(part, allowed, run) {
      const own = this.open(part, allowed);
      const { found, how } = run(own.account);
      own.close(how);
      return found;
    },
    open(part, allowed) {
      const before = { rho: sum("rho"), delta: sum("delta") };
      const paid = { rho: 0, delta: 0 };
      const own = { counted: 0, chosen: 0 };
      const add = (more: number, failing: number): void => {
        checkNumber(more, 0, Infinity, "spend privacy", "rho");
        paid.rho += more;
        paid.delta += failing;
        within("rho", paid.rho, allowed.rho, `what ${part} may cost`);
        within("delta", paid.delta, allowed.delta ?? 0, `what ${part} may cost`);
        within("rho", before.rho + paid.rho, rho, "the budget");
        within("delta", before.delta + paid.delta, delta, "the budget");
      };
      const account: Account = {
        source,
        pay(more, failing = 0) {
          add(more, failing);
          own.counted += more;
          within("rho of counts", counted + own.counted, rho * (1 - choiceShare), "the budget");
        },
        payChoices(more, times) {
          add(more, 0);
          if (choices === Infinity) return;
          own.chosen += times;
          within("choices", chosen + own.chosen, choices, "the budget");
          within("rho of a choice", more / Math.max(1, times), (rho * choiceShare) / choices, "the budget");
        },
      };
      return {
        account,
        close(how) {
          counted += own.counted;
          chosen += own.chosen;
          if (paid.rho > 0) spending.push({ part, ...paid, how });
        },
      };
    },
    close() {
      const left = Math.max(0, rho - sum("rho"));
      spending.push({ part: "left over", rho: left, delta: 0, how: "steps that found nothing to count" });
    },
  };
}

/** Rounding of a sum of a few parts is some 1e-16 of it. */
function within(name: string, spent: number, limit: number, of: string): void {
  check(spent <= limit * (1 + 1e-12), "spend privacy", `${name} must be within ${of}, ${limit}`, spent);
}
