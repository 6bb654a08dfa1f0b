import { column, type Labelled, type Matrix, takeRows } from "../../core/matrix";
import type { Fit } from "../../core/model";
import type { Rng } from "../../core/rng";
import { reformMonths } from "../../data/simulate/hazard";
import type { Simulation } from "../../data/simulate/simulate";
import { kFold } from "../../data/split";
import { gradientBoosting } from "../../models/boosting/boosting";
import { customerValue } from "../../models/clv/customer-value";
import { hurdle } from "../../models/clv/hurdle";
import { ziln } from "../../models/clv/ziln";
import { ridge } from "../../models/linear/linear";
import { network } from "../../models/network/network";
import { joinSurvival, type SurvivalData, takeSurvival } from "../../models/survival/censored";
import { cox } from "../../models/survival/cox";
import { type DiscreteHazardModel, discreteHazard } from "../../models/survival/discrete-hazard";
import { type Landmark, landmark, matrixOf, profileColumns, revenueOf, tenureAt } from "./landmarks";

/** A forecast of the revenue of the months after a landmark. */
export interface Forecast {
  readonly name: string;
  readonly predicted: Float64Array;
  readonly milliseconds: number;
}

/** All forecasts from what was known at the close, and the survival behind them. */
export interface Forecasts {
  readonly forecasts: readonly Forecast[];
  /** The chance to be there after 1 … 24 months, by the monthly hazard at the level of the last quarter. */
  readonly survival: Matrix;
  /** Leavers of the last quarter over what the hazard, learned from other customers, expects of it. */
  readonly level: number;
}

const year = 12;
const quarter = 3;

/**
 * Every way to foretell the next `horizon` months from what was known at `close`. Hazards and direct models learn from the
 * same landmarks, at each month's end since prices changed that a quarter followed, and the months up to the close; the level of hazards is that of
 * the last quarter, and all models' sums are set to the sum that follows from it.
 */
export async function valueForecasts(
  base: Simulation,
  close: Landmark,
  horizon: number,
  rng: Rng,
  progress?: (name: string) => void,
): Promise<Forecasts> {
  const known = close.month;
  const start = base.months - year;
  // Prices of plans were changed then: months before follow other laws.
  const reform = base.months - reformMonths;
  const moments = Array.from({ length: known - reform - quarter + 1 }, (_, k) =>
    landmark(base, reform + k, known),
  );
  const hazard = discreteHazard({
    learner: boosted({ loss: "logistic", trees: 120 }),
    periods: known - reform,
  });
  const forecasts: Forecast[] = [];
  const add = async (
    name: string,
    predict: () => Promise<Float64Array> | Float64Array,
  ): Promise<Float64Array> => {
    const start = performance.now();
    const predicted = await predict();
    forecasts.push({ name, predicted, milliseconds: performance.now() - start });
    progress?.(name);
    return predicted;
  };
  await add("This month goes on", () => close.revenue.map((r) => horizon * r));

  const level = await levelOf(moments, (train) => hazard(train, rng.fork("level")), rng.fork("halves"));
  let hazards: DiscreteHazardModel | undefined;
  let survival: Matrix | undefined;
  const reference = await add("Survival × revenue (monthly hazard)", async () => {
    hazards = await hazard(moments.map(survivalOf).reduce(joinSurvival), rng.fork("hazard"));
    survival = survivalAt(hazards, close.x, 2 * year, level);
    return times(monthsOf(survival, horizon), close.revenue);
  });
  const total = sum(reference);
  const levelled = (predicted: Float64Array): Float64Array => {
    const factor = total / sum(predicted);
    return predicted.map((v) => v * factor);
  };
  await add("Survival × revenue (Cox)", async () => {
    const model = await cox({ penalty: 1, tail: "level" })(lifetimesOf(base, start, known), rng.fork("cox"));
    const x = matrixOf(close.rows, profileColumns(base));
    const ahead = Array.from({ length: horizon }, (_, k) => k + 1);
    return levelled(
      times(monthsOf(model.residualSurvivalAt(x, close.tenure, ahead), horizon), close.revenue),
    );
  });

  const train = directRows(base, { moments, known, horizon }, (x) =>
    survivalAt(hazards as DiscreteHazardModel, x, year, level),
  );
  const direct = async (name: string, learner: Fit): Promise<Float64Array> =>
    add(name, async () => {
      const model = await learner(train, rng.fork(name));
      return levelled(model.predict(close.x).map((later, i) => close.revenue[i] + Math.max(0, later)));
    });
  await direct("Ridge regression", ridge({ alpha: 1 }));
  await direct("Zero-inflated log-normal", ziln());
  await direct("Tweedie boosting", boosted({ loss: "tweedie", power: 1.2, trees: 150 }));
  await direct(
    "Hurdle of two boostings",
    hurdle({
      occurrence: boosted({ loss: "logistic", trees: 80 }),
      amount: boosted({ loss: "squared", trees: 150 }),
    }),
  );
  // The best of nine settings by cross-validation of the months up to the ninth.
  await direct(
    "Deep network",
    network({
      task: "regression",
      members: 3,
      hidden: [64, 32],
      activation: "relu",
      columns: "all",
      bins: 8,
      rate: 0.008,
      validation: 0.15,
      patience: 10,
    }),
  );
  return { forecasts, survival: survival as Matrix, level };
}

function boosted(options: { loss: "logistic" | "tweedie" | "squared"; trees: number; power?: number }): Fit {
  return gradientBoosting({ learnRate: 0.05, leaves: 8, minRows: 60, l2: 5, ...options });
}

/**
 * Those who left in the last quarter over the number expected, each half of the customers foretold by the other: churn
 * rises and falls with the times, and the months pooled above say what it was on average, not what it is.
 */
async function levelOf(
  moments: readonly Landmark[],
  fit: (train: SurvivalData) => Promise<DiscreteHazardModel>,
  rng: Rng,
): Promise<number> {
  const last = moments[moments.length - 1];
  const customers = new Set(moments.flatMap((at) => [...at.rows]));
  const ids = [...customers];
  let [left, expected] = [0, 0];
  for (const { train, test } of kFold(ids.length, 2, rng)) {
    const learning = new Set(Array.from(train, (k) => ids[k]));
    const judging = new Set(Array.from(test, (k) => ids[k]));
    const among = (at: Landmark, some: Set<number>): Int32Array =>
      Int32Array.from(at.rows.keys()).filter((k) => some.has(at.rows[k]));
    const model = await fit(
      moments.map((at) => takeSurvival(survivalOf(at), among(at, learning))).reduce(joinSurvival),
    );
    const rows = among(last, judging);
    const chances = model.hazards(takeRows(last.x, rows), quarter);
    rows.forEach((k, j) => {
      const seen = Math.min(quarter, last.time[k]);
      for (let t = 0; t < seen; t++) expected += chances.values[t * rows.length + j];
      if (last.left[k] === 1 && last.time[k] <= quarter) left++;
    });
  }
  return left / expected;
}

/** Survival by hazards times `level`. */
function survivalAt(model: DiscreteHazardModel, x: Matrix, months: number, level: number): Matrix {
  const hazards = model.hazards(x, months);
  for (let i = 0; i < x.rows; i++) {
    let there = 1;
    for (let t = i; t < hazards.values.length; t += x.rows) {
      there *= 1 - Math.min(1, level * hazards.values[t]);
      hazards.values[t] = there;
    }
  }
  return hazards;
}

/**
 * What direct models learn from: at each landmark, the revenue of the months after the coming one that were seen, times
 * the months of a year to be expected over those seen. Who left in the coming month brought 0.
 */
function directRows(
  base: Simulation,
  {
    moments,
    known,
    horizon,
  }: { readonly moments: readonly Landmark[]; readonly known: number; readonly horizon: number },
  survivalOfRows: (x: Matrix) => Matrix,
): Labelled {
  const parts = moments.map((at): Labelled => {
    const seen = Math.min(horizon, known - at.month);
    const survival = survivalOfRows(at.x);
    const [all, some] = [monthsOf(survival, horizon), monthsOf(survival, seen)];
    // The first month is certain in both.
    const y = laterRevenue(base, at, seen).map((paid, i) => (paid * (all[i] - 1)) / (some[i] - 1));
    return { x: at.x, y };
  });
  return parts.reduce((a, b) => joinLabelled(a, b));
}

function joinLabelled(a: Labelled, b: Labelled): Labelled {
  const zeros = (labelled: Labelled): SurvivalData => ({
    x: labelled.x,
    time: labelled.y,
    event: new Float64Array(labelled.y.length),
  });
  const { x, time } = joinSurvival(zeros(a), zeros(b));
  return { x, y: time };
}

/** Every customer seen in the history as a lifetime from joining, watched after month `start` until month `known`. */
function lifetimesOf(base: Simulation, start: number, known: number): SurvivalData {
  const rows: number[] = [];
  const left = (i: number): boolean => base.left[i] > 0 && base.left[i] <= known;
  const endOf = (i: number): number => (left(i) ? base.left[i] : known);
  for (let i = 0; i < base.customers; i++)
    if (endOf(i) > start && tenureAt(base, i, endOf(i)) > 0) rows.push(i);
  const index = Int32Array.from(rows);
  return {
    x: matrixOf(index, profileColumns(base)),
    time: Float64Array.from(rows, (i) => tenureAt(base, i, endOf(i))),
    event: Float64Array.from(rows, (i) => (left(i) ? 1 : 0)),
    entry: Float64Array.from(rows, (i) => Math.max(0, tenureAt(base, i, start))),
  };
}

function survivalOf(at: Landmark): SurvivalData {
  return { x: at.x, time: at.time, event: at.left };
}

/** Revenue of the months after the next one, up to `ahead` months after the landmark; 0 for who left in the next. */
function laterRevenue(base: Simulation, at: Landmark, ahead: number): Float64Array {
  return revenueBetween(base, at, at.month + 1, at.month + ahead);
}

/** Revenue of the landmark's customers in the months from `from` (from 0) to before `to`. */
export function revenueBetween(base: Simulation, at: Landmark, from: number, to: number): Float64Array {
  return Float64Array.from(at.rows, (i) => {
    let paid = 0;
    for (let t = from; t < to; t++) {
      const month = revenueOf(base, i, t);
      if (Number.isFinite(month)) paid += month;
    }
    return paid;
  });
}

/** Expected months with a bill among the first `months`, the first being certain. */
function monthsOf(survival: Matrix, months: number): Float64Array {
  const first = {
    ...survival,
    columns: months,
    values: survival.values.subarray(0, survival.rows * months),
    features: survival.features.slice(0, months),
  };
  return customerValue(first, new Float64Array(survival.rows).fill(1));
}

/** The chance of leaving within six months. */
export function leavesInHalfYear(survival: Matrix): Float64Array {
  return column(survival, 5).map((s) => 1 - s);
}

function times(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((v, i) => v * b[i]);
}

function sum(values: Float64Array): number {
  return values.reduce((total, v) => total + v, 0);
}
