import {
  betaGeometricFromJSON,
  betaGeometricLikelihood,
  betaGeometricModel,
  betaGeometricNames,
  bgNbd,
  mbgNbd,
  type PurchaseModelOptions,
} from "./beta-geometric";
import { paretoLikelihood, paretoModel, paretoNames, paretoNbd, paretoNbdFromJSON } from "./pareto-nbd";
import { covariateModelFromJSON, fitWithCovariates, type PurchaseFamily } from "./purchase-covariates";
import type { PurchaseHistory } from "./purchase-history";
import type { PurchaseModel } from "./purchase-model";
import { bgCnbd, mbgCnbd, regularModel, regularPurchasesFromJSON } from "./regular-purchases";

export const purchaseModelKinds = ["bg-nbd", "mbg-nbd", "pareto-nbd", "bg-cnbd-k", "mbg-cnbd-k"] as const;
export type PurchaseModelKind = (typeof purchaseModelKinds)[number];

const learners = {
  "bg-nbd": bgNbd,
  "mbg-nbd": mbgNbd,
  "pareto-nbd": paretoNbd,
  "bg-cnbd-k": bgCnbd,
  "mbg-cnbd-k": mbgCnbd,
} as const;

/** A learner of the purchase model of this kind: with the history's covariates, where it has any. */
export function purchaseModelOf(
  kind: PurchaseModelKind,
  options: PurchaseModelOptions,
): (history: PurchaseHistory) => PurchaseModel {
  const learn = learners[kind](options);
  return (history) => {
    const base = learn(history);
    return history.covariates
      ? fitWithCovariates(familyOf(kind, base.every), base, history, options.penalty ?? 0)
      : base;
  };
}

/** The purchase model that `toJSON` described, whichever it is. */
export function purchaseModelFromJSON(from: unknown): PurchaseModel {
  const { kind, covariates, every } = (from ?? {}) as {
    kind?: unknown;
    covariates?: unknown;
    every?: number;
  };
  const known = purchaseModelKinds.find((one) => one === kind);
  if (known && covariates !== undefined) return covariateModelFromJSON(familyOf(known, every ?? 1), from);
  if (known === "pareto-nbd") return paretoNbdFromJSON(from);
  return known?.endsWith("cnbd-k") ? regularPurchasesFromJSON(from) : betaGeometricFromJSON(from);
}

function familyOf(kind: PurchaseModelKind, every: number): PurchaseFamily {
  if (kind === "pareto-nbd")
    return { kind, names: paretoNames, likelihood: paretoLikelihood, model: paretoModel, leaving: [3, -1] };
  const shift = kind.startsWith("m") ? 1 : 0;
  return {
    kind,
    names: betaGeometricNames,
    likelihood: (history) => betaGeometricLikelihood(history, shift, every),
    model: (fit) =>
      kind === "bg-nbd" || kind === "mbg-nbd"
        ? betaGeometricModel(kind, fit)
        : regularModel(kind, fit, every),
    leaving: [2, 1],
  };
}
