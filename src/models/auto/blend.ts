import { z } from "zod";
import { check, checkInteger, checkNumber } from "../../core/checks";
import type { Matrix } from "../../core/matrix";
import type { Fit, Model, ModelJson } from "../../core/model";
import { stratifiedKFold } from "../../data/split";
import { fitFolds, outOfFold } from "../out-of-fold";
import { blendWeights } from "./blend-weights";

export interface BlendOptions {
  /** Folds whose out-of-fold predictions the weights are fitted to; from 2, defaults to 5. */
  readonly folds?: number;
  /** Members of less weight are left out and the others weighed again; from 0 to below 1, defaults to 0.02. */
  readonly leastWeight?: number;
}

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

/**
 * A learner of two classes that fits several and blends them: the weights are those with the smallest log loss on
 * out-of-fold predictions (stacking by a convex combination: Wolpert, 1992; Breiman, 1996), the members are fitted
 * to all rows. A member that adds nothing gets no weight and is left out.
 */
export function blended(members: Readonly<Record<string, Fit>>, options: BlendOptions = {}): Fit<Blend> {
  const action = "make blend";
  const { folds = 5, leastWeight = 0.02 } = options;
  const named = Object.entries(members);
  check(named.length > 0, action, "there must be a member", 0);
  checkInteger(folds, 2, 1000, action, "folds");
  checkNumber(leastWeight, 0, 1, action, "leastWeight", "high");
  return async (train, rng, watch) => {
    const splits = stratifiedKFold(train.y, folds, rng.fork("split"));
    const predictions: Float64Array[] = [];
    for (const [name, learner] of named) {
      const parts = await fitFolds({ learner, data: train }, splits, rng.fork(`folds ${name}`), watch);
      predictions.push(outOfFold(parts, train.y.length));
    }
    const weights = sparseWeights(predictions, train.y, train.weights, leastWeight);
    const fitted: BlendMember[] = [];
    for (const [k, [name, learner]] of named.entries()) {
      if (weights[k] === 0) continue;
      const model = await learner(train, rng.fork(`learn ${name}`), watch);
      fitted.push({ name, weight: weights[k], model });
    }
    return blendOf(fitted);
  };
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
  predictions.forEach((one, m) => {
    for (let i = 0; i < out.length; i++) out[i] += weights[m] * one[i];
  });
  for (let i = 0; i < out.length; i++) {
    let most = -Infinity;
    for (const one of predictions) if (one[i] > most) most = one[i];
    if (out[i] > most) out[i] = most;
  }
  return out;
}
