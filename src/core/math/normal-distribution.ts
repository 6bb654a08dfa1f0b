import { check } from "../checks";
import { halfLogTwoPi } from "./special";

// Chebyshev coefficients of ln(erfcx(x) / t) in 2t − 1, where t = 2 / (2 + x) maps x ≥ 0 to (0, 1]; computed at 50
// digits. The largest one left out is 3e-17.
const scaled = [
  -1.3026537197817094, 0.6419697923564903, 0.019476473204185836, -0.009561514786808632,
  -0.0009465953444820369, 0.00036683949785276145, 4.252332480690777e-5, -2.0278578112534242e-5,
  -1.6242900046470254e-6, 1.3036558355805232e-6, 1.5626441722066142e-8, -8.523809591492654e-8,
  6.529054439098851e-9, 5.059343495551469e-9, -9.91364156493033e-10, -2.273651222931836e-10,
  9.646791102015527e-11, 2.394038083039115e-12, -6.886027526497553e-12, 8.944879273090726e-13,
  3.130921399342958e-13, -1.1270822361367252e-13, 3.810905255189232e-16, 7.106097613609237e-15,
  -1.5230282014571043e-15, -9.457494571291233e-17, 1.210237189224279e-16, -2.816663087747177e-17,
];

/** ln erfcx(x) = ln(e^x² erfc(x)) for x ≥ 0. */
function logErfcx(x: number): number {
  const t = 2 / (2 + x);
  const y = 4 * t - 2;
  let d = 0;
  let e = 0;
  for (let j = scaled.length - 1; j > 0; j--) {
    const kept = d;
    d = y * d - e + scaled[j];
    e = kept;
  }
  return Math.log(t) + 0.5 * (scaled[0] + y * d) - e;
}

/** The error function 2/√π ∫₀ˣ e^−t² dt, to about 1e-15. */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (size >= 0.5) return Math.sign(x) * (1 - erfc(size));
  // The Maclaurin series keeps relative accuracy where 1 − erfc would cancel.
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

/** 1 − erf(x), accurate where it is small. */
export function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  return x > 27.3 ? 0 : Math.exp(logErfcx(x) - x * x);
}

/** The density of the standard normal distribution. */
export function normalPdf(z: number): number {
  return Math.exp(-0.5 * z * z - halfLogTwoPi);
}

/** The chance that a standard normal variable lies below `z`, accurate in both tails. */
export function normalCdf(z: number): number {
  return 0.5 * erfc(-z * Math.SQRT1_2);
}

/** ln of `normalCdf`, finite far into the lower tail, where the chance itself underflows. */
export function normalLogCdf(z: number): number {
  if (z > -1) return Math.log1p(-0.5 * erfc(z * Math.SQRT1_2));
  return logErfcx(-z * Math.SQRT1_2) - 0.5 * z * z - Math.LN2;
}

/** φ(z) / Φ(z), the derivative of `normalLogCdf`: the inverse Mills ratio at −z. */
export function normalHazard(z: number): number {
  return Math.exp(-0.5 * z * z - halfLogTwoPi - normalLogCdf(z));
}

/** The value below which a standard normal variable lies with chance `p` in [0, 1]; ∓Infinity at the ends. */
export function normalQuantile(p: number): number {
  check(p >= 0 && p <= 1, "evaluate the normal quantile", "p must be from 0 to 1", p);
  if (p === 0 || p === 1) return p === 0 ? -Infinity : Infinity;
  if (p > 0.5) return -normalQuantile(1 - p);
  if (p === 0.5) return 0;
  // Hastings' starting value (Abramowitz and Stegun 26.2.22), then Halley's steps on ln Φ: each triples the digits.
  const s = Math.sqrt(-2 * Math.log(p));
  let z = (2.30753 + 0.27061 * s) / (1 + s * (0.99229 + 0.04481 * s)) - s;
  const target = Math.log(p);
  for (let step = 0; step < 3; step++) {
    const off = normalLogCdf(z) - target;
    const slope = normalHazard(z);
    const bend = -slope * (z + slope);
    z -= off / (slope - (off * bend) / (2 * slope));
  }
  // Near the middle ln Φ is flat against its own rounding: one last step on Φ − ½ itself.
  return p < 0.1 ? z : z + (p - 0.5 - 0.5 * erf(z * Math.SQRT1_2)) / normalPdf(z);
}
