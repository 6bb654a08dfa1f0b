import { check, checkInteger, checkNumber, checkOneOf } from "../../core/checks";
import { bgNbd, mbgNbd } from "../../models/clv/beta-geometric";
import { gammaGamma } from "../../models/clv/gamma-gamma";
import { paretoNbd } from "../../models/clv/pareto-nbd";
import type { PositiveParameter } from "../../models/clv/positive-fit";
import type { Transactions } from "./transactions";

export interface ValueTransactionsOptions {
  /** The purchase process; defaults to "bg-nbd". */
  readonly model?: "bg-nbd" | "mbg-nbd" | "pareto-nbd";
  /** Months ahead, at least 1; defaults to 12. */
  readonly months?: number;
  /** Yearly interest, at least 0; defaults to 0.1. */
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
  /** Purchases expected within the months ahead. */
  readonly purchases: Float64Array;
  /** Expected amount of a purchase. */
  readonly amount: Float64Array;
  /** Expected discounted margin of the months ahead. */
  readonly value: Float64Array;
  readonly months: number;
  readonly model: {
    readonly kind: string;
    readonly logLikelihood: number;
    readonly parameters: readonly PositiveParameter[];
  };
  readonly amounts: {
    readonly logLikelihood: number;
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
  const { model = "bg-nbd", months = 12, discountRate = 0.1, margin = 1, penalty = 0 } = options;
  const action = "value transactions";
  checkOneOf(model, ["bg-nbd", "mbg-nbd", "pareto-nbd"], action, "model");
  checkInteger(months, 1, 1200, action, "months");
  checkNumber(discountRate, 0, Infinity, action, "discountRate");
  checkNumber(margin, 0, Infinity, action, "margin", "low");
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
    purchases: process.expectedPurchases(history, months * weeksPerMonth),
    amount,
    value: discounted.map((purchases, i) => margin * purchases * amount[i]),
    months,
    model: {
      kind: process.kind,
      logLikelihood: process.logLikelihood,
      parameters: process.coefficientTable(),
    },
    amounts: {
      logLikelihood: spending.logLikelihood,
      parameters: spending.coefficientTable(),
      correlation: spending.correlation,
    },
  };
}
