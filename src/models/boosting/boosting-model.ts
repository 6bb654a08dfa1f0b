import { check, checkOneOf } from "../../core/checks";
import type { Matrix } from "../../core/matrix";
import type { Model, ModelJson } from "../../core/model";
import { expectedLeaves, treeContributions } from "../trees/tree-shap";
import { leafSums } from "../trees/tree-sums";
import type { Trees } from "../trees/trees";
import { numbers, treesFromJSON, treesToJSON } from "../trees/trees-json";
import { type Loss, type LossName, losses, lossNamed } from "./boosting-losses";

/** Boosted trees: a base score plus the leaves of all trees, turned into a prediction by the loss. */
export interface BoostedTrees extends Model {
  readonly kind: "gradient-boosting";
  readonly loss: LossName;
  readonly base: number;
  readonly trees: Trees;
  /** Per column, its share of the gains of all splits; they sum to 1. */
  readonly importances: Float64Array;
  /** The mean validation loss after each tree grown, if there were rows to validate on. */
  readonly validationLosses: readonly number[];
  /** The sum of base and leaves: log-odds for the logistic loss, log-mean for poisson and tweedie. */
  score(x: Matrix): Float64Array;
  /** The mean score over the training rows, from which contributions count. */
  readonly expected: number;
  /** What each column adds to each row's score beyond `expected`: exact SHAP values. */
  contributions(x: Matrix): Matrix;
}

/** The model of trees that were grown. */
export function boostedTrees(grown: {
  readonly name: LossName;
  readonly base: number;
  readonly trees: Trees;
  readonly importances: Float64Array;
  readonly validationLosses: readonly number[];
  readonly loss: Loss;
}): BoostedTrees {
  const { name, base, trees, importances, validationLosses, loss } = grown;
  const add = leafSums(trees, "predict by boosted trees");
  const score = (x: Matrix): Float64Array => {
    const out = new Float64Array(x.rows).fill(base);
    add(x, out);
    return out;
  };
  return {
    kind: "gradient-boosting",
    loss: name,
    base,
    trees,
    importances,
    validationLosses,
    score,
    get expected(): number {
      return base + expectedLeaves(trees);
    },
    contributions: (x) => treeContributions(trees, x, { scale: 1, action: "explain with boosted trees" }),
    predict(x: Matrix): Float64Array {
      const out = score(x);
      for (let i = 0; i < out.length; i++) out[i] = loss.predicted(out[i]);
      return out;
    },
    toJSON(): ModelJson {
      return {
        kind: "gradient-boosting",
        version: 1,
        loss: name,
        base,
        importances: Array.from(importances),
        validationLosses,
        trees: treesToJSON(trees),
      };
    },
  };
}

/** The model that `toJSON` wrote, predicting the same to the last bit; throws on anything unsound. */
export function boostedTreesFromJSON(from: Record<string, unknown>): BoostedTrees {
  const action = "load boosted trees";
  const name = from.loss as string;
  checkOneOf(name, losses, action, "loss");
  check(Number.isFinite(from.base), action, "base must be a finite number", from.base);
  const trees = treesFromJSON(from.trees, action);
  const importances = numbers(from.importances, action, "importances", trees.features.length);
  const validationLosses = Array.from(numbers(from.validationLosses, action, "validationLosses"));
  // What a score means does not depend on the quantile or the power.
  const loss = lossNamed(name, 0.5, 1.5);
  return boostedTrees({ name, base: from.base as number, trees, importances, validationLosses, loss });
}
