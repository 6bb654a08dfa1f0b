import { type Column, isCategorical } from "../../data/table";

/** What a person should know of columns that are left empty in new rows. */
export function droppedRemarks(drop: readonly string[]): readonly string[] {
  return drop.length > 0
    ? [
        `new rows have nothing in ${drop.join(", ")}: dropped (leave that out of training, too: it tells new rows from others)`,
      ]
    : [];
}

/** A column like this one of so many missing cells. */
export function emptyCells(one: Column, rows: number): Column {
  if (isCategorical(one)) return { ...one, codes: new Int32Array(rows).fill(-1) };
  if (one.type === "numeric") return { ...one, values: new Float64Array(rows).fill(Number.NaN) };
  return { ...one, values: new Array<string>(rows).fill("") };
}
