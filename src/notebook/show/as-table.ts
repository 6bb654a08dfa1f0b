import type { Matrix } from "../../core/matrix";
import type { Column, Table } from "../../data/table";

/** A column as a reader sees it: name, type in a word, and a value a row; null where missing. */
export interface ShownColumn {
  readonly name: string;
  readonly type: string;
  valueAt(row: number): unknown;
}

/** Anything with rows and named columns. */
export interface ShownTable {
  readonly rows: number;
  readonly columns: readonly ShownColumn[];
}

type Some = Readonly<Record<string, unknown>>;

/** The table that a value is, in any of the forms that notebooks meet; undefined for what is none. */
export function asTable(value: unknown): ShownTable | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const given = value as Some;
  if (Array.isArray(value)) return fromRecords(value);
  if (isOurs(given)) return { rows: given.rows, columns: given.columns.map(fromColumn) };
  if (isMatrix(given)) return fromMatrix(given);
  if (typeof given.toRecords === "function" && typeof given.height === "number") return fromPolars(given);
  if (typeof given.columnNames === "function" && typeof given.numRows === "function")
    return fromArquero(given);
  if (typeof given.getChild === "function" && typeof given.numRows === "number") return fromArrow(given);
  return undefined;
}

function isOurs(given: Some): given is Table & Some {
  const { rows, columns } = given;
  return (
    typeof rows === "number" &&
    Array.isArray(columns) &&
    columns.every((column) => typeof column?.name === "string" && ("values" in column || "codes" in column))
  );
}

function isMatrix(given: Some): given is Matrix & Some {
  const { rows, columns, values } = given;
  return typeof rows === "number" && typeof columns === "number" && values instanceof Float64Array;
}

function fromColumn(column: Column): ShownColumn {
  const { name, type } = column;
  if (column.type === "numeric") return { name, type: "number", valueAt: (i) => column.values[i] };
  if ("codes" in column)
    return { name, type, valueAt: (i) => (column.codes[i] < 0 ? null : column.levels[column.codes[i]]) };
  return { name, type, valueAt: (i) => (column.values[i] === "" ? null : column.values[i]) };
}

function fromMatrix({ rows, columns, values }: Matrix): ShownTable {
  return {
    rows,
    columns: Array.from({ length: columns }, (_, j) => ({
      ...{ name: String(j), type: "number", valueAt: (i: number) => values[j * rows + i] },
    })),
  };
}

function fromRecords(records: readonly unknown[]): ShownTable | undefined {
  const whole = (test: (value: unknown) => boolean): boolean => records.length > 0 && records.every(test);
  if (whole((value) => Array.isArray(value) || ArrayBuffer.isView(value))) {
    const lists = records as readonly ArrayLike<unknown>[];
    const width = lists.reduce((most, list) => Math.max(most, list.length), 0);
    return {
      rows: lists.length,
      columns: Array.from({ length: width }, (_, j) => ({
        ...{ name: String(j), type: typeOf(lists[0][j]), valueAt: (i: number) => lists[i][j] ?? null },
      })),
    };
  }
  if (!whole((value) => typeof value === "object" && value !== null && !(value instanceof Date)))
    return undefined;
  const rows = records as readonly Some[];
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const columns = names.map((name) => {
    const first = rows.find((row) => row[name] !== undefined && row[name] !== null)?.[name];
    return { name, type: typeOf(first), valueAt: (i: number) => rows[i][name] ?? null };
  });
  return { rows: rows.length, columns };
}

function typeOf(value: unknown): string {
  if (value instanceof Date) return "date";
  return value === undefined || value === null ? "missing" : Array.isArray(value) ? "list" : typeof value;
}

function fromPolars(frame: Some): ShownTable {
  const { height, columns, dtypes } = frame as { height: number; columns: string[]; dtypes?: unknown[] };
  const get = frame.getColumn as (name: string) => { get(i: number): unknown };
  return {
    rows: height,
    columns: columns.map((name, j) => {
      const series = get.call(frame, name);
      return { name, type: shortType(dtypes?.[j]), valueAt: (i: number) => series.get(i) };
    }),
  };
}

function fromArquero(table: Some): ShownTable {
  const { columnNames, numRows, get } = table as {
    columnNames(): string[];
    numRows(): number;
    get(name: string, row: number): unknown;
  };
  const rows = numRows.call(table);
  return {
    rows,
    columns: columnNames.call(table).map((name) => ({
      ...{ name, type: rows > 0 ? typeOf(get.call(table, name, 0)) : "missing" },
      valueAt: (i: number) => get.call(table, name, i),
    })),
  };
}

function fromArrow(table: Some): ShownTable {
  const { schema, numRows } = table as {
    schema: { fields: { name: string; type: unknown }[] };
    numRows: number;
  };
  const child = table.getChild as (name: string) => { get?(i: number): unknown; at?(i: number): unknown };
  return {
    rows: numRows,
    columns: schema.fields.map(({ name, type }) => {
      const column = child.call(table, name);
      const valueAt = (i: number): unknown => (column.get ? column.get(i) : column.at?.(i));
      return { name, type: shortType(type), valueAt };
    }),
  };
}

/** "Float64" of "DataType(Float64)" and the like. */
function shortType(type: unknown): string {
  const text = typeof type === "string" ? type : String((type as { variant?: unknown })?.variant ?? type);
  return text.replace(/^DataType[.(]?|\)$/g, "").toLowerCase() || "value";
}
