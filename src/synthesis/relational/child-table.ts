import { type Column, isCategorical, type Table, takeTableRows } from "../../data/table";
import { dateReader, dateWriter, type WrittenDates, writtenDates } from "../structure/dates";
import type { Formula } from "../structure/formulas";
import { chainOf } from "../structure/move-dates";
import {
  type ColumnPlan,
  type DateDays,
  type DatePlan,
  type Exclusion,
  isDrawnBands,
  missingLabel,
  type Structure,
} from "../structure/structure";
import { type DateTerms, dateFormula, datePast, gapOf, type Pace } from "./pace";

/** What one child row looks like to the model, and how it becomes a row again. */
export interface ChildPlan {
  /** The child table's columns in order; the key is the parent's, identifiers are made up, and no row is told the texts before. */
  readonly columns: readonly {
    readonly name: string;
    readonly role: "key" | "identifier" | "date" | "text" | "drawn";
  }[];
  /** The date that orders a parent's rows, if there is one. */
  readonly date?: ChildDates;
  /** The whole number that orders a parent's rows (of the same date), no two of which share it; without, they are in the file's order. */
  readonly by?: string;
  /** The column of levels of the parents by which their last rows differ, if there is one (`withEnding`). */
  readonly ending?: string;
}

/** Dates as the distance from the row before. */
export interface ChildDates {
  readonly name: string;
  readonly format: WrittenDates;
  readonly pace: Pace;
  /** The least distance between two rows that follow each other: one before its first row, a parent's rows begin. */
  readonly least: number;
  /** The other date of the row before that distances are from, where no row lies before it: a price is valid from the day after the last one ended. */
  readonly from?: { readonly name: string; readonly format: WrittenDates };
  /** The distance between any two rows that follow each other, where it is always the same. */
  readonly every?: number;
  /** No date lies after it. */
  readonly end: number;
  /** On which days of the week dates are, where never on some. */
  readonly days?: DateDays;
}

/** How many child rows a parent has, as a column of the parents. */
export const countName = "number of children";

/** Names of what a child row is drawn from: none that a file's own columns are likely to have. */
export const contextNames = {
  parent: (name: string): string => `parent: ${name}`,
  before: (name: string): string => `before: ${name}`,
  first: (name: string): string => `first: ${name}`,
  mean: (name: string): string => `mean before: ${name}`,
  place: "row of the parent",
  left: "rows to come",
  ending: (name: string): string => `last rows by ${name}`,
  room: "room per row to come",
  gap: "since the row before",
} as const;

/** Whether a sentence on a rule begins with something that a child row is drawn from. */
export function isContext(sentence: string): boolean {
  return /^(Where )?(parent: |before: |first: |mean before: |row of the parent|rows to come|last rows by |room per row to come)|^By .*, (before: .*|row of the parent|rows to come|room per row to come) is /.test(
    sentence,
  );
}

/** Whether a sentence says how a date is computed from the step that is drawn, which `describeRunning` has in words. */
export function isStep(sentence: string, dates: ChildDates | undefined): boolean {
  const first = dates?.pace.phase !== undefined && sentence.startsWith("first child's date = ");
  const next = dates !== undefined && sentence.startsWith(`${dates.name} = `);
  // How many there are is told by their room, in which what they are short of has words of its own.
  const told = [`${countName} = `, "first child's place "].some((begin) => sentence.startsWith(begin));
  return first || next || told;
}

/** Whether rules of a child may read what it is drawn from: its parent, and the dates before. */
export function isTold(name: string): boolean {
  return name.startsWith(contextNames.parent("")) || name.startsWith(contextNames.first(""));
}

/** The plan of a date that is given, which is taken as it is, wherever it lies. */
function given({ support: _, days: __, places: ___, ...plan }: DatePlan): DatePlan {
  const width = plan.high - plan.low + plan.format.step;
  return { ...plan, low: plan.low - 100 * width, high: plan.high + 100 * width };
}

/**
 * The rules with a date told by a formula: where it lies is where that says, it is missing where what tells it is, and levels that it says
 * are no more drawn before it. On a day of the week that no row has it is drawn again.
 */
export function withComputedDate(
  structure: Structure,
  name: string,
  formula: Formula,
  days?: DateDays,
): Structure {
  const after = new Set(
    structure.columns.flatMap((plan) => {
      const chain = plan.kind === "date" ? chainOf(plan, structure.columns) : undefined;
      return chain?.some((one) => one.name === name) ? [plan.name] : [];
    }),
  );
  const levels = structure.columns.filter((plan) => isDrawnBands(plan) && after.has(plan.of));
  const drawn = [name, ...levels.map((plan) => plan.name)];
  const columns = structure.columns.map((plan): ColumnPlan => {
    if (isDrawnBands(plan) && after.has(plan.of)) {
      const { drawn: _, ...told } = plan;
      return told;
    }
    if (plan.kind !== "date" || plan.name !== name) return plan;
    const { support: _, atoms: __, days: ___, places: ____, ...own } = plan;
    return { ...own, formula, ...(days && { days }) };
  });
  const exclusions = structure.exclusions.filter(
    ({ columns }) => !columns.some((own) => drawn.includes(own)),
  );
  return { ...structure, columns, exclusions };
}

/** The rules of the children with the date that orders them told by the row before. */
export function withDate(structure: Structure, { date }: ChildPlan): Structure {
  if (!date) return structure;
  const gap = structure.columns.find(({ name }) => name === contextNames.gap);
  const terms: DateTerms = {
    before: contextNames.before(baseOf(date).name),
    first: contextNames.first(date.name),
    gap: gap?.kind === "constant" ? Number(gap.text) : contextNames.gap,
  };
  const computed = withComputedDate(structure, date.name, dateFormula(date, terms), date.days);
  const columns = computed.columns.map((plan): ColumnPlan => {
    if (plan.kind === "date" && [terms.before, terms.first].includes(plan.name)) return given(plan);
    if (plan !== gap || plan.kind !== "number" || !plan.values) return plan;
    // Where dates end bounds numbers, and no levels.
    const { values, rare: _, ...drawn } = plan;
    return { ...drawn, atoms: values };
  });
  const listed = gap?.kind === "number" && gap.values !== undefined;
  const cell = (name: string, label: string): string =>
    listed && name === contextNames.gap && label !== missingLabel ? `= ${label}` : label;
  const exclusions = computed.exclusions.map(({ columns: [a, b], ...one }) => {
    const named = (pairs: Exclusion["never"]) => pairs.map(([x, y]) => [cell(a, x), cell(b, y)] as const);
    const { never, only } = one;
    return { ...one, columns: [a, b] as const, never: named(never), ...(only && { only: named(only) }) };
  });
  return { ...structure, columns, exclusions };
}

/** Whether the children's model draws the column. */
export function isOwn({ columns }: ChildPlan, name: string): boolean {
  return columns.some((one) => one.name === name && ["drawn", "text", "date"].includes(one.role));
}

/** A date column's plan, where nearly all of its cells are dates. It ends where `least` parents have one as late. */
export function childDates(column: Column, parents: Int32Array, least: number): ChildDates | undefined {
  if (column.type !== "date") return undefined;
  const format = writtenDates(column.values, least, column.format);
  if (!format) return undefined;
  const latest = new Map<number, number>();
  column.values.map(dateReader(format)).forEach((time, i) => {
    if (!(time <= (latest.get(parents[i]) ?? Number.NEGATIVE_INFINITY))) latest.set(parents[i], time);
  });
  const sorted = [...latest.values()].filter((time) => !Number.isNaN(time)).sort((a, b) => a - b);
  const end = sorted[Math.max(0, sorted.length - Math.max(1, least))];
  return { name: column.name, format, pace: { unit: "step", by: 1 }, least: 0, end };
}

/** How many rows there is time for from a date on: as many as are wanted, where distances differ. */
export function roomFrom(dates: ChildDates, from: number, wanted: number): number {
  if (!dates.every || dates.from || Number.isNaN(from)) return wanted;
  const whole = gapOf(dates, from, dates.end);
  const past = datePast(dates, from, whole, from) > dates.end ? 1 : 0;
  return Math.min(wanted, 1 + Math.max(0, Math.floor((whole - past) / dates.every)));
}

/** The date of a row that the distance to the next one is from. */
export function baseOf({ name, format, from }: ChildDates): { name: string; format: WrittenDates } {
  return from ?? { name, format };
}

/** Whether the rules of the date, by the row before and the distance from it, read the parent's first one. */
export function readsFirst({ pace }: ChildDates): boolean {
  return pace.unit === "month" && pace.phase === undefined;
}

/** What is known of a child row before it is drawn. */
export interface RowContext {
  readonly parent: number;
  readonly place: number;
  readonly left: number;
  /** The row before in the table of rows; −1 for the first. */
  readonly before: number;
  /** When the row before was, or ended (`baseOf`); of the first one, the least distance before it. */
  readonly since: number;
  /** When the parent's first one is. */
  readonly first: number;
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
  const { date } = plan;
  const base = date && baseOf(date).name;
  const drawn = rows.columns.filter(
    ({ name }) =>
      name !== base && plan.columns.some((column) => column.name === name && column.role === "drawn"),
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
    date ? Math.max(0, Math.floor(gapOf(date, one.since, date.end))) / (one.left + 1) : 0;
  const moment = (name: string, of: (one: RowContext) => number): Column[] => {
    if (!date) return [];
    const [{ format }] = date.format.formats;
    return [{ name, type: "date", values: datesAsTexts(date, contexts.map(of)), format }];
  };
  return [
    ...own,
    ...(date ? moment(contextNames.before(baseOf(date).name), ({ since }) => since) : []),
    ...(date && readsFirst(date) ? moment(contextNames.first(date.name), ({ first }) => first) : []),
    ...before,
    ...means,
    number(contextNames.place, ({ place }) => place),
    number(contextNames.left, ({ left }) => left),
    ...endingOf(plan, own, contexts),
    ...(plan.date ? [number(contextNames.room, room)] : []),
  ];
}

/** The last rows of a parent, so many, are told apart. */
const lastRows = 3;

/** Of the last rows which one it is, by the level of the parent's column that tells how they differ; of those before, that it is none. */
function endingOf(
  { ending }: ChildPlan,
  parents: readonly Column[],
  contexts: readonly RowContext[],
): Column[] {
  const by = parents.find((one) => ending !== undefined && one.name === contextNames.parent(ending));
  if (!by || !isCategorical(by) || ending === undefined) return [];
  const levels = by.levels.flatMap((level) =>
    Array.from({ length: lastRows }, (_, left) => `${level}: ${left === 0 ? "the last" : `${left} to come`}`),
  );
  const codes = contexts.map(({ left }, i) =>
    left < lastRows && by.codes[i] >= 0 ? by.codes[i] * lastRows + left : levels.length,
  );
  const named = [...levels, "none of the last"];
  return [
    {
      name: contextNames.ending(ending),
      type: "categorical",
      levels: named,
      codes: Int32Array.from(codes),
    },
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
