import { columnNamed, type Table } from "../../data/table";
import { spacing } from "./grids";
import { type DatePlan, gridOfPlan, isComputed, type NumberPlan, type Structure } from "./structure";
import { numbersOf } from "./variables";

/** The columns of which a rule says something that rows break. */
export interface Broken {
  readonly columns: readonly string[];
  readonly rows: readonly number[];
}

/** What the structure says of numbers and these break: an order, or the range of a computed column. */
export function brokenNumbers(
  structure: Structure,
  values: (name: string) => Float64Array,
): readonly Broken[] {
  const rowsOf = (own: Float64Array, breaks: (value: number, i: number) => boolean): number[] => {
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
    ...structure.orders.map(({ low, high }): Broken => {
      const above = values(high);
      return { columns: [low, high], rows: rowsOf(values(low), (value, i) => value > above[i]) };
    }),
  ];
}

/** The rows that break what the structure says of numbers. */
export function brokenRows(structure: Structure, rows: Table): readonly number[] {
  const plans = new Map(structure.columns.map((plan) => [plan.name, plan]));
  const broken = brokenNumbers(structure, (name) =>
    numbersOf(columnNamed(rows, name), plans.get(name) as NumberPlan | DatePlan),
  );
  return [...new Set(broken.flatMap((one) => one.rows))].sort((a, b) => a - b);
}
