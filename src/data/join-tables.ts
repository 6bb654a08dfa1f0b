import { check } from "../core/checks";
import { type Column, isCategorical, type Table, table } from "./table";

/** The rows of all tables below each other. They must have the same columns; levels are those of the first that has all. */
export function joinTables(parts: readonly Table[]): Table {
  check(parts.length > 0, "join tables", "there must be at least one, got none");
  const { columns } = table(
    parts[0].columns.map((first, j) => {
      const columns = parts.map((part) => part.columns[j]);
      const same = columns.every((column) => column?.name === first.name && column.type === first.type);
      check(same, "join tables", `every table must have ${first.name} (${first.type}) as column ${j + 1}`);
      return joinColumns(first, columns);
    }),
  );
  return { rows: parts.reduce((sum, part) => sum + part.rows, 0), columns };
}

function joinColumns(first: Column, columns: readonly Column[]): Column {
  const rows = columns.reduce(
    (sum, column) => sum + ("values" in column ? column.values.length : column.codes.length),
    0,
  );
  if (first.type === "numeric") {
    const values = new Float64Array(rows);
    let at = 0;
    for (const column of columns as (typeof first)[]) {
      values.set(column.values, at);
      at += column.values.length;
    }
    return { ...first, values };
  }
  if (!isCategorical(first))
    return { ...first, values: (columns as (typeof first)[]).flatMap((column) => column.values) };
  const parts = columns as (typeof first)[];
  const levels = [...new Set(parts.flatMap((part) => part.levels))];
  const places = new Map(levels.map((level, code) => [level, code]));
  const codes = new Int32Array(rows);
  let at = 0;
  for (const column of parts) {
    const map = column.levels.map((level) => places.get(level) as number);
    for (const code of column.codes) codes[at++] = code < 0 ? -1 : map[code];
  }
  return { ...first, codes, levels };
}
