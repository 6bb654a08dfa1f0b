import { check, checkInteger } from "../core/checks";
import { integer, permutation, type Rng } from "../core/rng";
import { type Table, takeTableRows } from "../data/table";
import type { Predictor } from "./permutation-importance";

export interface ShapleyOptions {
  /** Orders of columns drawn, each walked both ways; from 1. Twice as many: a third less noise. @default 100 */
  readonly orders?: number;
}

/** What each column adds to one row's prediction. */
export interface Shapley {
  readonly columns: readonly string[];
  /** In units of the prediction; they add up to `prediction` − `base`. */
  readonly values: Float64Array;
  /** Of sampling, for each value. */
  readonly standardErrors: Float64Array;
  readonly prediction: number;
  /** Mean prediction of the rows that were drawn to compare with. */
  readonly base: number;
}

/**
 * Shapley values of row `i` for any model of tables, by sampling (Štrumbelj and Kononenko, 2014): from a random other
 * row, columns take the row's own values one by one in a random order, and each is credited with what it changes.
 * Orders are walked forwards and backwards. Where columns go together, some of the rows in between are unlike any
 * customer.
 */
export function sampledShapley(
  model: Predictor<Table>,
  table: Table,
  i: number,
  rng: Rng,
  options: ShapleyOptions = {},
): Shapley {
  const action = "explain row";
  const { orders = 100 } = options;
  checkInteger(i, 0, table.rows - 1, action, "the row");
  checkInteger(orders, 1, 1_000_000, action, "orders");
  const features = table.columns.filter((column) => column.type !== "id");
  const p = features.length;
  check(p > 0, action, "there must be features", 0);
  const walks: Int32Array[] = [];
  const starts: number[] = [];
  for (let k = 0; k < orders; k++) {
    const order = permutation(rng, p);
    const start = integer(rng, table.rows);
    walks.push(order, Int32Array.from(order).reverse());
    starts.push(start, start);
  }
  // Walk w holds rows w (p + 1) … : the other row, then with one column more of the row's own at a time.
  const sources = features.map(() => new Int32Array(walks.length * (p + 1)));
  walks.forEach((order, w) => {
    order.forEach((j, step) => {
      const first = w * (p + 1);
      sources[j].fill(starts[w], first, first + step + 1);
      sources[j].fill(i, first + step + 1, first + p + 1);
    });
  });
  const columns = features.map(
    (feature, j) => takeTableRows({ rows: table.rows, columns: [feature] }, sources[j]).columns[0],
  );
  const predicted = model.predict({ rows: walks.length * (p + 1), columns });
  const sums = new Float64Array(p);
  const squares = new Float64Array(p);
  let base = 0;
  for (let pair = 0; pair < orders; pair++) {
    const gains = new Float64Array(p);
    for (const w of [2 * pair, 2 * pair + 1]) {
      const first = w * (p + 1);
      base += predicted[first];
      walks[w].forEach((j, step) => {
        gains[j] += (predicted[first + step + 1] - predicted[first + step]) / 2;
      });
    }
    for (let j = 0; j < p; j++) {
      sums[j] += gains[j];
      squares[j] += gains[j] ** 2;
    }
  }
  const values = sums.map((sum) => sum / orders);
  return {
    columns: features.map((feature) => feature.name),
    values,
    standardErrors: values.map((mean, j) =>
      orders > 1 ? Math.sqrt(Math.max(0, squares[j] / orders - mean * mean) / (orders - 1)) : 0,
    ),
    prediction: predicted[p],
    base: base / walks.length,
  };
}
