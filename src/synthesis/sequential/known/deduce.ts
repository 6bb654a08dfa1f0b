import { type Column, cellText } from "../../../data/table";
import { dateReader, dateWriter } from "../../structure/dates";
import { bandCodes } from "../../structure/discover/bands";
import { partsOf } from "../../structure/discover/parts-of-dates";
import { type Arguments, argumentAt, argumentsOf, evaluate, rebuild } from "../../structure/formulas";
import { snap, spacing } from "../../structure/grids";
import {
  type ColumnPlan,
  type ComputedPlan,
  type DatePlan,
  isComputed,
  type NumberPlan,
  type PartPlan,
  type Structure,
} from "../../structure/structure";
import { codesOf, numbersOf } from "../../structure/variables";
import { isMissing, write } from "./cells";

/** Columns of a structure that can be written to, and what formulas read of them. */
export interface Cells {
  readonly structure: Structure;
  readonly columns: readonly Column[];
  readonly rows: number;
  /** Numbers, dates in milliseconds; levels as codes, NaN where missing or not known to the model. */
  readonly of: Arguments;
  readonly column: (name: string) => Column;
  readonly setNumber: (name: string, i: number, value: number) => void;
}

export function cellsOfColumns(structure: Structure, columns: readonly Column[], rows: number): Cells {
  const plans = new Map(structure.columns.map((plan, j) => [plan.name, { plan, column: columns[j] }]));
  const at = (name: string) => plans.get(name) as { plan: ColumnPlan; column: Column };
  // Columns of levels are only read: what follows from levels is of another kind.
  const kept = new Map<string, Float64Array>();
  const of = (name: string): ArrayLike<number> => {
    const { plan, column } = at(name);
    if (plan.kind !== "date" && plan.kind !== "levels") return numbersOf(column, plan as NumberPlan);
    const values =
      kept.get(name) ??
      (plan.kind === "date"
        ? numbersOf(column, plan).slice()
        : Float64Array.from(codesOf(column, plan, "none"), (code, i) =>
            code < 0 || isMissing(column, i) ? Number.NaN : code,
          ));
    kept.set(name, values);
    return values;
  };
  const setNumber = (name: string, i: number, value: number): void => {
    const { plan, column } = at(name);
    if (column.type === "numeric") column.values[i] = value;
    if (plan.kind !== "date") return;
    (of(name) as Float64Array)[i] = value;
    write(column, i, dateWriter(plan.format)(value));
  };
  return { structure, columns, rows, of, column: (name) => at(name).column, setNumber };
}

/** How far an exact formula's value may lie from the number: both are rounded. */
export function slackOf({ grid }: NumberPlan, value: number): number {
  return 0.500001 * spacing(grid) + 1e-9 * Math.abs(value);
}

/**
 * Writes what follows from cells that are there: exactly computed numbers, the one missing part of a number that is there (if
 * the part may have that value), what follows from a level, bands and parts of dates, and a date that another one is the same as.
 */
export function deduce(cells: Cells): void {
  const { structure, columns } = cells;
  for (let pass = 0, found = 1; found > 0 && pass < structure.columns.length; pass++) {
    found = 0;
    structure.columns.forEach((plan, j) => {
      if (isComputed(plan)) found += compute(cells, plan) + solveParts(cells, plan);
      else if (["lookup", "bands", "part"].includes(plan.kind)) found += deduceFrom(cells, plan, columns[j]);
      if (plan.kind === "part") found += sameDates(cells, plan);
    });
  }
}

/** Writes what the formula gives where all that it reads is there, and the number is not; in how many rows. */
export function compute({ rows, of, setNumber }: Cells, { name, formula, grid }: ComputedPlan): number {
  const read = new Map(argumentsOf(formula).map((one) => [one, of(one)]));
  const own = of(name);
  const predicted = evaluate(formula, (one) => read.get(one) as ArrayLike<number>, rows);
  let found = 0;
  for (let i = 0; i < rows; i++) {
    if (!Number.isNaN(own[i]) || [...read.values()].some((values) => Number.isNaN(values[i]))) continue;
    const value = rebuild(formula, predicted[i], Number.NaN);
    if (Number.isNaN(value)) continue;
    setNumber(name, i, snap(value, grid));
    found++;
  }
  return found;
}

/** Writes the one part of a number that is missing, where the number is there; in how many rows. */
function solveParts(cells: Cells, plan: ComputedPlan): number {
  const { rows, of, setNumber } = cells;
  const names = [...new Set(argumentsOf(plan.formula))];
  const read = names.map(of);
  const own = of(plan.name);
  const open = Array.from({ length: rows }, (_, i) => names.filter((_, k) => Number.isNaN(read[k][i])));
  return names.reduce((found, name) => {
    const places = open.flatMap((missing, i) =>
      missing.length === 1 && missing[0] === name && !Number.isNaN(own[i]) ? [i] : [],
    );
    const values = solved(cells, plan, name, places);
    for (const [i, value] of values) setNumber(name, i, value);
    return found + values.size;
  }, 0);
}

/** In which of the rows what value of the argument makes the formula give the number that is there. */
export function solved(
  { structure, column, of }: Pick<Cells, "structure" | "column" | "of">,
  { name: computed, formula, ...plan }: ComputedPlan,
  name: string,
  places: readonly number[],
): ReadonlyMap<number, number> {
  const part = structure.columns.find((one) => one.name === name);
  const found = new Map<number, number>();
  if (places.length === 0 || (part?.kind !== "number" && part?.kind !== "date")) return found;
  const all = new Map(argumentsOf(formula).map((one) => [one, of(one)]));
  const taken = (one: string) => Float64Array.from(places, (i) => (all.get(one) as ArrayLike<number>)[i]);
  const own = of(computed);
  const targets = Float64Array.from(places, (i) => own[i]);
  const values = argumentAt(formula, name, targets, taken).map((value) => nearestOf(part, value));
  const gives = evaluate(formula, (one) => (one === name ? values : taken(one)), places.length);
  const missing = column(name);
  places.forEach((i, k) => {
    const slack = slackOf({ ...plan, name: computed, formula }, targets[k]);
    if (isMissing(missing, i) && Math.abs(gives[k] - targets[k]) <= slack) found.set(i, values[k]);
  });
  return found;
}

/** The value nearest to it that the column may have; NaN where it lies outside its range. */
function nearestOf(part: NumberPlan | DatePlan, value: number): number {
  if (part.kind === "number" && part.values)
    return part.values.reduce(
      (best, one) => (Math.abs(one - value) < Math.abs(best - value) ? one : best),
      part.values[0],
    );
  const near =
    part.kind === "date" ? Math.round(value / part.format.step) * part.format.step : snap(value, part.grid);
  return isComputed(part) || (near >= part.low && near <= part.high) ? near : Number.NaN;
}

/** What a level, a number or a date that is there says of this column. */
function deduceFrom(cells: Cells, plan: ColumnPlan, own: Column): number {
  const told = toldBy(cells, plan);
  let found = 0;
  told?.forEach((text, i) => {
    if (text === undefined || text === "" || !isMissing(own, i)) return;
    if (own.type === "numeric") own.values[i] = Number(text);
    else write(own, i, text);
    found++;
  });
  return found;
}

/** Writes the dates that another column says in full, where that is there and they are not; in how many rows. */
function sameDates(
  { structure, rows, column, setNumber }: Cells,
  { name, of, unit, format }: PartPlan,
): number {
  const source = structure.columns.find((plan) => plan.name === of);
  if (unit !== "instant" || !format || source?.kind !== "date") return 0;
  const read = dateReader(format);
  const [own, dates] = [column(name), column(of)];
  let found = 0;
  for (let i = 0; i < rows; i++) {
    if (!isMissing(dates, i)) continue;
    const value = read(cellText(own, i));
    // What the other column is too coarse to write (NaN for no date) is not the same.
    if (value % source.format.step !== 0) continue;
    setNumber(of, i, value);
    found++;
  }
  return found;
}

/** By row, the text that a lookup, band or part of a date must have ("" for missing); undefined where nothing says it. */
export function toldBy({ structure, rows, of }: Cells, plan: ColumnPlan): (string | undefined)[] | undefined {
  if (plan.kind !== "lookup" && plan.kind !== "bands" && plan.kind !== "part") return undefined;
  const source = structure.columns.find(({ name }) => name === plan.of);
  if (source?.kind !== "levels" && source?.kind !== "number" && source?.kind !== "date") return undefined;
  const values = of(plan.of);
  const known = (i: number): boolean => !Number.isNaN(values[i]);
  if (plan.kind === "lookup") {
    if (source.kind !== "levels") return undefined;
    return Array.from({ length: rows }, (_, i) =>
      known(i) ? (plan.levels[plan.map[values[i]]] ?? "") : undefined,
    );
  }
  if (plan.kind === "bands") {
    const codes = bandCodes(plan, values);
    return Array.from(codes, (code, i) => (known(i) ? plan.levels[code] : undefined));
  }
  const print = plan.format ? dateWriter(plan.format) : String;
  return Array.from(partsOf(plan, values), (value, i) => (known(i) ? print(value) : undefined));
}
