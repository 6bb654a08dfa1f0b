import { check, checkNumber, checkOneOf } from "../../core/checks";
import { dot, symmetricInverse } from "../../core/math/linear-algebra";
import { newton } from "../../core/math/optimise";
import { standardised } from "../../core/math/standardise";
import { checkSurvivalData, type FitSurvival, lastUpTo } from "./censored";
import { strataOf } from "./cox-likelihood";
import { type CoxModel, coxModel } from "./cox-model";
import { robustCovariance } from "./robust-covariance";

export interface CoxOptions {
  /**
   * Several ends at one time: "efron" (default), close to exact; "breslow", the older and cruder approximation, that
   * pulls coefficients towards 0 when ties are many.
   */
  readonly ties?: "efron" | "breslow";
  /**
   * L2 penalty, at least 0. Subtracts ½ penalty Σ (sdⱼ βⱼ)² from the log partial likelihood, so it does
   * not depend on units. A small one (1) keeps separated or nearly collinear columns finite.
   * @default 0
   */
  readonly penalty?: number;
  /**
   * The hazard beyond the last training event: "flat" (default) none, as is usual; "level", the mean of the last quarter
   * of the time before, for predictions that reach beyond the data.
   */
  readonly tail?: "flat" | "level";
  /**
   * Standard errors that hold where rows depend on each other or hazards are not quite proportional (Lin and Wei's
   * sandwich). Defaults to true where the data have `clusters`, else to false.
   */
  readonly robust?: boolean;
}

/**
 * A learner of Cox's proportional hazards (1972) by Newton's method on Efron's partial likelihood; left truncation by
 * `entry`, case weights, L2 penalty, `strata` with a baseline each, robust standard errors by `clusters`. Rows of one
 * customer from change to change (`startStopRows`) let columns vary in time. Refuses constant columns, and separated ones
 * unless there is a penalty.
 *
 * @example
 * const x = matrixFromRows([[0], [0], [1], [0], [1], [1], [0], [1]]);
 * const time = Float64Array.of(2, 4, 5, 9, 8, 15, 22, 30);
 * const model = await cox()({ x, time, event: Float64Array.of(1, 1, 1, 1, 0, 1, 1, 1) }, seeded(1));
 * // Contracts (1) end later.
 * model.coefficients[0] < 0; // → true
 */
export function cox(options: CoxOptions = {}): FitSurvival<CoxModel> {
  const { ties = "efron", penalty = 0, tail = "flat" } = options;
  const action = "fit a Cox model";
  checkOneOf(ties, ["efron", "breslow"], action, "ties");
  checkNumber(penalty, 0, Infinity, action, "penalty");
  checkOneOf(tail, ["flat", "level"], action, "tail");
  return async (train, _rng, watch) => {
    checkSurvivalData(train, action, "groups");
    const { x, means, scales } = standardised(train.x, train.weights, action);
    const p = x.columns;
    const { strata, objective } = strataOf(train, x, ties === "efron");
    let steps = 0;
    // Newton's method starts at 0, where the likelihood is that of no model.
    let nullLogLikelihood = 0;
    const found = newton((beta, gradient, hessian) => {
      watch?.signal?.throwIfAborted();
      let value = objective(beta, gradient, hessian);
      if (steps === 0) nullLogLikelihood = -value;
      for (let j = 0; j < p; j++) {
        value += 0.5 * penalty * beta[j] ** 2;
        gradient[j] += penalty * beta[j];
        hessian[j * p + j] += penalty;
      }
      steps++;
      watch?.progress?.({ phase: "train", done: steps, total: steps, figures: { loss: value } });
      return value;
    }, new Float64Array(p));
    const names = train.x.features.map((f) => f.name);
    const inverse = symmetricInverse(found.hessian, p, action);
    for (let j = 0; j < p; j++) {
      // With a column that separates ends from survivors the likelihood rises for ever and flattens out.
      check(
        inverse[j * p + j] < 1e4 || penalty > 0,
        action,
        `column ${names[j]} must not separate the ended lifetimes from the others (leave it out, or set penalty to 1)`,
      );
    }
    check(found.converged, action, "Newton's method must converge (set penalty above 0)");
    const logLikelihood = 0.5 * penalty * dot(found.x, found.x) - found.value;
    const rescaled = (v: number, k: number): number => v / (scales[Math.floor(k / p)] * scales[k % p]);
    const robust = options.robust ?? train.clusters !== undefined;
    return coxModel({
      features: names,
      ties,
      coefficients: found.x.map((b, j) => b / scales[j]),
      covariance: inverse.map(rescaled),
      ...(robust && {
        robustCovariance: robustCovariance(inverse, found.x, strata, ties === "efron", train.clusters).map(
          rescaled,
        ),
      }),
      means,
      baselines: strata.map(({ code, likelihood: { eventTimes, hazards } }) => {
        const hazard = hazards(found.x);
        for (let k = 1; k < hazard.length; k++) hazard[k] += hazard[k - 1];
        const tailHazard = tail === "level" ? lateHazard(eventTimes, hazard) : 0;
        return { ...(code !== undefined && { stratum: code }), times: eventTimes, hazard, tailHazard };
      }),
      logLikelihood,
      nullLogLikelihood,
    });
  };
}

/** The mean hazard per unit of time over the last quarter of the time until the last event. */
function lateHazard(times: Float64Array, hazard: Float64Array): number {
  if (times.length === 0) return 0;
  const end = times[times.length - 1];
  const k = lastUpTo(times, 0.75 * end);
  return end > 0 ? (hazard[hazard.length - 1] - (k < 0 ? 0 : hazard[k])) / (0.25 * end) : 0;
}
