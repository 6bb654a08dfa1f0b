import { type Column, columnNamed, type Table } from "../../../data/table";
import { brokenDays } from "../date-days";
import { spacing } from "../grids";
import {
  type BandsPlan,
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
import { brokenLater, describeLater } from "./later";
import { brokenLimit, describeLimit } from "./limits";

type Values = (name: string) => ArrayLike<number>;

/** What the structure says of numbers and these break: the range of a computed column, or what `brokenOrders` gives. */
function brokenNumbers(structure: Structure, values: Values): readonly Omit<Broken, "rule">[] {
  const ranges = structure.columns.filter(isComputed).map((plan) => {
    const { name, low, high } = plan;
    const slack = spacing(gridOfPlan(plan)) / 2 + 1e-9 * Math.max(Math.abs(low), Math.abs(high));
    const rows = rowsOf(values(name), (value) => value < low - slack || value > high + slack);
    return { columns: [name], rows };
  });
  return [...ranges, ...brokenOrders(structure, values)];
}

/** What the structure says of numbers and dates beside others and these break: orders, ends by level; and days of dates. */
export function brokenOrders(structure: Structure, values: Values): readonly Broken[] {
  return [
    ...brokenComparisons(structure, values),
    ...structure.columns.flatMap((plan) => (plan.kind === "date" ? brokenDays(structure, plan, values) : [])),
  ];
}

/** The same but for days. */
export function brokenComparisons(structure: Structure, values: Values): readonly Broken[] {
  const { orders, later = [], limits = [] } = structure;
  return [
    ...orders.map(({ low, high }) => {
      const above = values(high);
      const rows = rowsOf(values(low), (value, i) => value > above[i]);
      return { rule: `${low} is never above ${high}.`, columns: [low, high], rows };
    }),
    ...later.map((one) => ({
      rule: describeLater(one),
      columns: [one.low, one.high, ...(one.where ? [one.where.column] : [])],
      rows: brokenLater(structure, one, values),
    })),
    ...limits.map((one) => ({
      rule: describeLimit(structure, one),
      columns: [one.column, one.where.column, ...(one.beside ?? []).map(({ column }) => column)],
      rows: brokenLimit(structure, one, values),
    })),
  ];
}

function rowsOf(own: ArrayLike<number>, breaks: (value: number, i: number) => boolean): number[] {
  const rows: number[] = [];
  for (let i = 0; i < own.length; i++) if (breaks(own[i], i)) rows.push(i);
  return rows;
}

/** What the structure says of rows, as orders and as cells that never meet, and these break. `variables` are theirs, where they are known. */
export function brokenBy(
  structure: Structure,
  rows: Table,
  variables?: readonly Variable[],
): readonly Omit<Broken, "rule">[] {
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
export function valuesOf(
  column: Column,
  plan: NumberPlan | DatePlan | LevelsPlan | BandsPlan,
): ArrayLike<number> {
  return "levels" in plan ? codesOf(column, plan) : numbersOf(column, plan);
}
