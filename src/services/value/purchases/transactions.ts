import { check, checkOneOf } from "../../../core/checks";
import { customerNames, plainName, wordList } from "../../../data/infer/names";
import { type Column, cellText, columnNamed, type Table } from "../../../data/table";
import { SeenTexts } from "../../../data/tally/keys";
import type { PurchaseHistory } from "../../../models/clv/purchase-history";
import { dateText, daysOf } from "../cell-values";
import { acquiredOf, channelNames } from "../channels";
import { closeOf, silentEnd } from "../end-of-observation";
import { Faults, findColumn, optionalColumn } from "../own-columns";
import type { OwnTableOptions } from "../own-options";
import { type AmountColumns, type Amounts, amountNames, amountsOf } from "./amounts";
import { doubtfulRows, stateNames, undoneRows } from "./doubtful-rows";
import { netRefunds, type RefundRule } from "./refunds";

export interface TransactionOptions extends OwnTableOptions, AmountColumns {
  /** Column of the date; found by the usual names and by its values when left out. */
  readonly date?: string;
  /**
   * What becomes of a row equal to an earlier one in all its cells: a fault ("refuse", the default), left out ("drop"),
   * or another purchase ("keep").
   */
  readonly duplicates?: "refuse" | "drop" | "keep";
  /**
   * What becomes of negative amounts: taken off the customer's earlier purchases ("net", the default), left out ("drop"),
   * or taken off purchases of their own day only ("keep").
   */
  readonly refunds?: RefundRule;
  /** Columns of what is known of a customer at the first purchase: rates of buying and leaving may depend on them. */
  readonly covariates?: readonly string[];
}

/** A log of purchases, by customer. */
export interface Transactions {
  /** In the order of their first row. */
  readonly customers: readonly string[];
  /** In weeks; several purchases of one day are one occasion. */
  readonly history: PurchaseHistory;
  /** The day of each customer's purchases, in order, with what was paid on each. */
  readonly purchases: readonly Purchases[];
  /** What the columns of covariates say of each customer. */
  readonly covariates: Readonly<Record<string, readonly string[]>>;
  /** The way by which each customer came. */
  readonly channels?: readonly string[];
  /** What it cost to win each customer; NaN where the column says nothing. */
  readonly acquisitionCosts?: Float64Array;
  readonly rows: number;
  readonly duplicates: number;
  readonly firstDate: string;
  readonly asOf: string;
  readonly currency?: string;
  /** Which column was taken for what. */
  readonly columns: Readonly<Record<string, string>>;
  /** What was guessed, left out or changed, in sentences. */
  readonly notes: readonly string[];
}

/** The purchases of one customer: days since 1970-01-01 in order, and what was paid on each. */
export interface Purchases {
  readonly days: Int32Array;
  readonly amounts: Float64Array;
}

/**
 * Purchase histories from a table of transactions. Throws, naming rows, where a date is none or lies in the future, an
 * amount is no number, currencies are mixed or rows repeat; `repeats` says which do, where that was found out before.
 */
export function transactionsFrom(
  table: Table,
  options: TransactionOptions = {},
  repeats?: (i: number) => boolean,
): Transactions {
  const action = "read transactions";
  check(table.rows > 0, action, "there must be rows");
  const { duplicates = "refuse", refunds = "net", skipBadRows = false } = options;
  checkOneOf(duplicates, ["refuse", "drop", "keep"], action, "duplicates");
  checkOneOf(refunds, ["net", "drop", "keep"], action, "refunds");
  checkTimeZone(options.timeZone, action);
  const customer = customerColumn(table, options.customer, action);
  const date = findColumn(
    table,
    { purpose: "date", given: options.date, usual: dateNames, maybe: (column) => daysOf(column).share > 0.5 },
    action,
  );
  const end = closeOf(options.asOf, action);
  const faults = new Faults(action, skipBadRows);
  const acquired = acquiredOf(table, options, action);
  const named = (options.covariates ?? []).map((name) => columnNamed(table, name));
  // Columns that say something of the customer and not of the purchase.
  const traits = [...new Set([...named, acquired.channel, acquired.cost])].filter((one) => one !== undefined);
  const paid = amountsOf(table, options, faults, action, [customer, date]);
  const days = daysOf(date, options.timeZone);
  const today = Math.floor(Date.now() / 86_400_000);
  const read = readPurchases(
    { table, customer, date, days: days.values, paid, repeats },
    { end, today, duplicates },
    faults,
  );
  const { counts, first, last } = read;
  const left = faults.settle();
  const customers: string[] = [];
  const purchases: Purchases[] = [];
  const firsts: number[] = [];
  let several = 0;
  for (const { name, rows } of read.customers()) {
    const own = new Map<number, number>();
    const back: { day: number; amount: number }[] = [];
    let [earliest, differ] = [rows[0], false];
    for (const i of rows) {
      const [when, amount] = [days.values[i], paid.values[i]];
      differ ||= traits.some((one) => cellText(one, i) !== cellText(one, earliest));
      if (when < days.values[earliest]) earliest = i;
      if (amount >= 0 || refunds === "keep") own.set(when, (own.get(when) ?? 0) + amount);
      if (amount < 0 && refunds === "net") back.push({ day: when, amount: -amount });
    }
    if (back.length > 0) counts.unmatched += netRefunds(own, back);
    if (refunds === "keep") for (const [day, sum] of own) if (sum < 0) own.delete(day);
    if (own.size === 0) {
      counts.emptied++;
      continue;
    }
    customers.push(name);
    purchases.push(purchasesOf(own));
    firsts.push(earliest);
    if (differ) several++;
  }
  check(customers.length > 0, action, "there must be a purchase");
  const close = end ?? last;
  const { channel, cost, costOf } = acquired;
  return {
    customers,
    history: historyOf(purchases, close),
    covariates: Object.fromEntries(named.map((one) => [one.name, firsts.map((i) => cellText(one, i))])),
    ...(channel ? { channels: firsts.map((i) => cellText(channel, i).trim() || "(none)") } : {}),
    ...(costOf ? { acquisitionCosts: Float64Array.from(firsts, costOf) } : {}),
    purchases,
    rows: table.rows,
    duplicates: counts.repeated,
    firstDate: dateText(first),
    asOf: dateText(close),
    ...(paid.currency === undefined ? {} : { currency: paid.currency }),
    columns: {
      customer: customer.name,
      date: date.name,
      ...paid.columns,
      ...(channel ? { channel: channel.name } : {}),
      ...(cost ? { "acquisition cost": cost.name } : {}),
    },
    notes: [
      ...(days.guess === undefined ? [] : [`${date.name} is read as ${days.guess}`]),
      ...paid.notes,
      ...left,
      ...(several > 0
        ? [
            `of ${several} customers ${traits.map((one) => one.name).join(", ")} differ between rows: what the first purchase says counts`,
          ]
        : []),
      ...undoneRows(table, [customer, date, ...traits], (i) => paid.values[i] > 0),
      ...doubtfulRows(customers, purchases, table.rows),
      ...silentEnd(boughtDays(purchases), close, "nobody bought"),
      ...notesOf(counts, refunds, dateText(close)),
    ],
  };
}

function* boughtDays(purchases: readonly Purchases[]): Iterable<number> {
  for (const { days } of purchases) yield* days;
}

/** Purchases and refunds by customer, in the order of their rows; rows that break a rule become faults. */
function readPurchases(
  from: {
    readonly table: Table;
    readonly customer: Column;
    readonly date: Column;
    readonly days: Float64Array;
    readonly paid: Amounts;
    readonly repeats: ((i: number) => boolean) | undefined;
  },
  rules: {
    readonly end: number | undefined;
    readonly today: number;
    readonly duplicates: string;
  },
  faults: Faults,
): {
  /** Customers in the order of their first rows, each with its rows; those that count for nothing left out. */
  customers(): Iterable<{ readonly name: string; readonly rows: Uint32Array }>;
  counts: Record<keyof Counts, number>;
  first: number;
  last: number;
} {
  const { table, customer, date, days, paid, repeats = repeatsIn(table) } = from;
  const { end, today, duplicates } = rules;
  const places = new Map<string, number>();
  const placeOf = new Int32Array(table.rows).fill(-1);
  const counts = { repeated: 0, later: 0, free: 0, refunds: 0, refunded: 0, unmatched: 0, emptied: 0 };
  let [first, last] = [Infinity, -Infinity];
  for (let i = 0; i < table.rows; i++) {
    const who = cellText(customer, i).trim();
    const when = days[i];
    const amount = paid.values[i];
    if (who === "") faults.add(i, "the customer must be named");
    if (Number.isNaN(when)) faults.add(i, "the date must be a day such as 2024-01-31", cellText(date, i));
    else if (end === undefined && when > today)
      faults.add(i, "the date must not lie after today", cellText(date, i));
    if (!Number.isFinite(amount)) faults.add(i, "the amount must be a number such as 32.22", paid.text(i));
    if (faults.has(i)) continue;
    if (end !== undefined && when > end) {
      counts.later++;
      continue;
    }
    if (duplicates !== "keep" && repeats(i)) {
      counts.repeated++;
      if (duplicates === "refuse")
        faults.add(i, "the row must not repeat an earlier one (duplicates: drop or keep)");
      continue;
    }
    if (amount === 0) counts.free++;
    const place = places.get(who) ?? places.size;
    if (place === places.size) places.set(who, place);
    placeOf[i] = place;
    if (amount < 0) {
      counts.refunds++;
      counts.refunded -= amount;
    }
    first = Math.min(first, when);
    last = Math.max(last, when);
  }
  return { customers: () => byPlace([...places.keys()], placeOf), counts, first, last };
}

/** Customers with their rows in order, of the place of each row among them; −1 of rows that are nobody's. */
function* byPlace(
  names: readonly string[],
  placeOf: Int32Array,
): Generator<{ readonly name: string; readonly rows: Uint32Array }> {
  const ends = new Uint32Array(names.length + 1);
  for (const place of placeOf) if (place >= 0) ends[place + 1]++;
  for (let place = 0; place < names.length; place++) ends[place + 1] += ends[place];
  const rows = new Uint32Array(ends[names.length]);
  const next = ends.slice();
  placeOf.forEach((place, i) => {
    if (place >= 0) rows[next[place]++] = i;
  });
  for (const [place, name] of names.entries())
    yield { name, rows: rows.subarray(ends[place], ends[place + 1]) };
}

/** Tells whether a row equals one that was asked for before, in all its cells. */
function repeatsIn(table: Table): (i: number) => boolean {
  const seen = new SeenTexts();
  return (i) => !seen.add(rowKey(table, i));
}

function customerColumn(table: Table, named: string | undefined, action: string): Column {
  if (named) return columnNamed(table, named);
  const repeats = (column: Column): boolean => table.rows < 20 || differing(column, table.rows) < table.rows;
  // A column called id that never repeats numbers rows; a customer may buy once only.
  const surely = customerNames.filter((name) => name !== "id");
  return (
    optionalColumn(table, customerNames, repeats) ??
    findColumn(table, { purpose: "customer", usual: surely }, action)
  );
}

type Counts = Readonly<
  Record<"repeated" | "later" | "free" | "refunds" | "refunded" | "unmatched" | "emptied", number>
>;

function notesOf(counts: Counts, refunds: RefundRule, close: string): string[] {
  const amount = (v: number): string => String(Number(v.toFixed(2)));
  const what = {
    net: "are taken off the customers' earlier purchases",
    drop: "are left out",
    keep: "are taken off purchases of their own day only",
  }[refunds];
  return [
    ...(counts.repeated > 0 ? [`${counts.repeated} rows equal to earlier ones are left out`] : []),
    ...(counts.later > 0 ? [`${counts.later} rows after ${close} are left out`] : []),
    ...(counts.free > 0 ? [`${counts.free} rows of amount 0 count as purchases without money`] : []),
    ...(counts.refunds > 0
      ? [
          `refunds (${counts.refunds}), ${amount(counts.refunded)} in all, ${what} (refunds: net, drop or keep)`,
        ]
      : []),
    ...(counts.unmatched > 0
      ? [
          `of the refunds ${amount(counts.unmatched)} had no earlier purchase to be taken off, and are left out`,
        ]
      : []),
    ...(counts.emptied > 0 ? [`${counts.emptied} customers have no purchase left and are left out`] : []),
  ];
}

const dateNames: readonly string[] = wordList(
  "date, order date, purchase date, transaction date, invoice date, created at, created",
  "order created at, ordered at, paid at, processed at, timestamp, datetime, date time, time, day",
  "order time, order purchase timestamp, datum, bestelldatum, rechnungsdatum, buchungstag",
);

/** Whether `transactionsFrom` may read more of a column of this name than whether rows repeat. */
export function isRead(name: string, options: TransactionOptions): boolean {
  const { customer, date, amount, quantity, price, currency, exchangeRate, channel, acquisitionCost } =
    options;
  return (
    [customer, date, amount, quantity, price, currency, exchangeRate, channel, acquisitionCost].includes(
      name,
    ) ||
    (options.covariates ?? []).includes(name) ||
    stateNames.test(name) ||
    usualNames.has(plainName(name))
  );
}

const usualNames = new Set([...customerNames, ...dateNames, ...amountNames, ...channelNames].map(plainName));

function checkTimeZone(timeZone: string | undefined, action: string): void {
  if (timeZone === undefined) return;
  try {
    new Intl.DateTimeFormat("en", { timeZone });
  } catch {
    check(false, action, "timeZone must be a name such as Europe/Berlin", timeZone);
  }
}

function differing(one: Column, rows: number): number {
  const seen = new Set<string>();
  for (let i = 0; i < rows; i++) seen.add(cellText(one, i));
  return seen.size;
}

/** All that a row says. */
export function rowKey(table: Table, i: number): string {
  let key = "";
  for (const one of table.columns) key += `${cellText(one, i)}\u0000`;
  return key;
}

function purchasesOf(days: ReadonlyMap<number, number>): Purchases {
  const order = Int32Array.from(days.keys()).sort();
  return { days: order, amounts: Float64Array.from(order, (day) => days.get(day) as number) };
}

/**
 * What purchase models read of each customer at the end of day `close`, in weeks; all purchases must lie before.
 * `weeks` counts the time between two days, where it is not the calendar's.
 */
export function historyOf(
  customers: readonly Purchases[],
  close: number,
  weeks: (from: number, to: number) => number = (from, to) => (to - from) / 7,
): PurchaseHistory {
  const n = customers.length;
  const [frequency, recency, age, monetaryValue, logGaps] = [0, 1, 2, 3, 4].map(() => new Float64Array(n));
  customers.forEach(({ days, amounts }, i) => {
    const repeats = days.length - 1;
    frequency[i] = repeats;
    recency[i] = weeks(days[0], days[repeats]);
    age[i] = weeks(days[0], close);
    monetaryValue[i] = repeats > 0 ? amounts.subarray(1).reduce((sum, v) => sum + v, 0) / repeats : 0;
    for (let k = 1; k <= repeats; k++) logGaps[i] += Math.log(weeks(days[k - 1], days[k]));
  });
  return { frequency, recency, age, monetaryValue, logGaps };
}
