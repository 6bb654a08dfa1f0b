import { z } from "zod";
import { check, checkInteger, checkNumber, checkOneOf, checkSameLength } from "../../core/checks";
import { column, type Feature, type Labelled, type Matrix, matrix } from "../../core/matrix";
import type { Fit, Model, ModelJson } from "../../core/model";
import { checkColumns } from "../check-rows";
import {
  checkAges,
  checkCensored,
  type FitSurvival,
  type SurvivalData,
  type SurvivalModel,
} from "./censored";
import { timeFeatures } from "./cox-model";

export interface DiscreteHazardOptions<M extends Model> {
  /** Learns the chance that a lifetime ends within a period, given that it reached it: logistic, boosting, … */
  readonly learner: Fit<M>;
  /** Length of a period in the unit of the times, above 0; defaults to 1 (a month, if times are months). */
  readonly period?: number;
  /** How the learner sees the period. @default "number" */
  readonly clock?: Clock;
  /** Follow lifetimes for at most this many periods; defaults to the longest. Fewer are quicker to fit. */
  readonly periods?: number;
}

/**
 * How a learner sees the period k: "number", as it is, for trees; "smooth", as k, ln k and 1/k, so that a linear learner
 * can follow a hazard that begins high or low and levels off; "one-hot", a column per period, for any shape at all.
 */
export type Clock = "number" | "smooth" | "one-hot";

const clocks: readonly Clock[] = ["number", "smooth", "one-hot"];

export interface Parts<M extends Model> {
  /** The learner's model of one period. */
  readonly hazard: M;
  readonly period: number;
  readonly periods: number;
  readonly clock: Clock;
  readonly features: readonly string[];
}

/**
 * A model of the chance to end in each period. Beyond the last period that was seen its hazard stays. Ages count in whole
 * periods.
 */
export interface DiscreteHazardModel<M extends Model = Model> extends SurvivalModel, Parts<M> {
  readonly kind: "discrete-hazard";
  /** The chance of ending in periods 1 … `periods`, given that the row reached them: a column a period. */
  hazards(x: Matrix, periods: number): Matrix;
}

/**
 * Survival by any classifier: every period that a row lives through becomes one case of "ended in this period or not"
 * (Singer and Willett, 1993). Period k covers (k − 1, k]; of a censored row only the periods seen to their end count.
 * `predict` gives minus the log of survival over all periods.
 *
 * @example
 * const x = matrixFromRows(Array.from({ length: 60 }, (_, i) => [i % 2]));
 * const time = Float64Array.from({ length: 60 }, (_, i) => 1 + (i % 5) + 3 * (i % 2));
 * const fit = discreteHazard({ learner: logisticRegression(), periods: 8 });
 * const model = await fit({ x, time, event: new Float64Array(60).fill(1) }, seeded(1));
 * const { values } = model.survivalAt(matrixFromRows([[0], [1]]), [3]);
 * values[0] < values[1]; // → true
 */
export function discreteHazard<M extends Model>(
  options: DiscreteHazardOptions<M>,
): FitSurvival<DiscreteHazardModel<M>> {
  const { learner, period = 1, clock = "number" } = options;
  const action = "fit discrete hazards";
  checkNumber(period, 0, Infinity, action, "period", "low");
  checkOneOf(clock, clocks, action, "clock");
  if (options.periods !== undefined) checkInteger(options.periods, 1, 100_000, action, "periods");
  return async (train, rng, watch) => {
    checkCensored(train, action);
    checkSameLength(train.x.rows, train.time.length, action, "the matrix and times");
    const longest = train.time.reduce((high, t) => Math.max(high, t), 0);
    const periods = options.periods ?? Math.max(1, Math.ceil(longest / period));
    const cases = personPeriods(train, period, periods, clock);
    check(
      cases.y.some((y) => y === 1),
      action,
      "at least one lifetime must have ended within the periods",
    );
    const hazard = await learner(cases, rng, watch);
    return discreteHazardModel({
      hazard,
      period,
      periods,
      clock,
      features: train.x.features.map((f) => f.name),
    });
  };
}

/** One row per row of `data` and period that it was seen through, labelled 1 where the lifetime ended. */
export function personPeriods(data: SurvivalData, period: number, periods: number, clock: Clock): Labelled {
  const { x, time, event, entry, weights } = data;
  const from = new Int32Array(x.rows);
  const to = new Int32Array(x.rows);
  let rows = 0;
  for (let i = 0; i < x.rows; i++) {
    // A whisker's slack, so that 0.3 / 0.1 counts as three periods.
    const reached = time[i] / period;
    const seen = event[i] === 1 ? Math.max(1, Math.ceil(reached - 1e-9)) : Math.floor(reached + 1e-9);
    from[i] = entry ? Math.ceil(entry[i] / period - 1e-9) + 1 : 1;
    to[i] = Math.min(seen, periods);
    rows += Math.max(0, to[i] - from[i] + 1);
  }
  check(rows > 0, "fit discrete hazards", "some rows must be seen through at least one period");
  const source = new Int32Array(rows);
  const at = new Int32Array(rows);
  const y = new Float64Array(rows);
  let next = 0;
  for (let i = 0; i < x.rows; i++) {
    for (let k = from[i]; k <= to[i]; k++, next++) {
      source[next] = i;
      at[next] = k;
      // A lifetime that ended after the last period was seen to survive it.
      if (k === to[i] && event[i] === 1 && time[i] <= (k + 1e-9) * period) y[next] = 1;
    }
  }
  const cases = { x: withPeriod(x, source, at, periods, clock), y };
  return weights ? { ...cases, weights: Float64Array.from(source, (i) => weights[i]) } : cases;
}

/** The rows `source` of `x` beside what says in which period they are. */
function withPeriod(x: Matrix, source: Int32Array, at: Int32Array, periods: number, clock: Clock): Matrix {
  const rows = source.length;
  const names = clockNames(clock, periods);
  const values = new Float64Array(rows * (x.columns + names.length));
  for (let j = 0; j < x.columns; j++) {
    const given = column(x, j);
    for (let i = 0; i < rows; i++) values[j * rows + i] = given[source[i]];
  }
  for (let i = 0; i < rows; i++) {
    const k = Math.min(at[i], periods);
    const place = x.columns * rows + i;
    if (clock === "one-hot") {
      if (k > 1) values[place + (k - 2) * rows] = 1;
      continue;
    }
    values[place] = k;
    if (clock === "number") continue;
    values[place + rows] = Math.log(k);
    values[place + 2 * rows] = 1 / k;
  }
  const features: Feature[] = names.map((name) => ({ name }));
  return matrix(rows, x.columns + names.length, values, [...x.features, ...features]);
}

function clockNames(clock: Clock, periods: number): string[] {
  if (clock === "number") return ["period"];
  if (clock === "smooth") return ["period", "ln period", "1 / period"];
  return Array.from({ length: periods - 1 }, (_, k) => `period ${k + 2}`);
}

function discreteHazardModel<M extends Model>(parts: Parts<M>): DiscreteHazardModel<M> {
  const { hazard, period, periods, clock, features } = parts;
  const columns = (x: Matrix): void => checkColumns(x, features.length, "predict by discrete hazards");
  const all = (x: Matrix): Int32Array => Int32Array.from({ length: x.rows }, (_, i) => i);
  // The hazard of each row in the period that follows `after` whole periods of its life, and k more.
  const hazardOf = (
    x: Matrix,
    source: Int32Array,
    after: Int32Array | undefined,
    k: number,
  ): Float64Array => {
    const at = new Int32Array(x.rows).fill(k);
    if (after) for (let i = 0; i < at.length; i++) at[i] += after[i];
    return hazard.predict(withPeriod(x, source, at, periods, clock));
  };
  const hazards = (x: Matrix, upTo: number): Matrix => {
    columns(x);
    const source = all(x);
    const values = new Float64Array(x.rows * upTo);
    for (let k = 1; k <= upTo; k++) {
      const to = values.subarray((k - 1) * x.rows, k * x.rows);
      if (k > periods) to.set(values.subarray((k - 2) * x.rows, (k - 1) * x.rows));
      else to.set(hazardOf(x, source, undefined, k));
    }
    return matrix(
      x.rows,
      upTo,
      values,
      timeFeatures(Array.from({ length: upTo }, (_, k) => (k + 1) * period)),
    );
  };
  // Survival from the end of each row's `after` whole periods, at times counted from there.
  const onward = (x: Matrix, after: Int32Array | undefined, times: ArrayLike<number>): Matrix => {
    columns(x);
    const source = all(x);
    const values = new Float64Array(x.rows * times.length);
    const order = Array.from(times, (_, t) => t).sort((a, b) => times[a] - times[b]);
    const alive = new Float64Array(x.rows).fill(1);
    let done = 0;
    let next: Float64Array | undefined;
    for (const t of order) {
      const target = Math.max(0, times[t] / period);
      while (done + 1 <= target + 1e-9) {
        next ??= hazardOf(x, source, after, done + 1);
        for (let i = 0; i < x.rows; i++) alive[i] *= 1 - next[i];
        done++;
        // Hazards stay as they are after the last period, unless rows are of different ages.
        if (after || done < periods) next = undefined;
      }
      const share = Math.max(0, target - done);
      if (share > 1e-9) next ??= hazardOf(x, source, after, done + 1);
      const ended = share > 1e-9 ? next : undefined;
      for (let i = 0; i < x.rows; i++)
        values[t * x.rows + i] = ended ? alive[i] * (1 - ended[i]) ** share : alive[i];
    }
    return matrix(x.rows, times.length, values, timeFeatures(times));
  };
  const survivalAt = (x: Matrix, times: ArrayLike<number>): Matrix => onward(x, undefined, times);
  return {
    ...parts,
    kind: "discrete-hazard",
    hazards,
    survivalAt,
    residualSurvivalAt: (x, age, times) => {
      checkAges(x, age, "predict by discrete hazards");
      return onward(
        x,
        Int32Array.from(age, (a) => Math.floor(a / period + 1e-9)),
        times,
      );
    },
    predict: (x) =>
      survivalAt(x, [periods * period]).values.map((s) => -Math.log(Math.max(s, Number.MIN_VALUE))),
    toJSON: () => ({
      kind: "discrete-hazard",
      version: 1,
      period,
      periods,
      clock,
      features,
      hazard: hazard.toJSON(),
    }),
  };
}

const json = z.strictObject({
  kind: z.literal("discrete-hazard"),
  version: z.literal(1),
  period: z.number().positive(),
  periods: z.int().min(1).max(100_000),
  clock: z.enum(["number", "smooth", "one-hot"]),
  features: z.array(z.string()),
  hazard: z.looseObject({ kind: z.string(), version: z.number() }),
});

/** The model that `toJSON` described; `load` turns the inner model's JSON back. */
export function discreteHazardFromJSON(from: unknown, load: (json: ModelJson) => Model): DiscreteHazardModel {
  const read = json.safeParse(from);
  check(read.success, "load discrete hazards", read.success ? "" : z.prettifyError(read.error));
  const { hazard, period, periods, clock, features } = read.data;
  return discreteHazardModel({ hazard: load(hazard), period, periods, clock, features });
}
