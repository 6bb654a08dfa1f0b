import { check, checkInteger } from "../core/checks";
import { mean as average, codeCounts, quantileSorted } from "../core/math/statistics";
import { column, type Matrix } from "../core/matrix";
import { datePrinter, plainDates } from "../data/formats/date-format";
import { type CategoricalColumn, type Column, columnNamed, isCategorical, type Table } from "../data/table";
import { momentsOf } from "../features/dates";
import type { Predictor } from "./permutation-importance";

export interface DependenceOptions {
  /**
   * Points along a column of numbers or dates; from 2. Fewer distinct values are taken as they are. Of more
   * than a hundred levels the commonest are looked at, as many as points.
   * @default 30
   */
  readonly points?: number;
  /** Lower and upper quantile between which a numeric column's points lie. @default [0.05, 0.95] */
  readonly range?: readonly [number, number];
}

/** How predictions move with one column. */
export interface Dependence {
  readonly feature: string;
  /** The column's values: numbers or dates (as the column writes them) ascending, or levels in their order. */
  readonly at: readonly (number | string)[];
  /** Mean prediction over all rows with the column set to that value: the partial dependence (Friedman, 2001). */
  readonly mean: Float64Array;
  /** Each row's own curve, one array a value, one entry a row: individual conditional expectation. */
  readonly curves: readonly Float64Array[];
}

/**
 * The model's predictions with one column of a matrix set to value after value, the others as they are.
 *
 * @example
 * const x = matrixFromRows([[0, 1], [1, 0], [2, 1], [3, 0]]);
 * const model = await linearRegression()({ x, y: Float64Array.of(0, 2, 4, 6) }, seeded(1));
 * const { at, mean } = partialDependence(model, x, "x0", { points: 2, range: [0, 1] });
 * mean.map((value, i) => value - 2 * Number(at[i])); // → [0, 0]
 */
export function partialDependence(
  model: Predictor<Matrix>,
  rows: Matrix,
  feature: string,
  options?: DependenceOptions,
): Dependence;
/** The same for a pipeline and a column of a table. */
export function partialDependence(
  model: Predictor<Table>,
  rows: Table,
  feature: string,
  options?: DependenceOptions,
): Dependence;
export function partialDependence(
  model: Predictor<Matrix> | Predictor<Table>,
  rows: Matrix | Table,
  feature: string,
  options: DependenceOptions = {},
): Dependence {
  const action = "measure partial dependence";
  const { points = 30, range = [0.05, 0.95] } = options;
  checkInteger(points, 2, 100_000, action, "points");
  check(
    range[0] >= 0 && range[0] < range[1] && range[1] <= 1,
    action,
    "range must rise inside [0, 1]",
    `${range}`,
  );
  check(rows.rows > 0, action, "there must be rows", 0);
  const grid = (values: Float64Array): Float64Array => gridOf(values, points, range);
  const steps =
    "values" in rows
      ? matrixSteps(model as Predictor<Matrix>, rows, feature, grid, action)
      : tableSteps(model as Predictor<Table>, rows, feature, grid, points);
  const curves = steps.map((step) => step.predict());
  const mean = Float64Array.from(curves, average);
  return { feature, at: steps.map((step) => step.at), mean, curves };
}

interface Step {
  readonly at: number | string;
  predict(): Float64Array;
}

function matrixSteps(
  model: Predictor<Matrix>,
  x: Matrix,
  feature: string,
  grid: (values: Float64Array) => Float64Array,
  action: string,
): Step[] {
  const j = x.features.findIndex((one) => one.name === feature);
  check(
    j >= 0,
    action,
    `the feature must be one of ${x.features.map((feature) => feature.name).join(", ")}`,
    feature,
  );
  const changed = { ...x, values: Float64Array.from(x.values) };
  const { levels } = x.features[j];
  const at = levels ? levels.map((_, code) => code) : Array.from(grid(column(x, j)));
  return at.map((value) => ({
    at: levels ? levels[value] : value,
    predict() {
      column(changed, j).fill(value);
      return model.predict(changed);
    },
  }));
}

function tableSteps(
  model: Predictor<Table>,
  table: Table,
  feature: string,
  grid: (values: Float64Array) => Float64Array,
  points: number,
): Step[] {
  const from = columnNamed(table, feature);
  const withColumn = (to: Column): Float64Array =>
    model.predict({
      rows: table.rows,
      columns: table.columns.map((column) => (column === from ? to : column)),
    });
  if (isCategorical(from))
    return shownLevels(from, points).map((code) => ({
      at: from.levels[code],
      predict: () => withColumn({ ...from, codes: new Int32Array(table.rows).fill(code) }),
    }));
  if (from.type === "date") {
    const print = datePrinter(from.format ?? plainDates);
    const texts = new Set(Array.from(grid(momentsOf(from)), print));
    return [...texts].map((at) => ({
      at,
      predict: () => withColumn({ ...from, values: new Array<string>(table.rows).fill(at) }),
    }));
  }
  check(
    from.type === "numeric",
    "measure partial dependence",
    `column ${feature} must hold numbers, categories or dates`,
    from.type,
  );
  return Array.from(grid(from.values), (value) => ({
    at: value,
    predict: () => withColumn({ ...from, values: new Float64Array(table.rows).fill(value) }),
  }));
}

/** Above it only the commonest levels are looked at. */
const mostLevels = 100;

function shownLevels({ codes, levels }: CategoricalColumn, points: number): number[] {
  const all = [...levels.keys()];
  if (levels.length <= mostLevels) return all;
  const counts = codeCounts(codes, levels.length);
  const commonest = new Set(all.sort((a, b) => counts[b] - counts[a]).slice(0, points));
  return [...levels.keys()].filter((code) => commonest.has(code));
}

/** Evenly spaced points between two quantiles; all distinct values when there are fewer of them. */
function gridOf(values: Float64Array, points: number, [low, high]: readonly [number, number]): Float64Array {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  check(sorted.length > 0, "measure partial dependence", "the column must have values", 0);
  const distinct = sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);
  if (distinct.length < points) return distinct;
  const from = quantileSorted(sorted, low);
  const to = quantileSorted(sorted, high);
  return Float64Array.from({ length: points }, (_, k) => from + ((to - from) * k) / (points - 1));
}
