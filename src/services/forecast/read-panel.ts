import { check } from "../../core/checks";
import { customerNames } from "../../data/infer/names";
import { type Column, cellText, columnNamed, type Table } from "../../data/table";
import { dateText, dayOf, daysOf, numbersOf } from "../value/cell-values";
import { Faults, findColumn, optionalColumn } from "../value/own-columns";

export interface PanelOptions {
  /** Columns of customer, month and value; found by the usual names and by their values when left out. */
  readonly customer?: string;
  readonly month?: string;
  readonly value?: string;
  /** A column that names a segment: contract, region, product. */
  readonly segment?: string;
  /** Leaves out rows that break a rule and counts them; defaults to false, which refuses them. */
  readonly skipBadRows?: boolean;
}

/** A value a month of each customer. */
export interface Panel {
  readonly customers: readonly string[];
  /** The first months' names, in order: 2024-01. */
  readonly months: readonly string[];
  /** One series a customer over all months; NaN before the first row, after the last one and where a month has none. */
  readonly series: readonly Float64Array[];
  readonly segments?: readonly string[];
  readonly columns: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
}

/** Monthly series from a table with a row per customer and month; rows of one month are added up. */
export function panelFrom(table: Table, options: PanelOptions = {}): Panel {
  const action = "read monthly values";
  check(table.rows > 0, action, "there must be rows");
  const customer = findColumn(
    table,
    { purpose: "customer", given: options.customer, usual: customerNames },
    action,
  );
  const month = findColumn(table, { purpose: "month", given: options.month, usual: monthNames }, action);
  const value = valueColumn(table, options, [customer, month], action);
  const segment =
    options.segment === undefined
      ? optionalColumn(table, segmentNames, (one) => one !== customer && one !== month && one !== value)
      : columnNamed(table, options.segment);
  const faults = new Faults(action, options.skipBadRows);
  const numbers = numbersOf(value);
  const whole = monthsOf(month);
  const byCustomer = new Map<string, { months: Map<number, number>; segment: string }>();
  let [first, last, twice] = [Infinity, -Infinity, 0];
  for (let i = 0; i < table.rows; i++) {
    const who = cellText(customer, i).trim();
    const at = whole[i];
    if (who === "") faults.add(i, "the customer must be named");
    if (Number.isNaN(at)) faults.add(i, "the month must be one such as 2024-01", cellText(month, i));
    if (!Number.isFinite(numbers.values[i]) && !numbers.missing(i))
      faults.add(i, `${value.name} must be a number`, cellText(value, i));
    if (faults.has(i) || numbers.missing(i)) continue;
    const own = byCustomer.get(who) ?? { months: new Map<number, number>(), segment: "" };
    byCustomer.set(who, own);
    if (own.months.has(at)) twice++;
    own.months.set(at, (own.months.get(at) ?? 0) + numbers.values[i]);
    if (segment) own.segment = cellText(segment, i).trim();
    first = Math.min(first, at);
    last = Math.max(last, at);
  }
  const left = faults.settle();
  check(byCustomer.size > 0, action, "there must be values");
  const length = last - first + 1;
  const series = Array.from(byCustomer.values(), ({ months }) =>
    Float64Array.from({ length }, (_, t) => months.get(first + t) ?? Number.NaN),
  );
  const holes = series.reduce((sum, y) => {
    const from = y.findIndex((v) => !Number.isNaN(v));
    return sum + y.subarray(from).filter((v) => Number.isNaN(v)).length;
  }, 0);
  return {
    customers: [...byCustomer.keys()],
    months: Array.from({ length }, (_, t) => monthName(first + t)),
    series,
    ...(segment ? { segments: Array.from(byCustomer.values(), (one) => one.segment) } : {}),
    columns: {
      customer: customer.name,
      month: month.name,
      value: value.name,
      ...(segment ? { segment: segment.name } : {}),
    },
    notes: [
      ...unfinished(series, monthName(last)),
      ...(numbers.guess === undefined ? [] : [`${value.name} is read with ${numbers.guess}`]),
      ...left,
      ...(twice > 0 ? [`${twice} rows are of a customer and month named before, and are added to it`] : []),
      ...(holes > 0
        ? [
            `${holes} months of customers have no value after their first; they are passed over, not taken for 0`,
          ]
        : []),
    ],
  };
}

/** Says so where the last month is so far below those before that it is likely not over. */
function unfinished(series: readonly Float64Array[], month: string): string[] {
  const length = series[0].length;
  if (length < 6) return [];
  // Of the same customers, from each month to the next.
  const steps = Array.from({ length: Math.min(12, length - 1) }, (_, k) => {
    const at = length - 1 - k;
    let [now, before] = [0, 0];
    for (const y of series) {
      if (Number.isNaN(y[at]) || Number.isNaN(y[at - 1])) continue;
      now += y[at];
      before += y[at - 1];
    }
    return before > 0 ? now / before : 1;
  });
  const [last, ...others] = steps;
  if (!(last < 0.7 && last < Math.min(...others) - 0.1)) return [];
  return [
    `${month} has ${(100 * last).toFixed(0)}% of the month before, less than any month: if it is not over, leave its rows out, as all forecasts start from it`,
  ];
}

/** A month, counted from year 0, as 2024-01. */
export function monthName(month: number): string {
  return `${Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, "0")}`;
}

function monthsOf(column: Column): Float64Array {
  const rows = "codes" in column ? column.codes.length : column.values.length;
  const days = daysOf(column).values;
  return Float64Array.from({ length: rows }, (_, i) => {
    const compact = /^(\d{4})[-/.]?(\d{2})$/.exec(cellText(column, i).trim());
    const day = compact ? dayOf(`${compact[1]}-${compact[2]}-01`) : days[i];
    if (day === undefined || Number.isNaN(day)) return Number.NaN;
    const [year, month] = dateText(day).split("-").map(Number);
    return 12 * year + month - 1;
  });
}

function valueColumn(table: Table, options: PanelOptions, taken: readonly Column[], action: string): Column {
  if (options.value !== undefined) return columnNamed(table, options.value);
  const numeric = table.columns.filter((column) => !taken.includes(column) && numbersOf(column).share > 0.9);
  const found =
    optionalColumn({ rows: table.rows, columns: numeric }, valueNames) ??
    (numeric.length === 1 ? numeric[0] : undefined);
  check(
    found !== undefined,
    action,
    `a column of values must be named; numbers are in ${numeric.map((column) => column.name).join(", ") || "none"}`,
  );
  return found;
}

const segmentNames: readonly string[] = [
  ...["segment", "customer segment", "contract", "contract type", "plan", "tariff", "product", "region"],
];
const monthNames: readonly string[] = [
  "month",
  "period",
  "year month",
  "yearmonth",
  "date",
  "billing month",
  "bill month",
  "monat",
];
const valueNames: readonly string[] = [
  ...[
    "value",
    "usage",
    "cost",
    "revenue",
    "amount",
    "charge",
    "charges",
    "total",
    "minutes",
    "data",
    "gb",
    "mb",
    "consumption",
  ],
];
