import { hypergeometric } from "../../core/math/hypergeometric";
import { type Cohort, type RenewalModel, renewalModel, renewalsOf } from "./cohort";
import { fitPositive, type PositiveFit, positiveFitFromJSON } from "./positive-fit";
import { logSurvival, renewalLikelihood } from "./renewal-likelihood";

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
  const outcomes = renewalsOf(cohorts, action);
  const slope = new Float64Array(3);
  const fit = fitPositive(
    (theta, gradient) => {
      const [alpha, beta] = theta.map(Math.exp);
      const value = renewalLikelihood(outcomes, alpha, beta, 1, slope);
      gradient[0] = slope[0] * alpha;
      gradient[1] = slope[1] * beta;
      return value;
    },
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

function sbgModel(fit: PositiveFit): RenewalModel {
  const [alpha, beta] = fit.estimates;
  return renewalModel("shifted-beta-geometric", fit, {
    survivalAt: (renewals) => Math.exp(logSurvival(alpha, beta, 1, renewals)),
    retentionAt: (renewals) => (beta + renewals - 1) / (alpha + beta + renewals - 1),
    residual: (renewals, discountRate) => {
      const b = beta + renewals;
      return (b / (alpha + b)) * hypergeometric(1, b + 1, alpha + b + 1, 1 / (1 + discountRate));
    },
  });
}
