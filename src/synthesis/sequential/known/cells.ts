import { type Column, isCategorical, type TextColumn } from "../../../data/table";
import type { Arguments } from "../../structure/formulas";
import type { Structure } from "../../structure/structure";
import { levelText } from "../../structure/variables";

/** Columns of a structure that can be written to, and what formulas read of them. */
export interface Cells {
  readonly structure: Structure;
  readonly columns: readonly Column[];
  readonly rows: number;
  /** Numbers, dates in milliseconds; levels as codes, NaN where missing or not known to the model. */
  readonly of: Arguments;
  readonly column: (name: string) => Column;
  readonly setNumber: (name: string, i: number, value: number) => void;
  /** Whether a cell is missing and may be filled. */
  readonly isOpen: Open;
}

/** Whether something is so of a cell: that it is not known, that it may change. */
export type Open = (column: string, row: number) => boolean;

/** Whether a cell is missing. */
export function isMissing(one: Column, i: number): boolean {
  if (one.type === "numeric") return Number.isNaN(one.values[i]);
  return isCategorical(one) ? one.codes[i] < 0 : one.values[i] === "";
}

/** The column with cells of its own, that can be written to, and with the model's levels beside its own. */
export function copied(one: Column, levels: readonly string[] = []): Column {
  if (one.type === "numeric") return { ...one, values: one.values.slice() };
  if (!isCategorical(one)) return { ...one, values: [...one.values] };
  return { ...one, codes: one.codes.slice(), levels: [...new Set([...one.levels, ...levels])] };
}

/** Puts cell `k` of the other column into row `i`. */
export function put(into: Column, i: number, from: Column, k: number): void {
  if (into.type === "numeric") {
    if (from.type === "numeric") into.values[i] = from.values[k];
  } else if (isCategorical(into)) into.codes[i] = into.levels.indexOf(levelText(from, k) ?? "");
  else
    (into.values as string[])[i] = isCategorical(from)
      ? (levelText(from, k) ?? "")
      : (from as TextColumn).values[k];
}

/** Empties a cell. */
export function empty(one: Column, i: number): void {
  if (one.type === "numeric") one.values[i] = Number.NaN;
  else if (isCategorical(one)) one.codes[i] = -1;
  else (one.values as string[])[i] = "";
}

/** Writes a level or text into a cell. */
export function write(one: Column, i: number, text: string): void {
  if (isCategorical(one)) one.codes[i] = one.levels.indexOf(text);
  else if (one.type !== "numeric") (one.values as string[])[i] = text;
}
