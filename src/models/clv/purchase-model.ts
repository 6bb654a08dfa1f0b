import { checkInteger, checkNumber } from "../../core/checks";
import type { ModelJson } from "../../core/model";
import { type PositiveFit, type PositiveParameter, positiveFitJson, positiveTable } from "./positive-fit";
import { checkHistory, type PurchaseHistory } from "./purchase-history";

/** A model of customers who buy when they like and leave unseen. Times are in the unit of the training history. */
export interface PurchaseModel extends PositiveFit {
  readonly kind: string;
  /** Estimates with standard errors and intervals. */
  coefficientTable(level?: number): readonly PositiveParameter[];
  /** Purchases expected of each customer within `horizon` (above 0) after the end of the history. */
  expectedPurchases(history: PurchaseHistory, horizon: number): Float64Array;
  /** The chance that each customer is still one at the end of the history. */
  probabilityAlive(history: PurchaseHistory): Float64Array;
  /** The chance that each customer, if still one at the end of the history, leaves within `horizon`. */
  probabilityLeaving(history: PurchaseHistory, horizon: number): Float64Array;
  /** Repeat purchases expected of a new customer within `horizon`. */
  expectedPurchasesOfNew(horizon: number): number;
  /**
   * Expected purchases of `periods` coming periods of length `period` (default 1), each discounted by
   * (1 + `discountRate`) per period from its end: times value and margin, the customer's lifetime value.
   */
  discountedPurchases(history: PurchaseHistory, options: DiscountOptions): Float64Array;
  toJSON(): ModelJson;
}

export interface DiscountOptions {
  /** How many periods to look ahead, at least 1. */
  readonly periods: number;
  /** Length of a period in the history's unit of time. @default 1 */
  readonly period?: number;
  /** Interest per period, at least 0: 0.01 is about 12.7 % a year when periods are months. */
  readonly discountRate: number;
}

/** What tells one purchase model from another. */
export interface PurchaseProcess {
  readonly kind: string;
  readonly probabilityAlive: (x: number, t: number, T: number) => number;
  /** Purchases within the horizon of one who is still there; the last purchase says no more of them. */
  readonly expectedIfAlive: (x: number, T: number, horizon: number) => number;
  readonly expectedOfNew: (horizon: number) => number;
  /** The chance to stay for the horizon of one who is still there. */
  readonly stays: (x: number, T: number, horizon: number) => number;
}

/** A purchase model over the estimates of `fit`. */
export function purchaseModel(fit: PositiveFit, process: PurchaseProcess): PurchaseModel {
  const { kind } = process;
  const each = (
    history: PurchaseHistory,
    value: (x: number, t: number, T: number) => number,
  ): Float64Array => {
    checkHistory(history, `predict by ${kind}`);
    return history.frequency.map((x, i) => value(x, history.recency[i], history.age[i]));
  };
  const expectedPurchases = (history: PurchaseHistory, horizon: number): Float64Array => {
    checkNumber(horizon, 0, Infinity, "expect purchases", "horizon");
    if (horizon === 0) return new Float64Array(history.frequency.length);
    const ifAlive = remembered((x, T) => process.expectedIfAlive(x, T, horizon));
    return each(history, (x, t, T) => process.probabilityAlive(x, t, T) * ifAlive(x, T));
  };
  return {
    ...fit,
    kind,
    coefficientTable: (level) => positiveTable(fit, level),
    probabilityAlive: (history) => each(history, process.probabilityAlive),
    probabilityLeaving: (history, horizon) => {
      checkNumber(horizon, 0, Infinity, "find chances to leave", "horizon");
      const stays = remembered((x, T) => process.stays(x, T, horizon));
      return each(history, (x, _, T) => Math.max(0, 1 - stays(x, T)));
    },
    expectedPurchases,
    expectedPurchasesOfNew: (horizon) => {
      checkNumber(horizon, 0, Infinity, "expect purchases", "horizon");
      return horizon === 0 ? 0 : process.expectedOfNew(horizon);
    },
    discountedPurchases: (history, { periods, period = 1, discountRate }) => {
      const action = "discount purchases";
      checkInteger(periods, 1, 10_000, action, "periods");
      checkNumber(period, 0, Infinity, action, "period", "low");
      checkNumber(discountRate, 0, Infinity, action, "discountRate");
      const ifAlive = remembered((x, T) => {
        let before = 0;
        let sum = 0;
        for (let k = 1; k <= periods; k++) {
          const until = process.expectedIfAlive(x, T, k * period);
          sum += (until - before) / (1 + discountRate) ** k;
          before = until;
        }
        return sum;
      });
      return each(history, (x, t, T) => process.probabilityAlive(x, t, T) * ifAlive(x, T));
    },
    toJSON: () => positiveFitJson(kind, fit),
  };
}

/** The same function, called once for each pair of a frequency and an age: many customers share theirs. */
function remembered(value: (x: number, T: number) => number): (x: number, T: number) => number {
  const byAge = new Map<number, Map<number, number>>();
  return (x, T) => {
    const known = byAge.get(T) ?? new Map<number, number>();
    const found = known.get(x) ?? value(x, T);
    byAge.set(T, known.set(x, found));
    return found;
  };
}
