import { check } from "../../core/checks";
import { valuePrinter } from "../../data/formats/format";
import type { ColumnSchema } from "../../data/schema";
import { type ColumnCondition, satisfies } from "../conditions";
import { type DateUnit, startOf } from "../structure/date-parts";
import { dateWriter } from "../structure/dates";
import { bandCodes, bandReads, isScattered } from "../structure/discover/bands";
import { argumentsOf } from "../structure/formulas";
import { asMissing, gapsRead } from "../structure/gaps/as-missing";
import {
  type BandsPlan,
  type ColumnPlan,
  type DatePlan,
  formulaOf,
  gridOfPlan,
  isComputed,
  isDrawnBands,
  missingLabel,
  type NumberPlan,
  type PartPlan,
  type Structure,
} from "../structure/structure";
import { stepOf } from "./bounds";
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

/**
 * Throws where a condition contradicts a column that is always the same, a level that training never showed, or another
 * condition on what the same column says.
 */
export function wishesOf(parts: DrawnParts, conditions: readonly ColumnCondition[]): Wishes {
  const { structure, schema, variables } = parts;
  const cells = new Map<number, Uint8Array>();
  const columns = new Map<string, ColumnCondition>();
  const asked = new Map<string, readonly string[]>();
  for (const condition of conditions) {
    const asking = schema[condition.column].name;
    const action = `sample where ${asking}`;
    const gap = structure.gaps?.find(({ column }) => column === asking);
    const levelAt = (level: string): number => (schema[condition.column].levels ?? []).indexOf(level);
    const together = (name: string, possible: boolean): void => {
      const others = asked.get(name) ?? [];
      check(possible, action, `it must go with the condition on ${others.join(" and ")}`);
      asked.set(name, [...others, asking]);
    };
    const allow = (name: string, holds: (cell: number) => boolean, texts?: readonly string[]): void => {
      const variable = variables.findIndex((one) => one.name === name);
      const { seen, labels } = variables[variable];
      const alone = Uint8Array.from(labels, (_, cell) => (holds(cell) ? 1 : 0));
      const there = [...new Set(seen.map((cell) => (texts ?? labels)[cell] ?? missingLabel))];
      const isSeen = (own: Uint8Array): boolean => seen.some((cell) => own[cell] === 1);
      check(isSeen(alone), action, `rows are only made with ${there.slice(0, 20).join(", ")}`);
      const before = cells.get(variable);
      const both = before ? alone.map((own, cell) => own & before[cell]) : alone;
      together(name, isSeen(both));
      cells.set(variable, both);
    };
    const wish = (own: ColumnCondition): void => {
      const plan = structure.columns[own.column];
      if (plan.kind === "levels") {
        const at = (cell: number) => (cell < plan.levels.length ? levelAt(plan.levels[cell]) : -1);
        allow(plan.name, (cell) => satisfies(own, at(cell)));
      } else if (plan.kind === "lookup") {
        const texts = plan.map.map((code) => plan.levels[code]);
        allow(plan.of, (cell) => satisfies(own, plan.map[cell] < 0 ? -1 : levelAt(texts[cell])), texts);
      } else if (plan.kind === "bands" && isScattered(plan)) {
        const levels = Uint8Array.from(plan.levels, (level) => (satisfies(own, levelAt(level)) ? 1 : 0));
        const possible = own.missing || levels.includes(1);
        check(possible, action, `rows are only made with ${plan.levels.join(", ")}`);
        columns.set(plan.name, { ...own, levels });
        if (plan.drawn) allow(plan.name, (cell) => levels[cell] === 1);
      } else if (plan.kind === "bands" || plan.kind === "part") {
        const column = structure.columns.findIndex(({ name }) => name === plan.of);
        const step = stepOf(structure.columns[column] as NumberPlan | DatePlan);
        const range =
          plan.kind === "bands"
            ? bandRange(plan, own, levelAt, step, action)
            : partRange(plan, own, step, action);
        wish({ column, ...range });
      } else if (plan.kind === "number" && plan.values) {
        const { values } = plan;
        allow(plan.name, (cell) => satisfies(own, values[cell] ?? Number.NaN));
      } else if (plan.kind === "constant") {
        const numeric = plan.text === "" ? Number.NaN : Number(plan.text);
        const value = schema[own.column].levels ? levelAt(plan.text) : numeric;
        const always = plan.text === "" ? "missing" : plan.text;
        check(satisfies(own, value), action, `the column is always ${always}`);
      } else {
        const drawn = plan.kind === "number" || plan.kind === "date";
        check(drawn, action, `a column of type ${schema[own.column].type} cannot be chosen`);
        checkRange(own, plan, action, writerOf(plan, schema[own.column]), structure.minCount);
        const known = columns.get(plan.name);
        const both = known ? meetConditions(known, own) : own;
        together(plan.name, !known || both.missing || both.values !== undefined || both.range !== undefined);
        columns.set(plan.name, both);
      }
    };
    if (gap) {
      const { missing, range, values = [], levels = [] } = condition;
      const present = range !== undefined || values.length > 0 || levels.some((allowed) => allowed === 1);
      const rule =
        "whether a cell is missing is drawn apart: ask for values, or for missing cells, or sample twice";
      check(!(missing && present), action, rule);
      allow(gap.variable, (cell) => (cell === 1) === missing);
    }
    if (!gap || !condition.missing) wish(condition);
  }
  const touched = [...cells.keys(), ...[...columns.keys()].flatMap((name) => reached(parts, name))];
  return { cells, columns, last: Math.max(-1, ...touched) };
}

/** The rows in which a column that follows from others is not as asked: bounds on what it is computed from cannot say all. */
export function unmetRows(
  structure: Structure,
  wishes: Wishes,
  valuesOf: (name: string) => ArrayLike<number> | undefined,
): readonly number[] {
  const { columns } = structure;
  const unmet = new Set<number>();
  for (const plan of columns) {
    const asked = wishes.columns.get(plan.name);
    if (asked && plan.kind === "bands") {
      const read = new Map(bandReads(plan).map((name) => [name, valuesOf(name)]));
      if ([...read.values()].includes(undefined)) continue;
      const own = (name: string) => read.get(name) as ArrayLike<number>;
      bandCodes(plan, asMissing(structure, plan, own, valuesOf)).forEach((code, i) => {
        if (!satisfies(asked, code)) unmet.add(i);
      });
    }
    const moves = (plan.kind === "date" && columns.some(areMoved)) || (plan.kind === "number" && plan.grids);
    const values =
      asked && (moves || (isComputed(plan) && (gridOfPlan(plan) || !asked.values)))
        ? valuesOf(plan.name)
        : undefined;
    for (let i = 0; asked && i < (values?.length ?? 0); i++)
      if (!satisfies(asked, values?.[i] as number)) unmet.add(i);
  }
  return [...unmet];
}

/** Whether dates are moved by it once they are drawn. */
function areMoved(plan: ColumnPlan): boolean {
  const moves = plan.kind === "date" && (plan.days ?? plan.hours ?? plan.places);
  return isDrawnBands(plan) || Boolean(moves);
}

/** The numbers whose bands a condition allows: neighbours only, since a number has one range. */
export function bandRange(
  { cuts, order, levels, of }: BandsPlan,
  condition: ColumnCondition,
  levelAt: (level: string) => number,
  step: number,
  action: string,
): Omit<ColumnCondition, "column"> {
  const allowed = order.map((level) => satisfies(condition, levelAt(levels[level])));
  const [first, last] = [allowed.indexOf(true), allowed.lastIndexOf(true)];
  const whole = first >= 0 && allowed.slice(first, last + 1).every((own) => own);
  check(whole, action, `the levels must lie side by side, as it follows from ${of}; or ask for ${of}`);
  const to = last < cuts.length ? justBelow(cuts[last], step) : Infinity;
  return { missing: condition.missing, range: { from: first > 0 ? cuts[first - 1] : -Infinity, to } };
}

/** The last value on the grid below one; without a grid, one a hair below. */
function justBelow(value: number, step: number): number {
  if (step > 0) return (Math.ceil(value / step - 1e-6) - 1) * step;
  return value - 1e-9 * Math.max(1, Math.abs(value));
}

/** The dates whose part a condition allows: of values one only, since a date has one range. */
export function partRange(
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

/** Both conditions on the same number. */
function meetConditions(one: ColumnCondition, other: ColumnCondition): ColumnCondition {
  const shared = (a: ColumnCondition, b: ColumnCondition) => (a.values ?? []).filter((v) => satisfies(b, v));
  const values = [...new Set([...shared(one, other), ...shared(other, one)])];
  const from = Math.max(one.range?.from ?? Infinity, other.range?.from ?? Infinity);
  const to = Math.min(one.range?.to ?? -Infinity, other.range?.to ?? -Infinity);
  return {
    column: one.column,
    missing: one.missing && other.missing,
    ...(values.length > 0 && { values }),
    ...(from <= to && { range: { from, to } }),
  };
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
  shown: (value: number) => string,
  minCount: number,
): void {
  const { values = [], range } = condition;
  const inside =
    values.some((value) => value >= low && value <= high) || (range && range.to >= low && range.from <= high);
  const beyond = minCount > 1 ? ` (what lies beyond in fewer than ${minCount} rows is not told)` : "";
  const rule = `rows are made with values between ${shown(low)} and ${shown(high)}${missing ? " or missing" : ""}${beyond}`;
  check(
    inside || (condition.missing && missing) || (condition.missing && !values.length && !range),
    action,
    rule,
  );
}

/** The variables that a column's value depends on: its own, the arguments of its formula, or the levels drawn of a date. */
function reached(parts: DrawnParts, name: string): number[] {
  const own = parts.variables.findIndex((variable) => variable.name === name);
  const plan = parts.structure.columns.find((column) => column.name === name);
  const formula = formulaOf(plan);
  const read = plan?.kind === "bands" ? bandReads(plan) : formula ? argumentsOf(formula) : [];
  const said = parts.structure.columns.filter((one) => isDrawnBands(one) && one.of === name);
  const rule = plan?.kind === "bands" ? plan : formula;
  const gaps = rule ? gapsRead(parts.structure, rule) : [];
  const deeper = [
    ...gaps.map((gap) => parts.variables.findIndex((variable) => variable.name === gap)),
    ...read.flatMap((one) => reached(parts, one)),
    ...said.map((one) => parts.variables.findIndex((variable) => variable.name === one.name)),
  ];
  return own >= 0 ? [own, ...deeper] : deeper;
}
