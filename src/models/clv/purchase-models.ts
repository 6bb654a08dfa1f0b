import { betaGeometricFromJSON, bgNbd, mbgNbd, type PurchaseModelOptions } from "./beta-geometric";
import { paretoNbd, paretoNbdFromJSON } from "./pareto-nbd";
import type { PurchaseHistory } from "./purchase-history";
import type { PurchaseModel } from "./purchase-model";

export const purchaseModelKinds = ["bg-nbd", "mbg-nbd", "pareto-nbd"] as const;
export type PurchaseModelKind = (typeof purchaseModelKinds)[number];

const learners = { "bg-nbd": bgNbd, "mbg-nbd": mbgNbd, "pareto-nbd": paretoNbd } as const;

/** A learner of the purchase model of this kind. */
export function purchaseModelOf(
  kind: PurchaseModelKind,
  options: PurchaseModelOptions,
): (history: PurchaseHistory) => PurchaseModel {
  return learners[kind](options);
}

/** The purchase model that `toJSON` described, whichever it is. */
export function purchaseModelFromJSON(from: unknown): PurchaseModel {
  return (from as { kind?: unknown } | null)?.kind === "pareto-nbd"
    ? paretoNbdFromJSON(from)
    : betaGeometricFromJSON(from);
}
