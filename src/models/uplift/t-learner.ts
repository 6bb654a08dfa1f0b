import { check } from "../../core/checks";
import type { Matrix } from "../../core/matrix";
import type { Fit, Model, ModelJson } from "../../core/model";
import { arm, type FitUplift, propensities, type UpliftModel } from "./campaign";

export interface TLearnerOptions {
  /** Learns the outcome, once from treated and once from other rows. */
  readonly outcome: Fit;
}

/** Two models of the outcome; the effect is their difference. */
export interface TLearnerModel extends UpliftModel {
  readonly kind: "t-learner";
  readonly treated: Model;
  readonly control: Model;
  /** The expected outcome of each row if treated, and if not. */
  outcomes(x: Matrix): { readonly treated: Float64Array; readonly control: Float64Array };
}

/**
 * The two-model learner: simple, and noisy where effects are small beside what else decides the outcome.
 *
 * @example
 * const x = matrix(80, 1, Float64Array.from({ length: 80 }, (_, i) => (i * 7) % 10));
 * const treated = Float64Array.from({ length: 80 }, (_, i) => Math.floor(i / 10) % 2);
 * // A contact adds as much as x.
 * const y = treated.map((one, i) => 5 + one * x.values[i]);
 * const model = await tLearner({ outcome: linearRegression() })({ x, treated, y }, seeded(1));
 * model.predict(matrixFromRows([[3]])); // → [3.00]
 */
export function tLearner({ outcome }: TLearnerOptions): FitUplift<TLearnerModel> {
  return async (campaign, rng, watch) => {
    propensities(campaign, "fit t-learner");
    return tModel(
      await outcome(arm(campaign, 1), rng.fork("treated"), watch),
      await outcome(arm(campaign, 0), rng.fork("control"), watch),
    );
  };
}

function tModel(treated: Model, control: Model): TLearnerModel {
  const outcomes = (x: Matrix): { treated: Float64Array; control: Float64Array } => ({
    treated: treated.predict(x),
    control: control.predict(x),
  });
  return {
    kind: "t-learner",
    treated,
    control,
    outcomes,
    predict: (x) => {
      const both = outcomes(x);
      return both.treated.map((value, i) => value - both.control[i]);
    },
    toJSON: () => ({ kind: "t-learner", version: 1, treated: treated.toJSON(), control: control.toJSON() }),
  };
}

/** The model that `toJSON` described; `load` turns the inner models' JSON back. */
export function tLearnerFromJSON(from: unknown, load: (json: ModelJson) => Model): TLearnerModel {
  const json = from as { kind?: unknown; version?: unknown; treated: ModelJson; control: ModelJson };
  check(
    json?.kind === "t-learner" && json.version === 1,
    "load t-learner",
    "kind and version must be t-learner 1",
    json?.kind,
  );
  return tModel(load(json.treated), load(json.control));
}
