import { checkInteger } from "../../core/checks";
import type { Fit } from "../../core/model";
import { kFold } from "../../data/split";
import { fitFolds, outOfFold } from "../out-of-fold";
import { type FitUplift, propensities } from "./campaign";
import { type EffectModel, effectModel } from "./effect-model";

export interface RLearnerOptions {
  /** Learns the outcome of all rows alike, out of fold. */
  readonly outcome: Fit;
  /** Learns effects, from weighted rows: a regression that heeds weights. */
  readonly effect: Fit;
  /** Folds of the outcome's predictions, at least 2. @default 5 */
  readonly folds?: number;
}

/**
 * The R-learner (Nie and Wager, 2021): minimises Σ ((y − m(x)) − τ(x) (t − e))², with the outcome's mean m predicted
 * out of fold. What decides the outcome either way is taken out before effects are sought.
 *
 * @example
 * const x = matrix(80, 1, Float64Array.from({ length: 80 }, (_, i) => (i * 7) % 10));
 * const treated = Float64Array.from({ length: 80 }, (_, i) => i % 2);
 * const y = treated.map((one, i) => 5 + 2 * one + x.values[i]);
 * const fit = rLearner({ outcome: linearRegression(), effect: linearRegression() });
 * const model = await fit({ x, treated, y }, seeded(1));
 * model.predict(matrixFromRows([[3]]))[0] > 1; // → true
 */
export function rLearner({ outcome, effect, folds = 5 }: RLearnerOptions): FitUplift<EffectModel> {
  const action = "fit r-learner";
  checkInteger(folds, 2, 1000, action, "folds");
  return async (campaign, rng, watch) => {
    const chances = propensities(campaign, action);
    const { x, y, treated } = campaign;
    const splits = kFold(y.length, folds, rng.fork("folds"));
    const fitted = await fitFolds({ learner: outcome, data: { x, y } }, splits, rng.fork("outcome"), watch);
    const expected = outOfFold(fitted, y.length);
    const off = treated.map((t, i) => t - chances[i]);
    const target = y.map((value, i) => (value - expected[i]) / off[i]);
    const weights = off.map((d) => d * d);
    return effectModel("r-learner", await effect({ x, y: target, weights }, rng.fork("effect"), watch));
  };
}
