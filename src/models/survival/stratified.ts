import type { CurvedObjective } from "../../core/math/optimise";
import { type Matrix, takeRows } from "../../core/matrix";
import { type SurvivalData, takeCensored } from "./censored";
import { type PartialLikelihood, partialLikelihoods } from "./cox-likelihood";

/** The rows of one stratum with their partial likelihood. */
export interface Stratum {
  /** Its number in the data; undefined where there are no strata. */
  readonly code?: number;
  /** The places of its rows in the data; undefined: all of them. */
  readonly rows?: Int32Array;
  readonly data: SurvivalData;
  readonly likelihood: PartialLikelihood;
}

/**
 * Strata by ascending number, each with a likelihood of its own, as what happens in one says nothing of the risk in
 * another; and the objective of all.
 */
export function strataOf(
  data: SurvivalData,
  x: Matrix,
  efron: boolean,
): { readonly strata: readonly Stratum[]; readonly objective: CurvedObjective } {
  const rowsOf = new Map<number, number[]>();
  data.strata?.forEach((code, i) => {
    const rows = rowsOf.get(code);
    if (rows) rows.push(i);
    else rowsOf.set(code, [i]);
  });
  const parts = [...rowsOf]
    .sort(([a], [b]) => a - b)
    .map(([code, places]) => {
      const rows = Int32Array.from(places);
      return { code, rows, data: { ...takeCensored(data, rows), x: takeRows(x, rows) } };
    });
  const given = parts.length > 0 ? parts : [{ data: { ...data, x } }];
  const { likelihoods, objective } = partialLikelihoods(
    given.map((part) => part.data),
    efron,
  );
  return { strata: given.map((part, k) => ({ ...part, likelihood: likelihoods[k] })), objective };
}
