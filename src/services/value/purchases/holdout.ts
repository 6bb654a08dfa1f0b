import { type Matrix, takeRows } from "../../../core/matrix";
import type { PurchaseHistory } from "../../../models/clv/purchase-history";
import type { PurchaseModel } from "../../../models/clv/purchase-model";
import {
  type PurchaseModelKind,
  purchaseModelKinds,
  purchaseModelOf,
} from "../../../models/clv/purchase-models";
import { dateText, dayOf } from "../cell-values";
import { type Clock, plainClock, seasonalClock, seasonFactors } from "./seasons";
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
  /** The best model's loss on them with covariates, and whether it is lower. */
  readonly covariates?: { readonly loss: number; readonly used: boolean };
  /**
   * Mean absolute errors of the months held out, all customers together, without and with factors of the calendar's
   * months; they are used where the gain is above 1.645 of its standard errors.
   */
  readonly seasons?: { readonly errorWithout: number; readonly errorWith: number; readonly used: boolean };
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
  /** Errors of the best model's total from earlier and later days on, with a sample of 2,500 customers. */
  readonly pastErrors: readonly PastError[];
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

/** How far the purchases of all were from what a model expected that had seen the log until a day. */
export interface PastError {
  readonly until: string;
  readonly weeks: number;
  /** ln (made / expected). */
  readonly error: number;
}

/** Fewer weeks to learn from or to foretell, or fewer repeat buyers, judge no model. */
const leastWeeks = 8;
const leastRepeaters = 30;

export interface HoldoutOptions {
  readonly kinds?: readonly PurchaseModelKind[];
  readonly penalty?: number;
  /** The last day of the first part, as 2024-01-31; defaults to the middle of the log. */
  readonly until?: string;
  /** Covariates of each customer: the best model is tried with them too. */
  readonly covariates?: Matrix;
}

/**
 * A check of purchase models on the last part of a log: each is fitted to what was known by then, the best is chosen by
 * one half of the customers (mean Poisson deviance of their purchases) and judged by the other. Then it is tried with
 * covariates, by the same half, and with seasons, by the months held out. Undefined where the log is too short or has too
 * few repeat buyers.
 */
export function checkByHoldout(log: Transactions, options: HoldoutOptions = {}): HoldoutCheck | undefined {
  const { penalty = 0 } = options;
  const first = dayOf(log.firstDate) as number;
  const last = dayOf(log.asOf) as number;
  const cut = options.until === undefined ? Math.floor((first + last) / 2) : (dayOf(options.until) as number);
  const weeks = (last - cut) / 7;
  if (weeks < leastWeeks || (cut - first) / 7 < leastWeeks) return undefined;
  const places = [...log.purchases.keys()].filter((i) => log.purchases[i].days[0] < cut);
  const known = places.map((i) => log.purchases[i]);
  const before = known.map((one) => partOf(one, cut));
  const history = historyOf(before, cut);
  if (history.frequency.reduce((sum, x) => sum + (x > 0 ? 1 : 0), 0) < leastRepeaters) return undefined;
  const kinds = options.kinds ?? kindsFor(before);
  const actual = Float64Array.from(known, (one, i) => one.days.length - before[i].days.length);
  const half = (which: number): number[] => [...actual.keys()].filter((i) => i % 2 === which);
  const [choosing, judging] = [half(0), half(1)];
  const fitted = (kind: PurchaseModelKind, from: PurchaseHistory, ahead: number) => {
    const model = purchaseModelOf(kind, { penalty })(from);
    const expected = model.expectedPurchases(from, ahead);
    return { kind, model, expected, loss: deviance(actual, expected, choosing), converged: model.converged };
  };
  const candidates = kinds.map((kind) => fitted(kind, history, weeks));
  candidates.sort((a, b) => Number(b.converged) - Number(a.converged) || a.loss - b.loss);
  let best = candidates[0];
  const { kind } = best;
  const ownTraits = options.covariates && { covariates: takeRows(options.covariates, places) };
  const withCovariates = ownTraits && fitted(kind, { ...history, ...ownTraits }, weeks);
  const covariates = withCovariates && {
    loss: withCovariates.loss,
    used: (withCovariates.converged || !best.converged) && withCovariates.loss < best.loss,
  };
  if (withCovariates && covariates?.used) best = withCovariates;
  const traits = covariates?.used ? ownTraits : {};
  const counted = (weeksOf: Clock): PurchaseHistory => ({ ...historyOf(before, cut, weeksOf), ...traits });
  const seasons =
    (cut - first) / 7 >= 52
      ? trySeasons({ known, before, cut, last }, best.model, counted, purchaseModelOf(kind, { penalty }))
      : undefined;
  return {
    until: dateText(cut),
    weeks,
    customers: known.length,
    models: candidates.map(({ kind, loss, converged }) => ({ kind, loss, converged })),
    ...(covariates ? { covariates } : {}),
    ...(seasons ? { seasons } : {}),
    judged: judge(history, actual, best.expected, judging, weeks),
    pastErrors: pastErrors(log.purchases, kind, penalty, first, last),
    byFrequency: frequencies(history, actual, best.expected),
    tracking: track(log.purchases, best.model, first, last, cut),
  };
}

const pastShares = [0.4, 0.5, 0.6, 0.7];
const mostSampled = 2500;

/** What a model that saw 40 to 70 % of the log made of the rest: what is common to all customers shows in no draw. */
function pastErrors(
  all: readonly Purchases[],
  kind: PurchaseModelKind,
  penalty: number,
  first: number,
  last: number,
): PastError[] {
  const step = Math.max(1, Math.ceil(all.length / mostSampled));
  const sampled = all.filter((_, i) => i % step === 0);
  return pastShares.flatMap((share): PastError[] => {
    const cut = Math.round(first + share * (last - first));
    const weeks = (last - cut) / 7;
    const known = sampled.filter((one) => one.days[0] < cut);
    const before = known.map((one) => partOf(one, cut));
    const history = historyOf(before, cut);
    const repeaters = history.frequency.reduce((sum, x) => sum + (x > 0 ? 1 : 0), 0);
    if (weeks < leastWeeks || (cut - first) / 7 < leastWeeks || repeaters < leastRepeaters) return [];
    const model = purchaseModelOf(kind, { penalty })(history);
    // What a likelihood without a maximum foretells is no forecast that anybody would have made.
    if (!model.converged) return [];
    const expected = model.expectedPurchases(history, weeks).reduce((sum, v) => sum + v, 0);
    const made = known.reduce((sum, one, i) => sum + one.days.length - before[i].days.length, 0);
    return [{ until: dateText(cut), weeks, error: Math.log((made + 0.5) / (expected + 0.5)) }];
  });
}

/**
 * Kinds of models to try: those of regular purchases where the times between them say so. Of two times that follow one
 * another, the first is a share of both that is uniform where purchases come at random (Wheat and Morrison, 1990).
 */
function kindsFor(purchases: readonly Purchases[]): readonly PurchaseModelKind[] {
  const shares: number[] = [];
  for (const { days } of purchases) {
    const n = days.length;
    if (n < 3) continue;
    shares.push((days[n - 2] - days[n - 3]) / (days[n - 1] - days[n - 3]));
  }
  const variance = shares.reduce((sum, v) => sum + (v - 0.5) ** 2, 0) / Math.max(1, shares.length);
  // Of k events a purchase, the share's variance is 1 / (4 (2k + 1)).
  const regular = shares.length >= leastRepeaters && (1 - 4 * variance) / (8 * variance) >= 1.4;
  return purchaseModelKinds.filter((kind) => regular || !kind.endsWith("cnbd-k"));
}

/** Whether factors of the calendar's months, learnt before the cut, foretell the months after it better. */
function trySeasons(
  {
    known,
    before,
    cut,
    last,
  }: Record<"known" | "before", readonly Purchases[]> & Record<"cut" | "last", number>,
  plain: PurchaseModel,
  counted: (clock: Clock) => PurchaseHistory,
  learn: (from: PurchaseHistory) => PurchaseModel,
): NonNullable<HoldoutCheck["seasons"]> {
  const fit = (clock: Clock): PurchaseModel => learn(counted(clock));
  const factors = seasonFactors(before, cut, fit);
  const clock = seasonalClock(factors, before, cut, last - cut);
  const months = Math.floor((last - cut) / 30.4375);
  const ends = Array.from({ length: months }, (_, k) => Math.round(cut + ((k + 1) * (last - cut)) / months));
  const made = new Float64Array(months);
  for (const { days } of known)
    for (const day of days) if (day > cut) made[ends.findIndex((end) => day <= end)]++;
  const errors = [[plain, plainClock] as const, [fit(clock), clock] as const].map(([model, weeks]) => {
    const history = counted(weeks);
    let sum = 0;
    return ends.map((end, k) => {
      const until = model.expectedPurchases(history, weeks(cut, end)).reduce((total, v) => total + v, 0);
      const error = Math.abs(made[k] - (until - sum));
      sum = until;
      return error;
    });
  });
  const [without, withSeasons] = errors.map((all) => all.reduce((a, b) => a + b, 0) / Math.max(1, months));
  const gains = errors[0].map((e, k) => e - errors[1][k]);
  const mean = without - withSeasons;
  const spread = Math.sqrt(
    gains.reduce((sum, g) => sum + (g - mean) ** 2, 0) / Math.max(1, months - 1) / Math.max(1, months),
  );
  return { errorWithout: without, errorWith: withSeasons, used: months >= 6 && mean > 1.645 * spread };
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
