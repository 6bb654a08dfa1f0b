import { hypergeometric } from "../../core/math/hypergeometric";
import type { Objective } from "../../core/math/optimise";
import { betaln, digamma } from "../../core/math/special";
import { type Cohort, type RenewalModel, type Renewals, renewalModel, renewalsOf } from "./cohort";
import { fitPositive, type PositiveFit, positiveFitFromJSON } from "./positive-fit";

const names = ["alpha", "beta"];

/**
 * The shifted-beta-geometric model (Fader and Hardie, 2007): each customer leaves at every renewal with a chance of
 * their own, beta distributed; so retention rises with age because those who leave easily are gone.
 *
 * @example
 * // Of 1,000 subscribers so many were left after each renewal (Fader and Hardie, 2007, table 1).
 * const model = shiftedBetaGeometric([[1000, 631, 468, 382, 326, 289, 262, 241]]);
 * model.estimates; // → [0.70, 1.18]
 */
export function shiftedBetaGeometric(cohorts: readonly Cohort[]): RenewalModel {
  const action = "fit shifted-beta-geometric";
  const fit = fitPositive(
    likelihoodOf(renewalsOf(cohorts, action)),
    {
      names,
      starts: [
        [1, 2],
        [0.5, 5],
      ],
    },
    action,
  );
  return sbgModel(fit);
}

/**
 * The model that `toJSON` described.
 *
 * @example
 * const model = shiftedBetaGeometric([[1000, 631, 468, 382, 326, 289, 262, 241]]);
 * shiftedBetaGeometricFromJSON(model.toJSON()).retentionAt(3) === model.retentionAt(3); // → true
 */
export function shiftedBetaGeometricFromJSON(from: unknown): RenewalModel {
  return sbgModel(positiveFitFromJSON(from, "shifted-beta-geometric", names));
}

/** P(T = t) = B(α+1, β+t−1) / B(α, β), S(t) = B(α, β+t) / B(α, β). */
function likelihoodOf({ ended, survived }: Renewals): Objective {
  return (theta, gradient) => {
    const [alpha, beta] = theta.map(Math.exp);
    const all = digamma(alpha + beta);
    let value = 0;
    let [byAlpha, byBeta] = [0, 0];
    const add = (count: number, a: number, b: number): void => {
      value -= count * (betaln(alpha + a, beta + b) - betaln(alpha, beta));
      const both = all - digamma(alpha + beta + a + b);
      byAlpha -= count * (digamma(alpha + a) - digamma(alpha) + both);
      byBeta -= count * (digamma(beta + b) - digamma(beta) + both);
    };
    for (let t = 1; t < ended.length; t++) {
      if (ended[t] > 0) add(ended[t], 1, t - 1);
      if (survived[t] > 0) add(survived[t], 0, t);
    }
    gradient[0] = byAlpha * alpha;
    gradient[1] = byBeta * beta;
    return value;
  };
}

function sbgModel(fit: PositiveFit): RenewalModel {
  const [alpha, beta] = fit.estimates;
  return renewalModel("shifted-beta-geometric", fit, {
    survivalAt: (renewals) => Math.exp(betaln(alpha, beta + renewals) - betaln(alpha, beta)),
    retentionAt: (renewals) => (beta + renewals - 1) / (alpha + beta + renewals - 1),
    residual: (renewals, discountRate) => {
      const b = beta + renewals;
      return (b / (alpha + b)) * hypergeometric(1, b + 1, alpha + b + 1, 1 / (1 + discountRate));
    },
  });
}
