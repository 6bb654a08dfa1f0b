import { check } from "../../core/checks";
import { valuePrinter } from "../../data/formats/format";
import type { ColumnSchema } from "../../data/schema";
import { type ColumnCondition, satisfies } from "../conditions";
import { type DateUnit, startOf } from "../structure/date-parts";
import { dateWriter } from "../structure/dates";
import type { BandsPlan, ColumnPlan, PartPlan, Structure } from "../structure/structure";
import type { DrawnVariable } from "./drawn-variable";

/** What is drawn of a table: conditions are turned onto it. */
export interface DrawnParts {
  readonly schema: readonly ColumnSchema[];
  readonly structure: Structure;
  readonly variables: readonly DrawnVariable[];
}

/** A user's conditions, turned onto what is drawn. */
export interface Wishes {
  /** By variable: 1 where a cell of levels is allowed. */
  readonly cells: ReadonlyMap<number, Uint8Array>;
  /** By column name: conditions on numbers and dates. */
  readonly columns: ReadonlyMap<string, ColumnCondition>;
  /** The last variable, in the order of drawing, that a condition touches; −1 without conditions. */
  readonly last: number;
}

/** Throws where a condition contradicts a column that is always the same, or a level that training never showed. */
export function wishesOf(parts: DrawnParts, conditions: readonly ColumnCondition[]): Wishes {
  const cells = new Map<number, Uint8Array>();
  const columns = new Map<string, ColumnCondition>();
  const place = (name: string): number => parts.variables.findIndex((variable) => variable.name === name);
  const meet = (name: string, own: Omit<ColumnCondition, "column">, action: string): void => {
    const of = parts.structure.columns.findIndex((column) => column.name === name);
    const known = columns.get(name);
    checkNumberPlan(parts.structure.columns[of], { ...own, column: of }, action);
    columns.set(name, known ? meetConditions(known, own) : { ...own, column: of });
  };
  for (const condition of conditions) {
    const plan = parts.structure.columns[condition.column];
    const schema = parts.schema[condition.column];
    const action = `sample where ${schema.name}`;
    const levelAt = (level: string): number => (schema.levels ?? []).indexOf(level);
    const allow = (variable: number, holds: (cell: number) => boolean): void => {
      const own = cells.get(variable) ?? new Uint8Array(parts.variables[variable].labels.length).fill(1);
      for (let cell = 0; cell < own.length; cell++) if (!holds(cell)) own[cell] = 0;
      const possible = parts.variables[variable].seen.some((cell) => own[cell] === 1);
      const seen = parts.variables[variable].seen.map((cell) => parts.variables[variable].labels[cell]);
      check(possible, action, `training rows only have ${seen.slice(0, 20).join(", ")}`);
      cells.set(variable, own);
    };
    if (plan.kind === "levels") {
      allow(place(plan.name), (cell) =>
        satisfies(condition, cell < plan.levels.length ? levelAt(plan.levels[cell]) : -1),
      );
    } else if (plan.kind === "lookup") {
      allow(place(plan.of), (cell) =>
        satisfies(condition, plan.map[cell] < 0 ? -1 : levelAt(plan.levels[plan.map[cell]])),
      );
    } else if (plan.kind === "bands") {
      meet(plan.of, bandRange(plan, condition, levelAt, action), action);
    } else if (plan.kind === "part") {
      const date = parts.structure.columns.find((column) => column.name === plan.of);
      const step = date?.kind === "date" ? date.format.step : 1;
      meet(plan.of, partRange(plan, condition, step, action), action);
    } else if (plan.kind === "number" && plan.values) {
      const { values } = plan;
      allow(place(plan.name), (cell) => satisfies(condition, values[cell] ?? Number.NaN));
    } else if (plan.kind === "constant") {
      const value = schema.levels ? levelAt(plan.text) : plan.text === "" ? Number.NaN : Number(plan.text);
      check(
        satisfies(condition, value),
        action,
        `the column is always ${plan.text === "" ? "missing" : plan.text}`,
      );
    } else {
      check(
        plan.kind === "number" || plan.kind === "date",
        action,
        `a column of type ${schema.type} cannot be chosen`,
      );
      checkRange(condition, plan, action, writerOf(plan, schema));
      columns.set(plan.name, condition);
    }
  }
  const touched = [...cells.keys(), ...[...columns.keys()].flatMap((name) => reached(parts, name))];
  return { cells, columns, last: Math.max(-1, ...touched) };
}

/** The numbers whose bands a condition allows: neighbours only, since a number has one range. */
function bandRange(
  { cuts, order, levels, of }: BandsPlan,
  condition: ColumnCondition,
  levelAt: (level: string) => number,
  action: string,
): Omit<ColumnCondition, "column"> {
  const allowed = order.map((level) => satisfies(condition, levelAt(levels[level])));
  const [first, last] = [allowed.indexOf(true), allowed.lastIndexOf(true)];
  const whole = first >= 0 && allowed.slice(first, last + 1).every((own) => own);
  check(whole, action, `the levels must lie side by side, as it follows from ${of}; or ask for ${of}`);
  const below = last < cuts.length ? cuts[last] - 1e-9 * Math.max(1, Math.abs(cuts[last])) : Infinity;
  return { missing: condition.missing, range: { from: first > 0 ? cuts[first - 1] : -Infinity, to: below } };
}

/** The dates whose part a condition allows: of values one only, since a date has one range. */
function partRange(
  { unit, format, of }: PartPlan,
  { values = [], range, missing }: ColumnCondition,
  step: number,
  action: string,
): Omit<ColumnCondition, "column"> {
  check(values.length < 2, action, `only one value or a range can be asked for, as it follows from ${of}`);
  const { from, to } = range ?? { from: values[0] ?? Infinity, to: values[0] ?? -Infinity };
  const moment = (part: number): number => (format ? part : startOfYear(part));
  const first = Number.isFinite(from) ? startAtOrAfter(unit, moment(from)) : from;
  const last = Number.isFinite(to) ? startOf(unit, moment(to), 1) - step / 2 : to;
  return { missing, ...(first <= last && { range: { from: first, to: last } }) };
}

function startAtOrAfter(unit: DateUnit, moment: number): number {
  const start = startOf(unit, moment);
  return start < moment ? startOf(unit, moment, 1) : start;
}

function startOfYear(year: number): number {
  const start = new Date(0);
  start.setUTCFullYear(Math.floor(year), 0, 1);
  return start.getTime();
}

function checkNumberPlan(plan: ColumnPlan, condition: ColumnCondition, action: string): void {
  if (plan.kind === "number") checkRange(condition, plan, action);
  if (plan.kind === "date") checkRange(condition, plan, action, dateWriter(plan.format));
}

/** Both conditions on the same number; of values those in the range. */
function meetConditions(condition: ColumnCondition, other: Omit<ColumnCondition, "column">): ColumnCondition {
  const { from, to } = other.range as { from: number; to: number };
  const missing = condition.missing && other.missing;
  const values = condition.values?.filter((value) => value >= from && value <= to);
  const range = condition.range && {
    from: Math.max(condition.range.from, from),
    to: Math.min(condition.range.to, to),
  };
  return { column: condition.column, missing, ...(values && { values }), ...(range && { range }) };
}

/** How a column's values are told: as it writes them. */
export function writerOf(
  plan: ColumnPlan,
  { decimals, format }: Pick<ColumnSchema, "decimals" | "format">,
): (value: number) => string {
  if (plan.kind === "date") return dateWriter(plan.format);
  return format && format.kind !== "date" ? valuePrinter(format, decimals) : String;
}

function checkRange(
  condition: ColumnCondition,
  { low, high, missing }: { readonly low: number; readonly high: number; readonly missing: boolean },
  action: string,
  shown: (value: number) => string = String,
): void {
  const { values = [], range } = condition;
  const inside =
    values.some((value) => value >= low && value <= high) || (range && range.to >= low && range.from <= high);
  const rule = `training rows lie between ${shown(low)} and ${shown(high)}${missing ? " or are missing" : ""}`;
  check(
    inside || (condition.missing && missing) || (condition.missing && !values.length && !range),
    action,
    rule,
  );
}

/** The variables that a column's value depends on: its own, or the arguments of its formula. */
function reached(parts: DrawnParts, name: string): number[] {
  const own = parts.variables.findIndex((variable) => variable.name === name);
  const plan = parts.structure.columns.find((column) => column.name === name);
  const formula = plan?.kind === "number" ? plan.formula : undefined;
  const deeper = formula
    ? [...formula.factors, ...formula.terms, ...formula.effects].flatMap((one) => reached(parts, one.column))
    : [];
  return own >= 0 ? [own, ...deeper] : deeper;
}
