import { check, checkOneOf } from "../../../core/checks";
import { takeValues } from "../../../core/matrix";
import { placesWhere } from "../../../core/places";
import { type RowSource, rowsAt } from "../../../data/even-rows";
import { plainName, wordList } from "../../../data/infer/names";
import { type Column, cellText, columnNamed, type Table, takeTableRows } from "../../../data/table";
import { type Names, namesBy } from "../../../data/tally/names";
import { numbersOf } from "../cell-values";
import { acquiredOf, channelNames } from "../channels";
import { type GatheredRows, gatherRows } from "../gather-rows";
import { Faults, findColumn, oneCurrency, optionalColumn } from "../own-columns";
import { type ContractOptions, endedNames, endNames, startNames, tenureNames } from "./contract-columns";
import { isFlag, lifetimesByDates, lifetimesByTenure, type ReadLifetimes } from "./read-lifetimes";
import { joinSpells, type Spells } from "./spells";

/** What a model of lifetimes learns from. Arrays have one entry a lifetime. */
export interface LearnedContracts extends Pick<Spells, "months" | "ended" | "entry" | "revenue"> {
  readonly customers: Names;
  /** Columns of what the chance to leave may depend on; `chooseCovariates` leaves out those that tell the answer. */
  readonly covariates: Table;
  /** Groups with a baseline of their own each, by number. */
  readonly strata?: Int32Array;
}

/** A table of contracts, one a lifetime of a customer. Arrays have one entry a lifetime. */
export interface Contracts extends Omit<Spells, "notes">, Omit<LearnedContracts, "covariates"> {
  /** Those columns, or `only` these of them, of all rows of the table, batch by batch. */
  readonly covariates: (only?: readonly string[]) => AsyncIterable<Table>;
  /** Undefined where the table has tenures and no dates. */
  readonly asOf?: string;
  readonly currency?: string;
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
 * mixed. Columns with a part to play are held, all others are read again when they are asked for.
 */
export async function contractsFrom(source: RowSource, options: ContractOptions = {}): Promise<Contracts> {
  const action = "read contracts";
  check(source.kept > 0, action, "there must be rows");
  const { tenureUnit } = options;
  if (tenureUnit !== undefined)
    checkOneOf(tenureUnit, ["days", "weeks", "months", "years"], action, "tenureUnit");
  const gathered = await gatherRows(source, options.customer, isRead(options), action);
  const { used, ...read } = readContracts(gathered, options, action);
  const { customer, who, names } = gathered;
  const others = source.columns.map(({ column }) => column.name).filter((name) => !used.has(name));
  return {
    ...read,
    customers: namesBy(read.rows.length, (k) => names.at(who[read.rows[k]])),
    covariates: (only = others) => columnsOf(source, only, customer.name),
  };
}

/** All of contracts but what is asked for again, and the columns that are used up. */
function readContracts(
  { table, customer, who }: GatheredRows,
  options: ContractOptions,
  action: string,
): Omit<Contracts, "customers" | "covariates"> & { readonly used: ReadonlySet<string> } {
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
    : optionalColumn(table, currencyNames);
  const faults = new Faults(action, options.skipBadRows);
  const rate = options.exchangeRate === undefined ? undefined : columnNamed(table, options.exchangeRate);
  const currency = rate ? undefined : oneCurrency(money, table.rows, faults);
  const paid = numbersOf(revenue);
  const rates = rate ? numbersOf(rate).values : undefined;
  const revenues = rates ? paid.values.map((v, i) => v * rates[i]) : paid.values;
  for (let i = 0; i < table.rows; i++) {
    if (who[i] < 0) faults.add(i, "the customer must be named");
    if (!(revenues[i] >= 0 && revenues[i] < Infinity))
      faults.add(i, "the monthly revenue must be a number of at least 0", cellText(revenue, i));
  }
  const read = lifetimesOf(table, options, faults, action);
  const left = faults.settle();
  const kept = placesWhere(table.rows, (i) => !faults.has(i) && read.observed[i] === 1);
  check(kept.length > 0, action, "there must be contracts");
  const { notes, ...lives } = joinSpells(kept, who, read, revenues);
  const { rows } = lives;
  const { channel, cost, costOf } = acquiredOf(table, options, action);
  const [strata, reason] = [options.strata, options.reason].map((name) =>
    name === undefined ? undefined : columnNamed(table, name),
  );
  const used = [customer, revenue, ...read.used, money, rate, cost, strata, reason];
  const texts = (column: Column, none: string): string[] =>
    Array.from(rows, (i) => cellText(column, i).trim() || none);
  return {
    ...lives,
    used: new Set(used.flatMap((one) => (one ? [one.name] : []))),
    ...(read.asOf === undefined ? {} : { asOf: read.asOf }),
    ...(currency === undefined ? {} : { currency }),
    ...(strata ? { strata: strataOf(strata, rows, lives.ended, action) } : {}),
    ...(reason ? { reasons: texts(reason, "(none said)") } : {}),
    ...(channel ? { channels: texts(channel, "(none)") } : {}),
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

/** Batches of these columns, which may be none; of a table that has one of this name. */
async function* columnsOf(
  { batches }: RowSource,
  names: readonly string[],
  one: string,
): AsyncGenerator<Table> {
  for await (const batch of batches(names.length > 0 ? names : [one]))
    yield { rows: batch.rows, columns: names.map((name) => columnNamed(batch, name)) };
}

/** What a model of lifetimes learns from, of the contracts at these places. */
export async function learnedContracts(contracts: Contracts, places: Int32Array): Promise<LearnedContracts> {
  // Rows come as they stand in the table, and contracts as their customers first do.
  const rows = places.map((place) => contracts.rows[place]);
  const order = Int32Array.from(rows.keys()).sort((a, b) => rows[a] - rows[b]);
  const found = await rowsAt(
    contracts.covariates(),
    order.map((k) => rows[k]),
  );
  const at = new Int32Array(order.length);
  order.forEach((k, i) => {
    at[k] = i;
  });
  return { ...takeLives(contracts, places), covariates: takeTableRows(found, at) };
}

/** The contracts at these places. */
export function takeContracts(contracts: LearnedContracts, places: Int32Array): LearnedContracts {
  return { ...takeLives(contracts, places), covariates: takeTableRows(contracts.covariates, places) };
}

function takeLives(
  { customers, ended, months, revenue, entry, strata }: Omit<LearnedContracts, "covariates">,
  places: Int32Array,
): Omit<LearnedContracts, "covariates"> {
  return {
    customers: namesBy(places.length, (k) => customers.at(places[k])),
    ended: takeValues(ended, places),
    months: takeValues(months, places),
    revenue: takeValues(revenue, places),
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

const revenueNames: readonly string[] = wordList(
  "monthly revenue, revenue per month, monthly charges, monthly charge, monthly fee, monthly price",
  "monthly amount, monthly value, mrr, arpu, revenue, fee, price, amount, monatspreis",
);

const currencyNames: readonly string[] = ["currency", "currency code", "ccy"];

const usualNames = new Set(
  [revenueNames, currencyNames, startNames, endNames, tenureNames, endedNames, channelNames]
    .flat()
    .map(plainName),
);

/** Tells whether more may be read of a column of this name than what the chance to leave depends on. */
function isRead(options: ContractOptions): (name: string) => boolean {
  const { revenue, currency, exchangeRate, start, end, tenure, ended } = options;
  const { entry, strata, reason, channel, acquisitionCost } = options;
  const named = [revenue, currency, exchangeRate, start, end, tenure, ended];
  const others = [entry, strata, reason, channel, acquisitionCost];
  return (name) => [...named, ...others].includes(name) || usualNames.has(plainName(name));
}
