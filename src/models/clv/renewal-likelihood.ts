import { betaln, digamma } from "../../core/math/special";

/** So many of the same kind left at renewal `renewal`, and so many were last seen after it; counts may be sums of weights. */
export interface Outcome {
  readonly renewal: number;
  readonly ended: number;
  /** Fewer by those who were watched only from this renewal on, as their survival until then is no evidence. */
  readonly survived: number;
}

/** ln S(t) of the beta-discrete-Weibull, S(t) = B(α, β + tᶜ) / B(α, β); with c = 1 the shifted-beta-geometric's. */
export function logSurvival(alpha: number, beta: number, c: number, t: number): number {
  return t === 0 ? 0 : betaln(alpha, beta + t ** c) - betaln(alpha, beta);
}

/** Minus the log likelihood of outcomes; writes its derivatives by α, β and c into `slope`. P(T = t) = S(t − 1) − S(t). */
export function renewalLikelihood(
  outcomes: readonly Outcome[],
  alpha: number,
  beta: number,
  c: number,
  slope: Float64Array,
): number {
  const start = betaln(alpha, beta);
  const all = digamma(alpha + beta);
  const own = digamma(beta);
  const [now, before] = [new Float64Array(4), new Float64Array(4)];
  const survive = (t: number, into: Float64Array): void => {
    if (t === 0) {
      into.fill(0);
      return;
    }
    const u = t ** c;
    const both = digamma(alpha + beta + u);
    const rest = digamma(beta + u);
    into[0] = betaln(alpha, beta + u) - start;
    into[1] = all - both;
    into[2] = rest - both - own + all;
    into[3] = (rest - both) * u * Math.log(t);
  };
  slope.fill(0);
  let value = 0;
  for (const { renewal, ended, survived } of outcomes) {
    survive(renewal, now);
    if (survived !== 0) {
      value -= survived * now[0];
      for (let k = 0; k < 3; k++) slope[k] -= survived * now[k + 1];
    }
    if (ended === 0) continue;
    survive(renewal - 1, before);
    // ln (S(t − 1) − S(t)), and how much of its slope is S(t)'s.
    const left = -Math.expm1(now[0] - before[0]);
    value -= ended * (before[0] + Math.log(left));
    const share = (1 - left) / left;
    for (let k = 0; k < 3; k++) slope[k] -= ended * (before[k + 1] + share * (before[k + 1] - now[k + 1]));
  }
  return value;
}
