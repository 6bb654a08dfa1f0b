import { check } from "../../core/checks";
import type { Model, ModelJson } from "../../core/model";
import type { UpliftModel } from "./campaign";

/** One model of the effect itself. */
export interface EffectModel extends UpliftModel {
  readonly kind: "r-learner" | "transformed-outcome";
  readonly effect: Model;
}

export function effectModel(kind: EffectModel["kind"], effect: Model): EffectModel {
  return {
    kind,
    effect,
    predict: (x) => effect.predict(x),
    toJSON: () => ({ kind, version: 1, effect: effect.toJSON() }),
  };
}

/** The R-learner's or transformed outcome's model that `toJSON` described; `load` turns the inner model's JSON back. */
export function effectModelFromJSON(from: unknown, load: (json: ModelJson) => Model): EffectModel {
  const json = from as { kind?: unknown; version?: unknown; effect: ModelJson };
  const kind = json?.kind;
  check(
    (kind === "r-learner" || kind === "transformed-outcome") && json.version === 1,
    "load uplift model",
    "kind and version must be r-learner 1 or transformed-outcome 1",
    kind,
  );
  return effectModel(kind, load(json.effect));
}
