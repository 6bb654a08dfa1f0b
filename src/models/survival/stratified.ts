import type { CurvedObjective } from "../../core/math/optimise";
import { type Matrix, takeRows } from "../../core/matrix";
import { type SurvivalData, takeCensored } from "./censored";
import { type PartialLikelihood, partialLikelihood } from "./cox-likelihood";

/** The rows of one stratum with their partial likelihood. */
export interface Stratum {
  /** Its number in the data; undefined where there are no strata. */
  readonly code?: number;
  /** The places of its rows in the data; undefined: all of them. */
  readonly rows?: Int32Array;
  readonly data: SurvivalData;
  readonly likelihood: PartialLikelihood;
}

/** Strata by ascending number, each with a likelihood of its own: what happens in one says nothing of the risk in another. */
export function strataOf(data: SurvivalData, x: Matrix, efron: boolean): readonly Stratum[] {
  const { strata } = data;
  if (!strata) return [{ data: { ...data, x }, likelihood: partialLikelihood(data, x, efron) }];
  const rowsOf = new Map<number, number[]>();
  strata.forEach((code, i) => {
    const rows = rowsOf.get(code);
    if (rows) rows.push(i);
    else rowsOf.set(code, [i]);
  });
  return [...rowsOf]
    .sort(([a], [b]) => a - b)
    .map(([code, places]) => {
      const rows = Int32Array.from(places);
      const part = { ...takeCensored(data, rows), x: takeRows(x, rows) };
      return { code, rows, data: part, likelihood: partialLikelihood(part, part.x, efron) };
    });
}

/** The sum of the strata's objectives: coefficients are common to all. */
export function sumOf(strata: readonly Stratum[], columns: number): CurvedObjective {
  if (strata.length === 1) return strata[0].likelihood.objective;
  const slope = new Float64Array(columns);
  const curve = new Float64Array(columns ** 2);
  return (beta, gradient, hessian) => {
    let value = 0;
    gradient.fill(0);
    hessian.fill(0);
    for (const { likelihood } of strata) {
      value += likelihood.objective(beta, slope, curve);
      for (let j = 0; j < columns; j++) gradient[j] += slope[j];
      for (let k = 0; k < curve.length; k++) hessian[k] += curve[k];
    }
    return value;
  };
}
