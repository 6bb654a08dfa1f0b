import { type Column, columnNamed, type Table } from "../../../data/table";
import { rowsOffDays } from "../date-days";
import { spacing } from "../grids";
import {
  type DatePlan,
  gridOfPlan,
  isComputed,
  type LevelsPlan,
  type NumberPlan,
  type Structure,
  type Variable,
} from "../structure";
import { codesOf, numbersOf } from "../variables";
import { type Broken, brokenExclusions } from "./broken-exclusions";
import { brokenLater } from "./later";

/** What the structure says of numbers and these break: an order, or the range of a computed column. */
function brokenNumbers(structure: Structure, values: (name: string) => ArrayLike<number>): readonly Broken[] {
  const rowsOf = (own: ArrayLike<number>, breaks: (value: number, i: number) => boolean): number[] => {
    const rows: number[] = [];
    for (let i = 0; i < own.length; i++) if (breaks(own[i], i)) rows.push(i);
    return rows;
  };
  return [
    ...structure.columns.flatMap((plan): Broken[] => {
      if (!isComputed(plan)) return [];
      const { name, low, high } = plan;
      const slack = spacing(gridOfPlan(plan)) / 2 + 1e-9 * Math.max(Math.abs(low), Math.abs(high));
      const rows = rowsOf(values(name), (value) => value < low - slack || value > high + slack);
      return [{ columns: [name], rows }];
    }),
    ...structure.columns.flatMap((plan): Broken[] => {
      const days = plan.kind === "date" && plan.days;
      if (!days) return [];
      const columns = [plan.name, ...(days.months ? [days.months.from] : [])];
      return [{ columns, rows: rowsOffDays(days, plan.name, values) }];
    }),
    ...(structure.later ?? []).map(
      (one): Broken => ({
        columns: [one.low, one.high, ...(one.where ? [one.where.column] : [])],
        rows: brokenLater(structure, one, values),
      }),
    ),
    ...structure.orders.map(({ low, high }): Broken => {
      const above = values(high);
      return { columns: [low, high], rows: rowsOf(values(low), (value, i) => value > above[i]) };
    }),
  ];
}

/** What the structure says of rows, as orders and as cells that never meet, and these break. `variables` are theirs, where they are known. */
export function brokenBy(
  structure: Structure,
  rows: Table,
  variables?: readonly Variable[],
): readonly Broken[] {
  const plans = new Map(structure.columns.map((plan) => [plan.name, plan]));
  const broken = brokenNumbers(structure, (name) =>
    valuesOf(columnNamed(rows, name), plans.get(name) as NumberPlan | DatePlan | LevelsPlan),
  );
  return [...broken, ...brokenExclusions(structure, rows, variables)];
}

/** The rows that break what the structure says of numbers, or hold cells that never meet. */
export function brokenRows(structure: Structure, rows: Table): readonly number[] {
  const all = brokenBy(structure, rows).flatMap((one) => one.rows);
  return [...new Set(all)].sort((a, b) => a - b);
}

/** The cells of a column that rules of numbers and dates read. */
export function valuesOf(column: Column, plan: NumberPlan | DatePlan | LevelsPlan): ArrayLike<number> {
  return plan.kind === "levels" ? codesOf(column, plan) : numbersOf(column, plan);
}
