import { type Column, isCategorical, type Table } from "../../data/table";

/** A column that a model doesn't use, why, and what would change that. */
export interface UnusedColumn {
  readonly column: string;
  readonly reason: string;
  /** Left out where nothing would. */
  readonly remedy?: string;
}

/** Columns of the table, other than the target, that are not among those used. */
export function unusedColumns(
  table: Table,
  used: Iterable<string>,
  { target, drop = [] }: { readonly target?: string; readonly drop?: readonly string[] },
): UnusedColumn[] {
  const names = new Set(used);
  return table.columns.flatMap((one): UnusedColumn[] => {
    if (one.name === target || names.has(one.name)) return [];
    if (drop.includes(one.name)) return [{ column: one.name, reason: "it was left out by --drop or --id" }];
    return [{ column: one.name, ...whyUnused(one, table.rows) }];
  });
}

/** Why a column of such cells is no feature, and what would make it one. */
export function whyUnused(one: Column, rows: number): Omit<UnusedColumn, "column"> {
  const schema = "a schema (telelink data show --write-schema) that gives it another type";
  const distinct = distinctOf(one);
  if (distinct === 0)
    return {
      reason: "it holds no values",
      remedy: "--missing or --date-format, if they are there in other words",
    };
  if (one.type === "id") return { reason: "it names the row" };
  if (one.type === "date")
    return {
      reason: "it holds dates, which this learner takes no features from",
      remedy: "columns such as days since it",
    };
  if (one.type === "text") return { reason: "it holds text that hardly repeats", remedy: schema };
  if (distinct === 1) return { reason: "all its values are the same" };
  if (isCategorical(one) && distinct > 0.5 * rows)
    return { reason: "hardly any of its levels repeats", remedy: schema };
  return { reason: "the learner did not choose it" };
}

/** "2 of 9 columns are not used: …", a sentence a column; nothing where all are. */
export function unusedSentences(unused: readonly UnusedColumn[], columns: number): string[] {
  if (unused.length === 0) return [];
  const head = `${unused.length} of ${columns} columns ${unused.length === 1 ? "is" : "are"} not used:`;
  return [
    head,
    ...unused.map(
      ({ column, reason, remedy }) =>
        `  ${column}, because ${reason}${remedy ? `; ${remedy} would rescue it` : ""}`,
    ),
  ];
}

function distinctOf(one: Column): number {
  const seen = new Set<string | number>();
  const cells: ArrayLike<string | number> = isCategorical(one) ? one.codes : one.values;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i];
    if (cell !== "" && !(isCategorical(one) && cell === -1) && !Number.isNaN(cell)) seen.add(cell);
  }
  return seen.size;
}
