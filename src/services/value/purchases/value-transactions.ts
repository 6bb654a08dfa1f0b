import { check, checkInteger, checkOneOf } from "../../../core/checks";
import { quantileSorted } from "../../../core/math/statistics";
import { gamma, normal, seeded } from "../../../core/rng";
import { gammaGamma } from "../../../models/clv/gamma-gamma";
import type { PositiveFit, PositiveParameter } from "../../../models/clv/positive-fit";
import type { PurchaseHistory } from "../../../models/clv/purchase-history";
import {
  type PurchaseModelKind,
  purchaseModelFromJSON,
  purchaseModelKinds,
  purchaseModelOf,
} from "../../../models/clv/purchase-models";
import { drawFutures, type Futures } from "../../../models/clv/simulate-purchases";
import { dayOf } from "../cell-values";
import { type ChannelRow, channelRows, costNotes } from "../channels";
import { checkMoney } from "../check-money";
import { checkByHoldout, type HoldoutCheck } from "./holdout";
import { plainClock, type SeasonFactors, seasonalClock, seasonFactors } from "./seasons";
import { traitCovariates } from "./traits";
import { historyOf, type Transactions } from "./transactions";

export interface ValueTransactionsOptions {
  /** The purchase process; defaults to "auto", the one that best foretells the second half of the log from the first. */
  readonly model?: "auto" | PurchaseModelKind;
  /** The last day of the part that the check by holding out learns from; defaults to the middle of the log. */
  readonly holdoutFrom?: string;
  /** How many futures to draw for intervals, 0 for none or at least 40; defaults to 200, fewer where there are over 25,000 customers. */
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
   * The 95 % prediction interval of what all will bring together: luck, the parameters' uncertainty, and errors as large as
   * those of totals foretold from earlier days of the log.
   */
  readonly totalInterval?: readonly [number, number];
  readonly holdout?: HoldoutCheck;
  /** By channel, or all in one where a cost to win a customer is known; empty where neither is. */
  readonly channels: readonly ChannelRow[];
  readonly months: number;
  /** What one ought to know before believing the values. */
  readonly notes: readonly string[];
  readonly model: {
    readonly kind: string;
    /** How regular purchases are: 1 at random, more of BG/CNBD-k. */
    readonly every: number;
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

const daysPerMonth = 365.25 / 12;

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
  checkDraws(draws, action);
  const { customers } = transactions;
  const repeat = transactions.history.frequency.reduce((sum, x) => sum + (x > 0 ? 1 : 0), 0);
  check(repeat >= 10, action, "at least 10 customers must have bought on more than one day", repeat);
  const traits = traitCovariates(transactions.covariates);
  const holdout = checkByHoldout(transactions, {
    penalty,
    ...(model === "auto" ? {} : { kinds: [model] }),
    ...(options.holdoutFrom === undefined ? {} : { until: options.holdoutFrom }),
    ...(traits.x ? { covariates: traits.x } : {}),
  });
  const kind = model === "auto" ? (holdout?.models[0].kind ?? "bg-nbd") : model;
  // Covariates are used unless the check has shown that they don't help.
  const covariates = holdout?.covariates?.used === false ? undefined : traits.x;
  const learn = purchaseModelOf(kind, { penalty });
  const close = dayOf(transactions.asOf) as number;
  const lastDay = Math.ceil(close + Math.max(months, churnMonths) * daysPerMonth);
  const factors = holdout?.seasons?.used
    ? seasonFactors(transactions.purchases, close, (weeks) =>
        learn({ ...historyOf(transactions.purchases, close, weeks), ...(covariates ? { covariates } : {}) }),
      )
    : undefined;
  const clock = factors ? seasonalClock(factors, transactions.purchases, close, lastDay - close) : plainClock;
  const history: PurchaseHistory = {
    ...(factors ? historyOf(transactions.purchases, close, clock) : transactions.history),
    ...(covariates ? { covariates } : {}),
  };
  const [process, spending] = [learn(history), gammaGamma({ penalty })(history)];
  const amount = spending.expectedValue(history);
  const until = (k: number): number => clock(close, close + k * daysPerMonth);
  const ahead = {
    ends: Array.from({ length: months }, (_, k) => until(k + 1)),
    discountRate: (1 + discountRate) ** (1 / 12) - 1,
  };
  const discounted = process.discountedPurchases(history, ahead);
  const futures =
    draws === 0 || !process.converged
      ? undefined
      : drawFutures(
          { purchases: process, amounts: spending, load: purchaseModelFromJSON },
          history,
          { ...ahead, draws },
          seeded("futures"),
        );
  const value = discounted.map((purchases, i) => margin * purchases * amount[i]);
  const channels = channelsOf(transactions, value, margin);
  return {
    customers,
    channels,
    alive: process.probabilityAlive(history),
    churn: process.probabilityLeaving(history, until(churnMonths)),
    purchases: process.expectedPurchases(history, until(months)),
    amount,
    value,
    ...(futures ? intervalsOf(futures, margin, holdout, (months * daysPerMonth) / 7) : {}),
    ...(holdout ? { holdout } : {}),
    months,
    notes: [
      ...traits.notes,
      ...(holdout ? choices(holdout, kind, factors) : [unchecked(model === "auto" ? kind : undefined)]),
      ...seasons(transactions),
      ...(futures && (holdout?.pastErrors.length ?? 0) < 2 ? [unwidened] : []),
      ...doubts(process.kind, process),
      ...doubts("gamma-gamma", spending),
      ...dependence(spending.correlation),
      ...costNotes(channels),
    ],
    model: {
      kind: process.kind,
      every: process.every,
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

function channelsOf(log: Transactions, value: Float64Array, margin: number): readonly ChannelRow[] {
  const { channels, acquisitionCosts, purchases } = log;
  if (!channels && !acquisitionCosts) return [];
  const close = dayOf(log.asOf) as number;
  return channelRows({
    ...(channels ? { channels } : {}),
    ...(acquisitionCosts ? { costs: acquisitionCosts } : {}),
    revenue: purchases.map(({ amounts }) => amounts.reduce((sum, v) => sum + v, 0)),
    value,
    marginByMonth: (rows) => {
      const sums: number[] = [];
      for (let month = 1; month <= mostPaybackMonths; month++) {
        const seen = rows.filter((i) => close - purchases[i].days[0] >= month * daysPerMonth);
        if (seen.length < leastWatched) break;
        let sum = 0;
        for (const i of seen) {
          const { days, amounts } = purchases[i];
          days.forEach((day, k) => {
            const at = Math.floor((day - days[0]) / daysPerMonth);
            if (at === month - 1) sum += margin * amounts[k];
          });
        }
        sums.push((sums.at(-1) ?? 0) + sum / seen.length);
      }
      return sums;
    },
  });
}

const mostPaybackMonths = 120;
/** Of fewer customers watched for a month a channel's payback is not told. */
const leastWatched = 10;

const unwidened =
  "the total's interval knows luck and the parameters' uncertainty alone, no errors of earlier forecasts";

function unchecked(usual: string | undefined): string {
  return `no part of the log could be held out to check the model (it takes 8 weeks on either side and 30 repeat buyers)${usual === undefined ? "" : `: ${usual} is the default, not a choice`}`;
}

function dependence(correlation: number): string[] {
  if (Math.abs(correlation) <= 0.3) return [];
  return [
    `frequency and amount correlate by ${correlation.toFixed(2)}: the spending model takes them as independent, so values of frequent buyers are doubtful`,
  ];
}

/** What the check chose, in words. */
function choices(
  { covariates, seasons }: HoldoutCheck,
  kind: string,
  factors: SeasonFactors | undefined,
): string[] {
  const name = (m: number): string =>
    new Date(Date.UTC(2000, m)).toLocaleString("en", { month: "long", timeZone: "UTC" });
  const high = factors?.indexOf(Math.max(...factors)) ?? 0;
  const low = factors?.indexOf(Math.min(...factors)) ?? 0;
  return [
    ...(covariates
      ? [
          covariates.used
            ? `covariates foretell the weeks held out better (${kind} ${covariates.loss.toFixed(4)}) and are used`
            : `covariates don't foretell the weeks held out better (${kind} ${covariates.loss.toFixed(4)}) and are not used`,
        ]
      : []),
    ...(seasons
      ? [
          `seasons of the year ${factors ? `are used: from ${factors[low].toFixed(2)} times as many purchases as on average in ${name(low)} to ${factors[high].toFixed(2)} in ${name(high)}` : "are not used"}; the months held out are missed by ${seasons.errorWith.toPrecision(3)} purchases with them and by ${seasons.errorWithout.toPrecision(3)} without`,
        ]
      : []),
  ];
}

/** What is to be said of a fit without a maximum. */
function doubts(kind: string, { converged, unbounded }: PositiveFit): string[] {
  if (converged) return [];
  const names = unbounded.length > 0 ? unbounded.join(" and ") : "parameters";
  return [
    `${kind} did not converge: the likelihood has no maximum, ${names} ${unbounded.length === 1 ? "runs" : "run"} away. Its parameters mean nothing${kind === "gamma-gamma" ? "" : ", no interval is told"}, and values are those where the search stopped: compare them with a penalty of 0.001 to 0.1, or with another model`,
  ];
}

/** A 95 % interval of fewer draws would lie within them. */
const leastDraws = 40;

function checkDraws(draws: number, action: string): void {
  checkInteger(draws, 0, 100_000, action, "draws");
  check(draws === 0 || draws >= leastDraws, action, `draws must be 0 or at least ${leastDraws}`, draws);
}

/** Five million drawn customers take some seconds. */
function usualDraws(customers: number): number {
  return Math.max(leastDraws, Math.min(200, Math.floor(5e6 / customers)));
}

function intervalsOf(
  { draws, value, totalValue }: Futures,
  margin: number,
  holdout: HoldoutCheck | undefined,
  weeksAhead: number,
): Required<Pick<ValuedTransactions, "low" | "high" | "totalInterval">> {
  const customers = value.length / draws;
  const low = new Float64Array(customers);
  const high = new Float64Array(customers);
  for (let i = 0; i < customers; i++) {
    const own = value.subarray(i * draws, (i + 1) * draws).sort();
    low[i] = margin * quantileSorted(own, 0.05);
    high[i] = margin * quantileSorted(own, 0.95);
  }
  // The draws know luck and the parameters' uncertainty. What moves all customers alike, or the model misses, has shown in
  // the errors of totals foretold from earlier days: its variance grows with the time ahead, and few errors tell it.
  const past = holdout?.pastErrors ?? [];
  const variance =
    past.reduce((sum, { error, weeks }) => sum + error ** 2 / weeks, 0) / Math.max(1, past.length);
  const spread = Math.sqrt(variance * weeksAhead);
  const rng = seeded("model error");
  const freedom = Math.max(1, past.length - 1);
  // Student's t: a normal over the root of a mean of squares.
  const student = (): number => normal(rng) / Math.sqrt((2 * gamma(rng, freedom / 2)) / freedom);
  const total = totalValue.map((v) => v * Math.exp(Math.max(-5, Math.min(5, spread * student())))).sort();
  return {
    low,
    high,
    totalInterval: [margin * quantileSorted(total, 0.025), margin * quantileSorted(total, 0.975)],
  };
}

/** What a log of less than two years can't know. */
function seasons({ firstDate, asOf }: Transactions): string[] {
  const weeks = ((dayOf(asOf) as number) - (dayOf(firstDate) as number)) / 7;
  if (weeks >= 104) return [];
  return [
    `the log covers ${weeks.toFixed(0)} weeks: seasons of the year can't be told from it, and are not in the intervals`,
  ];
}
