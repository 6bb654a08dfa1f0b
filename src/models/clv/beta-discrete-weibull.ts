import { check } from "../../core/checks";
import type { Objective } from "../../core/math/optimise";
import { type Cohort, type RenewalModel, renewalModel, renewalsOf } from "./cohort";
import { fitPositive, type PositiveFit, positiveFitFromJSON } from "./positive-fit";
import { logSurvival, renewalLikelihood } from "./renewal-likelihood";

const names = ["alpha", "beta", "c"];

/**
 * The beta-discrete-Weibull model (Fader, Hardie, Liu, Davin and Steenburgh, 2018): as the shifted-beta-geometric, but
 * a customer's own chance to leave may fall (c < 1) or rise (c > 1) with every renewal; c = 1 is that model.
 *
 * @example
 * const model = betaDiscreteWeibull([[1000, 869, 743, 653, 593, 551, 517, 491]]);
 * model.names; // → ["alpha", "beta", "c"]
 * Math.round(1000 * model.survivalAt(1)) / 1000; // → 0.87
 */
export function betaDiscreteWeibull(cohorts: readonly Cohort[]): RenewalModel {
  const action = "fit beta-discrete-weibull";
  const outcomes = renewalsOf(cohorts, action);
  const longest = outcomes.reduce((high, { renewal }) => Math.max(high, renewal), 0);
  check(longest > 2, action, "cohorts must cover at least three renewals", longest);
  const slope = new Float64Array(3);
  const starts = [
    [1, 2, 1],
    [0.5, 5, 1.3],
    [2, 8, 0.7],
  ];
  const likelihood: Objective = (theta, gradient) => {
    const [alpha, beta, c] = theta.map(Math.exp);
    const value = renewalLikelihood(outcomes, alpha, beta, c, slope);
    for (const [k, parameter] of [alpha, beta, c].entries()) gradient[k] = slope[k] * parameter;
    return value;
  };
  return bdwModel(fitPositive(likelihood, { names, starts }, action));
}

/**
 * The model that `toJSON` described.
 *
 * @example
 * const model = betaDiscreteWeibull([[1000, 869, 743, 653, 593, 551, 517, 491]]);
 * betaDiscreteWeibullFromJSON(model.toJSON()).survivalAt(9) === model.survivalAt(9); // → true
 */
export function betaDiscreteWeibullFromJSON(from: unknown): RenewalModel {
  return bdwModel(positiveFitFromJSON(from, "beta-discrete-weibull", names));
}

function bdwModel(fit: PositiveFit): RenewalModel {
  const [alpha, beta, c] = fit.estimates;
  const log = (t: number): number => logSurvival(alpha, beta, c, t);
  return renewalModel("beta-discrete-weibull", fit, {
    survivalAt: (renewals) => Math.exp(log(renewals)),
    retentionAt: (renewals) => Math.exp(log(renewals) - log(renewals - 1)),
    residual: (renewals, discountRate) => {
      const reached = log(renewals);
      let sum = 0;
      for (let k = 0; k < 1_000_000; k++) {
        const term = Math.exp(log(renewals + k + 1) - reached) * (1 + discountRate) ** -k;
        sum += term;
        // The rest is at most a geometric series that starts here.
        if (term / discountRate < 1e-13 * sum) break;
      }
      return sum;
    },
  });
}
