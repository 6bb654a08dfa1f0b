import { check, checkInteger, checkOneOf } from "../../core/checks";
import { bgNbd, mbgNbd } from "../../models/clv/beta-geometric";
import { gammaGamma } from "../../models/clv/gamma-gamma";
import { paretoNbd } from "../../models/clv/pareto-nbd";
import type { PositiveFit, PositiveParameter } from "../../models/clv/positive-fit";
import { checkMoney } from "./check-money";
import type { Transactions } from "./transactions";

export interface ValueTransactionsOptions {
  /** The purchase process; defaults to "bg-nbd". */
  readonly model?: "bg-nbd" | "mbg-nbd" | "pareto-nbd";
  /** Months ahead, at least 1; defaults to 12. */
  readonly months?: number;
  /** Within how many months a customer counts as a leaver; defaults to 3. */
  readonly churnMonths?: number;
  /** Yearly interest, from 0 to 1; defaults to 0.1. */
  readonly discountRate?: number;
  /** The share of revenue that is margin, above 0; defaults to 1, so that value is revenue. */
  readonly margin?: number;
  /** Ridge on the models' parameters; defaults to 0. Some hundred customers may need 0.001 to 0.1. */
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
    model = "bg-nbd",
    months = 12,
    churnMonths = 3,
    discountRate = 0.1,
    margin = 1,
    penalty = 0,
  } = options;
  const action = "value transactions";
  checkOneOf(model, ["bg-nbd", "mbg-nbd", "pareto-nbd"], action, "model");
  checkInteger(months, 1, 1200, action, "months");
  checkMoney(discountRate, margin, action);
  checkInteger(churnMonths, 1, 1200, action, "churnMonths");
  const { history, customers } = transactions;
  const repeat = history.frequency.reduce((sum, x) => sum + (x > 0 ? 1 : 0), 0);
  check(repeat >= 10, action, "at least 10 customers must have bought on more than one day", repeat);
  const learners = { "bg-nbd": bgNbd, "mbg-nbd": mbgNbd, "pareto-nbd": paretoNbd };
  const process = learners[model]({ penalty })(history);
  const spending = gammaGamma({ penalty })(history);
  const amount = spending.expectedValue(history);
  const discounted = process.discountedPurchases(history, {
    periods: months,
    period: weeksPerMonth,
    discountRate: (1 + discountRate) ** (1 / 12) - 1,
  });
  return {
    customers,
    alive: process.probabilityAlive(history),
    churn: process.probabilityLeaving(history, churnMonths * weeksPerMonth),
    purchases: process.expectedPurchases(history, months * weeksPerMonth),
    amount,
    value: discounted.map((purchases, i) => margin * purchases * amount[i]),
    months,
    notes: [
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
    `${kind} did not converge: the likelihood has no maximum, ${names} run away. Parameters and intervals mean nothing, and values are those where the search stopped: compare them with a penalty of 0.001 to 0.1, or with another model`,
  ];
}
