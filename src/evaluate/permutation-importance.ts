import { check, checkInteger, checkSameLength } from "../core/checks";
import { column, type Matrix } from "../core/matrix";
import type { Scorer } from "../core/metric";
import { permutation, type Rng } from "../core/rng";
import { type Table, takeTableRows } from "../data/table";

export interface ImportanceOptions {
  /** How often each column is shuffled; from 1. @default 5 */
  readonly repeats?: number;
  /** One non-negative weight per row; all 1 when absent. */
  readonly weights?: Float64Array;
}

/** What a model loses without a column's information. */
export interface Importance {
  readonly feature: string;
  /** Mean loss of the score when the column is shuffled; positive means the model uses it. */
  readonly mean: number;
  /** Standard deviation over the repeats (n, as scikit-learn). */
  readonly deviation: number;
  readonly values: readonly number[];
}

/** Anything that predicts from rows: a model from a matrix, a pipeline from a table. */
export interface Predictor<Rows> {
  predict(rows: Rows): Float64Array;
}

/**
 * How much worse the score gets when one column is shuffled, for each column in order (Breiman, 2001). Use rows that
 * the model was not trained on. A pipeline's table columns are shuffled whole, so that one-hot columns stay together,
 * and identifiers are passed over; of columns that tell the same, each seems unimportant.
 *
 * @example
 * const x = matrix(50, 2, Float64Array.from({ length: 100 }, (_, i) => (i * 17) % 23));
 * const y = column(x, 0).map((value) => 3 * value);
 * const model = await linearRegression()({ x, y }, seeded(1));
 * const found = permutationImportance(model, x, y, scorerNamed("rSquared"), seeded(2));
 * found.map((one) => one.mean > 0.1); // → [true, false]
 */
export function permutationImportance(
  model: Predictor<Matrix>,
  rows: Matrix,
  y: Float64Array,
  scorer: Scorer,
  rng: Rng,
  options?: ImportanceOptions,
): Importance[];
export function permutationImportance(
  model: Predictor<Table>,
  rows: Table,
  y: Float64Array,
  scorer: Scorer,
  rng: Rng,
  options?: ImportanceOptions,
): Importance[];
export function permutationImportance(
  model: Predictor<Matrix> | Predictor<Table>,
  rows: Matrix | Table,
  y: Float64Array,
  scorer: Scorer,
  rng: Rng,
  options: ImportanceOptions = {},
): Importance[] {
  const action = "measure permutation importance";
  const { repeats = 5, weights } = options;
  checkInteger(repeats, 1, 10_000, action, "repeats");
  checkSameLength(rows.rows, y.length, action, "rows and targets");
  check(y.length > 0, action, "there must be rows", 0);
  const score = (predicted: Float64Array): number => {
    const value = scorer.metric(y, predicted, { weights });
    return scorer.better === "higher" ? value : -value;
  };
  const { whole, shuffled, names } =
    "values" in rows
      ? matrixShuffles(model as Predictor<Matrix>, rows)
      : tableShuffles(model as Predictor<Table>, rows);
  const best = score(whole());
  return names.map((feature, j) => {
    const values = Array.from({ length: repeats }, (_, r) => {
      const order = permutation(rng.fork(feature).fork(r), y.length);
      return best - score(shuffled(j, order));
    });
    const mean = values.reduce((sum, value) => sum + value, 0) / repeats;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return { feature, mean, deviation: Math.sqrt(squares / repeats), values };
  });
}

interface Shuffles {
  readonly names: readonly string[];
  /** Predictions of the rows as they are. */
  whole(): Float64Array;
  /** Predictions with column j in the given order. */
  shuffled(j: number, order: Int32Array): Float64Array;
}

function matrixShuffles(model: Predictor<Matrix>, x: Matrix): Shuffles {
  const values = Float64Array.from(x.values);
  const changed = { ...x, values };
  return {
    names: x.features.map((feature) => feature.name),
    whole: () => model.predict(x),
    shuffled(j, order) {
      const from = column(x, j);
      const to = column(changed, j);
      for (let i = 0; i < order.length; i++) to[i] = from[order[i]];
      const predicted = model.predict(changed);
      to.set(from);
      return predicted;
    },
  };
}

function tableShuffles(model: Predictor<Table>, table: Table): Shuffles {
  const features = table.columns.filter((column) => column.type !== "id");
  return {
    names: features.map((feature) => feature.name),
    whole: () => model.predict(table),
    shuffled(j, order) {
      const [moved] = takeTableRows({ rows: table.rows, columns: [features[j]] }, order).columns;
      const columns = table.columns.map((column) => (column === features[j] ? moved : column));
      return model.predict({ rows: table.rows, columns });
    },
  };
}
