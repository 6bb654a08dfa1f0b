import { createHash } from "node:crypto";
import { checkInteger } from "../../core/checks";
import { column, type Labelled, type Matrix, takeValues } from "../../core/matrix";
import type { Fit, Progress } from "../../core/model";
import { type Rng, seeded } from "../../core/rng";
import { type Simulation, simulate } from "../../data/simulate/simulate";
import type { SourceInfo } from "../../data/sources/sources";
import type { Interval } from "../../evaluate/bootstrap";
import { normalizedGini, spearman } from "../../evaluate/ranking";
import { meanAbsoluteError } from "../../evaluate/regression";
import { bootstrapRows } from "../../evaluate/value/bootstrap-rows";
import { decileError, type ValueBin, valueBins } from "../../evaluate/value/deciles";
import { gradientBoosting } from "../../models/boosting/boosting";
import { customerValue, customerValueQuantile } from "../../models/clv/customer-value";
import { hurdle } from "../../models/clv/hurdle";
import { ziln } from "../../models/clv/ziln";
import { ridge } from "../../models/linear/linear";
import { network } from "../../models/network/network";
import { joinSurvival, type SurvivalData } from "../../models/survival/censored";
import { cox } from "../../models/survival/cox";
import { discreteHazard } from "../../models/survival/discrete-hazard";
import { type Landmark, landmark, matrixOf, profileColumns, revenueOf, tenureAt } from "./landmarks";

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
  /** Customers of the base, those who left included; defaults to 12,000. */
  readonly customers?: number;
  /** Defaults to 42. */
  readonly seed?: number;
}

const months = 12;

/** A simulated base of which the first twelve months are history and the next twelve are to be foretold. */
export function valueData(options: ValueDataOptions = {}): ValueData {
  const { customers = 12_000, seed = 42 } = options;
  checkInteger(customers, 500, 5_000_000, "simulate customers", "customers");
  const base = simulate({ customers, seed, months });
  const close = landmark(base, months);
  const of = (from: Float64Array): Float64Array => takeValues(from, close.rows);
  const revenue = of(base.truth.futureRevenue);
  const sha256 = createHash("sha256")
    .update(Buffer.from(revenue.buffer))
    .update(Buffer.from(close.x.values.buffer))
    .digest("hex");
  return {
    base,
    close,
    revenue,
    expected: of(base.truth.expectedRevenue),
    source: {
      name: "simulator",
      title: `Simulated customers, 24 months of revenue (seed ${seed})`,
      sha256,
      rows: customers,
      simulated: true,
      licence: "MIT, as the simulator",
    },
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

/** All ways compared, and each customer's value by the one that the study goes on with. */
export interface ValueStudy {
  readonly models: readonly ValueModel[];
  /** Expected discounted margin of the next 24 months, with the ends of its 90 % interval for one life's luck. */
  readonly value: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** Chance of leaving within six months by the monthly hazard. */
  readonly churn: Float64Array;
}

export interface ValueStudyOptions {
  /** Defaults to 42. */
  readonly seed?: number;
  /** Bootstrap samples; defaults to 60. */
  readonly samples?: number;
  /** Yearly interest; defaults to 0.1. */
  readonly discountRate?: number;
  readonly progress?: (step: Progress) => void;
}

/** Fits every model on the first twelve months alone and judges it on the next twelve. */
export async function valueStudy(data: ValueData, options: ValueStudyOptions = {}): Promise<ValueStudy> {
  const { seed = 42, samples = 60, discountRate = 0.1, progress } = options;
  const rng = seeded(seed).fork("value");
  const { base, close } = data;
  const models: ValueModel[] = [];
  const names = 9;
  const add = async (
    name: string,
    oracle: boolean,
    predict: () => Promise<Float64Array> | Float64Array,
  ): Promise<void> => {
    const start = performance.now();
    const predicted = await predict();
    const milliseconds = performance.now() - start;
    models.push({
      name,
      oracle,
      milliseconds,
      predicted,
      ...judged(data.revenue, predicted, rng.fork(name), samples),
    });
    progress?.({ phase: name, done: models.length, total: names });
  };
  const ahead = Array.from({ length: months }, (_, k) => k + 1);
  const ones = new Float64Array(close.rows.length).fill(1);

  await add("This month goes on", false, () => close.revenue.map((r) => months * r));

  let survival: Matrix | undefined;
  await add("Survival × revenue (Cox)", false, async () => {
    const model = await cox({ penalty: 1, tail: "level" })(lifetimesOf(base), rng.fork("cox"));
    const x = matrixOf(close.rows, profileColumns(base));
    return times(customerValue(model.residualSurvivalAt(x, close.tenure, ahead), ones), close.revenue);
  });

  // Three moments of the year, each with the months that followed: how the last months' use foretells leaving.
  const moments = [3, 6, 9].map((month) => landmark(base, month));
  const hazard = discreteHazard({ learner: boosted({ loss: "logistic", trees: 120 }), periods: 9 });
  await add("Survival × revenue (monthly hazard)", false, async () => {
    const model = await hazard(moments.map(survivalOf).reduce(joinSurvival), rng.fork("hazard"));
    survival = model.survivalAt(
      close.x,
      Array.from({ length: 24 }, (_, k) => k + 1),
    );
    return times(customerValue(firstColumns(survival, months), ones), close.revenue);
  });

  // Direct models: the revenue after the coming month, half a year ahead, stretched to twelve by expected months.
  const middle = moments[1];
  const train: Labelled = { x: middle.x, y: laterRevenue(base, middle, 6) };
  const lived = survival as Matrix;
  const half = customerValue(firstColumns(lived, months / 2), ones);
  // The first month is certain in both.
  const stretch = customerValue(firstColumns(lived, months), ones).map((all, i) => (all - 1) / (half[i] - 1));
  const direct = async (name: string, learner: Fit): Promise<void> =>
    add(name, false, async () => {
      const model = await learner(train, rng.fork(name));
      return model.predict(close.x).map((later, i) => close.revenue[i] + Math.max(0, later) * stretch[i]);
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
  await add("Whoever knows each hazard", true, () => data.expected);

  const margins = close.revenue.map((r, i) => r - close.cost[i]);
  const discount = { discountRate: (1 + discountRate) ** (1 / 12) - 1 };
  return {
    models,
    value: customerValue(lived, margins, discount),
    low: customerValueQuantile(lived, margins, 0.05, discount),
    high: customerValueQuantile(lived, margins, 0.95, discount),
    churn: column(lived, 5).map((s) => 1 - s),
  };
}

function boosted(options: { loss: "logistic" | "tweedie" | "squared"; trees: number; power?: number }): Fit {
  return gradientBoosting({ learnRate: 0.05, leaves: 8, minRows: 60, l2: 5, ...options });
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

/** Every customer seen in the history as a lifetime from joining, watched from the first month of history on. */
function lifetimesOf(base: Simulation): SurvivalData {
  const rows: number[] = [];
  for (let i = 0; i < base.customers; i++) if (tenureAt(base, i, endOf(base, i)) > 0) rows.push(i);
  const index = Int32Array.from(rows);
  return {
    x: matrixOf(index, profileColumns(base)),
    time: Float64Array.from(rows, (i) => tenureAt(base, i, endOf(base, i))),
    event: Float64Array.from(rows, (i) => (base.left[i] > 0 ? 1 : 0)),
    entry: Float64Array.from(rows, (i) => Math.max(0, tenureAt(base, i, 0))),
  };
}

/** The last month in which a customer was there. */
function endOf(base: Simulation, i: number): number {
  return base.left[i] === 0 ? base.months : base.left[i];
}

function survivalOf(at: Landmark): SurvivalData {
  return { x: at.x, time: at.time, event: at.left };
}

/** Revenue of the months after the next one, up to `ahead` months after the landmark; 0 for who left in the next. */
function laterRevenue(base: Simulation, at: Landmark, ahead: number): Float64Array {
  return Float64Array.from(at.rows, (i) => {
    let sum = 0;
    for (let t = at.month + 1; t < at.month + ahead; t++) {
      const paid = revenueOf(base, i, t);
      if (Number.isFinite(paid)) sum += paid;
    }
    return sum;
  });
}

function times(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((v, i) => v * b[i]);
}

function firstColumns(x: Matrix, columns: number): Matrix {
  return {
    rows: x.rows,
    columns,
    values: x.values.subarray(0, x.rows * columns),
    features: x.features.slice(0, columns),
  };
}
