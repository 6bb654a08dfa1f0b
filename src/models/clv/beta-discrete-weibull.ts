import { check } from "../../core/checks";
import { type Objective, withNumericGradient } from "../../core/math/optimise";
import { betaln } from "../../core/math/special";
import { type Cohort, type RenewalModel, type Renewals, renewalModel, renewalsOf } from "./cohort";
import { fitPositive, type PositiveFit, positiveFitFromJSON } from "./positive-fit";

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
  const renewals = renewalsOf(cohorts, action);
  check(
    renewals.ended.length > 3,
    action,
    "cohorts must cover at least three renewals",
    renewals.ended.length - 1,
  );
  const starts = [
    [1, 2, 1],
    [0.5, 5, 1.3],
    [2, 8, 0.7],
  ];
  return bdwModel(fitPositive(likelihoodOf(renewals), { names, starts }, action));
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

/** S(t) = B(α, β + tᶜ) / B(α, β), P(T = t) = S(t − 1) − S(t). */
function logSurvival(alpha: number, beta: number, c: number, t: number): number {
  return t === 0 ? 0 : betaln(alpha, beta + t ** c) - betaln(alpha, beta);
}

function likelihoodOf({ ended, survived }: Renewals): Objective {
  return withNumericGradient((theta) => {
    const [alpha, beta, c] = theta.map(Math.exp);
    let value = 0;
    let before = 0;
    for (let t = 1; t < ended.length; t++) {
      const log = logSurvival(alpha, beta, c, t);
      if (ended[t] > 0) value -= ended[t] * (before + Math.log(-Math.expm1(log - before)));
      if (survived[t] > 0) value -= survived[t] * log;
      before = log;
    }
    return value;
  });
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
