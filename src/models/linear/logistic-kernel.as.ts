// asc: --importMemory --noAssert
// Logistic loss and its derivatives of two rows at once, in Float64: exp and log by series whose first term left out is
// below a Float64's rounding. logistic-loss.ts hands over panels of rows.

// @ts-ignore: decorator
@inline function c(value: f64): v128 {
  return f64x2.splat(value);
}

// e^x for x ≤ 0: 2ⁿ e^r with |r| ≤ ½ ln 2; below −708 as there.
// @ts-ignore: decorator
@inline function exp2(given: v128): v128 {
  const x = f64x2.max(given, c(-708));
  // Adding 1.5 × 2⁵² leaves the nearest whole number in the last bits.
  const shifted = f64x2.add(f64x2.mul(x, c(1.4426950408889634)), c(6755399441055744));
  const n = f64x2.sub(shifted, c(6755399441055744));
  const r = f64x2.sub(
    f64x2.sub(x, f64x2.mul(n, c(0.6931471803691238))), f64x2.mul(n, c(1.9082149292705877e-10)),
  );
  let sum = c(1 / 6227020800);
  sum = f64x2.add(f64x2.mul(sum, r), c(1 / 479001600));
  sum = f64x2.add(f64x2.mul(sum, r), c(1 / 39916800));
  sum = f64x2.add(f64x2.mul(sum, r), c(1 / 3628800));
  sum = f64x2.add(f64x2.mul(sum, r), c(1 / 362880));
  sum = f64x2.add(f64x2.mul(sum, r), c(1 / 40320));
  sum = f64x2.add(f64x2.mul(sum, r), c(1 / 5040));
  sum = f64x2.add(f64x2.mul(sum, r), c(1 / 720));
  sum = f64x2.add(f64x2.mul(sum, r), c(1 / 120));
  sum = f64x2.add(f64x2.mul(sum, r), c(1 / 24));
  sum = f64x2.add(f64x2.mul(sum, r), c(1 / 6));
  sum = f64x2.add(f64x2.mul(sum, r), c(0.5));
  sum = f64x2.add(f64x2.mul(sum, r), c(1));
  sum = f64x2.add(f64x2.mul(sum, r), c(1));
  return v128.add<i64>(sum, v128.shl<i64>(shifted, 52));
}

// ln(1 + e) for e from 0 to 1: 2 artanh s with s = e / (2 + e) ≤ ⅓.
// @ts-ignore: decorator
@inline function log1p2(e: v128): v128 {
  const s = f64x2.div(e, f64x2.add(e, c(2)));
  const q = f64x2.mul(s, s);
  let sum = c(2.0 / 33);
  sum = f64x2.add(f64x2.mul(sum, q), c(2.0 / 31));
  sum = f64x2.add(f64x2.mul(sum, q), c(2.0 / 29));
  sum = f64x2.add(f64x2.mul(sum, q), c(2.0 / 27));
  sum = f64x2.add(f64x2.mul(sum, q), c(2.0 / 25));
  sum = f64x2.add(f64x2.mul(sum, q), c(2.0 / 23));
  sum = f64x2.add(f64x2.mul(sum, q), c(2.0 / 21));
  sum = f64x2.add(f64x2.mul(sum, q), c(2.0 / 19));
  sum = f64x2.add(f64x2.mul(sum, q), c(2.0 / 17));
  sum = f64x2.add(f64x2.mul(sum, q), c(2.0 / 15));
  sum = f64x2.add(f64x2.mul(sum, q), c(2.0 / 13));
  sum = f64x2.add(f64x2.mul(sum, q), c(2.0 / 11));
  sum = f64x2.add(f64x2.mul(sum, q), c(2.0 / 9));
  sum = f64x2.add(f64x2.mul(sum, q), c(2.0 / 7));
  sum = f64x2.add(f64x2.mul(sum, q), c(2.0 / 5));
  sum = f64x2.add(f64x2.mul(sum, q), c(2.0 / 3));
  sum = f64x2.add(f64x2.mul(sum, q), c(2));
  return f64x2.mul(sum, s);
}

// The sum of weight × (ln(1 + e^z) − target z) over an even number of rows; writes weight × its first and second
// derivatives by z.
export function logistic(
  count: i32, z: usize, targets: usize, weights: usize, first: usize, second: usize,
): f64 {
  let sum = c(0);
  const end = (<usize>count) << 3;
  for (let i: usize = 0; i < end; i += 16) {
    const u = v128.load(z + i);
    const target = v128.load(targets + i);
    const weight = v128.load(weights + i);
    const e = exp2(f64x2.neg(f64x2.abs(u)));
    const larger = f64x2.div(c(1), f64x2.add(e, c(1)));
    const smaller = f64x2.mul(e, larger);
    const loss = f64x2.sub(f64x2.add(f64x2.max(u, c(0)), log1p2(e)), f64x2.mul(target, u));
    sum = f64x2.add(sum, f64x2.mul(weight, loss));
    const p = v128.bitselect(larger, smaller, f64x2.ge(u, c(0)));
    v128.store(first + i, f64x2.mul(weight, f64x2.sub(p, target)));
    v128.store(second + i, f64x2.mul(weight, f64x2.mul(smaller, larger)));
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

// As above for z = wa a + wb b + wc, with the derivatives by wa, wb and wc added up: adds to the nine sums there are of
// first ones (a, b, c) and second ones (aa, ab, bb, ac, bc, cc).
export function logisticOfTwo(
  count: i32, a: usize, b: usize, targets: usize, weights: usize, first: usize, second: usize,
  wa: f64, wb: f64, wc: f64, sums: usize,
): f64 {
  const end = (<usize>count) << 3;
  for (let i: usize = 0; i < end; i += 16) {
    const z = f64x2.add(f64x2.mul(v128.load(a + i), c(wa)), f64x2.mul(v128.load(b + i), c(wb)));
    v128.store(first + i, f64x2.add(z, c(wc)));
  }
  // Each row's z is read before its derivative takes its place.
  const loss = logistic(count, first, targets, weights, first, second);
  let ga = c(0), gb = c(0), gc = c(0);
  let aa = c(0), ab = c(0), bb = c(0), ac = c(0), bc = c(0), cc = c(0);
  for (let i: usize = 0; i < end; i += 16) {
    const x = v128.load(a + i);
    const y = v128.load(b + i);
    const g = v128.load(first + i);
    const h = v128.load(second + i);
    const hx = f64x2.mul(h, x);
    const hy = f64x2.mul(h, y);
    ga = f64x2.add(ga, f64x2.mul(g, x));
    gb = f64x2.add(gb, f64x2.mul(g, y));
    gc = f64x2.add(gc, g);
    aa = f64x2.add(aa, f64x2.mul(hx, x));
    ab = f64x2.add(ab, f64x2.mul(hx, y));
    bb = f64x2.add(bb, f64x2.mul(hy, y));
    ac = f64x2.add(ac, hx);
    bc = f64x2.add(bc, hy);
    cc = f64x2.add(cc, h);
  }
  add(sums, 0, ga);
  add(sums, 1, gb);
  add(sums, 2, gc);
  add(sums, 3, aa);
  add(sums, 4, ab);
  add(sums, 5, bb);
  add(sums, 6, ac);
  add(sums, 7, bc);
  add(sums, 8, cc);
  return loss;
}

// @ts-ignore: decorator
@inline function add(sums: usize, k: usize, pair: v128): void {
  const at = sums + (k << 3);
  store<f64>(at, load<f64>(at) + f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1));
}
