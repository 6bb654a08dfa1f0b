import { checkOneOf } from "../../core/checks";
import type { Matrix } from "../../core/matrix";
import type { Model, ModelJson } from "../../core/model";
import { expectedLeaves, treeContributions } from "../trees/tree-shap";
import { leafSums } from "../trees/tree-sums";
import type { Trees } from "../trees/trees";
import { numbers, treesFromJSON, treesToJSON } from "../trees/trees-json";

/** What a split of a forest can reduce. */
export const criteria = ["gini", "entropy", "squared"] as const;

/** A forest of decision trees: predicts the mean of its trees' leaves. */
export interface Forest extends Model {
  readonly kind: "random-forest" | "extra-trees";
  readonly criterion: (typeof criteria)[number];
  readonly trees: Trees;
  /** Per column, the share of the impurity decrease that it brought, averaged over trees; they sum to 1. */
  readonly importances: Float64Array;
  /** Each training row's prediction by the trees that did not see it (NaN if all did); not saved with the model. */
  readonly outOfBag?: Float64Array;
  /** The mean prediction over the training rows, from which contributions count. */
  readonly expected: number;
  /** What each column adds to each row's prediction beyond `expected`: exact SHAP values. */
  contributions(x: Matrix): Matrix;
}

/** The model of trees that were grown. */
export function forestModel(
  grown: Pick<Forest, "kind" | "criterion" | "trees" | "importances" | "outOfBag">,
): Forest {
  const { kind, criterion, trees, importances, outOfBag } = grown;
  const add = leafSums(trees, "predict by forest");
  return {
    kind,
    criterion,
    trees,
    importances,
    ...(outOfBag && { outOfBag }),
    get expected(): number {
      return expectedLeaves(trees) / (trees.roots.length - 1);
    },
    contributions: (x) =>
      treeContributions(trees, x, { scale: 1 / (trees.roots.length - 1), action: "explain with forest" }),
    predict(x: Matrix): Float64Array {
      const out = new Float64Array(x.rows);
      add(x, out);
      const count = trees.roots.length - 1;
      for (let i = 0; i < out.length; i++) out[i] /= count;
      return out;
    },
    toJSON(): ModelJson {
      return {
        kind,
        version: 1,
        criterion,
        importances: Array.from(importances),
        trees: treesToJSON(trees),
      };
    },
  };
}

/** The forest that `toJSON` wrote, predicting the same to the last bit; throws on anything unsound. */
export function forestFromJSON(kind: Forest["kind"], from: Record<string, unknown>): Forest {
  const action = "load forest";
  const criterion = from.criterion as string;
  checkOneOf(criterion, criteria, action, "criterion");
  const trees = treesFromJSON(from.trees, action);
  const importances = numbers(from.importances, action, "importances", trees.features.length);
  return forestModel({ kind, criterion, trees, importances });
}
