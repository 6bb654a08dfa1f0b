import { check } from "../../core/checks";
import { cellText, dropColumns, type Table } from "../../data/table";
import { cellNumber, dateText, dayOf, Faults, findColumn, oneCurrency, optionalColumn } from "./own-columns";
import { customerNames } from "./transactions";

export interface ContractOptions {
  /** Columns of customer, start, end and monthly revenue; found by the usual names when left out. */
  readonly customer?: string;
  readonly start?: string;
  readonly end?: string;
  readonly revenue?: string;
  /** Column of the currency; one of the usual names is used when there is one. */
  readonly currency?: string;
  /** The end of observation, as 2024-01-31; defaults to the last date in the table. Later dates are faults. */
  readonly asOf?: string;
}

/** A table of contracts, one a customer. Arrays have one entry a row. */
export interface Contracts {
  readonly customers: readonly string[];
  /** Months under contract, until the end or the end of observation. */
  readonly months: Float64Array;
  /** 1 where the contract has ended. */
  readonly ended: Float64Array;
  /** Revenue a month. */
  readonly revenue: Float64Array;
  /** All other columns: what the chance to leave may depend on. */
  readonly covariates: Table;
  readonly asOf: string;
  readonly currency?: string;
}

const daysPerMonth = 365.25 / 12;

/**
 * Contracts from a table with a start and an end (empty while the contract runs). Throws, naming rows, where a date is
 * none or lies in the future, an end comes before its start, revenue is negative, currencies are mixed, or a customer
 * occurs twice.
 */
export function contractsFrom(table: Table, options: ContractOptions = {}): Contracts {
  const action = "read contracts";
  check(table.rows > 0, action, "there must be rows");
  const customer = findColumn(table, "customer", options.customer, customerNames, action);
  const start = findColumn(table, "start", options.start, startNames, action);
  const end = findColumn(table, "end", options.end, ["end", "end date", "cancelled", "ended"], action);
  const revenue = findColumn(table, "monthly revenue", options.revenue, revenueNames, action);
  const money = options.currency
    ? findColumn(table, "currency", options.currency, [], action)
    : optionalColumn(table, ["currency"]);
  const close = options.asOf === undefined ? undefined : dayOf(options.asOf);
  check(
    options.asOf === undefined || close !== undefined,
    action,
    "asOf must be a date such as 2024-01-31",
    options.asOf,
  );
  const faults = new Faults(action);
  const currency = oneCurrency(money, table.rows, faults);
  const limit = close ?? Math.floor(Date.now() / 86_400_000);
  const limitName = close === undefined ? "today" : dateText(close);
  const starts = new Float64Array(table.rows);
  const ends = new Float64Array(table.rows).fill(Number.NaN);
  const paid = new Float64Array(table.rows);
  const firstRow = new Map<string, number>();
  const customers: string[] = [];
  let last = -Infinity;
  for (let i = 0; i < table.rows; i++) {
    const who = cellText(customer, i).trim();
    const earlier = firstRow.get(who);
    if (who === "") faults.add(i, "the customer must be named");
    else if (earlier !== undefined)
      faults.add(i, `a customer must have one row (row ${earlier + 1} has the same)`, who);
    else firstRow.set(who, i);
    customers.push(who);
    const from = dayOf(cellText(start, i));
    if (from === undefined) faults.add(i, "the start must be a day such as 2024-01-31", cellText(start, i));
    else if (from > limit) faults.add(i, `the start must not lie after ${limitName}`, cellText(start, i));
    else starts[i] = from;
    const ending = cellText(end, i).trim();
    if (ending !== "") {
      const to = dayOf(ending);
      if (to === undefined) faults.add(i, "the end must be a day such as 2024-01-31, or empty", ending);
      else if (to > limit)
        faults.add(
          i,
          `the end must not lie after ${limitName} (leave it empty while the contract runs)`,
          ending,
        );
      else if (from !== undefined && to < from)
        faults.add(i, `the end must not come before the start, ${dateText(from)}`, ending);
      else {
        ends[i] = to;
        last = Math.max(last, to);
      }
    }
    last = Math.max(last, starts[i]);
    paid[i] = cellNumber(revenue, i);
    if (!(paid[i] >= 0 && paid[i] < Infinity))
      faults.add(i, "the monthly revenue must be a number of at least 0", cellText(revenue, i));
  }
  faults.throwIfAny();
  const until = close ?? last;
  const used = [customer, start, end, revenue, ...(money ? [money] : [])].map((one) => one.name);
  return {
    customers,
    months: starts.map((from, i) => ((Number.isNaN(ends[i]) ? until : ends[i]) - from) / daysPerMonth),
    ended: ends.map((to) => (Number.isNaN(to) ? 0 : 1)),
    revenue: paid,
    covariates: dropColumns(table, used),
    asOf: dateText(until),
    ...(currency === undefined ? {} : { currency }),
  };
}

const startNames = ["start", "start date", "joined", "signup", "signup date", "begin"];
const revenueNames = [
  "monthly revenue",
  "revenue",
  "monthly charges",
  "monthly charge",
  "monthly fee",
  "mrr",
  "arpu",
];
