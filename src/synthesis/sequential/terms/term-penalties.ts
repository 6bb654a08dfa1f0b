import { triangularInverse } from "../../../core/math/linear-algebra";
import { type LogitFit, type LogitLayout, mostFactored } from "../logit";
import { ownCoefficients } from "./terms";

/** What the common penalty counts for in a term's own, in coefficients. */
const commonCoefficients = 0.5;

/** One penalty for all coefficients but the intercept. */
export function evenPenalty({ coefficients }: LogitLayout, penalty: number): Float64Array {
  return new Float64Array(coefficients).fill(penalty, 1);
}

/**
 * A penalty for each term's coefficients, told by a fit: how many of them its rows settle over the sum of their squares (the
 * evidence procedure; MacKay, 1992, "Bayesian interpolation"). Terms that tell nothing are held down, others let go.
 */
export function termPenalties(
  { coefficients, factors, penalty }: LogitFit,
  layout: LogitLayout,
  common: number,
): Float64Array {
  const spreads = new Map(factors.map((factor) => [factor, inverseDiagonal(factor, layout.coefficients)]));
  const out = evenPenalty(layout, common);
  let last = 1;
  for (const count of layout.plans.flatMap(ownCoefficients)) {
    const first = last;
    last += count;
    let settled = commonCoefficients;
    let squares = commonCoefficients / common;
    coefficients.forEach((own, c) => {
      const spread = spreads.get(factors[c]) as Float64Array;
      for (let k = first; k < last; k++) {
        settled += Math.max(0, 1 - penalty[k] * spread[k]);
        squares += own[k] ** 2;
      }
    });
    out.fill(settled / squares, first, last);
  }
  return out;
}

/** The diagonal of the inverse of L Lᵀ. */
function inverseDiagonal(factor: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n);
  if (n > mostFactored) return out.map((_, k) => 1 / factor[k * n + k] ** 2);
  const inverse = triangularInverse(factor, n);
  for (let i = 0; i < n; i++) for (let k = 0; k <= i; k++) out[k] += inverse[i * n + k] ** 2;
  return out;
}
