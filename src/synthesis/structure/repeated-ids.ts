import type { Column, Table } from "../../data/table";

/** An identifier names the rows when so many of its values differ; below that it is a category like any other. */
export const leastDistinctIds = 0.5;

/** The table with identifiers that mostly repeat (a vendor's number) as the categories that they are, and their names; but for `customer`. */
export function withRepeatedIds(
  from: Table,
  customer?: string,
): {
  readonly table: Table;
  readonly repeated: readonly string[];
} {
  const repeated: string[] = [];
  const columns = from.columns.map((column): Column => {
    if (column.type !== "id" || column.name === customer) return column;
    const present = column.values.filter((value) => value !== "");
    const levels = [...new Set(present)].sort();
    if (present.length === 0 || levels.length >= leastDistinctIds * present.length) return column;
    repeated.push(column.name);
    const codeOf = new Map(levels.map((level, code) => [level, code]));
    const codes = Int32Array.from(column.values, (value) => codeOf.get(value) ?? -1);
    return { name: column.name, type: "categorical", codes, levels };
  });
  return { table: repeated.length > 0 ? { rows: from.rows, columns } : from, repeated };
}
