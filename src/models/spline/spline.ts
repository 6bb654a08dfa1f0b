import { z } from "zod";
import { check } from "../../core/checks";
import { mean, quantileSorted, standardDeviation } from "../../core/math/statistics";
import { column, type Feature, type Matrix, matrix } from "../../core/matrix";
import type { Fit, Model, ModelJson } from "../../core/model";
import { checkClasses } from "../check-rows";
import { classWeightsOption } from "../class-weights";
import { expectedSum } from "../linear/linear-predictor";
import { logisticRegression } from "../linear/logistic";
import type { LogisticRegression } from "../linear/logistic-model";
import { integer, number, type OptionsOf, withDefaults } from "../options";

export const splineOptions = {
  /** Bends of each number's curve, at its quantiles; from 0 (a straight line). @default 8 */
  knots: integer(
    "bends of each number's curve, at its quantiles; 0 is a straight line",
    { low: 0, high: 1000 },
    8,
  ),
  /** Inverse strength of the L2 penalty, above 0. Smaller is smoother. @default 1 */
  C: number("inverse strength of the L2 penalty; smaller is smoother", { low: 0, open: "low" }, 1),
  /** Weights of classes 0 and 1; "balanced" gives both the same sum; defaults to [1, 1]. */
  classWeights: classWeightsOption,
};

export type SplineLogisticOptions = OptionsOf<typeof splineOptions>;

/** How one column enters: a number by itself and its hinges, a category by one 0/1 column a level. */
export type Part =
  | {
      readonly kind: "number";
      readonly fill: number;
      /** The training rows' range: numbers outside count as its ends, since no row says how the curve goes on. */
      readonly low: number;
      readonly high: number;
      /** Whether a 0/1 column marks missing numbers. */
      readonly indicator: boolean;
      /** Where the curve bends. */
      readonly knots: readonly number[];
      /** Mean and standard deviation of the number and of each hinge max(0, x − knot). */
      readonly centers: readonly number[];
      readonly widths: readonly number[];
    }
  | { readonly kind: "levels"; readonly levels: number };

export interface SplineLogisticJson extends ModelJson {
  readonly kind: "spline-logistic";
  readonly version: 1;
  readonly parts: readonly Part[];
  readonly model: ModelJson;
}

/** Predicts the probability of class 1 by a sum of one piecewise linear curve a number and one step a category. */
export interface SplineLogistic extends Model {
  readonly kind: "spline-logistic";
  readonly model: LogisticRegression;
  /** The mean log odds over the training rows, from which contributions count. */
  readonly expected: number;
  /** What each column's curve or step adds to each row's log odds beyond `expected`. */
  contributions(x: Matrix): Matrix;
  toJSON(): SplineLogisticJson;
}

/**
 * Logistic regression on piecewise linear splines: an additive model (Hastie and Tibshirani, 1990) whose curves bend at
 * the training rows' quantiles, with an L2 penalty on standardised terms. Takes numbers and categories as they are;
 * a missing number counts as the median, marked by a column of its own; an unknown category as none.
 */
export function splineLogistic(options: SplineLogisticOptions = {}): Fit<SplineLogistic> {
  const action = "make spline logistic regression";
  const { knots, C, classWeights } = withDefaults(splineOptions, options, action);
  const learner = logisticRegression({ C, tolerance: 1e-7, ...(classWeights && { classWeights }) });
  return async (train, rng, watch) => {
    checkClasses(train, "fit spline logistic regression");
    const { x } = train;
    const parts = x.features.map((feature, j) => partOf(column(x, j), feature, knots));
    return splineModel(parts, await learner({ ...train, x: expand(parts, x) }, rng, watch));
  };
}

const finite = z.number();
const splineJson = z.object({
  parts: z
    .array(
      z.discriminatedUnion("kind", [
        z
          .strictObject({
            kind: z.literal("number"),
            fill: finite,
            low: finite,
            high: finite,
            indicator: z.boolean(),
            knots: z.array(finite).max(1000),
            centers: z.array(finite).max(1001),
            widths: z.array(z.number().positive()).max(1001),
          })
          .refine(
            ({ knots, centers, widths }) =>
              centers.length === knots.length + 1 && widths.length === centers.length,
            "each hinge must have a center and a width",
          ),
        z.strictObject({ kind: z.literal("levels"), levels: z.int().min(0).max(1_000_000) }),
      ]),
    )
    .max(1_000_000),
});

/** The model that `toJSON` described; `load` reads the regression inside. */
export function splineLogisticFromJSON(json: unknown, load: (json: unknown) => Model): SplineLogistic {
  const read = splineJson.safeParse(json);
  check(read.success, "load spline logistic regression", read.success ? "" : z.prettifyError(read.error));
  const model = load((json as { model: unknown }).model);
  check(
    model.kind === "logistic-regression",
    "load spline logistic regression",
    "its model must be a logistic regression",
    model.kind,
  );
  return splineModel(read.data.parts, model as LogisticRegression);
}

function splineModel(parts: readonly Part[], model: LogisticRegression): SplineLogistic {
  return {
    kind: "spline-logistic",
    model,
    get expected(): number {
      return expectedSum(model);
    },
    predict: (x) => model.predict(expand(parts, x)),
    contributions: (x) => joined(parts, x, model.contributions(expand(parts, x))),
    toJSON: (): SplineLogisticJson => ({ kind: "spline-logistic", version: 1, parts, model: model.toJSON() }),
  };
}

function partOf(values: Float64Array, { levels }: Feature, count: number): Part {
  if (levels) return { kind: "levels", levels: levels.length };
  const sorted = values.filter(Number.isFinite).sort();
  const fill = sorted.length > 0 ? sorted[sorted.length >> 1] : 0;
  const [low, high] = sorted.length > 0 ? [sorted[0], sorted[sorted.length - 1]] : [0, 0];
  const knots: number[] = [];
  for (let k = 1; k <= count && sorted.length > 0; k++) {
    const knot = quantileSorted(sorted, k / (count + 1));
    // The first of several equal ones; none at the ends, where a hinge would be the line again or nothing.
    if (knot > low && knot < high && knot !== knots[knots.length - 1]) knots.push(knot);
  }
  const filled = values.map((value) => within(value, { fill, low, high }));
  const terms = [filled, ...knots.map((knot) => filled.map((value) => Math.max(0, value - knot)))];
  return {
    kind: "number",
    fill,
    low,
    high,
    indicator: values.some(Number.isNaN),
    knots,
    centers: terms.map(mean),
    widths: terms.map((term) => standardDeviation(term) || 1),
  };
}

function expand(parts: readonly Part[], x: Matrix): Matrix {
  const action = "predict with spline logistic regression";
  check(x.columns === parts.length, action, `the rows must have ${parts.length} columns`, x.columns);
  const width = parts.reduce((sum, part) => sum + widthOf(part), 0);
  const values = new Float64Array(x.rows * width);
  let at = 0;
  parts.forEach((part, j) => {
    const out = values.subarray(at * x.rows, (at + widthOf(part)) * x.rows);
    if (part.kind === "levels") {
      column(x, j).forEach((code, i) => {
        if (code >= 0 && code < part.levels) out[code * x.rows + i] = 1;
      });
    } else writeHinges(part, column(x, j), out);
    at += widthOf(part);
  });
  return matrix(x.rows, width, values);
}

/** Contributions of terms, added up by the column that they were made from. */
function joined(parts: readonly Part[], x: Matrix, terms: Matrix): Matrix {
  const values = new Float64Array(x.values.length);
  let at = 0;
  parts.forEach((part, j) => {
    const out = values.subarray(j * x.rows, (j + 1) * x.rows);
    for (const end = at + widthOf(part); at < end; at++) {
      const own = column(terms, at);
      for (let i = 0; i < out.length; i++) out[i] += own[i];
    }
  });
  return matrix(x.rows, x.columns, values, x.features);
}

function writeHinges(one: Extract<Part, { kind: "number" }>, from: Float64Array, out: Float64Array): void {
  const rows = from.length;
  const { knots, centers, widths } = one;
  for (let i = 0; i < rows; i++) {
    const value = within(from[i], one);
    out[i] = (value - centers[0]) / widths[0];
    for (let k = 0; k < knots.length; k++) {
      out[(k + 1) * rows + i] = (Math.max(0, value - knots[k]) - centers[k + 1]) / widths[k + 1];
    }
    if (one.indicator && Number.isNaN(from[i])) out[(knots.length + 1) * rows + i] = 1;
  }
}

/** The number that counts in place of one that is missing or outside the range. */
function within(value: number, { fill, low, high }: { fill: number; low: number; high: number }): number {
  return Number.isNaN(value) ? fill : Math.min(high, Math.max(low, value));
}

function widthOf(one: Part): number {
  return one.kind === "levels" ? one.levels : one.knots.length + 1 + (one.indicator ? 1 : 0);
}
