import { check, checkInteger, checkOneOf } from "../../../core/checks";
import { count } from "../../../core/format";
import { takeValues } from "../../../core/matrix";
import type { Watch } from "../../../core/model";
import { placesWhere } from "../../../core/places";
import { chosenOf, seeded } from "../../../core/rng";
import { SeenTexts } from "../../../data/tally/keys";
import { type Names, namesBy } from "../../../data/tally/names";
import { kaplanMeier, type SurvivalCurve } from "../../../models/survival/kaplan-meier";
import { type ChannelRow, channelRows, costNotes } from "../channels";
import { checkMoney } from "../check-money";
import { totalInterval } from "../total-interval";
import {
  type ContractFit,
  type ContractModel,
  contractLearner,
  contractModels,
  describeFit,
  doubts,
} from "./contract-models";
import { type Contracts, type LearnedContracts, learnedContracts, leastEnded } from "./contracts";
import { type Covariates, chooseCovariates } from "./covariates";
import { endsByReason, type ReasonRow } from "./reasons";
import { valuedByBlocks } from "./value-blocks";

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
  /** The most contracts that the model learns from; of more as many are drawn at random. @default 500000 */
  readonly mostLearned?: number;
}

/** What contracts say of the future of the customers who are still there. Arrays have one entry a customer. */
export interface ValuedContracts {
  readonly customers: Names;
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
  readonly covariates: Omit<Covariates, "x" | "encoded" | "reads">;
  /** What one ought to know before believing the values. */
  readonly notes: readonly string[];
  readonly model: ContractFit;
}

/** All contracts, or so many of them drawn at random. */
async function learnedFrom(contracts: Contracts, most: number): Promise<LearnedContracts> {
  const count = contracts.ended.length;
  const learned = await learnedContracts(contracts, chosenOf(count, Math.min(count, most), seeded(1)));
  if (contracts.strata && count > most) checkStrata(learned, contracts.strata);
  return learned;
}

/** Throws where a stratum has too few ended contracts among those drawn to tell its hazard. */
function checkStrata({ strata, ended }: LearnedContracts, all: Int32Array): void {
  const ends = new Map([...new Set(all)].map((code) => [code, 0]));
  strata?.forEach((code, k) => {
    ends.set(code, (ends.get(code) ?? 0) + ended[k]);
  });
  const few = [...ends.values()].filter((sum) => sum < leastEnded).length;
  check(
    few === 0,
    "value contracts",
    `each stratum must have at least ${leastEnded} ended contracts among the ${count(ended.length)} that the model learns from (as a covariate it needs none)`,
    `${few} that have not`,
  );
}

/** How long contracts lasted: one that ended on its first day half a day, as parametric lifetimes can't be 0. */
function timesOf({ months, ended, entry }: Pick<Contracts, "months" | "ended" | "entry">): {
  readonly time: Float64Array;
  readonly event: Float64Array;
  readonly entry?: Float64Array;
} {
  const time = months.map((m) => Math.max(m, 1 / 61));
  return {
    time,
    event: ended,
    ...(entry ? { entry: entry.map((e, i) => Math.min(e, time[i] * (1 - 1e-9))) } : {}),
  };
}

/** Values customers under contract: survival from their own age on, times their margin, discounted. */
export async function valueContracts(
  contracts: Contracts,
  options: ValueContractsOptions = {},
  watch?: Watch,
): Promise<ValuedContracts> {
  const { months = 24, discountRate = 0.1, margin = 1, penalty = 1 } = options;
  const { churnMonths = Math.min(3, months), mostLearned = 500_000 } = options;
  const action = "value contracts";
  checkInteger(months, 1, 1200, action, "months");
  checkInteger(churnMonths, 1, months, action, "churnMonths");
  checkInteger(mostLearned, 1, 1e9, action, "mostLearned");
  checkMoney(discountRate, margin, action);
  const learned = await learnedFrom(contracts, mostLearned);
  const all = contracts.ended.length === learned.ended.length;
  const among = all ? "" : ` among the ${count(learned.ended.length)} drawn to be learned from`;
  const ended = learned.ended.reduce((sum, e) => sum + e, 0);
  check(ended >= 10, action, `at least 10 contracts must have ended${among}`, ended);
  check(ended < learned.ended.length, action, `some contracts must be running${among}`);
  const { x, encoded, reads, ...covariates } = chooseCovariates(learned, options);
  const { model = x.columns > 0 ? "cox" : "weibull" } = options;
  checkOneOf(model, contractModels, action, "model");
  check(model !== "cox" || x.columns > 0, action, "cox needs columns beside customer, dates and revenue");
  const { strata } = contracts;
  check(!strata || model === "cox", action, "strata must go with cox, and a column beside them", model);
  const data = { x, ...timesOf(learned) };
  const stratified = learned.strata ? { strata: learned.strata } : {};
  const clusters = model === "cox" ? clustersOf(learned.customers) : undefined;
  const learn = contractLearner(model, penalty, learned);
  const fitted = await learn({ ...data, ...stratified, ...(clusters ? { clusters } : {}) }, seeded(1), watch);
  const { time, ...watched } = timesOf(contracts);
  const rows = placesWhere(time.length, (i) => contracts.ended[i] === 0);
  const ahead = Array.from({ length: months }, (_, k) => k + 1);
  const discount = { discountRate: (1 + discountRate) ** (1 / 12) - 1 };
  const margins = takeValues(contracts.revenue, rows).map((r) => margin * r);
  const { luck, valueAtLowerChurn, ...valued } = await valuedByBlocks(contracts, {
    ...{ fitted, encoded, reads, time, running: rows, margins, ahead, churnMonths },
    discountRate: discount.discountRate,
  });
  const { value } = valued;
  const shown = placesWhere(data.time.length, (i) => learned.ended[i] === 0);
  const total = await totalInterval({
    rows: shown,
    margins: takeValues(learned.revenue, shown).map((r) => margin * r),
    ahead,
    data: { ...data, ...stratified },
    learn,
    discountRate: discount.discountRate,
    total: value.reduce((sum, v) => sum + v, 0),
    luck,
  });
  const channels = channelsOf(contracts, rows, value, margin);
  return {
    customers: namesBy(rows.length, (k) => contracts.customers.at(rows[k])),
    rows,
    ...valued,
    channels,
    totalInterval: total.interval,
    valueAtLowerChurn,
    months,
    churnMonths,
    curve: kaplanMeier({ time, ...watched }),
    covariates,
    ...(contracts.reasons ? { reasons: endsByReason(contracts, contracts.reasons) } : {}),
    notes: [
      ...(all
        ? []
        : [
            `the model learns from ${count(learned.ended.length)} of ${count(time.length)} contracts, drawn at random (seed 1); all are valued by it`,
          ]),
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
function clustersOf(customers: Names): Int32Array | undefined {
  const seen = new SeenTexts();
  const of = new Int32Array(customers.length).map((_, k) => seen.numberOf(customers.at(k) as string));
  return seen.size < of.length ? of : undefined;
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
