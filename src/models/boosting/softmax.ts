import { check } from "../../core/checks";
import type { Labelled } from "../../core/matrix";
import type { Watch } from "../../core/model";
import type { Rng } from "../../core/rng";
import { checkLabelled } from "../check-rows";
import { engineFor } from "./boosting";
import type { BoostEngine } from "./boosting-engine";
import { type Loss, lossNamed, weightedMean } from "./boosting-losses";
import { type BoostedTrees, boostedTrees } from "./boosting-model";
import { checkedBoosting, type GradientBoostingOptions } from "./boosting-options";
import { type Boosting, boostTogether } from "./boosting-train";

/**
 * Boosted trees of several classes: in each round a tree a class on the derivatives of the softmax loss, as LightGBM's
 * "multiclass" has them. Returns a model a class whose prediction is its score. Class weights, validation, goss and
 * monotone columns are refused.
 */
export async function softmaxBoosting(
  train: Labelled,
  classes: number,
  options: Omit<GradientBoostingOptions, "loss">,
  rng: Rng,
  watch?: Watch,
): Promise<BoostedTrees[]> {
  const action = "fit gradient boosting of several classes";
  checkLabelled(train, action);
  check(train.x.columns > 0, action, "there must be columns", 0);
  const asked = checkedBoosting({ ...options, loss: "squared" }, action);
  for (const name of ["classWeights", "validation", "goss", "monotone"] as const)
    check(options[name] === undefined, action, `${name} must be left out`);
  const engines: BoostEngine[] = [];
  const losses = softmaxLosses(engines, classes);
  const rules = { ...asked, goss: undefined, ownGradients: false };
  const parts: Boosting[] = [];
  try {
    for (const [k, loss] of losses.entries()) {
      const y = train.y.map((label) => Number(label === k));
      const base = loss.base(y, train.weights);
      const rows = { x: train.x, y, weights: train.weights, base };
      const { engine, data } = await engineFor(rows, asked, loss);
      engines.push(engine);
      parts.push({ engine, data, loss, rules, validation: undefined });
    }
    const rounds = await boostTogether(parts, rng, watch);
    const squared = lossNamed("squared", 0.5, 1.5);
    return rounds.map(({ trees, gains }, k) => {
      const total = gains.reduce((sum, value) => sum + value, 0);
      return boostedTrees({
        name: "squared",
        base: parts[k].data.base,
        trees,
        importances: gains.map((value) => (total > 0 ? value / total : 0)),
        validationLosses: [],
        loss: squared,
      });
    });
  } finally {
    for (const engine of engines) await engine.close();
  }
}

/** A loss a class; the first one's derivatives are asked for first in each round, and look at all engines' scores. */
function softmaxLosses(engines: readonly BoostEngine[], classes: number): Loss[] {
  let sums = new Float64Array(0);
  let most = new Float64Array(0);
  let before: Float64Array[] = [];
  const look = (): void => {
    before = engines.map((engine) => Float64Array.from(engine.scores));
    most = before[0].map((_, i) => before.reduce((top, one) => Math.max(top, one[i]), -Infinity));
    sums = most.map((top, i) => before.reduce((sum, one) => sum + Math.exp(one[i] - top), 0));
  };
  // LightGBM's factor, by which two classes learn as fast as the logistic loss does.
  const factor = classes / (classes - 1);
  return Array.from({ length: classes }, (_, k): Loss => {
    return {
      ...lossNamed("squared", 0.5, 1.5),
      unitHessian: false,
      base(y, weights) {
        return Math.log(Math.max(1e-15, weightedMean(y, weights)));
      },
      gradients(_scores, y, weights, g, h) {
        if (k === 0) look();
        let mostG = 0;
        let mostH = 0;
        for (let i = 0; i < y.length; i++) {
          const p = Math.exp(before[k][i] - most[i]) / sums[i];
          const weight = weights ? weights[i] : 1;
          g[i] = weight * (p - y[i]);
          h[i] = weight * Math.max(1e-16, factor * p * (1 - p));
          mostG = Math.max(mostG, Math.abs(g[i]));
          mostH = Math.max(mostH, h[i]);
        }
        return [mostG, mostH];
      },
    };
  });
}
