import { type Column, isCategorical, type Table, takeTableRows } from "../../data/table";
import { dateReader, dateWriter, type WrittenDates, writtenDates } from "../structure/dates";

/** What one child row looks like to the model, and how it becomes a row again. */
export interface ChildPlan {
  /** The child table's columns in order; the key is the parent's, identifiers are made up, and no row is told the texts before. */
  readonly columns: readonly {
    readonly name: string;
    readonly role: "key" | "identifier" | "date" | "text" | "drawn";
  }[];
  /** The date that orders a parent's rows, if there is one. */
  readonly date?: ChildDates;
}

/** Dates as the distance from the row before. */
export interface ChildDates {
  readonly name: string;
  readonly format: WrittenDates;
  /** Every date has the same day of the month: distances are months. */
  readonly monthly: boolean;
  /** The distance between any two rows that follow each other, where it is always the same. */
  readonly every?: number;
  /** No date lies after it. */
  readonly end: number;
}

/** Names of what a child row is drawn from: none that a file's own columns are likely to have. */
export const contextNames = {
  parent: (name: string): string => `parent: ${name}`,
  before: (name: string): string => `before: ${name}`,
  mean: (name: string): string => `mean before: ${name}`,
  place: "row of the parent",
  left: "rows to come",
  room: "room per row to come",
  gap: "since the row before",
} as const;

/** Whether a sentence on a rule begins with something that a child row is drawn from. */
export function isContext(sentence: string): boolean {
  return /^(Where )?(parent: |before: |mean before: |row of the parent|rows to come|room per row to come)/.test(
    sentence,
  );
}

/** Whether the children's model draws the column. */
export function isOwn({ columns }: ChildPlan, name: string): boolean {
  return columns.some((one) => one.name === name && (one.role === "drawn" || one.role === "text"));
}

/** Each parent's child rows, in order. */
export type Families = readonly (readonly number[])[];

/** A date column's plan, where nearly all of its cells are dates. It ends where `least` parents have one as late. */
export function childDates(column: Column, parents: Int32Array, least: number): ChildDates | undefined {
  if (column.type !== "date") return undefined;
  const format = writtenDates(column.values, least, column.format);
  if (!format) return undefined;
  const all = column.values.map(dateReader(format));
  const times = all.filter((time) => !Number.isNaN(time));
  const days = new Set(times.map((time) => new Date(time).getUTCDate()));
  const latest = new Map<number, number>();
  all.forEach((time, i) => {
    if (!(time <= (latest.get(parents[i]) ?? Number.NEGATIVE_INFINITY))) latest.set(parents[i], time);
  });
  const sorted = [...latest.values()].filter((time) => !Number.isNaN(time)).sort((a, b) => a - b);
  const end = sorted[Math.max(0, sorted.length - Math.max(1, least))];
  return { name: column.name, format, monthly: days.size === 1 && format.step === 86_400_000, end };
}

/** The distance between two dates, in months or in the format's steps. */
export function gapOf({ format, monthly }: ChildDates, from: number, to: number): number {
  if (!monthly) return Math.round((to - from) / format.step);
  const [a, b] = [new Date(from), new Date(to)];
  return 12 * (b.getUTCFullYear() - a.getUTCFullYear()) + b.getUTCMonth() - a.getUTCMonth();
}

/** The date on the day of the month that all have, where they all have the same. */
export function onDay({ monthly, end }: ChildDates, date: number): number {
  if (!monthly || Number.isNaN(date)) return date;
  const month = new Date(date);
  return Date.UTC(month.getUTCFullYear(), month.getUTCMonth(), new Date(end).getUTCDate());
}

/** How many rows there is time for from a date on: as many as are wanted, where distances differ. */
export function roomFrom(dates: ChildDates, from: number, wanted: number): number {
  if (!dates.every || Number.isNaN(from)) return wanted;
  return Math.min(wanted, 1 + Math.max(0, Math.floor(gapOf(dates, from, dates.end) / dates.every)));
}

/** The date so far after another, never after the end. */
export function datePast({ format, monthly, end }: ChildDates, from: number, gap: number): number {
  if (Number.isNaN(gap)) return Number.NaN;
  if (!monthly) return Math.min(Math.max(end, from), from + gap * format.step);
  const date = new Date(from);
  const made = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + gap, date.getUTCDate());
  return made <= end || gap <= 0 ? made : Math.max(from, end);
}

/** What is known of a child row before it is drawn. */
export interface RowContext {
  readonly parent: number;
  readonly place: number;
  readonly left: number;
  /** The row before in the table of rows; −1 for the first. */
  readonly before: number;
  /** When the row before was, or the parent's first one. */
  readonly since: number;
  /** Of each numeric drawn column: the mean of the rows before. */
  readonly means: readonly number[];
}

/** The context of rows as columns: the parent's, the row before, means so far, place and room. */
export function contextColumns(
  plan: ChildPlan,
  parents: Table,
  rows: Table,
  contexts: readonly RowContext[],
): Column[] {
  const own = takeTableRows(
    parents,
    contexts.map(({ parent }) => parent),
  ).columns.map((column) => ({ ...column, name: contextNames.parent(column.name) }));
  const drawn = rows.columns.filter(({ name }) =>
    plan.columns.some((column) => column.name === name && column.role === "drawn"),
  );
  const before = drawn.map((column): Column => {
    const name = contextNames.before(column.name);
    const from = contexts.map((context) => context.before);
    if (column.type === "numeric") {
      const values = Float64Array.from(from, (i) => (i < 0 ? Number.NaN : column.values[i]));
      return {
        name,
        type: "numeric",
        values,
        ...(column.decimals !== undefined && { decimals: column.decimals }),
      };
    }
    if (isCategorical(column))
      return { ...column, name, codes: Int32Array.from(from, (i) => (i < 0 ? -1 : column.codes[i])) };
    return { ...column, name, values: from.map((i) => (i < 0 ? "" : column.values[i])) };
  });
  const means = drawn
    .filter(({ type }) => type === "numeric")
    .map(
      ({ name }, k): Column => ({
        name: contextNames.mean(name),
        type: "numeric",
        values: Float64Array.from(contexts, (context) => context.means[k]),
      }),
    );
  const number = (name: string, of: (one: RowContext) => number): Column => ({
    name,
    type: "numeric",
    values: Float64Array.from(contexts, of),
  });
  const room = (one: RowContext): number =>
    plan.date ? Math.max(0, gapOf(plan.date, one.since, plan.date.end)) / (one.left + 1) : 0;
  return [
    ...own,
    ...before,
    ...means,
    number(contextNames.place, ({ place }) => place),
    number(contextNames.left, ({ left }) => left),
    ...(plan.date ? [number(contextNames.room, room)] : []),
  ];
}

/** Means of the rows so far, and one row more. */
export function meansWith(means: readonly number[], place: number, row: readonly number[]): number[] {
  return row.map((value, k) =>
    Number.isNaN(value) ? means[k] : Number.isNaN(means[k]) ? value : means[k] + (value - means[k]) / place,
  );
}

/** The dates of rows as texts. */
export function datesAsTexts({ format }: ChildDates, times: ArrayLike<number>): string[] {
  const write = dateWriter(format);
  return Array.from(times, (time) => write(time));
}
