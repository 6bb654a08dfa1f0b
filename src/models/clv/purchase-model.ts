import { checkInteger, checkNumber } from "../../core/checks";
import type { ModelJson } from "../../core/model";
import { type PositiveFit, type PositiveParameter, positiveFitJson, positiveTable } from "./positive-fit";
import { checkHistory, type PurchaseHistory } from "./purchase-history";

/** A model of customers who buy when they like and leave unseen. Times are in the unit of the training history. */
export interface PurchaseModel extends PositiveFit {
  readonly kind: string;
  /** Of how many events of a Poisson process each purchase is one: 1, or more where purchases come regularly. */
  readonly every: number;
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
   * Expected purchases of the coming periods, each discounted by (1 + `discountRate`) per period from its end: times
   * value and margin, the customer's lifetime value.
   */
  discountedPurchases(history: PurchaseHistory, options: DiscountOptions): Float64Array;
  /** Customers by the parameters that hold for them: all together, where there are no covariates. */
  groupsOf(history: PurchaseHistory): readonly CustomerGroup[];
  toJSON(): ModelJson;
}

export interface CustomerGroup {
  readonly rows: ArrayLike<number>;
  /** r, alpha and the two parameters of leaving. */
  readonly parameters: Float64Array;
}

export interface DiscountOptions {
  /** When each coming period ends, in the history's unit of time after its end; increasing. */
  readonly ends: ArrayLike<number>;
  /** Interest per period, at least 0: 0.01 is about 12.7 % a year when periods are months. */
  readonly discountRate: number;
}

/** What tells one purchase model from another. */
export interface PurchaseProcess {
  readonly kind: string;
  /** Above 1 the time since the last purchase says when the next is due; 1, the default, forgets it. */
  readonly every?: number;
  readonly probabilityAlive: (x: number, t: number, T: number) => number;
  /** Purchases within the horizon of one who is still there. */
  readonly expectedIfAlive: (x: number, t: number, T: number, horizon: number) => number;
  readonly expectedOfNew: (horizon: number) => number;
  /** The chance to stay for the horizon of one who is still there. */
  readonly stays: (x: number, t: number, T: number, horizon: number) => number;
}

/** A purchase model over the estimates of `fit`. */
export function purchaseModel(fit: PositiveFit, process: PurchaseProcess): PurchaseModel {
  const { kind, every = 1 } = process;
  const each = (
    history: PurchaseHistory,
    value: (x: number, t: number, T: number) => number,
  ): Float64Array => {
    checkHistory(history, `predict by ${kind}`);
    return history.frequency.map((x, i) => value(x, history.recency[i], history.age[i]));
  };
  // Of those still there: the same function, called once for each pair of a frequency and an age, which many share.
  const ifAlive = (value: (x: number, t: number, T: number) => number) => {
    const known = remembered(value);
    return (x: number, t: number, T: number): number =>
      process.probabilityAlive(x, t, T) * (every > 1 && x > 0 ? value(x, t, T) : known(x, t, T));
  };
  return {
    ...fit,
    kind,
    every,
    coefficientTable: (level) => positiveTable(fit, level),
    probabilityAlive: (history) => each(history, process.probabilityAlive),
    probabilityLeaving: (history, horizon) => {
      checkNumber(horizon, 0, Infinity, "find chances to leave", "horizon");
      const stays = (x: number, t: number, T: number): number => process.stays(x, t, T, horizon);
      const known = every > 1 ? stays : remembered(stays);
      return each(history, (x, t, T) => Math.max(0, 1 - known(x, t, T)));
    },
    expectedPurchases: (history, horizon) => {
      checkNumber(horizon, 0, Infinity, "expect purchases", "horizon");
      if (horizon === 0) return new Float64Array(history.frequency.length);
      return each(
        history,
        ifAlive((x, t, T) => process.expectedIfAlive(x, t, T, horizon)),
      );
    },
    expectedPurchasesOfNew: (horizon) => {
      checkNumber(horizon, 0, Infinity, "expect purchases", "horizon");
      return horizon === 0 ? 0 : process.expectedOfNew(horizon);
    },
    discountedPurchases: (history, options) => {
      const { ends, discountRate } = options;
      checkEnds(options);
      return each(
        history,
        ifAlive((x, t, T) => {
          let before = 0;
          let sum = 0;
          for (let k = 0; k < ends.length; k++) {
            const until = process.expectedIfAlive(x, t, T, ends[k]);
            sum += (until - before) / (1 + discountRate) ** (k + 1);
            before = until;
          }
          return sum;
        }),
      );
    },
    groupsOf: ({ frequency }) => [{ rows: [...frequency.keys()], parameters: fit.estimates }],
    toJSON: () => positiveFitJson(kind, fit),
  };
}

/** RangeError unless the ends of periods rise from above 0. */
export function checkEnds({ ends, discountRate }: DiscountOptions): void {
  const action = "discount purchases";
  checkInteger(ends.length, 1, 10_000, action, "the number of periods");
  for (let k = 0; k < ends.length; k++)
    checkNumber(ends[k], k > 0 ? ends[k - 1] : 0, Infinity, action, "ends", "low");
  checkNumber(discountRate, 0, Infinity, action, "discountRate");
}

function remembered(
  value: (x: number, t: number, T: number) => number,
): (x: number, t: number, T: number) => number {
  const byAge = new Map<number, Map<number, number>>();
  return (x, t, T) => {
    const known = byAge.get(T) ?? new Map<number, number>();
    const found = known.get(x) ?? value(x, t, T);
    byAge.set(T, known.set(x, found));
    return found;
  };
}

/** The ends of so many coming periods of one length. */
export function periodEnds(periods: number, period: number): Float64Array {
  return Float64Array.from({ length: periods }, (_, k) => (k + 1) * period);
}
