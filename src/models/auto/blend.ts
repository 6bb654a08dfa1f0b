import { z } from "zod";
import { check, checkNumber } from "../../core/checks";
import type { Matrix } from "../../core/matrix";
import type { Model, ModelJson } from "../../core/model";
import { blendWeights } from "./blend-weights";

/** One model of a blend. */
export interface BlendMember {
  readonly name: string;
  /** Above 0; the members' weights sum to 1. */
  readonly weight: number;
  readonly model: Model;
}

/** Predicts the weighted mean of its members' predictions. */
export interface Blend extends Model {
  readonly kind: "blend";
  readonly members: readonly BlendMember[];
}

/** Blend weights in which those below `least` are 0; the largest always stays. */
export function sparseWeights(
  predictions: readonly Float64Array[],
  y: Float64Array,
  rowWeights: Float64Array | undefined,
  least: number,
): Float64Array {
  const all = blendWeights(predictions, y, rowWeights);
  const largest = all.indexOf(Math.max(...all));
  const kept = [...all.keys()].filter((k) => k === largest || all[k] >= least);
  // Without those that have no part the best weights of the others are what they are.
  if (all.every((weight, k) => weight === 0 || kept.includes(k))) return all;
  const again = blendWeights(
    kept.map((k) => predictions[k]),
    y,
    rowWeights,
  );
  const weights = new Float64Array(all.length);
  kept.forEach((k, at) => {
    weights[k] = again[at];
  });
  return weights;
}

/** The blend of fitted models. */
export function blendOf(members: readonly BlendMember[]): Blend {
  const action = "make blend";
  check(members.length > 0, action, "there must be a member", 0);
  for (const { weight } of members) checkNumber(weight, 0, 1, action, "a weight");
  return {
    kind: "blend",
    members,
    predict: (x: Matrix) =>
      mixed(
        members.map(({ model }) => model.predict(x)),
        members.map(({ weight }) => weight),
      ),
    toJSON: (): ModelJson => ({
      kind: "blend",
      version: 1,
      members: members.map(({ name, weight, model }) => ({ name, weight, model: model.toJSON() })),
    }),
  };
}

/** The blend that `toJSON` described; `load` reads the models inside. */
export function blendFromJSON(json: Record<string, unknown>, load: (json: unknown) => Model): Blend {
  const read = blendJson.safeParse(json.members);
  check(read.success, "load blend", read.success ? "" : z.prettifyError(read.error));
  return blendOf(read.data.map(({ name, weight, model }) => ({ name, weight, model: load(model) })));
}

const blendJson = z
  .array(z.strictObject({ name: z.string().max(1000), weight: z.number().min(0).max(1), model: z.unknown() }))
  .min(1)
  .max(1000)
  .refine(
    (members) => Math.abs(members.reduce((sum, one) => sum + one.weight, 0) - 1) < 1e-9,
    "the weights must sum to 1",
  );

/** The weighted mean of predictions; rounding does not lead it above the greatest of them, which may be a chance of 1. */
export function mixed(predictions: readonly Float64Array[], weights: ArrayLike<number>): Float64Array {
  const out = new Float64Array(predictions[0].length);
  predictions.forEach((prediction, m) => {
    for (let i = 0; i < out.length; i++) out[i] += weights[m] * prediction[i];
  });
  for (let i = 0; i < out.length; i++) {
    let most = -Infinity;
    for (const one of predictions) if (one[i] > most) most = one[i];
    if (out[i] > most) out[i] = most;
  }
  return out;
}
