import { columnNamed, type NumericColumn, type Table } from "../../data/table";

/** What a minute costs in churn-bigml, in each part of the day and abroad. */
const tariffs: readonly { readonly part: string; readonly price: number }[] = [
  { part: "day", price: 0.17 },
  { part: "eve", price: 0.085 },
  { part: "night", price: 0.045 },
  { part: "intl", price: 0.27 },
];

/** The columns of charges, which follow from the minutes. */
export const chargeColumns: readonly string[] = tariffs.map(({ part }) => `Total ${part} charge`);

/** The table with those of the `wanted` charges that it lacks, reckoned from its minutes, in whole cents. */
export function withCharges(rows: Table, wanted: readonly string[]): Table {
  const names = new Set(rows.columns.map((column) => column.name));
  const added: NumericColumn[] = [];
  for (const { part, price } of tariffs) {
    const name = `Total ${part} charge`;
    if (!wanted.includes(name) || names.has(name)) continue;
    const minutes = columnNamed(rows, `Total ${part} minutes`);
    if (minutes.type !== "numeric") continue;
    const values = minutes.values.map((used) => Math.round(100 * price * used) / 100);
    added.push({ name, type: "numeric", values, decimals: 2 });
  }
  return added.length === 0 ? rows : { rows: rows.rows, columns: [...rows.columns, ...added] };
}
