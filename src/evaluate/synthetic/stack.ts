import { type Column, type Table, table } from "../../data/table";
import { alignTables } from "./align";

/** The rows of several tables below one another, keys and free text left out, dates as numbers. */
export function stackTables(tables: readonly Table[], action: string): Table {
  return table(
    alignTables(tables, action).map((column): Column => {
      if (column.kind === "levels") {
        const codes = Int32Array.from(column.codes.flatMap((own) => Array.from(own)));
        return { name: column.name, type: "categorical", codes, levels: column.levels };
      }
      const values = Float64Array.from(column.values.flatMap((own) => Array.from(own)));
      return { name: column.name, type: "numeric", values };
    }),
  );
}
