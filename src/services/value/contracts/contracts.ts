import { check, checkOneOf } from "../../../core/checks";
import { takeValues } from "../../../core/matrix";
import { customerNames } from "../../../data/infer/names";
import {
  type Column,
  cellText,
  columnNamed,
  dropColumns,
  type Table,
  takeTableRows,
} from "../../../data/table";
import { numbersOf } from "../cell-values";
import { acquiredOf } from "../channels";
import { Faults, findColumn, oneCurrency, optionalColumn } from "../own-columns";
import { type ContractOptions, endedNames, endNames, startNames, tenureNames } from "./contract-columns";
import { isFlag, lifetimesByDates, lifetimesByTenure, type ReadLifetimes } from "./read-lifetimes";
import { joinSpells, type Spells } from "./spells";

/** A table of contracts, one a lifetime of a customer. Arrays have one entry a lifetime. */
export interface Contracts extends Omit<Spells, "rows" | "notes"> {
  readonly customers: readonly string[];
  /** Columns of what the chance to leave may depend on; `chooseCovariates` leaves out those that tell the answer. */
  readonly covariates: Table;
  /** Undefined where the table has tenures and no dates. */
  readonly asOf?: string;
  readonly currency?: string;
  /** Groups with a baseline of their own each, by number. */
  readonly strata?: Int32Array;
  /** Why each contract has ended; of no meaning while it runs. */
  readonly reasons?: readonly string[];
  /** The way by which each customer came, and what it cost to win one; NaN where nothing says. */
  readonly channels?: readonly string[];
  readonly acquisitionCosts?: Float64Array;
  /** Which column was taken for what. */
  readonly columns: Readonly<Record<string, string>>;
  /** What was guessed, left out or changed, in sentences. */
  readonly notes: readonly string[];
}

/**
 * Contracts from a table with a start and an end (empty, or a word for missing, while the contract runs), or with tenure
 * and whether it has ended. Several rows of a customer that follow or overlap one another are one lifetime. Throws, naming
 * rows, where a date is none or lies in the future, an end comes before its start, revenue is negative or currencies are
 * mixed.
 */
export function contractsFrom(table: Table, options: ContractOptions = {}): Contracts {
  const action = "read contracts";
  check(table.rows > 0, action, "there must be rows");
  const { tenureUnit } = options;
  if (tenureUnit !== undefined)
    checkOneOf(tenureUnit, ["days", "weeks", "months", "years"], action, "tenureUnit");
  const customer = findColumn(
    table,
    { purpose: "customer", given: options.customer, usual: customerNames },
    action,
  );
  const revenue = findColumn(
    table,
    {
      purpose: "monthly revenue",
      given: options.revenue,
      usual: revenueNames,
      maybe: (column) => numbersOf(column).share > 0.5,
    },
    action,
  );
  const money = options.currency
    ? columnNamed(table, options.currency)
    : optionalColumn(table, ["currency", "currency code", "ccy"]);
  const faults = new Faults(action, options.skipBadRows);
  const rate = options.exchangeRate === undefined ? undefined : columnNamed(table, options.exchangeRate);
  const currency = rate ? undefined : oneCurrency(money, table.rows, faults);
  const who = Array.from({ length: table.rows }, (_, i) => cellText(customer, i).trim());
  const paid = numbersOf(revenue);
  const rates = rate ? numbersOf(rate).values : undefined;
  const revenues = paid.values.map((v, i) => (rates ? v * rates[i] : v));
  for (let i = 0; i < table.rows; i++) {
    if (who[i] === "") faults.add(i, "the customer must be named");
    if (!(revenues[i] >= 0 && revenues[i] < Infinity))
      faults.add(i, "the monthly revenue must be a number of at least 0", cellText(revenue, i));
  }
  const read = lifetimesOf(table, options, faults, action);
  const left = faults.settle();
  const kept = Int32Array.from(who.keys()).filter((i) => !faults.has(i) && read.observed[i] === 1);
  check(kept.length > 0, action, "there must be contracts");
  const { rows, notes, ...lives } = joinSpells(kept, who, read, revenues);
  const { channel, cost, costOf } = acquiredOf(table, options, action);
  const [strata, reason] = [options.strata, options.reason].map((name) =>
    name === undefined ? undefined : columnNamed(table, name),
  );
  const used = [customer, revenue, ...read.used, money, rate, cost, strata, reason].filter(
    (one) => one !== undefined,
  );
  const others = dropColumns(
    table,
    used.map((column) => column.name),
  );
  return {
    customers: Array.from(rows, (i) => who[i]),
    ...lives,
    covariates:
      rows.length === table.rows && rows.every((row, k) => row === k) ? others : takeTableRows(others, rows),
    ...(read.asOf === undefined ? {} : { asOf: read.asOf }),
    ...(currency === undefined ? {} : { currency }),
    ...(strata ? { strata: strataOf(strata, rows, lives.ended, action) } : {}),
    ...(reason ? { reasons: Array.from(rows, (i) => cellText(reason, i).trim() || "(none said)") } : {}),
    ...(channel ? { channels: Array.from(rows, (i) => cellText(channel, i).trim() || "(none)") } : {}),
    ...(costOf ? { acquisitionCosts: Float64Array.from(rows, costOf) } : {}),
    columns: {
      customer: customer.name,
      ...read.columns,
      "monthly revenue": revenue.name,
      ...(money ? { currency: money.name } : {}),
      ...(rate ? { exchangeRate: rate.name } : {}),
      ...(strata ? { strata: strata.name } : {}),
      ...(reason ? { "reason of the end": reason.name } : {}),
      ...(channel ? { channel: channel.name } : {}),
      ...(cost ? { "acquisition cost": cost.name } : {}),
    },
    notes: [
      ...(paid.guess === undefined ? [] : [`${revenue.name} is read with ${paid.guess}`]),
      ...(revenues.every((v) => v === 0) ? [`${revenue.name} is 0 everywhere: so is every value`] : []),
      ...read.notes,
      ...left,
      ...notes,
    ],
  };
}

/** What a model of lifetimes learns from, of the contracts at these places. */
export function takeContracts(contracts: Contracts, places: Int32Array): Contracts {
  const { strata, entry } = contracts;
  return {
    ...contracts,
    customers: Array.from(places, (i) => contracts.customers[i]),
    covariates: takeTableRows(contracts.covariates, places),
    ended: takeValues(contracts.ended, places),
    months: takeValues(contracts.months, places),
    revenue: takeValues(contracts.revenue, places),
    ...(entry ? { entry: takeValues(entry, places) } : {}),
    ...(strata ? { strata: places.map((i) => strata[i]) } : {}),
  };
}

/** Fewer ended contracts tell no hazard of a stratum: nobody would ever leave it. */
export const leastEnded = 5;

function strataOf(column: Column, rows: Int32Array, ended: Float64Array, action: string): Int32Array {
  const ends = new Map<string, { readonly code: number; ended: number }>();
  const codes = Int32Array.from(rows, (row, k) => {
    const name = cellText(column, row).trim();
    const own = ends.get(name) ?? { code: ends.size, ended: 0 };
    ends.set(name, own);
    own.ended += ended[k];
    return own.code;
  });
  const few = [...ends].find(([, own]) => own.ended < leastEnded);
  check(
    few === undefined,
    action,
    `each stratum of ${column.name} must have at least ${leastEnded} ended contracts (as a covariate it needs none)`,
    few && `${few[1].ended} of ${JSON.stringify(few[0])}`,
  );
  return codes;
}

function lifetimesOf(table: Table, options: ContractOptions, faults: Faults, action: string): ReadLifetimes {
  const start = options.start
    ? columnNamed(table, options.start)
    : options.tenure
      ? undefined
      : optionalColumn(table, startNames);
  const tenure = options.tenure
    ? columnNamed(table, options.tenure)
    : start
      ? undefined
      : optionalColumn(table, tenureNames, (column) => numbersOf(column).share > 0.5);
  if (start || !tenure) {
    const from =
      start ??
      findColumn(table, { purpose: "start (or tenure)", usual: [...startNames, ...tenureNames] }, action);
    const end = findColumn(table, { purpose: "end", given: options.end, usual: endNames }, action);
    return lifetimesByDates(table, { start: from, end }, options, faults);
  }
  const flag: Column = options.ended
    ? columnNamed(table, options.ended)
    : findColumn(
        table,
        { purpose: "end of contracts (yes or no)", usual: endedNames, maybe: isFlag },
        action,
      );
  return lifetimesByTenure(table, { tenure, flag }, options, faults);
}

const revenueNames: readonly string[] = [
  ...[
    "monthly revenue",
    "revenue per month",
    "monthly charges",
    "monthly charge",
    "monthly fee",
    "monthly price",
  ],
  ...["monthly amount", "monthly value", "mrr", "arpu", "revenue", "fee", "price", "amount", "monatspreis"],
];
