import type { Matrix } from "../../core/matrix";
import type { Model } from "../../core/model";
import { cardOf } from "../registry";
import type { Contributions } from "./rescale";

/**
 * Why the model says of rows what it says, as its card tells. Trees give exact SHAP values (Lundberg et al., 2020),
 * linear models theirs (columns taken as independent). A calibration carries those of its model on: exactly where it is
 * a sigmoid on log odds, else by `rescaled`, in log odds where the model's are, in probability for isotonic steps and
 * for forests. A blend adds up its members', carried to probability. A discovered feature keeps a contribution of its
 * own. Undefined for models that have none: sample them.
 *
 * @example
 * const x = matrixFromRows([[0], [1], [2], [3]]);
 * const model = await linearRegression()({ x, y: Float64Array.of(1, 3, 5, 7) }, seeded(1));
 * const why = contributionsOf(model, x);
 * [why?.unit, why?.expected]; // → ["target", 4]
 * why?.values.values; // → [-3, -1, 1, 3]
 */
export function contributionsOf(model: Model, x: Matrix): Contributions | undefined {
  return cardOf(model.kind)?.explain?.(model, x, contributionsOf);
}

/** How many nodes all trees of the model have: explaining a row takes so long. */
export function treeNodes(model: Model): number {
  return cardOf(model.kind)?.treeNodes?.(model, treeNodes) ?? 0;
}
