import { check, checkInteger, checkOneOf } from "../../../core/checks";
import { groupRows } from "../../../core/group-rows";
import { column, takeRows, takeValues } from "../../../core/matrix";
import type { Watch } from "../../../core/model";
import { seeded } from "../../../core/rng";
import { customerValue, customerValueQuantile } from "../../../models/clv/customer-value";
import { kaplanMeier, type SurvivalCurve } from "../../../models/survival/kaplan-meier";
import { type ChannelRow, channelRows, costNotes } from "../channels";
import { checkMoney } from "../check-money";
import { residualSurvival, totalInterval, varianceOfLuck } from "../total-interval";
import {
  type ContractFit,
  type ContractModel,
  contractLearner,
  contractModels,
  describeFit,
  doubts,
} from "./contract-models";
import type { Contracts } from "./contracts";
import { type Covariates, chooseCovariates } from "./covariates";
import { endsByReason, type ReasonRow } from "./reasons";

export interface ValueContractsOptions {
  /**
   * "cox" lets the chance to leave depend on the other columns, "weibull" too and reaches beyond the data by its
   * formula; "sbg" and "bdw" (shifted-beta-geometric and beta-discrete-Weibull) are for contracts renewed every month, whose
   * customers differ by more than the columns tell. Defaults to "cox", or to "weibull" where there are no other columns.
   */
  readonly model?: ContractModel;
  /** Months ahead, at least 1. @default 24 */
  readonly months?: number;
  /** Within how many months a customer counts as a leaver, up to `months`; defaults to 3, or to `months` where fewer. */
  readonly churnMonths?: number;
  /** Yearly interest, at least 0. @default 0.1 */
  readonly discountRate?: number;
  /** The share of revenue that is margin, above 0; defaults to 1, so that value is revenue. */
  readonly margin?: number;
  /** The only columns that the chance to leave may depend on; defaults to all but those that tell the answer. */
  readonly only?: readonly string[];
  /** Columns that it must not depend on. */
  readonly drop?: readonly string[];
  /** Ridge of the survival model, at least 0. @default 1 */
  readonly penalty?: number;
}

/** What contracts say of the future of the customers who are still there. Arrays have one entry a customer. */
export interface ValuedContracts {
  readonly customers: readonly string[];
  /** Their places among the contracts. */
  readonly rows: Int32Array;
  /** Chance of leaving within `churnMonths`. */
  readonly churn: Float64Array;
  /** Months with revenue expected within the months ahead. */
  readonly expectedMonths: Float64Array;
  /** Expected discounted margin of the months ahead, and the ends of its 90 % interval for one customer's luck. */
  readonly value: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** The 95 % prediction interval of what all will bring together: luck, and what the model can't know. */
  readonly totalInterval: readonly [number, number];
  /** What all would bring if one in a hundred fewer left each month. */
  readonly valueAtLowerChurn: number;
  readonly months: number;
  readonly churnMonths: number;
  readonly curve: SurvivalCurve;
  /** Why contracts have ended, the most frequent reason first, where a column says so. */
  readonly reasons?: readonly ReasonRow[];
  /** By channel, or all in one where a cost to win a customer is known; empty where neither is. */
  readonly channels: readonly ChannelRow[];
  /** Which columns the model learnt from, and which it did not. */
  readonly covariates: Omit<Covariates, "x">;
  /** What one ought to know before believing the values. */
  readonly notes: readonly string[];
  readonly model: ContractFit;
}

/** Values customers under contract: survival from their own age on, times their margin, discounted. */
export async function valueContracts(
  contracts: Contracts,
  options: ValueContractsOptions = {},
  watch?: Watch,
): Promise<ValuedContracts> {
  const { months = 24, discountRate = 0.1, margin = 1, penalty = 1 } = options;
  const { churnMonths = Math.min(3, months) } = options;
  const action = "value contracts";
  checkInteger(months, 1, 1200, action, "months");
  checkInteger(churnMonths, 1, months, action, "churnMonths");
  checkMoney(discountRate, margin, action);
  const ended = contracts.ended.reduce((sum, e) => sum + e, 0);
  check(ended >= 10, action, "at least 10 contracts must have ended", ended);
  check(ended < contracts.ended.length, action, "some contracts must be running");
  const { x, ...covariates } = chooseCovariates(contracts, options);
  const { model = x.columns > 0 ? "cox" : "weibull" } = options;
  checkOneOf(model, contractModels, action, "model");
  check(model !== "cox" || x.columns > 0, action, "cox needs columns beside customer, dates and revenue");
  // A contract that ended on its first day lasted half a day: parametric lifetimes can't be 0.
  const time = contracts.months.map((m) => Math.max(m, 1 / 61));
  const { entry } = contracts;
  const data = {
    x,
    time,
    event: contracts.ended,
    ...(entry ? { entry: entry.map((e, i) => Math.min(e, time[i] * (1 - 1e-9))) } : {}),
  };
  const { strata } = contracts;
  check(!strata || model === "cox", action, "strata must go with cox, and a column beside them", model);
  const clusters = model === "cox" ? clustersOf(contracts.customers) : undefined;
  const learn = contractLearner(model, penalty, contracts);
  const fitted = await learn(
    { ...data, ...(strata ? { strata } : {}), ...(clusters ? { clusters } : {}) },
    seeded(1),
    watch,
  );
  const rows = Int32Array.from(time.keys()).filter((i) => contracts.ended[i] === 0);
  const ahead = Array.from({ length: months }, (_, k) => k + 1);
  const discount = { discountRate: (1 + discountRate) ** (1 / 12) - 1 };
  // Contracts of one age and the same columns have one future: it is reckoned once, and each brings its margin times it.
  const own = takeRows(x, rows);
  const ages = takeValues(time, rows);
  const stratum = strata && Int32Array.from(rows, (i) => strata[i]);
  const columns = Array.from({ length: own.columns }, (_, j) => column(own, j));
  const groups = groupRows([ages, ...(stratum ? [stratum] : []), ...columns], rows.length);
  const survival = residualSurvival(fitted, {
    x: takeRows(own, groups.first),
    ages: takeValues(ages, groups.first),
    ahead,
    ...(stratum ? { strata: Int32Array.from(groups.first, (k) => stratum[k]) } : {}),
  });
  const unit = new Float64Array(survival.rows).fill(1);
  const margins = takeValues(contracts.revenue, rows).map((r) => margin * r);
  const each = (ofKind: Float64Array): Float64Array => takeValues(ofKind, groups.of);
  const earned = (ofKind: Float64Array): Float64Array => margins.map((m, i) => m * ofKind[groups.of[i]]);
  const value = earned(customerValue(survival, unit, discount));
  const luck = varianceOfLuck(survival, discount.discountRate);
  const total = await totalInterval({
    ...{ rows, margins, ahead },
    data: { ...data, ...(strata ? { strata } : {}) },
    learn,
    discountRate: discount.discountRate,
    total: value.reduce((sum, v) => sum + v, 0),
    luck: margins.reduce((sum, m, i) => sum + m * m * luck[groups.of[i]], 0),
  });
  const channels = channelsOf(contracts, rows, value, margin);
  const later = Float64Array.from(ahead, (k) => 1.01 ** k);
  const longer = survival.values.map((s, k) => Math.min(1, s * later[Math.floor(k / survival.rows)]));
  return {
    customers: Array.from(rows, (i) => contracts.customers[i]),
    rows,
    churn: each(column(survival, churnMonths - 1).map((s) => 1 - s)),
    expectedMonths: each(customerValue(survival, unit)),
    value,
    channels,
    low: earned(customerValueQuantile(survival, unit, 0.05, discount)),
    high: earned(customerValueQuantile(survival, unit, 0.95, discount)),
    totalInterval: total.interval,
    valueAtLowerChurn: earned(customerValue({ ...survival, values: longer }, unit, discount)).reduce(
      (sum, v) => sum + v,
      0,
    ),
    months,
    churnMonths,
    curve: kaplanMeier(data),
    covariates,
    ...(contracts.reasons ? { reasons: endsByReason(contracts, contracts.reasons) } : {}),
    notes: [
      ...doubts(model, fitted),
      ...(clusters
        ? ["customers who came back have several lifetimes: standard errors allow for it (Lin and Wei)"]
        : []),
      ...total.notes,
      ...costNotes(channels),
    ],
    model: describeFit(fitted, data),
  };
}

/** Numbers of customers where some have several lifetimes. */
function clustersOf(customers: readonly string[]): Int32Array | undefined {
  const places = new Map<string, number>();
  const of = Int32Array.from(customers, (name) => {
    const place = places.get(name) ?? places.size;
    places.set(name, place);
    return place;
  });
  return places.size < of.length ? of : undefined;
}

/** By channel: what contracts brought in their months until now, and margin by month from Kaplan and Meier's survival. */
function channelsOf(
  contracts: Contracts,
  running: Int32Array,
  value: Float64Array,
  margin: number,
): readonly ChannelRow[] {
  const { channels, acquisitionCosts, months, revenue, ended, entry } = contracts;
  if (!channels && !acquisitionCosts) return [];
  const worth = new Float64Array(months.length);
  running.forEach((i, k) => {
    worth[i] = value[k];
  });
  return channelRows({
    ...(channels ? { channels } : {}),
    ...(acquisitionCosts ? { costs: acquisitionCosts } : {}),
    revenue: months.map((m, i) => m * revenue[i]),
    value: worth,
    marginByMonth: (rows) => {
      const take = (of: Float64Array): Float64Array => takeValues(of, rows);
      const time = take(months).map((m) => Math.max(m, 1 / 61));
      const curve = kaplanMeier({
        time,
        event: take(ended),
        ...(entry ? { entry: take(entry).map((e, k) => Math.min(e, time[k] * (1 - 1e-9))) } : {}),
      });
      const each = rows.reduce((sum, i) => sum + margin * revenue[i], 0) / rows.length;
      const most = Math.floor(time.reduce((high, m) => Math.max(high, m), 0));
      let sum = 0;
      return Array.from({ length: most }, (_, k) => {
        sum += each * curve.at(k);
        return sum;
      });
    },
  });
}
