import type { Rng } from "../../core/rng";
import { type Column, columnNamed, type NumericColumn, type Table } from "../../data/table";
import type { Sequential } from "../sequential/sequential";
import { argumentsOf, evaluate, rebuild } from "../structure/formulas";
import { type Grid, gridOf, snap, spacing } from "../structure/grids";
import { isComputed, type Structure } from "../structure/structure";
import { argumentsFrom } from "../structure/variables";
import { type ChildPlan, type Families, isOwn } from "./child-table";

const kinds = ["summed", "mean", "greatest", "least"] as const;

/** A column of the parents that is told by their children. */
export interface Total {
  readonly column: string;
  readonly kind: (typeof kinds)[number] | "number";
  /** The children's column; of their number none. */
  readonly of?: string;
  /** What parents without children have, null for nothing. */
  readonly none: number | null;
  readonly grid?: Grid;
}

/** Fewer parents with children prove nothing; and in so many at least the column must have another value than the usual one. */
const leastParents = 20;
const leastOthers = 5;

/** Columns of the parents that are, in every row and to rounding, the number, sum, mean or an end of their children's numbers. */
export function findTotals(
  parents: Table,
  children: Table,
  families: Families,
  plan: ChildPlan,
): readonly Total[] {
  const numbers = children.columns.flatMap((column) =>
    column.type === "numeric" && isOwn(plan, column.name) ? [column.name] : [],
  );
  const kind = (column: string): Total[] => [
    { column, kind: "number", none: 0 },
    ...kinds.flatMap((kind) => numbers.map((of): Total => ({ column, kind, of, none: null }))),
  ];
  return parents.columns.flatMap((column) => {
    if (column.type !== "numeric") return [];
    const { values } = column;
    const grid = gridOf(values);
    const childless = new Set(values.filter((_, p) => families[p].length === 0));
    if (childless.size > 1) return [];
    const [none = Number.NaN] = childless;
    const counts = new Map<number, number>();
    values.forEach((value, p) => {
      if (families[p].length > 0) counts.set(value, (counts.get(value) ?? 0) + 1);
    });
    const known = [...counts.values()].reduce((sum, count) => sum + count, 0);
    if (known < leastParents || known - Math.max(...counts.values()) < leastOthers) return [];
    const found = kind(column.name).find((total) => {
      const made = totalOf(total, children, families);
      return values.every((value, p) => {
        if (families[p].length === 0) return total.kind !== "number" || value === 0 || Number.isNaN(value);
        return Math.abs(value - made[p]) <= spacing(grid) / 2 + 1e-9 * Math.abs(value);
      });
    });
    return found ? [{ ...found, none: Number.isNaN(none) ? null : none, ...(grid && { grid }) }] : [];
  });
}

function totalOf({ kind, of, none, grid }: Total, children: Table, families: Families): Float64Array {
  const values = of === undefined ? undefined : (columnNamed(children, of) as NumericColumn).values;
  return Float64Array.from(families, (family) => {
    if (family.length === 0) return none ?? Number.NaN;
    if (!values) return family.length;
    const own = family.map((i) => values[i]).filter((value) => !Number.isNaN(value));
    if (kind === "greatest" || kind === "least")
      return own.reduce((a, b) => (b > a === (kind === "greatest") ? b : a), own[0] ?? Number.NaN);
    const sum = own.reduce((a, b) => a + b, 0);
    return snap(kind === "summed" ? sum : sum / own.length, grid);
  });
}

/** The parents with totals as their children have them, and with what follows from totals drawn again. */
export function withTotals(
  totals: readonly Total[],
  {
    parents,
    children,
    families,
  }: { readonly parents: Table; readonly children: Table; readonly families: Families },
  model: Sequential,
  rng: Rng,
): Table {
  if (totals.length === 0 || parents.rows === 0) return parents;
  const made = new Map(totals.map((total) => [total.column, totalOf(total, children, families)]));
  const filled = parents.columns.map((column) => {
    const values = made.get(column.name);
    return values && column.type === "numeric" ? { ...column, values } : column;
  });
  const whole: Table = { rows: parents.rows, columns: filled };
  const told = toldByTotals(totals, model.structure);
  const open = filled.map(({ name }) => name).filter((name) => told.has(name) && !made.has(name));
  if (open.length === 0) return whole;
  const given = new Set(filled.map(({ name }) => name).filter((name) => !open.includes(name)));
  const again = model.drawBeside(whole, given, rng);
  // A total may lie beyond where the model's values end: what it gives exactly is not drawn.
  const argument = argumentsFrom(model.structure.columns, whole);
  const columns = filled.map((column): Column => {
    const plan = model.structure.columns.find(({ name }) => name === column.name);
    if (given.has(column.name) || !plan) return column;
    if (!isComputed(plan) || column.type !== "numeric") return columnNamed(again, column.name);
    const values = evaluate(plan.formula, argument, parents.rows);
    return {
      ...column,
      values: values.map((value) => snap(rebuild(plan.formula, value, Number.NaN), plan.grid)),
    };
  });
  return { rows: parents.rows, columns };
}

/** Totals, and the columns that follow from them, directly or by others. */
export function toldByTotals(totals: readonly Total[], { columns }: Structure): ReadonlySet<string> {
  const told = new Set(totals.map(({ column }) => column));
  for (let before = -1; before < told.size; ) {
    before = told.size;
    for (const plan of columns) {
      const formula = plan.kind === "number" && plan.formula ? argumentsOf(plan.formula) : [];
      const read = plan.kind === "bands" ? [plan.of] : formula;
      if (read.some((name) => told.has(name))) told.add(plan.name);
    }
  }
  return told;
}

/** The rules of the parents without those that children, drawn later, would have to keep. */
export function withoutTold(structure: Structure, totals: readonly Total[]): Structure {
  const told = toldByTotals(totals, structure);
  return {
    ...structure,
    orders: structure.orders.filter(({ low, high }) => !told.has(low) && !told.has(high)),
    exclusions: structure.exclusions.filter(({ columns }) => !columns.some((name) => told.has(name))),
  };
}

/** The rules in sentences. */
export function describeTotals(totals: readonly Total[]): readonly string[] {
  return totals.map(({ column, kind, of }) =>
    of === undefined
      ? `${column} is the number of the parent's children.`
      : `${column} is the ${kind} ${of} of the parent's children.`,
  );
}
