import { checkNumber } from "../checks";
import { normalQuantile } from "./normal-distribution";
import { betaInc, lgamma } from "./special";

/** The chance that a Student variable of `df` degrees of freedom lies below `t`, accurate in both tails. */
export function studentCdf(t: number, df: number): number {
  checkNumber(df, 0, Infinity, "evaluate Student's distribution", "degrees of freedom", "low");
  // Far out the complement would lose digits, near the middle the ratio beside 1 would.
  const squares = t * t;
  const tail =
    squares < 9
      ? (1 - betaInc(0.5, df / 2, squares / (df + squares))) / 2
      : betaInc(df / 2, 0.5, df / (df + squares)) / 2;
  return t < 0 ? tail : 1 - tail;
}

/** The value below which a Student variable of `df` degrees of freedom lies with chance `p` in (0, 1). */
export function studentQuantile(p: number, df: number): number {
  checkNumber(p, 0, 1, "evaluate Student's quantile", "p", "both");
  checkNumber(df, 0, Infinity, "evaluate Student's quantile", "degrees of freedom", "low");
  if (p > 0.5) return -studentQuantile(1 - p, df);
  // The lower half, bracketed and then narrowed by Newton's steps on the logarithm, halved where they leave.
  let low = -1;
  while (studentCdf(low, df) > p) low *= 2;
  let high = 0;
  let t = Math.max(low, Math.min(high, normalQuantile(p)));
  const scale = lgamma((df + 1) / 2) - lgamma(df / 2) - Math.log(df * Math.PI) / 2;
  for (let step = 0; step < 200; step++) {
    const below = studentCdf(t, df);
    if (below > p) high = t;
    else low = t;
    const density = Math.exp(scale - ((df + 1) / 2) * Math.log1p((t * t) / df));
    const next = t - (below * Math.log(below / p)) / density;
    const to = next > low && next < high ? next : (low + high) / 2;
    if (Math.abs(to - t) <= 1e-15 * Math.abs(t)) return to;
    t = to;
  }
  return t;
}
