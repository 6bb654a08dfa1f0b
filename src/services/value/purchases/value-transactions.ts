import { check, checkInteger, checkOneOf } from "../../../core/checks";
import { normal, seeded } from "../../../core/rng";
import { gammaGamma } from "../../../models/clv/gamma-gamma";
import type { PositiveFit, PositiveParameter } from "../../../models/clv/positive-fit";
import {
  type PurchaseModelKind,
  purchaseModelFromJSON,
  purchaseModelKinds,
  purchaseModelOf,
} from "../../../models/clv/purchase-models";
import { drawFutures, type Futures } from "../../../models/clv/simulate-purchases";
import { dayOf } from "../cell-values";
import { checkMoney } from "../check-money";
import { checkByHoldout, type HoldoutCheck } from "./holdout";
import type { Transactions } from "./transactions";

export interface ValueTransactionsOptions {
  /** The purchase process; defaults to "auto", the one that best foretells the second half of the log from the first. */
  readonly model?: "auto" | PurchaseModelKind;
  /** The last day of the part that the check by holding out learns from; defaults to the middle of the log. */
  readonly holdoutFrom?: string;
  /** How many futures to draw for intervals, 0 for none; defaults to 200, fewer where there are over 25,000 customers. */
  readonly draws?: number;
  /** Months ahead, at least 1. @default 12 */
  readonly months?: number;
  /** Within how many months a customer counts as a leaver. @default 3 */
  readonly churnMonths?: number;
  /** Yearly interest, from 0 to 1. @default 0.1 */
  readonly discountRate?: number;
  /** The share of revenue that is margin, above 0; defaults to 1, so that value is revenue. */
  readonly margin?: number;
  /** Ridge on the models' parameters. Some hundred customers may need 0.001 to 0.1. @default 0 */
  readonly penalty?: number;
}

/** What a log of transactions says of each customer's future. Arrays have one entry a customer. */
export interface ValuedTransactions {
  readonly customers: readonly string[];
  readonly alive: Float64Array;
  /** The chance to leave within `churnMonths` of one who is still there. */
  readonly churn: Float64Array;
  /** Purchases expected within the months ahead. */
  readonly purchases: Float64Array;
  /** Expected amount of a purchase. */
  readonly amount: Float64Array;
  /** Expected discounted margin of the months ahead. */
  readonly value: Float64Array;
  /** Ends of 90 % prediction intervals of what each customer will bring; with the model's uncertainty and luck. */
  readonly low?: Float64Array;
  readonly high?: Float64Array;
  /**
   * The 95 % prediction interval of what all will bring together: luck, the parameters' uncertainty, and an error of the
   * model as large as that of the check by holding out.
   */
  readonly totalInterval?: readonly [number, number];
  readonly holdout?: HoldoutCheck;
  readonly months: number;
  /** What one ought to know before believing the values. */
  readonly notes: readonly string[];
  readonly model: {
    readonly kind: string;
    readonly logLikelihood: number;
    readonly converged: boolean;
    readonly parameters: readonly PositiveParameter[];
  };
  readonly amounts: {
    readonly logLikelihood: number;
    readonly converged: boolean;
    readonly parameters: readonly PositiveParameter[];
    /** Of frequency and amount, taken as 0 by the model: beyond ±0.3 its values are doubtful. */
    readonly correlation: number;
  };
}

const weeksPerMonth = 365.25 / 12 / 7;

/** Values customers without contracts: how often they will buy, how much they spend, and whether they are still there. */
export function valueTransactions(
  transactions: Transactions,
  options: ValueTransactionsOptions = {},
): ValuedTransactions {
  const {
    model = "auto",
    months = 12,
    churnMonths = 3,
    discountRate = 0.1,
    margin = 1,
    penalty = 0,
  } = options;
  const draws = options.draws ?? usualDraws(transactions.customers.length);
  const action = "value transactions";
  checkOneOf(model, ["auto", ...purchaseModelKinds], action, "model");
  checkInteger(months, 1, 1200, action, "months");
  checkMoney(discountRate, margin, action);
  checkInteger(churnMonths, 1, 1200, action, "churnMonths");
  checkInteger(draws, 0, 100_000, action, "draws");
  const { history, customers } = transactions;
  const repeat = history.frequency.reduce((sum, x) => sum + (x > 0 ? 1 : 0), 0);
  check(repeat >= 10, action, "at least 10 customers must have bought on more than one day", repeat);
  const holdout = checkByHoldout(transactions, {
    penalty,
    ...(model === "auto" ? {} : { kinds: [model] }),
    ...(options.holdoutFrom === undefined ? {} : { until: options.holdoutFrom }),
  });
  const kind = model === "auto" ? (holdout?.models[0].kind ?? "bg-nbd") : model;
  const process = purchaseModelOf(kind, { penalty })(history);
  const spending = gammaGamma({ penalty })(history);
  const amount = spending.expectedValue(history);
  const ahead = {
    periods: months,
    period: weeksPerMonth,
    discountRate: (1 + discountRate) ** (1 / 12) - 1,
  };
  const discounted = process.discountedPurchases(history, ahead);
  const futures =
    draws === 0
      ? undefined
      : drawFutures(
          { purchases: process, amounts: spending, load: purchaseModelFromJSON },
          history,
          { ...ahead, draws },
          seeded("futures"),
        );
  return {
    customers,
    alive: process.probabilityAlive(history),
    churn: process.probabilityLeaving(history, churnMonths * weeksPerMonth),
    purchases: process.expectedPurchases(history, months * weeksPerMonth),
    amount,
    value: discounted.map((purchases, i) => margin * purchases * amount[i]),
    ...(futures ? intervalsOf(futures, margin, holdout) : {}),
    ...(holdout ? { holdout } : {}),
    months,
    notes: [
      ...(holdout
        ? []
        : [
            `no part of the log could be held out to check the model (it takes 8 weeks on either side and 30 repeat buyers)${model === "auto" ? `: ${kind} is the default, not a choice` : ""}`,
          ]),
      ...seasons(transactions),
      ...doubts(process.kind, process),
      ...doubts("gamma-gamma", spending),
      ...(Math.abs(spending.correlation) > 0.3
        ? [
            `frequency and amount correlate by ${spending.correlation.toFixed(2)}: the spending model takes them as independent, so values of frequent buyers are doubtful`,
          ]
        : []),
    ],
    model: {
      kind: process.kind,
      logLikelihood: process.logLikelihood,
      converged: process.converged,
      parameters: process.coefficientTable(),
    },
    amounts: {
      logLikelihood: spending.logLikelihood,
      converged: spending.converged,
      parameters: spending.coefficientTable(),
      correlation: spending.correlation,
    },
  };
}

/** What is to be said of a fit without a maximum. */
function doubts(kind: string, { converged, unbounded }: PositiveFit): string[] {
  if (converged) return [];
  const names = unbounded.length > 0 ? unbounded.join(" and ") : "parameters";
  return [
    `${kind} did not converge: the likelihood has no maximum, ${names} ${unbounded.length === 1 ? "runs" : "run"} away. Parameters and intervals mean nothing, and values are those where the search stopped: compare them with a penalty of 0.001 to 0.1, or with another model`,
  ];
}

/** Five million drawn customers take some seconds. */
function usualDraws(customers: number): number {
  return Math.max(40, Math.min(200, Math.floor(5e6 / customers)));
}

function intervalsOf(
  { draws, value, totalValue }: Futures,
  margin: number,
  holdout: HoldoutCheck | undefined,
): Required<Pick<ValuedTransactions, "low" | "high" | "totalInterval">> {
  const customers = value.length / draws;
  const low = new Float64Array(customers);
  const high = new Float64Array(customers);
  for (let i = 0; i < customers; i++) {
    const own = value.subarray(i * draws, (i + 1) * draws).sort();
    low[i] = margin * quantile(own, 0.05);
    high[i] = margin * quantile(own, 0.95);
  }
  // The draws know luck and the parameters' uncertainty, not that the model is wrong: by how much, the check has shown.
  const error = holdout ? Math.abs(Math.log(holdout.judged.actual / holdout.judged.expected)) : 0;
  const rng = seeded("model error");
  const total = totalValue.map((v) => v * Math.exp(error * normal(rng))).sort();
  return { low, high, totalInterval: [margin * quantile(total, 0.025), margin * quantile(total, 0.975)] };
}

function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}

/** What a log of less than two years can't know. */
function seasons({ firstDate, asOf }: Transactions): string[] {
  const weeks = ((dayOf(asOf) as number) - (dayOf(firstDate) as number)) / 7;
  if (weeks >= 104) return [];
  return [
    `the log covers ${weeks.toFixed(0)} weeks: seasons of the year can't be told from it, and are not in the intervals`,
  ];
}
