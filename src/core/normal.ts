import { checkNumber } from "./checks";

/** Density of the standard normal distribution. */
export function normalDensity(x: number): number {
  return Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
}

/** P(Z ≤ x) of the standard normal distribution, to about 15 digits, in the tails too. */
export function normalCdf(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  const far = Math.abs(x);
  if (far < 3) {
    // Marsaglia (2004), "Evaluating the normal distribution": a series of positive terms.
    let term = far;
    let sum = far;
    for (let k = 3; sum + term !== sum; k += 2) {
      term *= (far * far) / k;
      sum += term;
    }
    const above = normalDensity(far) * sum;
    return x < 0 ? 0.5 - above : 0.5 + above;
  }
  // Laplace's continued fraction for the tail.
  let fraction = far;
  for (let k = 80; k >= 1; k--) fraction = far + k / fraction;
  const tail = far > 39 ? 0 : normalDensity(far) / fraction;
  return x < 0 ? tail : 1 - tail;
}

/** The x with P(Z ≤ x) = p, for p in (0, 1): 1.959963984540054 at 0.975. */
export function normalQuantile(p: number): number {
  checkNumber(p, 0, 1, "find normal quantile", "p", "both");
  const tail = Math.min(p, 1 - p);
  if (tail === 0.5) return 0;
  // A start that is right to about 0.005 (Winitzki, 2008), then Halley's steps on the logarithm of the tail.
  const a = 0.147;
  const log = Math.log(4 * tail * (1 - tail));
  const half = 2 / (Math.PI * a) + log / 2;
  let x = -Math.sqrt(2) * Math.sqrt(Math.sqrt(half * half - log / a) - half);
  for (let step = 0; step < 4; step++) {
    const below = normalCdf(x);
    const ratio = below / normalDensity(x);
    const error = ratio * Math.log(below / tail);
    x -= error / (1 + (error * (x + 1 / ratio)) / 2);
  }
  return p < 0.5 ? x : -x;
}
