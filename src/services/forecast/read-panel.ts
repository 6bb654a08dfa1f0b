import { check } from "../../core/checks";
import { count } from "../../core/format";
import { chosenOf, seeded } from "../../core/rng";
import type { RowSource } from "../../data/even-rows";
import { customerNames, wordList } from "../../data/infer/names";
import { type Column, cellText, columnNamed } from "../../data/table";
import { type Names, namesBy } from "../../data/tally/names";
import { dateText, dayOf, daysOf, numbersLike } from "../value/cell-values";
import { gatherRows, type Looking } from "../value/gather-rows";
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
  readonly customers: Names;
  /** The first months' names, in order: 2024-01. */
  readonly months: readonly string[];
  /** One series a customer over all months; NaN before the first row, after the last one and where a month has none. */
  readonly series: readonly Float64Array[];
  /** Places of the customers that methods and drivers learn from; all of them where left out. */
  readonly learned?: Int32Array;
  readonly segments?: readonly string[];
  readonly columns: Readonly<Record<string, string>>;
  /** The place of each row's customer; −1 of rows that are left out. */
  readonly who: Int32Array;
  readonly notes: readonly string[];
}

/** The most customers that are learned from; of more as many are drawn at random. */
const mostLearned = 100_000;
/** The most months of customers, of all together: eight bytes each are held. */
const mostCells = 1.25e8;

/** Monthly series from a table with a row per customer and month; rows of one month are added up. */
export async function panelFrom(source: RowSource, options: PanelOptions = {}): Promise<Panel> {
  const action = "read monthly values";
  const rows = source.kept;
  check(rows > 0, action, "there must be rows");
  const table = { rows, columns: source.columns.map(({ column }) => column) };
  const customer = findColumn(
    table,
    { purpose: "customer", given: options.customer, usual: customerNames },
    action,
  );
  const month = findColumn(table, { purpose: "month", given: options.month, usual: monthNames }, action);
  const value = valueColumn(source, options, [customer, month], action);
  const segment =
    options.segment === undefined
      ? optionalColumn(table, segmentNames, (one) => one !== customer && one !== month && one !== value)
      : columnNamed(table, options.segment);
  const faults = new Faults(action, options.skipBadRows);
  const { values, wrong, guess } = valuesToCome(source, value);
  const held = [month.name, segment?.name];
  const {
    table: own,
    who,
    names,
  } = await gatherRows(source, options.customer, (name) => held.includes(name), action, {
    names: [value.name],
    look: wrong.look,
  });
  const monthly = columnNamed(own, month.name);
  const whole = monthsOf(monthly);
  const placeOf = new Int32Array(names.length).fill(-1);
  const numbers: number[] = [];
  let [first, last, twice] = [Infinity, -Infinity, 0];
  for (let i = 0; i < rows; i++) {
    const at = whole[i];
    if (who[i] < 0) faults.add(i, "the customer must be named");
    if (Number.isNaN(at)) faults.add(i, "the month must be one such as 2024-01", cellText(monthly, i));
    if (wrong.has(i)) faults.add(i, `${value.name} must be a number`, wrong.text(i));
    if (faults.has(i) || Number.isNaN(values[i])) continue;
    if (placeOf[who[i]] < 0) placeOf[who[i]] = numbers.push(who[i]) - 1;
    first = Math.min(first, at);
    last = Math.max(last, at);
  }
  const left = faults.settle();
  check(numbers.length > 0, action, "there must be values");
  const length = last - first + 1;
  check(
    numbers.length * length <= mostCells,
    action,
    `customers times months must be at most ${count(mostCells)} (leave early months out, or take a part of the customers)`,
    `${count(numbers.length)} customers in ${length} months`,
  );
  const cells = new Float64Array(numbers.length * length).fill(Number.NaN);
  const segmentOf = segment && columnNamed(own, segment.name);
  const segments = segmentOf && new Array<string>(numbers.length).fill("");
  for (let i = 0; i < rows; i++) {
    if (faults.has(i) || Number.isNaN(values[i])) continue;
    const place = placeOf[who[i]];
    const at = place * length + whole[i] - first;
    if (!Number.isNaN(cells[at])) twice++;
    cells[at] = (Number.isNaN(cells[at]) ? 0 : cells[at]) + values[i];
    if (segments) segments[place] = cellText(segmentOf, i).trim();
  }
  const series = numbers.map((_, k) => cells.subarray(k * length, (k + 1) * length));
  const holes = series.reduce((sum, y) => {
    const from = y.findIndex((v) => !Number.isNaN(v));
    return sum + y.subarray(from).reduce((n, v) => n + (Number.isNaN(v) ? 1 : 0), 0);
  }, 0);
  const drawn = series.length > mostLearned;
  return {
    customers: namesBy(series.length, (k) => names.at(numbers[k])),
    months: Array.from({ length }, (_, t) => monthName(first + t)),
    series,
    ...(drawn ? { learned: chosenOf(series.length, mostLearned, seeded(1)) } : {}),
    ...(segments ? { segments } : {}),
    who: who.map((number, i) => (number < 0 || faults.has(i) ? -1 : placeOf[number])),
    columns: {
      customer: customer.name,
      month: month.name,
      value: value.name,
      ...(segment ? { segment: segment.name } : {}),
    },
    notes: [
      ...unfinished(series, monthName(last)),
      ...(guess === undefined ? [] : [`${value.name} is read with ${guess}`]),
      ...left,
      ...(twice > 0 ? [`${twice} rows are of a customer and month named before, and are added to it`] : []),
      ...(holes > 0
        ? [
            `${holes} months of customers have no value after their first; they are passed over, not taken for 0`,
          ]
        : []),
      ...(drawn
        ? [
            `the method, its errors and what goes with ${value.name} are learned from ${count(mostLearned)} of ${count(series.length)} customers, drawn at random (seed 1); all are foretold`,
          ]
        : []),
    ],
  };
}

/** The values of a column that comes block by block, NaN where there is none, and which cells hold anything else. */
function valuesToCome(
  { kept, columns }: RowSource,
  value: Column,
): {
  readonly values: Float64Array;
  readonly wrong: Pick<Looking, "look"> & { has(row: number): boolean; text(row: number): string };
  readonly guess: string | undefined;
} {
  const read = numbersLike(value, columns.find(({ column }) => column === value)?.counts);
  const values = new Float64Array(kept);
  const wrong = new Uint8Array(kept);
  const texts = new Map<number, string>();
  const look: Looking["look"] = (block, from) => {
    const cells = columnNamed(block, value.name);
    const found = read(cells);
    values.set(found.values, from);
    for (let i = 0; i < block.rows; i++) {
      if (Number.isFinite(found.values[i]) || found.missing(i)) continue;
      wrong[from + i] = 1;
      if (texts.size < mostTexts) texts.set(from + i, cellText(cells, i));
    }
  };
  const text = (row: number): string => texts.get(row) ?? "";
  return { values, wrong: { look, has: (row) => wrong[row] === 1, text }, guess: read(value).guess };
}

/** Faults show five texts at most. */
const mostTexts = 1000;

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

function valueColumn(
  source: RowSource,
  options: PanelOptions,
  taken: readonly Column[],
  action: string,
): Column {
  const columns = source.columns.map(({ column }) => column);
  const table = { rows: source.kept, columns };
  if (options.value !== undefined) return columnNamed(table, options.value);
  const numeric = numberColumns(
    source,
    taken.map(({ name }) => name),
  );
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

/** The columns of numbers but these. */
export function numberColumns({ columns }: RowSource, but: readonly string[]): Column[] {
  return columns.flatMap(({ column, counts }) =>
    !but.includes(column.name) && numbersLike(column, counts)(column).share > 0.9 ? [column] : [],
  );
}

const segmentNames: readonly string[] = wordList(
  "segment, customer segment, contract, contract type, plan, tariff, product, region",
);
const monthNames: readonly string[] = wordList(
  "month, period, year month, yearmonth, date, billing month, bill month, monat",
);
const valueNames: readonly string[] = wordList(
  "value, usage, cost, revenue, amount, charge, charges, total, minutes, data, gb, mb, consumption",
);
