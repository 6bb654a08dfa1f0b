import { check, checkInteger, checkNumber } from "../../core/checks";
import { studentQuantile } from "../../core/math/student-distribution";
import { type ForecastMethod, forecastMethods } from "../../models/forecast/smoothing";
import type { Panel } from "./read-panel";

export interface ForecastOptions {
  /** How many months ahead, at least 1. @default 3 */
  readonly horizon?: number;
  /** The share of outcomes that an interval is to hold, in (0, 1). @default 0.8 */
  readonly level?: number;
}

/** Monthly values to come. A value a month ahead for each customer and for all. */
export interface Forecast {
  readonly method: string;
  readonly mean: readonly Float64Array[];
  readonly low: readonly Float64Array[];
  readonly high: readonly Float64Array[];
  readonly total: { readonly mean: Float64Array; readonly low: Float64Array; readonly high: Float64Array };
  /** Mean absolute errors of the methods on the months by which one is chosen, the best first. */
  readonly methods: readonly { readonly name: string; readonly error: number }[];
  /** On the last months, that neither chose nor calibrated: the share of outcomes in the intervals, and the errors. */
  readonly judged: {
    readonly months: number;
    readonly outcomes: number;
    readonly coverage: number;
    readonly error: number;
    readonly lastMonthError: number;
    readonly lastYearError?: number;
  };
}

/** Errors of one origin: what was foretold and came, by months ahead. */
interface Errors {
  readonly of: Float64Array;
  readonly scaled: Float64Array;
  readonly ahead: Int32Array;
}

/** Most origins to look back from: earlier ones knew much less of each customer. */
const mostOrigins = 6;

/**
 * Values of the months to come. The method is chosen by absolute errors from earlier months, its intervals are quantiles
 * of the errors there in units of each customer's own month-to-month change (split conformal prediction: Vovk, Gammerman
 * and Shafer, 2005), and the last months, which neither chose nor calibrated, tell how many outcomes the intervals hold.
 */
export function forecastPanel(
  { series: all, learned }: Pick<Panel, "series" | "learned">,
  options: ForecastOptions = {},
): Forecast {
  const { horizon = 3, level = 0.8 } = options;
  const action = "forecast";
  checkInteger(horizon, 1, 60, action, "horizon");
  checkNumber(level, 0, 1, action, "level", "both");
  const series = learned ? Array.from(learned, (i) => all[i]) : all;
  const length = series[0].length;
  const origins = Math.min(mostOrigins, length - 2 * horizon - 3 + 1);
  check(
    origins >= 1,
    action,
    `there must be at least ${2 * horizon + 3} months to foretell ${horizon}: as many to judge by and to learn errors from, and three before`,
    length,
  );
  // The last origin judges; those whose outcomes all lie before it choose and calibrate.
  const judge = length - horizon;
  const before = Array.from({ length: origins }, (_, k) => judge - horizon - k);
  const methods = forecastMethods.filter((method) => method.least <= Math.min(...before));
  const errors = methods.map((method) => before.map((at) => errorsAt(series, method, at, horizon)));
  const ranking = methods
    .map((method, m) => ({ method, errors: errors[m], error: meanAbsolute(errors[m]) }))
    .sort((a, b) => a.error - b.error);
  const best = ranking[0];
  const bounds = quantilesOf(best.errors, horizon, level);
  const judged = errorsAt(series, best.method, judge, horizon);
  let inside = 0;
  judged.scaled.forEach((e, k) => {
    const [low, high] = bounds[judged.ahead[k] - 1];
    if (e >= low && e <= high) inside++;
  });
  const of = (name: string): number | undefined => {
    const method = methods.find((method) => method.name === name);
    return method && meanAbsolute([errorsAt(series, method, judge, horizon)]);
  };
  // What is foretold for good learns from the judging months as well.
  const final = quantilesOf([...best.errors, judged], horizon, level);
  const least = all.every((y) => y.every((v) => !(v < 0))) ? 0 : -Infinity;
  const mean = all.map((y) => best.method.next(y, horizon).map((v) => Math.max(least, v)));
  const scale = Float64Array.from(all, scaleOf);
  const end = (which: 0 | 1): Float64Array[] =>
    mean.map((own, i) => own.map((v, k) => Math.max(least, v + scale[i] * final[k][which])));
  const lastYear = of("same month last year");
  return {
    method: best.method.name,
    mean,
    low: end(0),
    high: end(1),
    total: totalOf(series, { method: best.method, mean, horizon }, [judge, ...before], level),
    methods: ranking.map(({ method, error }) => ({ name: method.name, error })),
    judged: {
      months: horizon,
      outcomes: judged.of.length,
      coverage: judged.of.length > 0 ? inside / judged.of.length : 0,
      error: meanAbsolute([judged]),
      lastMonthError: of("last month") ?? 0,
      ...(lastYear === undefined ? {} : { lastYearError: lastYear }),
    },
  };
}

function errorsAt(
  series: readonly Float64Array[],
  method: ForecastMethod,
  at: number,
  horizon: number,
): Errors {
  const of: number[] = [];
  const scaled: number[] = [];
  const ahead: number[] = [];
  for (const y of series) {
    const history = y.subarray(0, at);
    if (!history.some((v) => !Number.isNaN(v))) continue;
    const next = method.next(history, horizon);
    const scale = scaleOf(history);
    for (let k = 0; k < horizon; k++) {
      const actual = y[at + k];
      if (Number.isNaN(actual)) continue;
      of.push(actual - next[k]);
      scaled.push((actual - next[k]) / scale);
      ahead.push(k + 1);
    }
  }
  return { of: Float64Array.from(of), scaled: Float64Array.from(scaled), ahead: Int32Array.from(ahead) };
}

/** The mean change from month to month, drawn to a twentieth of the mean value where there are few. */
function scaleOf(y: Float64Array): number {
  let [change, steps, sum, n] = [0, 0, 0, 0];
  let before = Number.NaN;
  for (const v of y) {
    if (Number.isNaN(v)) continue;
    if (!Number.isNaN(before)) {
      change += Math.abs(v - before);
      steps++;
    }
    before = v;
    sum += Math.abs(v);
    n++;
  }
  const usual = n > 0 ? (0.05 * sum) / n : 0;
  return Math.max(1e-9, (change + 2 * usual) / (steps + 2));
}

function meanAbsolute(all: readonly Errors[]): number {
  let [sum, n] = [0, 0];
  for (const { of } of all) {
    for (const e of of) sum += Math.abs(e);
    n += of.length;
  }
  return n > 0 ? sum / n : Infinity;
}

/**
 * For each month ahead, the errors in units of scale between which `level` of them lie. What moves all customers alike in
 * a month shows once a month, not once a customer: the interval is stretched about its middle until, found without a
 * month, it holds `level` of that month's errors, on average over months.
 */
function quantilesOf(all: readonly Errors[], horizon: number, level: number): [number, number][] {
  return Array.from({ length: horizon }, (_, k) => {
    const months = all
      .map(({ scaled, ahead }) => scaled.filter((_e, j) => ahead[j] === k + 1).sort())
      .filter((own) => own.length > 0);
    check(months.length > 0, "forecast", `some customers must have values ${k + 1} months after others`);
    const ends = endsOf(months, level);
    if (months.length < 3) return stretched(ends, 1);
    const without = months.map((_own, b) =>
      endsOf(
        months.filter((_other, o) => o !== b),
        level,
      ),
    );
    const held = (factor: number): number =>
      months.reduce((sum, own, b) => {
        const [low, high] = stretched(without[b], factor);
        return sum + own.reduce((n, e) => n + (e >= low && e <= high ? 1 : 0), 0) / own.length;
      }, 0) / months.length;
    let [small, large] = [0.5, 4];
    for (let step = 0; step < 20; step++) {
      const middle = (small + large) / 2;
      if (held(middle) >= level) large = middle;
      else small = middle;
    }
    return stretched(ends, large);
  });
}

type Ends = readonly [low: number, middle: number, high: number];

/** Quantiles of the errors of all months together: of n the (n + 1) share-th, which makes the coverage that of a new one. */
function endsOf(months: readonly Float64Array[], level: number): Ends {
  const own = Float64Array.from(months.flatMap((errors) => [...errors])).sort();
  const at = (share: number): number =>
    own[Math.min(own.length - 1, Math.max(0, Math.round(share * (own.length + 1)) - 1))];
  return [at((1 - level) / 2), at(0.5), at((1 + level) / 2)];
}

function stretched([low, middle, high]: Ends, factor: number): [number, number] {
  return [middle - factor * (middle - low), middle + factor * (high - middle)];
}

/** What a method foretells of each series. */
interface Foretold {
  readonly method: ForecastMethod;
  readonly mean: readonly Float64Array[];
  readonly horizon: number;
}

/** The sum over customers, with Student's interval of the relative errors that the same sum had from earlier months. */
function totalOf(
  series: readonly Float64Array[],
  { method, mean, horizon }: Foretold,
  origins: readonly number[],
  level: number,
): Forecast["total"] {
  const sums = Float64Array.from({ length: horizon }, (_, k) => mean.reduce((sum, own) => sum + own[k], 0));
  const ends = sums.map((sum, k) => {
    const relative = origins.map((at) => {
      let [made, said] = [0, 0];
      for (const y of series) {
        const history = y.subarray(0, at);
        if (Number.isNaN(y[at + k]) || !history.some((v) => !Number.isNaN(v))) continue;
        made += y[at + k];
        said += method.next(history, horizon)[k];
      }
      return said === 0 ? 0 : made / said - 1;
    });
    const spread = Math.sqrt(relative.reduce((a, e) => a + e * e, 0) / relative.length);
    return Math.abs(sum) * spread * studentQuantile((1 + level) / 2, relative.length);
  });
  return { mean: sums, low: sums.map((v, k) => v - ends[k]), high: sums.map((v, k) => v + ends[k]) };
}
