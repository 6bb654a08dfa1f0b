import { type Column, cellText } from "../../../data/table";
import { dateReader, dateWriter } from "../../structure/dates";
import { bandCodes, bandReads } from "../../structure/discover/bands";
import { partsOf } from "../../structure/discover/parts-of-dates";
import { decidersOf } from "../../structure/formulas";
import { snap } from "../../structure/grids";
import {
  type ColumnPlan,
  type DatePlan,
  gridOfPlan,
  isComputed,
  type LevelsPlan,
  levelCount,
  type NumberPlan,
  type PartPlan,
  type Structure,
} from "../../structure/structure";
import { codesOf, numbersOf } from "../../structure/variables";
import { type Cells, isMissing, type Open, write } from "./cells";
import { givenBy, slackOf, solved } from "./solve";

export function cellsOfColumns(
  structure: Structure,
  columns: readonly Column[],
  rows: number,
  stays: Open = () => false,
): Cells {
  const plans = new Map(structure.columns.map((plan, j) => [plan.name, { plan, column: columns[j] }]));
  const at = (name: string) => plans.get(name) as { plan: ColumnPlan; column: Column };
  // Columns of levels are only read: what follows from levels is of another kind.
  const kept = new Map<string, Float64Array>();
  const of = (name: string): ArrayLike<number> => {
    const { plan, column } = at(name);
    if (plan.kind !== "date" && !("levels" in plan)) return numbersOf(column, plan as NumberPlan);
    const values =
      kept.get(name) ??
      (plan.kind === "date"
        ? numbersOf(column, plan).slice()
        : Float64Array.from(codesOf(column, plan), (code, i) =>
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
  const isOpen: Open = (name, i) => isMissing(at(name).column, i) && !stays(name, i);
  return { structure, columns, rows, of, column: (name) => at(name).column, setNumber, isOpen };
}

/**
 * Writes what follows from cells that are there: exactly computed numbers, the missing part of numbers that are there (if it may
 * have that value), the one level whose rate gives a number that is there, what follows from a level, bands and parts of dates, and a
 * date that another one is the same as.
 */
export function deduce(cells: Cells): void {
  const { structure, columns } = cells;
  for (let pass = 0, found = 1; found > 0 && pass < structure.columns.length; pass++) {
    found = 0;
    structure.columns.forEach((plan, j) => {
      if (plan.kind === "number" || plan.kind === "date") found += solve(cells, plan);
      else if (["lookup", "bands", "part"].includes(plan.kind)) found += deduceFrom(cells, plan, columns[j]);
      if (plan.kind === "part") found += sameDates(cells, plan);
      if (plan.kind === "levels") found += decide(cells, plan);
    });
  }
}

/**
 * Writes the number or date that exact formulas tell where it is missing, if all of them hold with it; in how many rows. What
 * rounding leaves several values is not told, but by its own formula.
 */
function solve(cells: Cells, plan: NumberPlan | DatePlan): number {
  const rows = Array.from({ length: cells.rows }, (_, i) => i).filter((i) => cells.isOpen(plan.name, i));
  const gives = isComputed(plan) ? givenBy(plan.formula, cells.of, cells.rows) : undefined;
  const values = solved(
    cells,
    (name, i) => Number.isNaN(cells.of(name)[i]),
    plan,
    rows,
    (i) => (gives ? snap(gives[i], gridOfPlan(plan)) : Number.NaN),
  );
  return rows.reduce((found, i, k) => {
    if (Number.isNaN(values[k])) return found;
    cells.setNumber(plan.name, i, values[k]);
    return found + 1;
  }, 0);
}

/** Writes the level by which formulas give the numbers that are there, where no other does; in how many rows. */
function decide(cells: Cells, plan: LevelsPlan): number {
  const { name, levels } = plan;
  const told = [...decided(cells, plan)].filter(
    ([i, [code, ...more]]) => more.length === 0 && code < levels.length && cells.isOpen(name, i),
  );
  for (const [i, [code]] of told) {
    (cells.of(name) as Float64Array)[i] = code;
    write(cells.column(name), i, levels[code]);
  }
  return told.length;
}

/** By row in which it is missing, the levels by which formulas give the numbers that are there, and what stands for missing. */
export function decided({ structure, of, rows }: Cells, plan: LevelsPlan): Map<number, number[]> {
  const { name } = plan;
  const rules = structure.columns
    .filter(isComputed)
    .filter(({ formula }) => decidersOf(formula).includes(name));
  const own = of(name) as Float64Array;
  const fitting = new Map<number, number[]>();
  if (rules.length === 0 || !own.some(Number.isNaN)) return fitting;
  for (const code of [...plan.levels.keys(), ...(plan.missing ? [levelCount(plan) - 1] : [])]) {
    const codes = new Float64Array(rows).fill(code);
    const off = rules.map((rule) => {
      const values = of(rule.name);
      const gives = givenBy(rule.formula, (other) => (other === name ? codes : of(other)), rows);
      return gives.map((value, i) => Math.abs(value - values[i]) / slackOf(rule, values[i]));
    });
    for (let i = 0; i < rows; i++)
      if (Number.isNaN(own[i]) && off.some((one) => one[i] <= 1) && !off.some((one) => one[i] > 1))
        fitting.set(i, [...(fitting.get(i) ?? []), code]);
  }
  return fitting;
}

/** What a level, a number or a date that is there says of this column. */
function deduceFrom(cells: Cells, plan: ColumnPlan, own: Column): number {
  const told = toldBy(cells, plan);
  let found = 0;
  told?.forEach((text, i) => {
    if (text === undefined || text === "" || !cells.isOpen(plan.name, i)) return;
    if (own.type === "numeric") own.values[i] = Number(text);
    else write(own, i, text);
    found++;
  });
  return found;
}

/** Writes the dates that another column says in full, where that is there and they are not; in how many rows. */
function sameDates(
  { structure, rows, column, setNumber, isOpen }: Cells,
  { name, of, unit, format }: PartPlan,
): number {
  const source = structure.columns.find((plan) => plan.name === of);
  if (unit !== "instant" || !format || source?.kind !== "date") return 0;
  const read = dateReader(format);
  const own = column(name);
  let found = 0;
  for (let i = 0; i < rows; i++) {
    if (!isOpen(of, i)) continue;
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
  const read = plan.kind === "bands" ? bandReads(plan).map(of) : [values];
  const known = (i: number): boolean => !read.some((own) => Number.isNaN(own[i]));
  if (plan.kind === "lookup") {
    if (source.kind !== "levels") return undefined;
    return Array.from({ length: rows }, (_, i) =>
      known(i) ? (plan.levels[plan.map[values[i]]] ?? "") : undefined,
    );
  }
  if (plan.kind === "bands") {
    const codes = bandCodes(plan, of);
    return Array.from(codes, (code, i) => (known(i) ? plan.levels[code] : undefined));
  }
  const print = plan.format ? dateWriter(plan.format) : String;
  return Array.from(partsOf(plan, values), (value, i) => (known(i) ? print(value) : undefined));
}
