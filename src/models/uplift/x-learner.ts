import { check, checkNumber } from "../../core/checks";
import type { Fit, Model, ModelJson } from "../../core/model";
import { arm, type FitUplift, propensities, type UpliftModel } from "./campaign";

export interface XLearnerOptions {
  /** Learns the outcome of each group. */
  readonly outcome: Fit;
  /** Learns effects, which may be of either sign: a regression. */
  readonly effect: Fit;
}

/** Two models of the effect, weighted by the chance of being treated. */
export interface XLearnerModel extends UpliftModel {
  readonly kind: "x-learner";
  readonly fromTreated: Model;
  readonly fromControl: Model;
  /** The weight of `fromControl`: the mean chance of being treated. */
  readonly share: number;
}

/**
 * The X-learner (Künzel, Sekhon, Bickel and Yu, 2019): each group's outcomes are compared with what the other group's
 * model expects, and the differences are learned. Good where one group is far larger, or effects are simpler than
 * outcomes.
 *
 * @example
 * const x = matrix(80, 1, Float64Array.from({ length: 80 }, (_, i) => (i * 7) % 10));
 * const treated = Float64Array.from({ length: 80 }, (_, i) => Math.floor(i / 10) % 2);
 * const y = treated.map((one, i) => 5 + one * x.values[i]);
 * const fit = xLearner({ outcome: linearRegression(), effect: linearRegression() });
 * const model = await fit({ x, treated, y }, seeded(1));
 * model.predict(matrixFromRows([[3]])); // → [3.00]
 */
export function xLearner({ outcome, effect }: XLearnerOptions): FitUplift<XLearnerModel> {
  return async (campaign, rng, watch) => {
    const chances = propensities(campaign, "fit x-learner");
    const [treated, control] = [arm(campaign, 1), arm(campaign, 0)];
    const ifTreated = await outcome(treated, rng.fork("treated"), watch);
    const ifControl = await outcome(control, rng.fork("control"), watch);
    const expected = ifControl.predict(treated.x);
    const missed = ifTreated.predict(control.x);
    const gains = { x: treated.x, y: treated.y.map((y, k) => y - expected[k]) };
    const losses = { x: control.x, y: control.y.map((y, k) => missed[k] - y) };
    return xModel(
      await effect(gains, rng.fork("gains"), watch),
      await effect(losses, rng.fork("losses"), watch),
      chances.reduce((sum, e) => sum + e, 0) / chances.length,
    );
  };
}

function xModel(fromTreated: Model, fromControl: Model, share: number): XLearnerModel {
  return {
    kind: "x-learner",
    fromTreated,
    fromControl,
    share,
    predict: (x) => {
      const control = fromControl.predict(x);
      return fromTreated.predict(x).map((value, i) => share * control[i] + (1 - share) * value);
    },
    toJSON: () => ({
      kind: "x-learner",
      version: 1,
      fromTreated: fromTreated.toJSON(),
      fromControl: fromControl.toJSON(),
      share,
    }),
  };
}

/** The model that `toJSON` described; `load` turns the inner models' JSON back. */
export function xLearnerFromJSON(from: unknown, load: (json: ModelJson) => Model): XLearnerModel {
  const action = "load x-learner";
  const json = from as {
    kind?: unknown;
    version?: unknown;
    fromTreated: ModelJson;
    fromControl: ModelJson;
    share: number;
  };
  check(
    json?.kind === "x-learner" && json.version === 1,
    action,
    "kind and version must be x-learner 1",
    json?.kind,
  );
  checkNumber(json.share, 0, 1, action, "share");
  return xModel(load(json.fromTreated), load(json.fromControl), json.share);
}
