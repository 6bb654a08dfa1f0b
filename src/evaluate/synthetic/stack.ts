import { type Column, type Table, table } from "../../data/table";
import { alignTables } from "./align";

/** The rows of several tables below one another, keys and free text left out, dates as numbers. */
export function stackTables(tables: readonly Table[], action: string): Table {
  return table(
    alignTables(tables, action).map((one): Column => {
      if (one.kind === "levels") {
        const codes = Int32Array.from(one.codes.flatMap((own) => Array.from(own)));
        return { name: one.name, type: "categorical", codes, levels: one.levels };
      }
      const values = Float64Array.from(one.values.flatMap((own) => Array.from(own)));
      return { name: one.name, type: "numeric", values };
    }),
  );
}
