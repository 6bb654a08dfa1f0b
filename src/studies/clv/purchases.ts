import { seeded } from "../../core/rng";
import { type LoadOptions, loadSource } from "../../data/sources/load-source";
import type { SourceInfo } from "../../data/sources/sources";
import type { Table } from "../../data/table";
import type { Interval } from "../../evaluate/bootstrap";
import { normalizedGini } from "../../evaluate/ranking";
import { meanAbsoluteError } from "../../evaluate/regression";
import { bootstrapRows } from "../../evaluate/value/bootstrap-rows";
import { decileError, type ValueBin, valueBins } from "../../evaluate/value/deciles";
import { bgNbd, mbgNbd } from "../../models/clv/beta-geometric";
import { gammaGamma } from "../../models/clv/gamma-gamma";
import { paretoNbd } from "../../models/clv/pareto-nbd";
import type { PurchaseHistory } from "../../models/clv/purchase-history";
import { purchaseModelOf } from "../../models/clv/purchase-models";
import { checkByHoldout, type HoldoutCheck } from "../../services/value/purchases/holdout";
import { type Transactions, transactionsFrom } from "../../services/value/purchases/transactions";
import { isMissing, type Missing, orMissing } from "../missing";
import type { PublishedCheck } from "./purchase-check";

/** CDNOW's purchases: all customers, and the published one in ten. */
export interface PurchaseData {
  readonly full: Table;
  readonly sample: Table;
  readonly sources: readonly SourceInfo[];
}

/** The last day that models see: 39 of the 78 weeks, as Fader, Hardie and Lee divided them. */
export const calibrationEnd = "1997-09-30";
export const holdoutWeeks = 39;

/** CDNOW's purchases, where they are. */
export function purchaseData(options: LoadOptions = {}): Promise<PurchaseData | Missing> {
  const real = { ...options, simulate: false };
  return orMissing(["cdnow", "cdnow-sample"], options, async () => {
    const [full, sample] = [await loadSource("cdnow", real), await loadSource("cdnow-sample", real)];
    return { full: full.table, sample: sample.table, sources: [full.source, sample.source] };
  });
}

export const revenueFigures = ["gini", "mae", "decile", "total"] as const;

/** A way to foretell what customers spend in the weeks that models did not see. */
export interface RevenueWay {
  readonly name: string;
  readonly scores: Readonly<Record<(typeof revenueFigures)[number], Interval>>;
  readonly bins: readonly ValueBin[];
}

export interface PurchaseStudy {
  /** Estimates from the sample's purchases beside the published ones. */
  readonly published: readonly PublishedCheck[];
  /** Purchases: models chosen by one half of the customers, judged by the other. */
  readonly check: HoldoutCheck;
  /** Dollars spent after the calibration, of the customers who judge. */
  readonly customers: number;
  readonly spent: number;
  /** Model first. */
  readonly ways: readonly RevenueWay[];
}

/** What CDNOW's customers buy and spend in 39 weeks, foretold from the 39 before. */
export function purchaseStudy(
  data: PurchaseData | Missing,
  options: { readonly seed?: number; readonly samples?: number } = {},
): PurchaseStudy | Missing {
  if (isMissing(data)) return data;
  const { seed = 42, samples = 100 } = options;
  const log = logOf(data.full, "customer_id");
  const check = checkByHoldout(log, { until: calibrationEnd });
  if (!check) throw new Error("Cannot judge purchase models: the log must be longer");
  const known = logOf(data.full, "customer_id", calibrationEnd);
  const { history } = known;
  const weeks = check.weeks;
  const purchases = purchaseModelOf(check.models[0].kind, {})(history).expectedPurchases(history, weeks);
  const each = gammaGamma()(history).expectedValue(history);
  const spent = spentAfter(log, known);
  // The customers of odd place chose no model.
  const rows = Int32Array.from(history.frequency.keys()).filter((i) => i % 2 === 1);
  const actual = Float64Array.from(rows, (i) => spent[i]);
  const way = (name: string, predicted: ArrayLike<number>): RevenueWay => {
    const own = Float64Array.from(rows, (i) => predicted[i]);
    return {
      name,
      bins: valueBins(actual, own),
      scores: bootstrapRows(
        rows.length,
        (drawn) => {
          const [y, p] = [drawn.length, 0].map(() => new Float64Array(drawn.length));
          drawn.forEach((i, k) => {
            y[k] = actual[i];
            p[k] = own[i];
          });
          const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);
          return {
            gini: normalizedGini(y, p),
            mae: meanAbsoluteError(y, p),
            decile: decileError(y, p),
            total: sum(p) / sum(y) - 1,
          };
        },
        seeded(seed).fork(name),
        { samples },
      ),
    };
  };
  return {
    published: publishedEstimates(logOf(data.sample, "master_id", calibrationEnd).history),
    check,
    customers: rows.length,
    spent: actual.reduce((a, b) => a + b, 0),
    ways: [
      way(
        "Purchase model × Gamma-Gamma",
        purchases.map((x, i) => x * each[i]),
      ),
      way("As often and as much as until now", asBefore(history, weeks)),
      way("Everybody alike, as until now", everybodyAlike(history, weeks)),
    ],
  };
}

function logOf(table: Table, customer: string, asOf?: string): Transactions {
  return transactionsFrom(table, {
    customer,
    date: "date",
    amount: "dollar_value",
    duplicates: "keep",
    ...(asOf === undefined ? {} : { asOf }),
  });
}

/** What each customer known at the end of the calibration spent afterwards. */
function spentAfter(log: Transactions, known: Transactions): Float64Array {
  const place = new Map(log.customers.map((who, i) => [who, i]));
  return Float64Array.from(known.customers, (who, i) => {
    const all = log.purchases[place.get(who) as number];
    return all.amounts.subarray(known.purchases[i].days.length).reduce((sum, v) => sum + v, 0);
  });
}

function rateOf({ frequency, age }: PurchaseHistory): number {
  return frequency.reduce((sum, x) => sum + x, 0) / age.reduce((sum, weeks) => sum + weeks, 0);
}

function meanSpend({ frequency, monetaryValue = frequency }: PurchaseHistory): number {
  const paid = frequency.reduce((sum, x, i) => sum + x * monetaryValue[i], 0);
  return paid / frequency.reduce((sum, x) => sum + x, 0);
}

function asBefore(history: PurchaseHistory, weeks: number): Float64Array {
  const { frequency, age, monetaryValue = frequency } = history;
  return frequency.map((x, i) => (age[i] > 0 ? (x / age[i]) * weeks * monetaryValue[i] : 0));
}

function everybodyAlike(history: PurchaseHistory, weeks: number): Float64Array {
  return new Float64Array(history.frequency.length).fill(rateOf(history) * weeks * meanSpend(history));
}

/** Estimates as published, and ours from the purchases themselves. */
export function publishedEstimates(history: PurchaseHistory): readonly PublishedCheck[] {
  const papers = {
    bg: "Fader, Hardie and Lee (2005)",
    gamma: "Fader and Hardie (2013)",
    mbg: "Batislam and others (2007), by lifetimes",
  };
  const rows: PublishedCheck[] = [];
  const add = (
    model: string,
    fit: {
      readonly names: readonly string[];
      readonly estimates: ArrayLike<number>;
      readonly logLikelihood: number;
    },
    published: Readonly<Record<string, readonly [value: number, digits: number]>>,
    source: string,
  ): void => {
    for (const [name, [value, digits]] of Object.entries(published))
      rows.push({
        what: `${model}: ${name}`,
        published: value,
        ours: name === "log likelihood" ? fit.logLikelihood : fit.estimates[fit.names.indexOf(name)],
        digits,
        source,
      });
  };
  add(
    "BG/NBD",
    bgNbd()(history),
    { r: [0.243, 3], alpha: [4.414, 3], a: [0.793, 3], b: [2.426, 3], "log likelihood": [-9582.4, 1] },
    papers.bg,
  );
  add(
    "Pareto/NBD",
    paretoNbd()(history),
    { r: [0.553, 3], alpha: [10.578, 2], s: [0.606, 3], beta: [11.669, 2], "log likelihood": [-9595, 0] },
    papers.bg,
  );
  add(
    "MBG/NBD",
    mbgNbd()(history),
    { r: [0.525, 3], alpha: [6.183, 3], a: [0.891, 3], b: [1.614, 3] },
    papers.mbg,
  );
  add(
    "Gamma-Gamma",
    gammaGamma()(history),
    { p: [6.25, 2], q: [3.74, 2], gamma: [15.44, 2], "log likelihood": [-4055.9, 1] },
    papers.gamma,
  );
  return rows;
}
