import { check, checkFinite, checkNumber, checkSameLength } from "../../core/checks";
import { column, type Matrix } from "../../core/matrix";

export interface CustomerValueOptions {
  /** Interest per period, at least 0. 0.01 a month is about 12.7 % a year. @default 0 */
  readonly discountRate?: number;
  /**
   * When a period's margin comes in: "in-advance" (default), from those there at its beginning, the first at once and
   * undiscounted; "in-arrears", from those there at its end.
   */
  readonly payments?: "in-advance" | "in-arrears";
}

/**
 * The expected discounted margin of each customer over the coming periods. `survival` has a row per customer and a
 * column per period: the chance of being there at its end, as `residualSurvivalAt(x, age, [1, 2, …])` gives it.
 * `margin` is what a period brings from one who is there: a value per customer, or a column per period.
 *
 * @example
 * // One customer: 90 % there at the end of the first period, 81 % at the end of the second; 10 a period.
 * const survival = matrixFromRows([[0.9, 0.81]]);
 * customerValue(survival, Float64Array.of(10), { discountRate: 0, payments: "in-arrears" }); // → [17.1]
 */
export function customerValue(
  survival: Matrix,
  margin: Float64Array | Matrix,
  options: CustomerValueOptions = {},
): Float64Array {
  return summed(survival, margin, options, (paid, alive) => paid * alive);
}

/**
 * The value that each customer's lifetime exceeds with chance 1 − `share`: with 0.05 and 0.95, the ends of a 90 %
 * interval. It takes the chances of survival and the margins as certain; the luck of one customer's life remains.
 */
export function customerValueQuantile(
  survival: Matrix,
  margin: Float64Array | Matrix,
  share: number,
  options: CustomerValueOptions = {},
): Float64Array {
  checkNumber(share, 0, 1, "find a quantile of customer value", "share");
  // Margins of 0 and more make value rise with lifetime, so its quantile is the value at the lifetime's.
  return summed(survival, margin, options, (paid, alive) => (alive > 1 - share ? paid : 0));
}

/** The sum over periods of what a discounted payment is worth, given the chance to be there when it is made. */
function summed(
  survival: Matrix,
  margin: Float64Array | Matrix,
  options: CustomerValueOptions,
  worth: (paid: number, alive: number) => number,
): Float64Array {
  const { weights, perPeriod } = checked(survival, margin, options);
  const value = new Float64Array(survival.rows);
  const advance = options.payments !== "in-arrears";
  for (let k = 0; k < survival.columns; k++) {
    const there = advance ? (k > 0 ? column(survival, k - 1) : undefined) : column(survival, k);
    const paid = perPeriod(k);
    for (let i = 0; i < value.length; i++) value[i] += worth(weights[k] * paid[i], there ? there[i] : 1);
  }
  return value;
}

function checked(
  survival: Matrix,
  margin: Float64Array | Matrix,
  options: CustomerValueOptions,
): { readonly weights: Float64Array; readonly perPeriod: (k: number) => Float64Array } {
  const action = "value customers";
  const { discountRate = 0, payments = "in-advance" } = options;
  checkNumber(discountRate, 0, Infinity, action, "discountRate");
  check(survival.columns > 0, action, "there must be at least one period");
  const margins = margin instanceof Float64Array ? margin : margin.values;
  checkFinite(margins, action, "margins");
  checkSameLength(
    margins.length,
    margin instanceof Float64Array ? survival.rows : survival.rows * survival.columns,
    action,
    "margins and customers (× periods)",
  );
  const from = payments === "in-advance" ? 0 : 1;
  return {
    weights: Float64Array.from({ length: survival.columns }, (_, k) => (1 + discountRate) ** -(k + from)),
    perPeriod: (k) => (margin instanceof Float64Array ? margin : column(margin, k)),
  };
}
