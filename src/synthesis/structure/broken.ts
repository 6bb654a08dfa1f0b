import { columnNamed, type Table } from "../../data/table";
import { spacing } from "./grids";
import { type DatePlan, isComputed, type NumberPlan, type Structure } from "./structure";
import { numbersOf } from "./variables";

/** The rows that break what the structure says of numbers: an order, or the range of a computed column. */
export function brokenRows(structure: Structure, rows: Table): readonly number[] {
  const broken = new Uint8Array(rows.rows);
  const plans = new Map(structure.columns.map((plan) => [plan.name, plan]));
  const values = (name: string): Float64Array =>
    numbersOf(columnNamed(rows, name), plans.get(name) as NumberPlan | DatePlan);
  for (const plan of structure.columns) {
    if (!isComputed(plan)) continue;
    const own = values(plan.name);
    const slack = spacing(plan.grid) / 2 + 1e-9 * Math.max(Math.abs(plan.low), Math.abs(plan.high));
    for (let i = 0; i < own.length; i++)
      if (own[i] < plan.low - slack || own[i] > plan.high + slack) broken[i] = 1;
  }
  for (const { low, high } of structure.orders) {
    const [below, above] = [values(low), values(high)];
    for (let i = 0; i < below.length; i++) if (below[i] > above[i]) broken[i] = 1;
  }
  return [...broken.keys()].filter((i) => broken[i] === 1);
}
