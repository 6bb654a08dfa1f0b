import { checkInteger } from "../../core/checks";
import { takeValues } from "../../core/matrix";
import type { Progress } from "../../core/model";
import { type Rng, seeded } from "../../core/rng";
import { type Simulation, simulate } from "../../data/simulate/simulate";
import { type SourceInfo, simulatorSource } from "../../data/sources/sources";
import type { Interval } from "../../evaluate/bootstrap";
import { normalizedGini, spearman } from "../../evaluate/ranking";
import { meanAbsoluteError } from "../../evaluate/regression";
import { bootstrapRows } from "../../evaluate/value/bootstrap-rows";
import { decileError, type ValueBin, valueBins } from "../../evaluate/value/deciles";
import { customerValue, customerValueQuantile } from "../../models/clv/customer-value";
import { type Landmark, landmark } from "./landmarks";
import { type Forecast, leavesInHalfYear, revenueBetween, valueForecasts } from "./value-forecasts";

/** Two years of a simulated base: one that models may see, and one that they are judged on. */
export interface ValueData {
  /** Twelve months of history, and the truth about the twelve after. */
  readonly base: Simulation;
  /** The customers there at the close, as known then. */
  readonly close: Landmark;
  /** What each of them brought in the twelve months after, and what was to be expected of them. */
  readonly revenue: Float64Array;
  readonly expected: Float64Array;
  readonly source: SourceInfo;
}

export interface ValueDataOptions {
  /** Customers of the base, those who left included. @default 12000 */
  readonly customers?: number;
  /** What random numbers begin with. @default 42 */
  readonly seed?: number;
}

/** Months of history that models see, and as many to be foretold; and the months before, that nobody sees. */
const months = 12;
const settling = 12;

/** A simulated base of which the first twelve months are history and the next twelve are to be foretold. */
export function valueData(options: ValueDataOptions = {}): ValueData {
  const { customers = 12_000, seed = 42 } = options;
  checkInteger(customers, 500, 5_000_000, "simulate customers", "customers");
  // A simulation begins with everybody content: its first year is let pass, until moods are as they go on to be.
  const base = simulate({ customers, seed, months: settling + months });
  const close = landmark(base, base.months);
  const of = (from: Float64Array): Float64Array => takeValues(from, close.rows);
  const revenue = of(base.truth.futureRevenue);
  return {
    base,
    close,
    revenue,
    expected: of(base.truth.expectedRevenue),
    source: simulatorSource(`Simulated customers, 24 months of revenue (seed ${seed})`, customers, [
      revenue,
      close.x.values,
    ]),
  };
}

/** Figures of predicted against actual revenue. */
export const worthFigures = ["gini", "spearman", "mae", "decile", "total"] as const;
export type WorthFigure = (typeof worthFigures)[number];

/** One way to foretell the revenue of the next twelve months. */
export interface ValueModel {
  readonly name: string;
  readonly predicted: Float64Array;
  readonly scores: Readonly<Record<WorthFigure, Interval>>;
  readonly deciles: readonly ValueBin[];
  readonly milliseconds: number;
  /** Whether it knows what no carrier knows. */
  readonly oracle: boolean;
}

/** All ways compared, and each customer's value by the monthly hazard. */
export interface ValueStudy {
  readonly models: readonly ValueModel[];
  /** The name of the way that the study goes on with, chosen by the last three months of history, foretold from those before. */
  readonly chosen: string;
  /** The Gini by which each way was chosen, in months that none of them learned from. */
  readonly validated: Readonly<Record<string, number>>;
  /** Leavers of the last quarter over those that the hazard expects of it, which hazards are multiplied by. */
  readonly level: number;
  /** Yearly interest of the values. */
  readonly discountRate: number;
  /** Expected discounted margin of the next `valuedMonths`, with the ends of its 90% interval for one life's luck. */
  readonly value: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** Chance of leaving within six months by the monthly hazard. */
  readonly churn: Float64Array;
}

export interface ValueStudyOptions {
  /** What random numbers begin with. @default 42 */
  readonly seed?: number;
  /** Bootstrap samples. @default 60 */
  readonly samples?: number;
  /** Yearly interest. @default 0.1 */
  readonly discountRate?: number;
  readonly progress?: (step: Progress) => void;
}

/** Months ahead that values count. */
export const valuedMonths = 24;

/** Months at the end of history that choose among ways, which are then fitted to the months before. */
const choosing = 3;

/** Fits every model on the first twelve months alone and judges it on the next twelve. */
export async function valueStudy(data: ValueData, options: ValueStudyOptions = {}): Promise<ValueStudy> {
  const { seed = 42, samples = 60, discountRate = 0.1, progress } = options;
  const rng = seeded(seed).fork("value");
  const { base, close } = data;
  let done = 0;
  const step = (phase: string): void => progress?.({ phase, done: ++done, total: 16 });
  const earlier = landmark(base, base.months - choosing, base.months - choosing);
  const seen = revenueBetween(base, earlier, earlier.month, base.months);
  const tried = await valueForecasts(base, earlier, choosing, rng.fork("choice"), step);
  const validated = Object.fromEntries(
    tried.forecasts.map(({ name, predicted }) => [name, normalizedGini(seen, predicted)]),
  );
  const { forecasts, survival, level } = await valueForecasts(base, close, months, rng, step);
  const oracle = { name: "Whoever knows each hazard", predicted: data.expected, milliseconds: 0 };
  const margins = close.revenue.map((r, i) => r - close.cost[i]);
  const discount = { discountRate: (1 + discountRate) ** (1 / 12) - 1 };
  return {
    models: [...forecasts, oracle].map((forecast) => ({
      ...forecast,
      oracle: forecast === oracle,
      ...judged(data.revenue, forecast.predicted, rng.fork(forecast.name), samples),
    })),
    chosen: simplest(tried.forecasts, seen, rng.fork("chosen")),
    validated,
    level,
    discountRate,
    value: customerValue(survival, margins, discount),
    low: customerValueQuantile(survival, margins, 0.05, discount),
    high: customerValueQuantile(survival, margins, 0.95, discount),
    churn: leavesInHalfYear(survival),
  };
}

/** The first way whose Gini is not told from the best one's (95% bootstrap of the paired difference). */
function simplest(tried: readonly Forecast[], seen: Float64Array, rng: Rng): string {
  const gini = (forecast: Forecast): number => normalizedGini(seen, forecast.predicted);
  const best = tried.reduce((a, b) => (gini(b) > gini(a) ? b : a));
  const behind = bootstrapRows(
    seen.length,
    (rows) => {
      const y = takeValues(seen, rows);
      const of = (forecast: Forecast): number => normalizedGini(y, takeValues(forecast.predicted, rows));
      const most = of(best);
      return Object.fromEntries(tried.map((forecast) => [forecast.name, most - of(forecast)]));
    },
    rng,
    { samples: 40 },
  );
  return (tried.find((forecast) => behind[forecast.name].low <= 0) ?? best).name;
}

function judged(
  actual: Float64Array,
  predicted: Float64Array,
  rng: Rng,
  samples: number,
): { readonly scores: Readonly<Record<WorthFigure, Interval>>; readonly deciles: readonly ValueBin[] } {
  const scores = bootstrapRows(
    actual.length,
    (rows) => {
      const [y, p] = [takeValues(actual, rows), takeValues(predicted, rows)];
      const sum = (values: Float64Array): number => values.reduce((total, v) => total + v, 0);
      return {
        gini: normalizedGini(y, p),
        spearman: spearman(y, p),
        mae: meanAbsoluteError(y, p),
        decile: decileError(y, p),
        total: sum(p) / sum(y) - 1,
      };
    },
    rng,
    { samples },
  );
  return { scores, deciles: valueBins(actual, predicted) };
}
