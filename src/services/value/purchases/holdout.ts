import type { PurchaseHistory } from "../../../models/clv/purchase-history";
import type { PurchaseModel } from "../../../models/clv/purchase-model";
import {
  type PurchaseModelKind,
  purchaseModelKinds,
  purchaseModelOf,
} from "../../../models/clv/purchase-models";
import { dateText, dayOf } from "../cell-values";
import { historyOf, type Purchases, type Transactions } from "./transactions";

/** How well models that had seen the first part of a log foretold the rest. */
export interface HoldoutCheck {
  /** The last day that the models saw, and how many weeks they had to foretell. */
  readonly until: string;
  readonly weeks: number;
  readonly customers: number;
  /** Every model's loss on the customers by whom it is chosen, the best first. */
  readonly models: readonly {
    readonly kind: PurchaseModelKind;
    readonly loss: number;
    readonly converged: boolean;
  }[];
  /** Figures of the best model on the other half of the customers. */
  readonly judged: {
    readonly customers: number;
    readonly expected: number;
    readonly actual: number;
    /** Mean absolute error of a customer's purchases, and that of "as often as until now". */
    readonly meanAbsoluteError: number;
    readonly asBefore: number;
    /** The share of the mean Poisson deviance of "as everybody" that the model removes, and that "as until now" does. */
    readonly gain: number;
    readonly gainAsBefore: number;
  };
  /** By repeat purchases in the first part (the last row: so many or more): customers, and mean purchases in the rest. */
  readonly byFrequency: readonly {
    readonly frequency: number;
    readonly customers: number;
    readonly expected: number;
    readonly actual: number;
  }[];
  /** Repeat purchases of all by the end of each week of the whole log, expected and actual; from `week` on foretold. */
  readonly tracking: {
    readonly week: number;
    readonly expected: Float64Array;
    readonly actual: Float64Array;
  };
}

/** Fewer weeks to learn from or to foretell, or fewer repeat buyers, judge no model. */
const leastWeeks = 8;
const leastRepeaters = 30;

/**
 * A check of purchase models on the last part of a log: each is fitted to what was known by then, the best is chosen by
 * one half of the customers (mean Poisson deviance of their purchases) and judged by the other. Undefined where the log is
 * too short or has too few repeat buyers.
 */
export function checkByHoldout(
  log: Transactions,
  options: {
    readonly kinds?: readonly PurchaseModelKind[];
    readonly penalty?: number;
    /** The last day of the first part, as 2024-01-31; defaults to the middle of the log. */
    readonly until?: string;
  } = {},
): HoldoutCheck | undefined {
  const { kinds = purchaseModelKinds, penalty = 0 } = options;
  const first = dayOf(log.firstDate) as number;
  const last = dayOf(log.asOf) as number;
  const cut = options.until === undefined ? Math.floor((first + last) / 2) : (dayOf(options.until) as number);
  const weeks = (last - cut) / 7;
  if (weeks < leastWeeks || (cut - first) / 7 < leastWeeks) return undefined;
  const known = log.purchases.filter((purchase) => purchase.days[0] < cut);
  const before = known.map((one) => partOf(one, cut));
  const history = historyOf(before, cut);
  if (history.frequency.reduce((sum, x) => sum + (x > 0 ? 1 : 0), 0) < leastRepeaters) return undefined;
  const actual = Float64Array.from(known, (one, i) => one.days.length - before[i].days.length);
  const half = (which: number): number[] => [...actual.keys()].filter((i) => i % 2 === which);
  const [choosing, judging] = [half(0), half(1)];
  const fitted = kinds.map((kind) => {
    const model = purchaseModelOf(kind, { penalty })(history);
    const expected = model.expectedPurchases(history, weeks);
    return { kind, model, expected, loss: deviance(actual, expected, choosing), converged: model.converged };
  });
  fitted.sort((a, b) => Number(b.converged) - Number(a.converged) || a.loss - b.loss);
  const best = fitted[0];
  return {
    until: dateText(cut),
    weeks,
    customers: known.length,
    models: fitted.map(({ kind, loss, converged }) => ({ kind, loss, converged })),
    judged: judge(history, actual, best.expected, judging, weeks),
    byFrequency: frequencies(history, actual, best.expected),
    tracking: track(log.purchases, best.model, first, last, cut),
  };
}

function partOf(one: Purchases, until: number): Purchases {
  const kept = one.days.findIndex((day) => day > until);
  const end = kept < 0 ? one.days.length : kept;
  return { days: one.days.subarray(0, end), amounts: one.amounts.subarray(0, end) };
}

/** Mean Poisson deviance: lowest, on average, where the expectations are the true means. */
function deviance(actual: Float64Array, expected: ArrayLike<number>, rows: readonly number[]): number {
  let sum = 0;
  for (const i of rows) {
    const mean = Math.max(expected[i], 1e-9);
    sum += 2 * ((actual[i] > 0 ? actual[i] * Math.log(actual[i] / mean) : 0) - (actual[i] - mean));
  }
  return sum / rows.length;
}

function judge(
  { frequency, age }: PurchaseHistory,
  actual: Float64Array,
  expected: Float64Array,
  rows: readonly number[],
  weeks: number,
): HoldoutCheck["judged"] {
  const all = frequency.reduce((sum, x) => sum + x, 0) / age.reduce((sum, T) => sum + T, 0);
  // As often as until now, a customer of no repeat purchase counting as if watched for one more at everybody's rate.
  const asBefore = frequency.map((x, i) => ((x + 0.5) / (age[i] + 0.5 / all)) * weeks);
  const everybody = deviance(actual, new Float64Array(actual.length).fill(all * weeks), rows);
  const sum = (of: ArrayLike<number>): number => rows.reduce((total, i) => total + of[i], 0);
  const error = (of: ArrayLike<number>): number =>
    rows.reduce((total, i) => total + Math.abs(of[i] - actual[i]), 0) / rows.length;
  return {
    customers: rows.length,
    expected: sum(expected),
    actual: sum(actual),
    meanAbsoluteError: error(expected),
    asBefore: error(asBefore),
    gain: 1 - deviance(actual, expected, rows) / everybody,
    gainAsBefore: 1 - deviance(actual, asBefore, rows) / everybody,
  };
}

const mostFrequencies = 7;

function frequencies(
  { frequency }: PurchaseHistory,
  actual: Float64Array,
  expected: Float64Array,
): HoldoutCheck["byFrequency"] {
  return Array.from({ length: mostFrequencies + 1 }, (_, x) => {
    const rows = [...frequency.keys()].filter((i) => Math.min(frequency[i], mostFrequencies) === x);
    const mean = (of: Float64Array): number => rows.reduce((sum, i) => sum + of[i], 0) / rows.length;
    return { frequency: x, customers: rows.length, expected: mean(expected), actual: mean(actual) };
  }).filter((row) => row.customers > 0);
}

function track(
  purchases: readonly Purchases[],
  model: PurchaseModel,
  first: number,
  last: number,
  cut: number,
): HoldoutCheck["tracking"] {
  const weeks = Math.floor((last - first) / 7);
  const week = (day: number): number => Math.max(0, Math.ceil((day - first) / 7) - 1);
  const joined = new Float64Array(weeks + 1);
  const actual = new Float64Array(weeks);
  for (const { days } of purchases) {
    // Customers of the second part were not known to the model, and are not tracked.
    if (days[0] >= cut) continue;
    joined[week(days[0])]++;
    for (let k = 1; k < days.length; k++) if (week(days[k]) < weeks) actual[week(days[k])]++;
  }
  for (let k = 1; k < weeks; k++) actual[k] += actual[k - 1];
  const ofNew = Float64Array.from({ length: weeks }, (_, k) => model.expectedPurchasesOfNew(k + 0.5));
  const expected = Float64Array.from({ length: weeks }, (_, k) => {
    let sum = 0;
    for (let j = 0; j <= k; j++) sum += joined[j] * ofNew[k - j];
    return sum;
  });
  return { week: Math.floor((cut - first) / 7), expected, actual };
}
