import { check } from "../../../core/checks";
import { meansMissing } from "../../../data/formats/words";
import { type Column, cellText, type Table } from "../../../data/table";
import { monthsBetween } from "../calendar";
import { dateText, dayOf, daysOf, numbersOf } from "../cell-values";
import { closeOf, silentEnd } from "../end-of-observation";
import type { Faults } from "../own-columns";
import type { ContractOptions } from "./contract-columns";

/** How long the contract of each row was watched. Arrays have one entry a row of the table. */
export interface ReadLifetimes {
  readonly months: Float64Array;
  readonly ended: Float64Array;
  readonly entry?: Float64Array;
  /** 0 where the row says nothing of the time watched. */
  readonly observed: Uint8Array;
  /** Days of start and end (the end of observation while it runs), where there are dates. */
  readonly days?: { readonly from: Float64Array; readonly to: Float64Array };
  readonly asOf?: string;
  readonly used: readonly Column[];
  readonly columns: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
}

/** No contract ends in such a year: exports write it for "never". */
const never = Date.UTC(2200, 0, 1) / 86_400_000;

/** Lifetimes from start and end. */
export function lifetimesByDates(
  table: Table,
  { start, end }: { readonly start: Column; readonly end: Column },
  options: ContractOptions,
  faults: Faults,
): ReadLifetimes {
  const close = closeOf(options.asOf, faults.action);
  const starts = daysOf(start, options.timeZone);
  const ends = daysOf(end, options.timeZone);
  const today = Math.floor(Date.now() / 86_400_000);
  const from = new Float64Array(table.rows);
  const to = new Float64Array(table.rows).fill(Number.NaN);
  const observed = new Uint8Array(table.rows).fill(1);
  let [last, words, later, running] = [-Infinity, 0, 0, 0];
  for (let i = 0; i < table.rows; i++) {
    from[i] = starts.values[i];
    if (Number.isNaN(from[i]))
      faults.add(i, "the start must be a day such as 2024-01-31", cellText(start, i));
    else if (close !== undefined && from[i] > close) {
      observed[i] = 0;
      later++;
      continue;
    } else if (close === undefined && from[i] > today)
      faults.add(i, "the start must not lie after today", cellText(start, i));
    const until = ends.values[i];
    if (ends.missing(i)) {
      if (cellText(end, i).trim() !== "") words++;
    } else if (Number.isNaN(until))
      faults.add(i, "the end must be a day such as 2024-01-31, or empty", cellText(end, i));
    else if (until >= never) words++;
    else if (until < from[i])
      faults.add(i, `the end must not come before the start, ${dateText(from[i])}`, cellText(end, i));
    else if (close !== undefined && until > close) running++;
    else if (until > today)
      faults.add(
        i,
        "the end must not lie after today (leave it empty while the contract runs, or name an end of observation, as of)",
        cellText(end, i),
      );
    else to[i] = until;
    if (faults.has(i)) continue;
    last = Math.max(last, from[i], Number.isNaN(to[i]) ? -Infinity : to[i]);
  }
  const until = close ?? last;
  const ended = to.map((day) => (Number.isNaN(day) ? 0 : 1));
  const whole = to.map((day) => (Number.isNaN(day) ? until : day));
  const months = whole.map((day, i) => (observed[i] && !faults.has(i) ? monthsBetween(from[i], day) : 0));
  const entry = entryOf(table, options, from, faults);
  if (entry)
    for (let i = 0; i < table.rows; i++)
      if (observed[i] && entry.months[i] >= months[i] && months[i] > 0) observed[i] = 0;
  const early = entry
    ? observed.reduce((sum, value, i) => sum + (value === 0 && from[i] <= until ? 1 : 0), 0)
    : 0;
  return {
    months,
    ended,
    ...(entry ? { entry: entry.months } : {}),
    observed,
    days: { from, to: whole },
    ...(until > -Infinity ? { asOf: dateText(until) } : {}),
    used: [start, end, ...(entry?.column ? [entry.column] : [])],
    columns: { start: start.name, end: end.name, ...(entry?.column ? { entry: entry.column.name } : {}) },
    notes: [
      ...(starts.guess === undefined ? [] : [`${start.name} is read as ${starts.guess}`]),
      ...(ends.guess === undefined ? [] : [`${end.name} is read as ${ends.guess}`]),
      ...(words > 0
        ? [`${words} ends are words or dates that stand for none: those contracts are running`]
        : []),
      ...(later > 0 ? [`${later} contracts that start after ${dateText(until)} are left out`] : []),
      ...(running > 0 ? [`${running} contracts that end after ${dateText(until)} are running then`] : []),
      ...(early > 0 ? [`${early} contracts that ended before they were watched are left out`] : []),
      ...silentEnd(seenDays(from, to), until, "no contract began or ended"),
      ...(entry ? [] : missingEnds(from, to, whole)),
    ],
  };
}

function* seenDays(from: Float64Array, to: Float64Array): Iterable<number> {
  for (const days of [from, to]) for (const day of days) if (!Number.isNaN(day)) yield day;
}

/** Says so where no contract ended for so long that earlier ends are likely not in the table. */
function missingEnds(from: Float64Array, to: Float64Array, whole: Float64Array): string[] {
  const ends = to.filter((day) => !Number.isNaN(day));
  if (ends.length < 10) return [];
  const first = ends.reduce((low, day) => Math.min(low, day), Infinity);
  let [before, after] = [0, 0];
  from.forEach((start, i) => {
    if (Number.isNaN(start) || Number.isNaN(whole[i])) return;
    before += Math.max(0, Math.min(first, whole[i]) - start);
    after += Math.max(0, whole[i] - Math.max(first, start));
  });
  // At the rate of later days so many would have ended before: none of 12 is a chance of one in 160,000.
  const expected = (ends.length / Math.max(1, after)) * before;
  if (expected < 12) return [];
  return [
    `no contract ended before ${dateText(first)}, where about ${expected.toFixed(0)} would have: if ended ones were deleted until then, --entry ${dateText(first)} says so, else values are too high`,
  ];
}

const units: readonly (readonly [RegExp, NonNullable<ContractOptions["tenureUnit"]>])[] = [
  [/day/i, "days"],
  [/week/i, "weeks"],
  [/year/i, "years"],
];
const monthsPer = { days: 12 / 365.25, weeks: (12 * 7) / 365.25, months: 1, years: 12 } as const;

/** Lifetimes from tenure and whether it has ended. */
export function lifetimesByTenure(
  table: Table,
  { tenure, flag }: { readonly tenure: Column; readonly flag: Column },
  options: ContractOptions,
  faults: Faults,
): ReadLifetimes {
  check(
    options.asOf === undefined,
    faults.action,
    `asOf needs a start and an end; ${tenure.name} and ${flag.name} are as of one day`,
    options.asOf,
  );
  const unit = options.tenureUnit ?? units.find(([pattern]) => pattern.test(tenure.name))?.[1] ?? "months";
  const lasted = numbersOf(tenure);
  const ended = new Float64Array(table.rows);
  for (let i = 0; i < table.rows; i++) {
    if (!(lasted.values[i] >= 0 && lasted.values[i] < Infinity))
      faults.add(i, "the tenure must be a number of at least 0", cellText(tenure, i));
    const says = saysEnded(cellText(flag, i));
    if (says === undefined) faults.add(i, `${flag.name} must be yes or no, 1 or 0`, cellText(flag, i));
    else ended[i] = says ? 1 : 0;
  }
  const months = lasted.values.map((v) => v * monthsPer[unit]);
  const entry = entryOf(table, options, undefined, faults);
  return {
    months,
    ended,
    ...(entry ? { entry: entry.months } : {}),
    observed: new Uint8Array(table.rows).fill(1),
    used: [tenure, flag, ...(entry?.column ? [entry.column] : [])],
    columns: { tenure: `${tenure.name} (${unit})`, ended: flag.name },
    notes: options.tenureUnit === undefined ? [`${tenure.name} is taken for ${unit}`] : [],
  };
}

/** Whether a column says yes or no of each row. */
export function isFlag(column: Column): boolean {
  const rows = column.type === "numeric" || !("codes" in column) ? column.values.length : column.codes.length;
  let [said, read] = [0, 0];
  for (let i = 0; i < rows; i++) {
    const text = cellText(column, i);
    if (meansMissing(text, true)) continue;
    said++;
    if (saysEnded(text) !== undefined) read++;
  }
  return said > 0 && read > 0.9 * said;
}

function saysEnded(text: string): boolean | undefined {
  const plain = text.trim().toLowerCase().replace(/\.$/, "");
  if (
    /^(yes|y|true|t|1|1\.0|churned|churn|left|cancell?ed|ended|exited|attrited customer|inactive|terminated|ja)$/.test(
      plain,
    )
  )
    return true;
  if (/^(no|n|false|f|0|0\.0|stayed|active|current|running|joined|existing customer|nein)$/.test(plain))
    return false;
  return undefined;
}

/** Months of each contract before it was watched. */
function entryOf(
  table: Table,
  { entry, timeZone }: ContractOptions,
  from: Float64Array | undefined,
  faults: Faults,
): { readonly months: Float64Array; readonly column?: Column } | undefined {
  if (entry === undefined) return undefined;
  const day = dayOf(entry);
  const column = table.columns.find((column) => column.name === entry);
  check(
    column !== undefined || (day !== undefined && from !== undefined),
    "read contracts",
    `entry must be a column${from ? " or a date such as 2022-01-01" : ""}`,
    entry,
  );
  if (!column)
    return {
      months: (from as Float64Array).map((start) => Math.max(0, since(start, day as number))),
    };
  const dates = from ? daysOf(column, timeZone) : undefined;
  const numbers = numbersOf(column);
  const months = new Float64Array(table.rows);
  for (let i = 0; i < table.rows; i++) {
    if (numbers.missing(i)) continue;
    const months0 =
      dates && dates.share > 0.5 ? since((from as Float64Array)[i], dates.values[i]) : numbers.values[i];
    if (!(months0 >= -1e9))
      faults.add(i, `${column.name} must be a date, or months of tenure`, cellText(column, i));
    else months[i] = Math.max(0, months0);
  }
  return { months, column };
}

function since(start: number, day: number): number {
  return Number.isNaN(start) || Number.isNaN(day) ? Number.NaN : monthsBetween(start, day);
}
