import { check } from "../../core/checks";
import { type Column, isCategorical, type Table } from "../../data/table";
import { dateReader, writtenDates } from "../../synthesis/structure/dates";

/** A column as the measures see it, in several tables at once. Keys and free text are left out. */
export type Shared = SharedNumber | SharedLevels;

export interface SharedNumber {
  readonly name: string;
  readonly kind: "number";
  /** One array per table; NaN where missing; dates in milliseconds. */
  readonly values: readonly Float64Array[];
}

export interface SharedLevels {
  readonly name: string;
  readonly kind: "levels";
  /** One array per table: codes into `levels`, −1 where missing. */
  readonly codes: readonly Int32Array[];
  readonly levels: readonly string[];
}

/**
 * The columns of the first table as they stand in all of them, with common level codes. Throws where a table lacks a
 * column or holds it with another type.
 */
export function alignTables(tables: readonly Table[], action: string): readonly Shared[] {
  const [first] = tables;
  // Levels that name people come back as identifiers of nobody.
  const named = new Set(
    tables.flatMap(({ columns }) => columns.flatMap(({ name, type }) => (type === "id" ? [name] : []))),
  );
  return first.columns
    .filter(
      (column) =>
        column.type !== "text" &&
        !(named.has(column.name) && (column.type === "id" || isCategorical(column))),
    )
    .map((one): Shared => {
      const same = tables.map((other) => {
        const found = other.columns.find((column) => column.name === one.name);
        const names = other.columns.map((column) => column.name).join(", ");
        check(found !== undefined, action, `every table must have column ${JSON.stringify(one.name)}`, names);
        // Levels that hardly repeat come back as texts.
        const alike =
          found.type === one.type || (isCategorical(one) && (isCategorical(found) || found.type === "text"));
        check(
          alike,
          action,
          `column ${JSON.stringify(one.name)} must be ${one.type} in every table`,
          found.type,
        );
        return found;
      });
      return isCategorical(one) ? sharedLevels(one.name, same) : sharedNumbers(one.name, same, action);
    });
}

/** The cell of each row, with a missing value as the last level; and the number of cells. */
export function cellsWithMissing(levels: SharedLevels, table: number): Int32Array {
  const missing = levels.levels.length;
  return levels.codes[table].map((code) => (code < 0 ? missing : code));
}

function sharedLevels(name: string, columns: readonly Column[]): SharedLevels {
  const codeOf = new Map<string, number>();
  const place = (level: string): number => {
    const known = codeOf.get(level);
    if (known !== undefined) return known;
    codeOf.set(level, codeOf.size);
    return codeOf.size - 1;
  };
  const codes = columns.map((column) => {
    if (column.type === "numeric") return new Int32Array(0);
    if (!isCategorical(column))
      return Int32Array.from(column.values, (text) => (text === "" ? -1 : place(text)));
    const map = column.levels.map(place);
    return column.codes.map((code) => (code < 0 ? -1 : map[code]));
  });
  return { name, kind: "levels", codes, levels: [...codeOf.keys()] };
}

function sharedNumbers(name: string, columns: readonly Column[], action: string): SharedNumber {
  const values = columns.map((column) => {
    if (column.type === "numeric") return column.values;
    if (column.type !== "date") return new Float64Array(0);
    const format = writtenDates(column.values, 1, column.format);
    const empty = column.values.every((text) => text === "");
    check(
      format !== undefined || empty,
      action,
      `column ${JSON.stringify(name)} must hold dates`,
      column.values[0],
    );
    return format
      ? Float64Array.from(column.values, dateReader(format))
      : new Float64Array(column.values.length).fill(Number.NaN);
  });
  return { name, kind: "number", values };
}
