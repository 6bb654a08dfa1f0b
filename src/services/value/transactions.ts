import { check, checkOneOf } from "../../core/checks";
import { cellText, type Table } from "../../data/table";
import type { PurchaseHistory } from "../../models/clv/purchase-history";
import { cellNumber, dateText, dayOf, Faults, findColumn, oneCurrency, optionalColumn } from "./own-columns";

export interface TransactionOptions {
  /** Columns of customer, date and amount; found by the usual names when left out. */
  readonly customer?: string;
  readonly date?: string;
  readonly amount?: string;
  /** Column of the currency; one of the usual names is used when there is one. */
  readonly currency?: string;
  /** The end of observation, as 2024-01-31; defaults to the last date in the table. Later dates are faults. */
  readonly asOf?: string;
  /**
   * What becomes of a row equal to an earlier one in customer, date and amount: a fault ("refuse", the default), left
   * out ("drop"), or another purchase ("keep").
   */
  readonly duplicates?: "refuse" | "drop" | "keep";
}

/** A log of purchases, by customer. */
export interface Transactions {
  /** In the order of their first row. */
  readonly customers: readonly string[];
  /** In weeks; several purchases of one day are one occasion. */
  readonly history: PurchaseHistory;
  readonly rows: number;
  readonly duplicates: number;
  readonly firstDate: string;
  readonly asOf: string;
  readonly currency?: string;
}

/**
 * Purchase histories from a table of transactions. Throws, naming rows, where a date is none or lies in the future, an
 * amount is not above 0, currencies are mixed or rows repeat.
 */
export function transactionsFrom(table: Table, options: TransactionOptions = {}): Transactions {
  const action = "read transactions";
  check(table.rows > 0, action, "there must be rows");
  const customer = findColumn(table, "customer", options.customer, customerNames, action);
  const date = findColumn(
    table,
    "date",
    options.date,
    ["date", "order date", "invoice date", "day", "timestamp"],
    action,
  );
  const amount = findColumn(
    table,
    "amount",
    options.amount,
    ["amount", "revenue", "value", "price", "total", "sales"],
    action,
  );
  const money = options.currency
    ? findColumn(table, "currency", options.currency, [], action)
    : optionalColumn(table, ["currency"]);
  const { duplicates = "refuse" } = options;
  checkOneOf(duplicates, ["refuse", "drop", "keep"], action, "duplicates");
  const end = options.asOf === undefined ? undefined : dayOf(options.asOf);
  check(
    options.asOf === undefined || end !== undefined,
    action,
    "asOf must be a date such as 2024-01-31",
    options.asOf,
  );
  const faults = new Faults(action);
  const currency = oneCurrency(money, table.rows, faults);
  const today = Math.floor(Date.now() / 86_400_000);
  const seen = new Set<string>();
  // Per customer: the amount spent on each day.
  const byCustomer = new Map<string, Map<number, number>>();
  let [repeated, first, last] = [0, Infinity, -Infinity];
  for (let i = 0; i < table.rows; i++) {
    const who = cellText(customer, i).trim();
    const when = dayOf(cellText(date, i));
    const paid = cellNumber(amount, i);
    if (who === "") faults.add(i, "the customer must be named");
    if (when === undefined) faults.add(i, "the date must be a day such as 2024-01-31", cellText(date, i));
    else if (when > (end ?? today))
      faults.add(
        i,
        `the date must not lie after ${end === undefined ? "today" : dateText(end)}`,
        cellText(date, i),
      );
    if (!(paid > 0))
      faults.add(i, "the amount must be above 0 (take refunds off the purchase)", cellText(amount, i));
    if (who === "" || when === undefined || !(paid > 0)) continue;
    const key = `${who}\u0000${when}\u0000${paid}`;
    if (seen.has(key) && duplicates !== "keep") {
      repeated++;
      if (duplicates === "refuse")
        faults.add(i, "the row must not repeat an earlier one (duplicates: drop or keep)");
      continue;
    }
    seen.add(key);
    const days = byCustomer.get(who) ?? new Map<number, number>();
    byCustomer.set(who, days);
    days.set(when, (days.get(when) ?? 0) + paid);
    first = Math.min(first, when);
    last = Math.max(last, when);
  }
  faults.throwIfAny();
  const close = end ?? last;
  return {
    customers: [...byCustomer.keys()],
    history: historyOf([...byCustomer.values()], close),
    rows: table.rows,
    duplicates: repeated,
    firstDate: dateText(first),
    asOf: dateText(close),
    ...(currency === undefined ? {} : { currency }),
  };
}

/** What columns of customers are usually called. */
export const customerNames: readonly string[] = [
  "customer",
  "customer id",
  "id",
  "client",
  "account",
  "user",
  "user id",
];

function historyOf(customers: readonly Map<number, number>[], close: number): PurchaseHistory {
  const [frequency, recency, age, monetaryValue] = [0, 1, 2, 3].map(() => new Float64Array(customers.length));
  customers.forEach((days, i) => {
    const first = Math.min(...days.keys());
    let [latest, repeat] = [first, 0];
    for (const [day, paid] of days) {
      if (day === first) continue;
      latest = Math.max(latest, day);
      repeat += paid;
    }
    frequency[i] = days.size - 1;
    recency[i] = (latest - first) / 7;
    age[i] = (close - first) / 7;
    monetaryValue[i] = days.size > 1 ? repeat / (days.size - 1) : 0;
  });
  return { frequency, recency, age, monetaryValue };
}
