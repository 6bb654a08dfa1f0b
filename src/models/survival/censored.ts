import { check, checkFinite, checkSameLength } from "../../core/checks";
import { countUpTo } from "../../core/math/sorted";
import { joinRows, type Matrix, takeRows, takeValues } from "../../core/matrix";
import type { Model, Watch } from "../../core/model";
import type { Rng } from "../../core/rng";
import { checkNumbers } from "../check-rows";

/** Lifetimes of which some had not ended when observation did (right censoring). All arrays have one entry a row. */
export interface Censored {
  /** How long the row was observed, at least 0, in any unit. */
  readonly time: Float64Array;
  /** 1 where the lifetime ended at `time`, 0 where only observation did. */
  readonly event: Float64Array;
  /**
   * From which time on the row was watched (left truncation), below `time`; 0 when absent. Customers who joined years
   * before the first month of data belong here: without it their survival until then would be counted as evidence.
   */
  readonly entry?: Float64Array;
  /** One non-negative weight a row; all 1 when absent. */
  readonly weights?: Float64Array;
}

/** Lifetimes with what is known of each row. */
export interface SurvivalData extends Censored {
  readonly x: Matrix;
  /** Groups with a baseline of their own each, such as plans, by any whole number; only `cox` takes them. */
  readonly strata?: Int32Array;
  /**
   * Whose row it is, by any whole number. Rows of one customer are not independent: `cox` then gives standard errors
   * that hold all the same. `startStopRows` makes them.
   */
  readonly clusters?: Int32Array;
}

/** A model of lifetimes. `predict` gives a risk score: a higher one means an earlier end. */
export interface SurvivalModel extends Model {
  /** The chance of living beyond each of `times` (at least 0): a matrix with a row per row of `x`, a column per time. */
  survivalAt(x: Matrix, times: ArrayLike<number>): Matrix;
  /**
   * The chance of living on for each of `times` given that each row has lived to its `age`: S(age + t) / S(age), in the
   * same shape. Where nobody is expected to reach the age the hazard has no say, and the chance is 0 for any t > 0.
   */
  residualSurvivalAt(x: Matrix, age: Float64Array, times: ArrayLike<number>): Matrix;
}

/** A survival learner: same rows, same stream, same model. */
export type FitSurvival<M extends SurvivalModel = SurvivalModel> = (
  train: SurvivalData,
  rng: Rng,
  watch?: Watch,
) => Promise<M>;

/** Throws unless the lifetimes are usable: one length, finite, not negative, events 0 or 1, entries before ends. */
export function checkCensored(data: Censored, action: string): void {
  const { time, event, entry, weights } = data;
  check(time.length > 0, action, "there must be at least one row");
  checkSameLength(time.length, event.length, action, "times and events");
  checkFinite(time, action, "times");
  for (let i = 0; i < time.length; i++) {
    if (time[i] < 0) check(false, action, `times must not be negative, got ${time[i]} in row ${i}`);
    if (event[i] !== 0 && event[i] !== 1)
      check(false, action, `events must be 0 or 1, got ${event[i]} in row ${i}`);
  }
  if (entry) {
    checkSameLength(time.length, entry.length, action, "times and entries");
    for (let i = 0; i < time.length; i++) {
      if (!(entry[i] >= 0 && entry[i] < time[i]))
        check(
          false,
          action,
          `an entry must be at least 0 and before its end, got ${entry[i]} and ${time[i]} in row ${i}`,
        );
    }
  }
  if (weights) {
    checkSameLength(time.length, weights.length, action, "times and weights");
    for (let i = 0; i < time.length; i++) {
      if (!(weights[i] >= 0 && weights[i] < Infinity))
        check(false, action, `weights must be finite and not negative, got ${weights[i]} in row ${i}`);
    }
  }
}

/**
 * Throws unless there are lifetimes of which one has ended, one a row of the matrix; and where there are strata or clusters
 * unless the learner `takes` them, as it would answer for other rows than it was given.
 */
export function checkLifetimes(data: SurvivalData, action: string, takes: "groups" | "rows" = "rows"): void {
  checkCensored(data, action);
  for (const name of ["strata", "clusters"] as const) {
    const groups = data[name];
    if (!groups) continue;
    check(
      takes === "groups",
      action,
      `only a Cox model takes ${name} (give them as columns, or leave them out)`,
    );
    checkSameLength(data.time.length, groups.length, action, `times and ${name}`);
  }
  checkSameLength(data.x.rows, data.time.length, action, "the matrix and times");
  check(
    data.event.some((e, i) => e === 1 && (data.weights?.[i] ?? 1) > 0),
    action,
    "at least one lifetime must have ended",
  );
}

/** The same, and unless the matrix holds finite numbers alone. */
export function checkSurvivalData(
  data: SurvivalData,
  action: string,
  takes: "groups" | "rows" = "rows",
): void {
  checkLifetimes(data, action, takes);
  checkNumbers(data.x, action);
}

/** The lifetimes at `indices`; an index may repeat. */
export function takeCensored(data: Censored, indices: ArrayLike<number>): Censored {
  return {
    time: takeValues(data.time, indices),
    event: takeValues(data.event, indices),
    ...(data.entry ? { entry: takeValues(data.entry, indices) } : {}),
    ...(data.weights ? { weights: takeValues(data.weights, indices) } : {}),
  };
}

/** The rows at `indices`; an index may repeat. */
export function takeSurvival(data: SurvivalData, indices: ArrayLike<number>): SurvivalData {
  const { strata, clusters } = data;
  return {
    ...takeCensored(data, indices),
    x: takeRows(data.x, indices),
    ...(strata && { strata: Int32Array.from(indices, (i) => strata[i]) }),
    ...(clusters && { clusters: Int32Array.from(indices, (i) => clusters[i]) }),
  };
}

/**
 * Rows of `a`, then rows of `b`; both with the same columns. Where one has no entries or weights, its own are 0 and 1.
 * Strata and clusters are refused: their numbers need not mean the same in both.
 */
export function joinSurvival(a: SurvivalData, b: SurvivalData): SurvivalData {
  for (const name of ["strata", "clusters"] as const)
    check(!a[name] && !b[name], "join lifetimes", `they must have no ${name}`);
  const joined = (name: "time" | "event" | "entry" | "weights", absent = 0): Float64Array => {
    const out = new Float64Array(a.time.length + b.time.length).fill(absent);
    if (a[name]) out.set(a[name]);
    if (b[name]) out.set(b[name], a.time.length);
    return out;
  };
  return {
    x: joinRows(a.x, b.x),
    time: joined("time"),
    event: joined("event"),
    ...((a.entry || b.entry) && { entry: joined("entry") }),
    ...((a.weights || b.weights) && { weights: joined("weights", 1) }),
  };
}

/** What happened at each distinct end of a lifetime, in ascending order of time; counts are sums of weights. */
export interface RiskTable {
  readonly times: Float64Array;
  /** Rows that entered before the time and had not ended before it. */
  readonly atRisk: Float64Array;
  readonly events: Float64Array;
  readonly censored: Float64Array;
}

/**
 * The risk table of lifetimes, at their own distinct times or at given ascending ones that include them. Who enters at
 * a time is at risk only after it, as in R's survival package.
 */
export function riskTable(data: Censored, times: Float64Array = distinct(data.time)): RiskTable {
  const { time, event, entry, weights } = data;
  const events = new Float64Array(times.length);
  const censored = new Float64Array(times.length);
  const atRisk = new Float64Array(times.length);
  for (let i = 0; i < time.length; i++) {
    const weight = weights ? weights[i] : 1;
    const last = lastUpTo(times, time[i]);
    (event[i] === 1 ? events : censored)[last] += weight;
    atRisk[last] += weight;
    const before = entry ? lastUpTo(times, entry[i]) : -1;
    if (before >= 0) atRisk[before] -= weight;
  }
  for (let k = times.length - 2; k >= 0; k--) atRisk[k] += atRisk[k + 1];
  return { times, atRisk, events, censored };
}

/** The different values, ascending. */
export function distinct(values: Float64Array): Float64Array {
  const sorted = Float64Array.from(values).sort();
  let count = 0;
  for (let i = 0; i < sorted.length; i++) {
    if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[count++] = sorted[i];
  }
  return sorted.slice(0, count);
}

/** The index of the last of ascending `times` that is not after `t`, or −1. */
export function lastUpTo(times: Float64Array, t: number): number {
  return countUpTo(times, t) - 1;
}

/** Throws unless there is an age of at least 0 for each row. */
export function checkAges(x: Matrix, age: Float64Array, action: string): void {
  checkSameLength(age.length, x.rows, action, "ages and rows");
  for (let i = 0; i < age.length; i++)
    if (!(age[i] >= 0 && age[i] < Infinity))
      check(false, action, `ages must be finite and not negative, got ${age[i]} in row ${i}`);
}
