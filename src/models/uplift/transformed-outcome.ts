import type { Fit } from "../../core/model";
import { type FitUplift, propensities } from "./campaign";
import { type EffectModel, effectModel } from "./effect-model";

export interface TransformedOutcomeOptions {
  /** Learns effects: a regression. */
  readonly effect: Fit;
}

/**
 * The transformed outcome y (t − e) / (e (1 − e)) (Athey and Imbens, 2015), whose expectation is the effect whatever
 * the outcome's model: unbiased when the propensity is known, and the noisiest of the four.
 *
 * @example
 * const x = matrix(80, 1, Float64Array.from({ length: 80 }, (_, i) => (i * 7) % 10));
 * const treated = Float64Array.from({ length: 80 }, (_, i) => Math.floor(i / 10) % 2);
 * const y = treated.map((one, i) => one * x.values[i]);
 * const model = await transformedOutcome({ effect: linearRegression() })({ x, treated, y }, seeded(1));
 * model.predict(matrixFromRows([[9]]))[0] > model.predict(matrixFromRows([[0]]))[0]; // → true
 */
export function transformedOutcome({ effect }: TransformedOutcomeOptions): FitUplift<EffectModel> {
  return async (campaign, rng, watch) => {
    const chances = propensities(campaign, "fit transformed outcome");
    const y = campaign.y.map((value, i) => {
      const e = chances[i];
      return (value * (campaign.treated[i] - e)) / (e * (1 - e));
    });
    return effectModel("transformed-outcome", await effect({ x: campaign.x, y }, rng, watch));
  };
}
