import { Layout, mustStartKernel } from "../../core/kernel";
import type { CurvedObjective } from "../../core/math/optimise";
import { column, type Matrix, takeRows } from "../../core/matrix";
import { distinct, lastUpTo, type SurvivalData, takeCensored } from "./censored";
import { wasm } from "./cox-kernel.wasm";

/** `part` is where a stratum's counts and addresses stand. */
interface Functions {
  begin(columns: number, width: number, panel: number, weighted: number, sums: number): void;
  place(part: number, j: number, column: number): void;
  riskSums(part: number, beta: number): number;
  likelihood(part: number, beta: number, efron: number): number;
}

/** The sums over the risk set at each distinct time of an event; the next ones take their place. */
export interface RiskSums {
  /** Σ w exp(η) x of those at risk: time k, column j is at `[k * width + j]`, and Σ w exp(η) where a next column would be. */
  readonly atRisk: Float64Array;
  /** The same of those who end. */
  readonly ending: Float64Array;
  readonly width: number;
  /** All sums are divided by exp(shift), which keeps them from overflowing. */
  readonly shift: number;
}

/** Cox's partial likelihood of the lifetimes of one stratum. */
export interface PartialLikelihood {
  /** The distinct times at which lifetimes ended. */
  readonly eventTimes: Float64Array;
  /** How many rows of positive weight ended at each time, and the sum of their weights. */
  readonly ties: Float64Array;
  readonly tiedWeight: Float64Array;
  riskSums(beta: ArrayLike<number>): RiskSums;
  /**
   * The baseline's hazard at each event time, by the treatment of ties that the coefficients rest on: Breslow's d / S0,
   * or Efron's Σ 1 / (S0 − (l / d) D0) over the d tied ends, of which the last ones leave a smaller risk set.
   */
  hazards(beta: ArrayLike<number>): Float64Array;
}

/** Bytes of weighted rows at a time, so that they stay in a processor's cache. */
const panelBytes = 2 ** 17;

/**
 * The partial likelihood of each stratum with Efron's treatment of ties (1977), or Breslow's; and minus the sum of their
 * logs, with its gradient and Hessian, as coefficients are common to all. Every row is at risk at a run of event times, so
 * sums over risk sets are differences at both ends of the run, accumulated; and the part of the information that needs
 * products of columns is one weighted Gram matrix, whatever the number of event times.
 */
export function partialLikelihoods(
  strata: readonly SurvivalData[],
  efron: boolean,
): { readonly likelihoods: readonly PartialLikelihood[]; readonly objective: CurvedObjective } {
  const { columns } = strata[0].x;
  // A one follows a row's columns, then zeros up to whole tiles of the Gram matrix.
  const width = 4 * Math.ceil((columns + 1) / 4);
  const panel = Math.max(1, Math.floor(panelBytes / 8 / width));
  const layout = new Layout();
  const room = (numbers: number): number => layout.take(8 * numbers);
  const [betaAt, sumsAt, weightedAt] = [width, width * width, panel * width].map(room);
  const columnAt = room(strata.reduce((most, { x }) => Math.max(most, x.rows), 0));
  const parts = strata.map((data) => {
    const lives = inOrder(data);
    const [rows, times] = [lives.order.length, lives.eventTimes.length];
    const { order, weights, before, ties, tiedWeight, until } = lives;
    const arrays = [order, weights, before, ties, tiedWeight, until];
    const given = arrays.map(({ byteLength }) => layout.take(byteLength));
    const own = [rows, times, times].map((count) => room(count * width));
    own.push(...[rows, rows, times, times, times, times, times].map(room));
    const fields = Int32Array.of(rows, times, before.length, ...given, ...own);
    return { data, lives, arrays, given, own, fields, at: layout.take(fields.byteLength) };
  });
  const { run, memory } = mustStartKernel<Functions>(wasm, layout.end, "fit a Cox model");
  const floats = (at: number, count: number) => new Float64Array(memory, at, count);
  const put = (at: number, { buffer, byteOffset, byteLength }: Int32Array | Float64Array): void =>
    new Uint8Array(memory, at).set(new Uint8Array(buffer, byteOffset, byteLength));
  run.begin(columns, width, panel, weightedAt, sumsAt);
  for (const { data, arrays, given, fields, at } of parts) {
    put(at, fields);
    for (const [k, array] of arrays.entries()) put(given[k], array);
    for (let j = 0; j < columns; j++) {
      put(columnAt, column(data.x, j));
      run.place(at, j, columnAt);
    }
    floats(columnAt, data.x.rows).fill(1);
    run.place(at, columns, columnAt);
  }
  const beta = floats(betaAt, width);
  const sums = floats(sumsAt, width * width);

  const likelihoods = parts.map(({ lives: { eventTimes, ties, tiedWeight }, own, at }) => {
    const riskSums = (coefficients: ArrayLike<number>): RiskSums => {
      beta.set(coefficients);
      const shift = run.riskSums(at, betaAt);
      const [atRisk, ending] = [own[1], own[2]].map((from) => floats(from, ties.length * width));
      return { atRisk, ending, width, shift };
    };
    const hazards = (coefficients: ArrayLike<number>): Float64Array => {
      const { atRisk, ending, shift } = riskSums(coefficients);
      return ties.map((tied, k) => {
        const [s0, d0] = [atRisk, ending].map((of) => of[k * width + columns]);
        let hazard = 0;
        for (let l = 0; l < tied; l++) hazard += 1 / (s0 - (efron ? l / tied : 0) * d0);
        return ((tiedWeight[k] / tied) * hazard) / Math.exp(shift);
      });
    };
    return { eventTimes, ties, tiedWeight, riskSums, hazards };
  });

  const objective: CurvedObjective = (coefficients, gradient, hessian) => {
    beta.set(coefficients);
    sums.fill(0);
    let value = 0;
    for (const { at } of parts) value += run.likelihood(at, betaAt, efron ? 1 : 0);
    for (let j = 0; j < columns; j++) {
      gradient[j] = sums[columns * width + j];
      for (let g = 0; g <= j; g++) hessian[j * columns + g] = hessian[g * columns + j] = sums[j * width + g];
    }
    return value;
  };
  return { likelihoods, objective };
}

/** The rows of one stratum with their partial likelihood. */
export interface Stratum {
  /** Its number in the data; undefined where there are no strata. */
  readonly code?: number;
  /** The places of its rows in the data; undefined: all of them. */
  readonly rows?: Int32Array;
  readonly data: SurvivalData;
  readonly likelihood: PartialLikelihood;
}

/**
 * Strata by ascending number, each with a likelihood of its own, as what happens in one says nothing of the risk in
 * another; and the objective of all.
 */
export function strataOf(
  data: SurvivalData,
  x: Matrix,
  efron: boolean,
): { readonly strata: readonly Stratum[]; readonly objective: CurvedObjective } {
  const rowsOf = new Map<number, number[]>();
  data.strata?.forEach((code, i) => {
    const rows = rowsOf.get(code);
    if (rows) rows.push(i);
    else rowsOf.set(code, [i]);
  });
  const parts = [...rowsOf]
    .sort(([a], [b]) => a - b)
    .map(([code, places]) => {
      const rows = Int32Array.from(places);
      return { code, rows, data: { ...takeCensored(data, rows), x: takeRows(x, rows) } };
    });
  const given = parts.length > 0 ? parts : [{ data: { ...data, x } }];
  const { likelihoods, objective } = partialLikelihoods(
    given.map((part) => part.data),
    efron,
  );
  return { strata: given.map((part, k) => ({ ...part, likelihood: likelihoods[k] })), objective };
}

/**
 * The rows that are ever at risk (`order`: where they stand in the data), those of one last time together and the ended ones
 * of it first; `until` says where those of each time end, `before` is the last event time before a row's entry (−1: none).
 */
function inOrder({ x, time, event, entry, weights }: SurvivalData) {
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
  return {
    eventTimes,
    ties,
    tiedWeight,
    order,
    weights: Float64Array.from(order, (i) => (weights ? weights[i] : 1)),
    before: entry ? order.map((i) => lastUpTo(eventTimes, entry[i])) : new Int32Array(0),
    until,
  };
}
