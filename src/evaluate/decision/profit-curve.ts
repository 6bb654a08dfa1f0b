import { check, checkInteger } from "../../core/checks";

/** Profit and spending after contacting the first rows of an order; both start at 0 with nobody contacted. */
export interface ProfitCurve {
  readonly contacted: Float64Array;
  readonly profit: Float64Array;
  readonly cost: Float64Array;
}

/**
 * What contacting `rows`, in their order, brings by the true (or best known) `profit` and `cost` of each customer; at
 * `points` evenly spaced numbers of contacts.
 *
 * @example
 * profitCurve([2, 0], [5, 1, 9], [1, 1, 3]); // → { contacted: [0, 1, 2], profit: [0, 9, 14], cost: [0, 3, 4] }
 */
export function profitCurve(
  rows: ArrayLike<number>,
  profit: ArrayLike<number>,
  cost: ArrayLike<number>,
  points = 200,
): ProfitCurve {
  checkInteger(points, 1, 1e6, "draw a profit curve", "points");
  const steps = Math.min(points, rows.length);
  const contacted = new Float64Array(steps + 1);
  const total = new Float64Array(steps + 1);
  const spent = new Float64Array(steps + 1);
  let [sum, money, at] = [0, 0, 0];
  for (let k = 1; k <= steps; k++) {
    for (const end = Math.round((k * rows.length) / steps); at < end; at++) {
      const i = rows[at];
      if (!(i >= 0 && i < profit.length)) check(false, "draw a profit curve", `rows must exist, got ${i}`);
      sum += profit[i];
      money += cost[i];
    }
    contacted[k] = at;
    total[k] = sum;
    spent[k] = money;
  }
  return { contacted, profit: total, cost: spent };
}
