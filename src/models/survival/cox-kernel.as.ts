// asc: --importMemory --noAssert
// Minus Cox's log partial likelihood of one stratum with its derivatives: scores, sums over risk sets, ties, products of
// columns. cox-likelihood.ts hands over rows by their last time at risk, the ended ones of a time first.
import { addProducts, layout } from "../linear/gram-kernel.as";

// A stratum's counts and where its arrays stand, in the order of cox-likelihood.ts.
// @ts-ignore: decorator
@unmanaged
class Part {
  rows: i32;
  times: i32;
  late: i32; // 0 where none enters late
  order: usize;
  weights: usize;
  before: usize; // of each row the last time before its entry, or -1
  ties: usize;
  tiedWeight: usize;
  until: usize;
  x: usize; // rows of `width` bytes: the columns, a one, zeros up to a multiple of four columns
  atRisk: usize; // times of `width` bytes: sums of w exp(score) times a row over those at risk
  ending: usize; // the same over those who end
  theta: usize;
  score: usize;
  cumulative: usize;
  spared: usize;
  a0: usize;
  a1: usize;
  a2: usize;
}

let width: usize = 0;
let one: usize = 0; // where a row's one stands
let panel: i32 = 0; // rows that are weighted at a time
let weightedAt: usize = 0;
let sumsAt: usize = 0;

export function begin(columns: u32, padded: u32, rows: i32, weighted: u32, sums: u32): void {
  one = (<usize>columns) << 3;
  width = (<usize>padded) << 3;
  panel = rows;
  weightedAt = weighted;
  sumsAt = sums;
}

// @ts-ignore: decorator
@inline function f(array: usize, i: i32): f64 {
  return load<f64>(array + ((<usize>i) << 3));
}

// @ts-ignore: decorator
@inline function set(array: usize, i: i32, value: f64): void {
  store<f64>(array + ((<usize>i) << 3), value);
}

// @ts-ignore: decorator
@inline function whole(array: usize, i: i32): i32 {
  return load<i32>(array + ((<usize>i) << 2));
}

// @ts-ignore: decorator
@inline function addRow(to: usize, factor: f64, row: usize): void {
  const by = f64x2.splat(factor);
  for (let j: usize = 0; j < width; j += 16)
    v128.store(to + j, f64x2.add(v128.load(to + j), f64x2.mul(by, v128.load(row + j))));
}

// Writes the part's column j, of which row i's value stands at `order[i]` of `column`.
export function place(part: Part, j: i32, column: usize): void {
  let to = part.x + ((<usize>j) << 3);
  for (let i = 0; i < part.rows; i++, to += width) store<f64>(to, f(column, whole(part.order, i)));
}

// Sums over risk sets at these coefficients; gives the largest score, by whose exponential all are divided.
export function riskSums(part: Part, beta: usize): f64 {
  let shift = -Infinity;
  for (let i = 0, row = part.x; i < part.rows; i++, row += width) {
    let sum = f64x2.splat(0);
    for (let j: usize = 0; j < width; j += 16)
      sum = f64x2.add(sum, f64x2.mul(v128.load(row + j), v128.load(beta + j)));
    const score = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
    set(part.score, i, score);
    shift = max(shift, score);
  }
  const times = <usize>part.times * width;
  memory.fill(part.ending, 0, times);
  let row = part.x;
  let ending = part.ending;
  let atRisk = part.atRisk;
  for (let k = 0, i = 0; k < part.times; k++, ending += width, atRisk += width) {
    let to = ending;
    for (const ends = i + <i32>f(part.ties, k), until = whole(part.until, k); i < until; i++, row += width) {
      if (i == ends) {
        memory.copy(atRisk, ending, width);
        to = atRisk;
      }
      const theta = f(part.weights, i) * Math.exp(f(part.score, i) - shift);
      set(part.theta, i, theta);
      addRow(to, theta, row);
    }
    if (to == ending) memory.copy(atRisk, ending, width);
  }
  if (part.late)
    for (let i = 0; i < part.rows; i++) {
      const k = whole(part.before, i);
      if (k >= 0) addRow(part.atRisk + <usize>k * width, -f(part.theta, i), part.x + <usize>i * width);
    }
  for (let k = part.times - 2; k >= 0; k--) {
    const at = part.atRisk + <usize>k * width;
    addRow(at, 1, at + width);
  }
  return shift;
}

// The likelihood's part of each time, and sums over its tied ends l of 1/phi (cumulative over times), (l/d)/phi, 1/phi^2,
// (l/d)/phi^2, (l/d)^2/phi^2 with phi = S0 - (l/d) D0.
function tiedSums(part: Part, efron: f64): f64 {
  let value: f64 = 0;
  let cumulative: f64 = 0;
  for (let k = 0; k < part.times; k++) {
    const ties = f(part.ties, k);
    const weight = f(part.tiedWeight, k) / ties;
    const s0 = load<f64>(part.atRisk + <usize>k * width + one);
    const d0 = load<f64>(part.ending + <usize>k * width + one);
    let spared: f64 = 0, a0: f64 = 0, a1: f64 = 0, a2: f64 = 0;
    for (let l: f64 = 0; l < ties; l++) {
      const share = (efron * l) / ties;
      const inverse = 1 / (s0 - share * d0);
      value -= weight * Math.log(inverse);
      cumulative += weight * inverse;
      spared += weight * share * inverse;
      a0 += weight * inverse * inverse;
      a1 += weight * share * inverse * inverse;
      a2 += weight * share * share * inverse * inverse;
    }
    set(part.cumulative, k, cumulative);
    set(part.spared, k, spared);
    set(part.a0, k, a0);
    set(part.a1, k, a1);
    set(part.a2, k, a2);
  }
  return value;
}

// Subtracts the sum over times of (a own - b other) own', by the lower half.
function subtractProducts(times: i32, own: usize, a: usize, other: usize, b: usize): void {
  for (let from = 0; from < times; from += panel) {
    const rows = own + <usize>from * width;
    const count = min(panel, times - from);
    memory.fill(weightedAt, 0, <usize>count * width);
    for (let k = 0, to = weightedAt; k < count; k++, to += width) {
      addRow(to, -f(a, from + k), own + <usize>(from + k) * width);
      addRow(to, f(b, from + k), other + <usize>(from + k) * width);
      // The gradient's place: it has its sum already.
      store<f64>(to + one, 0);
    }
    layout(<u32>(width >> 3), <u32>rows, <u32>weightedAt, 0, 0, 0, <u32>sumsAt);
    addProducts(count);
  }
}

// The part's value at these coefficients; adds its Hessian (the lower half) and its gradient (the row of ones) to the sums.
export function likelihood(part: Part, beta: usize, efron: f64): f64 {
  const shift = riskSums(part, beta);
  let value = tiedSums(part, efron);
  // From here on `theta` is a row's hazard, and `score` its hazard less what was seen.
  for (let k = 0, i = 0; k < part.times; k++) {
    for (const ends = i + <i32>f(part.ties, k), until = whole(part.until, k); i < until; i++) {
      const before = part.late ? whole(part.before, i) : -1;
      let hazard = f(part.cumulative, k) - (before >= 0 ? f(part.cumulative, before) : 0);
      let seen: f64 = 0;
      if (i < ends) {
        hazard -= f(part.spared, k);
        seen = f(part.weights, i);
        value -= seen * (f(part.score, i) - shift);
      }
      hazard *= f(part.theta, i);
      set(part.theta, i, hazard);
      set(part.score, i, hazard - seen);
    }
  }
  for (let from = 0; from < part.rows; from += panel) {
    const rows = part.x + <usize>from * width;
    const count = min(panel, part.rows - from);
    memory.fill(weightedAt, 0, <usize>count * width);
    for (let i = 0, to = weightedAt; i < count; i++, to += width) {
      addRow(to, f(part.theta, from + i), rows + <usize>i * width);
      store<f64>(to + one, f(part.score, from + i));
    }
    layout(<u32>(width >> 3), <u32>rows, <u32>weightedAt, 0, 0, 0, <u32>sumsAt);
    addProducts(count);
  }
  subtractProducts(part.times, part.atRisk, part.a0, part.ending, part.a1);
  if (efron) subtractProducts(part.times, part.ending, part.a2, part.atRisk, part.a1);
  return value;
}
