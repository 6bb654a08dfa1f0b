// Functions in single precision, rounded step by step as the simd kernels round: Cephes' polynomials (Moshier, 1989).

const r = Math.fround;
const bits = new Int32Array(1);
const float = new Float32Array(bits.buffer);

/** a · b + d with two roundings. */
function fma(a: number, b: number, d: number): number {
  return r(r(a * b) + d);
}

function polynomial(x: number, coefficients: readonly number[]): number {
  let y = r(coefficients[0]);
  for (let i = 1; i < coefficients.length; i++) y = fma(y, x, r(coefficients[i]));
  return y;
}

/** eˣ, for x cut to [−87.3, 88]. */
export function exp32(given: number): number {
  if (Number.isNaN(given)) return Number.NaN;
  let x = Math.min(Math.max(given, r(-87.3)), 88);
  const n = Math.floor(fma(x, r(Math.LOG2E), 0.5));
  x = r(x - r(n * 0.693359375));
  x = r(x - r(n * r(-2.1219444e-4)));
  const y = polynomial(
    x,
    [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1],
  );
  const whole = r(fma(y, r(x * x), x) + 1);
  bits[0] = (n + 127) << 23;
  return r(whole * float[0]);
}

/** The natural logarithm; not a number at 0 and below. */
export function log32(x: number): number {
  if (!(x > 0)) return Number.NaN;
  float[0] = x;
  const word = bits[0];
  let e = (word >>> 23) - 126;
  bits[0] = (word & 0x007fffff) | 0x3f000000;
  let m = float[0];
  if (m < r(Math.SQRT1_2)) {
    e--;
    m = r(r(m - 1) + m);
  } else m = r(m - 1);
  const z = r(m * m);
  let y = polynomial(
    m,
    [
      7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
      2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
    ],
  );
  y = r(r(y * m) * z);
  y = fma(e, r(-2.1219444e-4), y);
  y = fma(-0.5, z, y);
  return fma(e, 0.693359375, r(m + y));
}

function wave(x: number, turn: number): number {
  const n = Math.floor(fma(x, r(0.636619772), 0.5));
  let a = r(x - r(n * 1.5703125));
  a = r(a - r(n * r(4.837512969970703e-4)));
  a = r(a - r(n * r(7.549789948768648e-8)));
  const quarter = (n + turn) & 3;
  const z = r(a * a);
  let value: number;
  if (quarter & 1) {
    const odd = polynomial(z, [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1]);
    value = fma(r(odd * z), a, a);
  } else {
    const even = polynomial(z, [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2]);
    value = fma(r(even * z), z, fma(-0.5, z, 1));
  }
  return (quarter + 1) & 2 ? -value : value;
}

/** cos x; exact to seven digits up to |x| of some thousands. */
export function cos32(x: number): number {
  return wave(x, 0);
}

/** sin x, likewise. */
export function sin32(x: number): number {
  return wave(x, 3);
}
