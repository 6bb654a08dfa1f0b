import { check, checkNumber } from "../checks";

/** ½ ln 2π. */
export const halfLogTwoPi: number = 0.9189385332046727;

// (−1)^k (ζ(k) − 1) / k for k = 2, 3, …: the Taylor coefficients of ln Γ(2 + z) after its linear term 1 − γ.
const nearTwo = [
  0.3224670334241132, -0.06735230105319809, 0.020580808427784546, -0.007385551028673986,
  0.0028905103307415234, -0.001192753911703261, 0.0005096695247430425, -0.00022315475845357939,
  9.945751278180853e-5, -4.492623673813314e-5, 2.050721277567069e-5, -9.439488275268397e-6,
  4.374866789907488e-6, -2.039215753801366e-6, 9.55141213040742e-7, -4.492469198764566e-7,
  2.1207184805554667e-7, -1.00432248239681e-7, 4.7698101693639804e-8, -2.2711094608943164e-8,
  1.0838659214896955e-8, -5.183475041970047e-9, 2.4836745438024785e-9, -1.1921401405860912e-9,
];
const oneMinusGamma = 0.42278433509846713;

/** ln Γ(x) for x > 0, to about 1e-15 relative, also beside its zeros at 1 and 2. NaN for x ≤ 0; Infinity at Infinity. */
export function lgamma(x: number): number {
  if (!(x > 0)) return Number.NaN;
  if (x >= 9) return x === Infinity ? x : (x - 0.5) * Math.log(x) - x + halfLogTwoPi + stirling(1 / x);
  if (x < 0.5) return lgammaAboveTwo(x) - Math.log(x) - Math.log1p(x);
  if (x < 1.5) return lgammaAboveTwo(x - 1) - Math.log1p(x - 1);
  let product = 1;
  while (x > 2.5) {
    x -= 1;
    product *= x;
  }
  return lgammaAboveTwo(x - 2) + (product === 1 ? 0 : Math.log(product));
}

/** ln Γ(2 + z) for |z| ≤ ½. */
function lgammaAboveTwo(z: number): number {
  let sum = 0;
  for (let k = nearTwo.length - 1; k >= 0; k--) sum = (sum + nearTwo[k]) * z;
  return (sum + oneMinusGamma) * z;
}

function stirling(r: number): number {
  const s = r * r;
  const tail = 1 / 1188 + s * (-691 / 360360 + s * (1 / 156 + s * (-3617 / 122400)));
  return r * (1 / 12 + s * (-1 / 360 + s * (1 / 1260 + s * (-1 / 1680 + s * tail))));
}

/** ψ(x) = d ln Γ(x) / dx for x > 0; NaN for x ≤ 0. */
export function digamma(x: number): number {
  if (!(x > 0)) return Number.NaN;
  let below = 0;
  for (; x < 10; x++) below += 1 / x;
  const s = 1 / (x * x);
  const tail = 1 / 240 - s * (1 / 132 - s * (691 / 32760 - s / 12));
  return Math.log(x) - 0.5 / x - s * (1 / 12 - s * (1 / 120 - s * (1 / 252 - s * tail))) - below;
}

/** ln B(a, b) for a, b > 0. For one large argument the gamma functions' huge logarithms are cancelled beforehand. */
export function betaln(a: number, b: number): number {
  const small = Math.min(a, b);
  const large = Math.max(a, b);
  if (large < 9 || small + large === large) {
    return lgamma(small) + (large < 9 ? lgamma(large) - lgamma(small + large) : -small * Math.log(large));
  }
  const sum = small + large;
  const difference = stirling(1 / large) - stirling(1 / sum);
  const growth = (large - 0.5) * Math.log1p(small / large) + small * Math.log(sum) - small;
  return lgamma(small) + difference - growth;
}

/** 1 / (1 + e^−x), without overflow. */
export function expit(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

/** ln(1 + e^x), without overflow. */
export function softplus(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
}

/** ln(e^a + e^b), without overflow. */
export function logAddExp(a: number, b: number): number {
  const high = Math.max(a, b);
  return high === -Infinity ? high : high + Math.log1p(Math.exp(-Math.abs(a - b)));
}

/** Q(a, x), the share of a gamma distribution of shape `a` > 0 that lies above `x` ≥ 0, accurate where it is small. */
export function gammaQ(a: number, x: number): number {
  checkNumber(a, 0, Infinity, "evaluate the incomplete gamma function", "a", "low");
  check(x >= 0, "evaluate the incomplete gamma function", "x must be at least 0", x);
  if (x === 0) return 1;
  return x < a + 1 ? 1 - lowerSeries(a, x) : upperFraction(a, x);
}

/** The chance that a chi-squared variable of `df` degrees of freedom exceeds `x`: the p-value of a test statistic. */
export function chiSquaredUpper(x: number, df: number): number {
  return gammaQ(df / 2, x / 2);
}

function lowerSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; term > sum * 1e-17 && n < 100_000; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum * Math.exp(a * Math.log(x) - x - lgamma(a));
}

/** Legendre's continued fraction, by Lentz's method as modified by Thompson and Barnett (1986). */
function upperFraction(a: number, x: number): number {
  if (x === Infinity) return 0;
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let h = d;
  for (let n = 1; n < 100_000; n++) {
    const step = -n * (n - a);
    b += 2;
    d = 1 / awayFromZero(step * d + b);
    c = awayFromZero(b + step / c);
    h *= c * d;
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  return h * Math.exp(a * Math.log(x) - x - lgamma(a));
}

/** I_x(a, b), the share of a beta distribution that lies below `x` in [0, 1], for a, b > 0. */
export function betaInc(a: number, b: number, x: number): number {
  const action = "evaluate the incomplete beta function";
  checkNumber(a, 0, Infinity, action, "a", "low");
  checkNumber(b, 0, Infinity, action, "b", "low");
  checkNumber(x, 0, 1, action, "x");
  if (x === 0 || x === 1) return x;
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - betaln(a, b));
  // The fraction converges quickly only below the mean.
  return x < (a + 1) / (a + b + 2)
    ? (front * betaFraction(a, b, x)) / a
    : 1 - (front * betaFraction(b, a, 1 - x)) / b;
}

function betaFraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1));
  let h = d;
  for (let m = 1; m < 100_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / awayFromZero(1 + even * d);
    c = awayFromZero(1 + even / c);
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / awayFromZero(1 + odd * d);
    c = awayFromZero(1 + odd / c);
    h *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return h;
}

function awayFromZero(x: number): number {
  return Math.abs(x) < 1e-300 ? 1e-300 : x;
}
