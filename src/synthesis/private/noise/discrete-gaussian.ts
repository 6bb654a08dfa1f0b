import { check } from "../../../core/checks";
import type { NoiseSource } from "./noise-source";

/** A rational number: numerator and denominator, both at least 0 and the denominator above 0. */
export interface Ratio {
  readonly over: bigint;
  readonly under: bigint;
}

const exact = 2n ** 48n;

/** True with probability over / under, which must be at most 1. */
function bernoulli(over: bigint, under: bigint, source: NoiseSource): boolean {
  return under <= exact ? source.below(Number(under)) < Number(over) : source.belowBig(under) < over;
}

/** True with probability exp(−over / under), exactly (Canonne, Kamath and Steinke, 2020, algorithm 1). */
export function bernoulliExp({ over, under }: Ratio, source: NoiseSource): boolean {
  for (let whole = over / under; whole > 0n; whole--) if (!belowOne(1n, 1n, source)) return false;
  return belowOne(over % under, under, source);
}

/** The same for an exponent from 0 to 1: the series of exp(−x) as a run of coins. */
function belowOne(over: bigint, under: bigint, source: NoiseSource): boolean {
  let k = 1n;
  while (bernoulli(over, under * k, source)) k++;
  return k % 2n === 1n;
}

/** A whole number from the discrete Laplace distribution of scale `t`: P(z) ∝ exp(−|z| / t) (algorithm 2). */
function discreteLaplace(t: bigint, source: NoiseSource): bigint {
  for (;;) {
    const rest = source.belowBig(t);
    if (!belowOne(rest, t, source)) continue;
    let whole = 0n;
    while (belowOne(1n, 1n, source)) whole++;
    const size = rest + t * whole;
    const negative = source.below(2) === 1;
    if (negative && size === 0n) continue;
    return negative ? -size : size;
  }
}

/**
 * A whole number from the discrete Gaussian distribution, P(z) ∝ exp(−z² / (2 variance)), exactly: by whole numbers
 * only, without rounding (Canonne, Kamath and Steinke, 2020, algorithm 3). Continuous noise in floating point would
 * leave traces in its last digits (Mironov, 2012).
 */
export function discreteGaussian({ over, under }: Ratio, source: NoiseSource): number {
  check(over > 0n && under > 0n, "draw discrete Gaussian noise", "the variance must be above 0");
  const t = squareRoot(over / under) + 1n;
  for (;;) {
    const z = discreteLaplace(t, source);
    const gap = (z < 0n ? -z : z) * t * under - over;
    // exp(−(|z| − variance / t)² / (2 variance)) turns the Laplace into the Gaussian distribution.
    if (bernoulliExp({ over: gap * gap, under: 2n * over * under * t * t }, source)) return Number(z);
  }
}

/** The whole part of the square root. */
function squareRoot(n: bigint): bigint {
  if (n < 2n) return n;
  let x = BigInt(Math.floor(Math.sqrt(Number(n))));
  while (x * x > n) x--;
  while ((x + 1n) * (x + 1n) <= n) x++;
  return x;
}
