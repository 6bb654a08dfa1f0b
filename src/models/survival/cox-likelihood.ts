import { dot } from "../../core/math/linear-algebra";
import type { CurvedObjective } from "../../core/math/optimise";
import { column, type Matrix } from "../../core/matrix";
import { gramOf } from "../linear/gram";
import { distinct, lastUpTo, type SurvivalData } from "./censored";

/** The sums over the risk set at each distinct time of an event. Time k, column j is at `[j * times + k]`. */
export interface RiskSums {
  /** Σ w exp(η) of those at risk, and of those who end. */
  readonly s0: Float64Array;
  readonly d0: Float64Array;
  /** Σ w exp(η) x likewise. */
  readonly s1: Float64Array;
  readonly d1: Float64Array;
  /** All sums are divided by exp(shift), which keeps them from overflowing. */
  readonly shift: number;
}

/** Cox's partial likelihood of some lifetimes. */
export interface PartialLikelihood {
  /** The distinct times at which lifetimes ended. */
  readonly eventTimes: Float64Array;
  /** How many rows of positive weight ended at each time, and the sum of their weights. */
  readonly ties: Float64Array;
  readonly tiedWeight: Float64Array;
  /** Minus the log partial likelihood with its gradient and Hessian. */
  readonly objective: CurvedObjective;
  riskSums(beta: ArrayLike<number>): RiskSums;
  /**
   * The baseline's hazard at each event time, by the treatment of ties that the coefficients rest on: Breslow's d / S0,
   * or Efron's Σ 1 / (S0 − (l / d) D0) over the d tied ends, of which the last ones leave a smaller risk set.
   */
  hazards(beta: ArrayLike<number>): Float64Array;
}

/**
 * The partial likelihood with Efron's treatment of ties (1977), or Breslow's. Every row is at risk at a run of event
 * times, so sums over risk sets are differences at both ends of the run, accumulated; and the part of the information
 * that needs products of columns is one weighted Gram matrix, whatever the number of event times.
 */
export function partialLikelihood(data: SurvivalData, x: Matrix, efron: boolean): PartialLikelihood {
  const { columns } = x;
  const inTime = inOrder(data, x);
  const { eventTimes, ties, tiedWeight, values, weights, last, before, until } = inTime;
  const times = eventTimes.length;
  const rows = last.length;
  const columnAt = (j: number): Float64Array => values.subarray(j * rows, (j + 1) * rows);
  const ended = new Uint8Array(rows);
  for (let k = 0, i = 0; k < times; i = until[k], k++) ended.fill(1, i, i + ties[k]);
  // Σ w x over events does not depend on the coefficients.
  const observed = Float64Array.from({ length: columns }, (_, j) =>
    columnAt(j).reduce((sum, v, i) => (ended[i] ? sum + weights[i] * v : sum), 0),
  );
  // The last column of ones gives the gradient's sums.
  const ones = { values: new Float64Array(rows).fill(1) };
  const weightedGram = gramOf(
    [...Array.from({ length: columns }, (_, j) => ({ values: columnAt(j) })), ones],
    rows,
  );
  const anyTies = efron && ties.some((d) => d > 1);

  const sums = (own: Float64Array, at: Float64Array, ends: Float64Array): void =>
    riskSetSums(inTime, own, at, ends);

  const riskSumsOf = (theta: Float64Array, shift: number): RiskSums => {
    const s0 = new Float64Array(times);
    const d0 = new Float64Array(times);
    const s1 = new Float64Array(times * columns);
    const d1 = new Float64Array(times * columns);
    sums(theta, s0, d0);
    const product = new Float64Array(rows);
    for (let j = 0; j < columns; j++) {
      multiply(theta, columnAt(j), product);
      sums(product, s1.subarray(j * times, (j + 1) * times), d1.subarray(j * times, (j + 1) * times));
    }
    return { s0, d0, s1, d1, shift };
  };

  const objective: CurvedObjective = (beta, gradient, hessian) => {
    const { theta, eta, shift } = scoresOf(beta, inTime);
    const { s0, d0, s1, d1 } = riskSumsOf(theta, shift);
    const perTime = tiedSums(s0, d0, ties, tiedWeight, efron);
    const { cumulative, spared, a0, a1, a2 } = perTime;
    let { value } = perTime;
    const load = new Float64Array(rows);
    for (let i = 0; i < rows; i++) {
      if (ended[i]) value -= weights[i] * (eta[i] - shift);
      const from = before && before[i] >= 0 ? cumulative[before[i]] : 0;
      load[i] = theta[i] * (cumulative[last[i]] - from - (ended[i] ? spared[last[i]] : 0));
    }
    const products = weightedGram(load);
    const u = new Float64Array(times);
    const v = new Float64Array(times);
    const slices = (of: Float64Array) =>
      Array.from({ length: columns }, (_, j) => of.subarray(j * times, (j + 1) * times));
    const [atRisk, ending] = [slices(s1), slices(d1)];
    for (let j = 0; j < columns; j++) {
      gradient[j] = products[columns * (columns + 1) + j] - observed[j];
      const [s, d] = [atRisk[j], ending[j]];
      for (let k = 0; k < times; k++) {
        u[k] = a0[k] * s[k] - a1[k] * d[k];
        v[k] = a2[k] * d[k] - a1[k] * s[k];
      }
      for (let g = 0; g <= j; g++) {
        let entryOf = products[j * (columns + 1) + g] - dot(u, atRisk[g]);
        if (anyTies) entryOf -= dot(v, ending[g]);
        hessian[j * columns + g] = entryOf;
        hessian[g * columns + j] = entryOf;
      }
    }
    return value;
  };

  return {
    eventTimes,
    ties,
    tiedWeight,
    objective,
    riskSums: (beta) => {
      const { theta, shift } = scoresOf(beta, inTime);
      return riskSumsOf(theta, shift);
    },
    hazards: (beta) => {
      const { theta, shift } = scoresOf(beta, inTime);
      const s0 = new Float64Array(times);
      const d0 = new Float64Array(times);
      sums(theta, s0, d0);
      return s0.map((atRisk, k) => {
        let hazard = 0;
        for (let l = 0; l < ties[k]; l++) hazard += 1 / (atRisk - (efron ? l / ties[k] : 0) * d0[k]);
        return ((tiedWeight[k] / ties[k]) * hazard) / Math.exp(shift);
      });
    },
  };
}

/**
 * Minus the log likelihood's part of each time, and Σ over the tied ends l of 1/φ (cumulative over times), (l/d)/φ,
 * 1/φ², (l/d)/φ², (l/d)²/φ², where φ = S0 − (l/d) D0.
 */
function tiedSums(
  s0: Float64Array,
  d0: Float64Array,
  ties: Float64Array,
  tiedWeight: Float64Array,
  efron: boolean,
): {
  readonly value: number;
  readonly cumulative: Float64Array;
  readonly spared: Float64Array;
  readonly a0: Float64Array;
  readonly a1: Float64Array;
  readonly a2: Float64Array;
} {
  const times = ties.length;
  const [cumulative, spared, a0, a1, a2] = Array.from({ length: 5 }, () => new Float64Array(times));
  let value = 0;
  for (let k = 0; k < times; k++) {
    const weight = tiedWeight[k] / ties[k];
    for (let l = 0; l < ties[k]; l++) {
      const share = efron ? l / ties[k] : 0;
      const inverse = 1 / (s0[k] - share * d0[k]);
      value -= weight * Math.log(inverse);
      cumulative[k] += weight * inverse;
      spared[k] += weight * share * inverse;
      a0[k] += weight * inverse * inverse;
      a1[k] += weight * share * inverse * inverse;
      a2[k] += weight * share * share * inverse * inverse;
    }
  }
  for (let k = 1; k < times; k++) cumulative[k] += cumulative[k - 1];
  return { value, cumulative, spared, a0, a1, a2 };
}

/** The rows that are ever at risk, those of one last time together and the ended ones of it first. */
interface RowsInOrder {
  readonly eventTimes: Float64Array;
  readonly ties: Float64Array;
  readonly tiedWeight: Float64Array;
  /** Column-major. */
  readonly values: Float64Array;
  readonly weights: Float64Array;
  /** The last event time at which each row is at risk, and the last one before its entry (−1: none). */
  readonly last: Int32Array;
  readonly before?: Int32Array;
  /** Where the rows of each time end. */
  readonly until: Int32Array;
}

/** The rows' scores η, and w exp(η − shift), of which the largest factor is 1. */
function scoresOf(
  beta: ArrayLike<number>,
  { values, weights }: RowsInOrder,
): { theta: Float64Array; eta: Float64Array; shift: number } {
  const rows = weights.length;
  const eta = new Float64Array(rows);
  for (let j = 0; j < beta.length; j++) {
    addTimes(values.subarray(j * rows, (j + 1) * rows), beta[j], eta);
  }
  // The likelihood does not change when all scores grow by one factor: keep the largest at 1.
  let shift = -Infinity;
  for (let i = 0; i < rows; i++) if (eta[i] > shift) shift = eta[i];
  const theta = new Float64Array(rows);
  for (let i = 0; i < rows; i++) theta[i] = weights[i] * Math.exp(eta[i] - shift);
  return { theta, eta, shift };
}

/** Sums of a value a row over the risk sets, and over those who end. */
function riskSetSums(
  { ties, until, before }: RowsInOrder,
  own: Float64Array,
  at: Float64Array,
  ends: Float64Array,
): void {
  const times = ties.length;
  for (let k = 0, i = 0; k < times; k++) {
    let sum = 0;
    for (const end = i + ties[k]; i < end; i++) sum += own[i];
    ends[k] = sum;
    for (const end = until[k]; i < end; i++) sum += own[i];
    at[k] += sum;
  }
  if (before) for (let i = 0; i < own.length; i++) if (before[i] >= 0) at[before[i]] -= own[i];
  for (let k = times - 2; k >= 0; k--) at[k] += at[k + 1];
}

function inOrder({ time, event, entry, weights }: SurvivalData, x: Matrix): RowsInOrder {
  const counts = (i: number): boolean => event[i] === 1 && (!weights || weights[i] > 0);
  const eventTimes = distinct(time.filter((_, i) => counts(i)));
  const times = eventTimes.length;
  const ties = new Float64Array(times);
  const tiedWeight = new Float64Array(times);
  const until = new Int32Array(times);
  const lastOf = new Int32Array(x.rows);
  for (let i = 0; i < x.rows; i++) {
    const k = lastUpTo(eventTimes, time[i]);
    lastOf[i] = k;
    if (k < 0) continue;
    until[k]++;
    if (!counts(i)) continue;
    ties[k]++;
    tiedWeight[k] += weights ? weights[i] : 1;
  }
  for (let k = 1; k < times; k++) until[k] += until[k - 1];
  const nextEnd = Int32Array.from(until, (_, k) => (k === 0 ? 0 : until[k - 1]));
  const nextOther = nextEnd.map((start, k) => start + ties[k]);
  const order = new Int32Array(times === 0 ? 0 : until[times - 1]);
  for (let i = 0; i < x.rows; i++) {
    if (lastOf[i] < 0) continue;
    const next = counts(i) ? nextEnd : nextOther;
    order[next[lastOf[i]]++] = i;
  }
  const values = new Float64Array(order.length * x.columns);
  for (let j = 0; j < x.columns; j++) {
    take(column(x, j), order, values.subarray(j * order.length, (j + 1) * order.length));
  }
  return {
    eventTimes,
    ties,
    tiedWeight,
    values,
    weights: Float64Array.from(order, (i) => (weights ? weights[i] : 1)),
    last: order.map((i) => lastOf[i]),
    ...(entry && { before: order.map((i) => lastUpTo(eventTimes, entry[i])) }),
    until,
  };
}

// Loops of their own: the engine compiles what it has called some twenty times, and a first fit is mostly that.

/** The products of two columns into `out`. */
function multiply(a: Float64Array, b: Float64Array, out: Float64Array): void {
  for (let i = 0; i < out.length; i++) out[i] = a[i] * b[i];
}

function addTimes(column: Float64Array, b: number, out: Float64Array): void {
  for (let i = 0; i < out.length; i++) out[i] += column[i] * b;
}

function take(from: Float64Array, order: Int32Array, to: Float64Array): void {
  for (let r = 0; r < order.length; r++) to[r] = from[order[r]];
}
