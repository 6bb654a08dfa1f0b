import { type DateFormat, dateParser, plainDates } from "../../../data/formats/date-format";
import { foldKey } from "../../../data/infer/fold";
import {
  type CategoricalColumn,
  type Column,
  isCategorical,
  type NumericColumn,
  type TextColumn,
} from "../../../data/table";
import { day } from "../../structure/date-parts";
import { type WrittenDates, writtenDates } from "../../structure/dates";
import { decimalsOf } from "../../structure/grids";
import { boundOf, type ColumnDomain } from "./domain";

/** What whole numbers a column's values are turned into, and back. */
export type Grid =
  /** Positions are places among the levels. */
  | { readonly kind: "levels"; readonly levels: readonly string[] }
  /** Positions are values × 10^decimals, or places among the whole multiples of a step. */
  | { readonly kind: "decimals"; readonly decimals: number; readonly step?: number }
  /** Position k holds the values from low + k × step up to the next. */
  | { readonly kind: "continuous"; readonly low: number; readonly step: number }
  /** Positions are milliseconds since 1970 / the format's step. */
  | { readonly kind: "date"; readonly format: WrittenDates };

/** A column of values that have an order, before anything private was asked of it. */
export interface RangedColumn {
  readonly name: string;
  readonly kind: "range";
  /** On the grid; NaN where missing. For a continuous column, the values themselves. Made anew each time. */
  readonly units: () => Float64Array;
  /** None yet for a continuous column. */
  readonly grid?: Grid;
  /** Public bounds, in units. */
  readonly bounds?: readonly [number, number];
  readonly required: boolean;
}

/** A column of levels, before anything private was asked of it. */
export interface LevelledColumn {
  readonly name: string;
  readonly kind: "levels";
  /** Into `values`; −1 where missing. Made anew each time. */
  readonly codes: () => Int32Array;
  /** What the codes stand for: as private as the rows. */
  readonly values: readonly string[];
  /** Public levels. */
  readonly levels?: readonly string[];
  readonly required: boolean;
}

export type RawColumn = RangedColumn | LevelledColumn;

/** Positions to a unit of the values. */
export function scaleOf(grid: Grid): number {
  if (grid.kind === "decimals") return grid.step === undefined ? 10 ** grid.decimals : 1 / grid.step;
  return grid.kind === "date" ? 1 / grid.format.step : 1;
}

/** A whole number a row, in as few bytes as they ask for; −1 where there is none. */
export type Places = Int8Array | Int16Array | Int32Array;

/** The same numbers in as few bytes as they ask for. */
export function inFewBytes(all: Int32Array): Places {
  let most = 0;
  for (const place of all) if (place > most) most = place;
  return most < 2 ** 7 ? Int8Array.from(all) : most < 2 ** 15 ? Int16Array.from(all) : all;
}

/**
 * A column as positions, of cells that are read whenever they are asked for. Its type, its decimals, the words of a boolean and the way its dates are written count as public
 * schema. Undefined for identifiers and texts, which are never learnt.
 */
export function rawColumn(read: () => Column, domain: ColumnDomain | undefined): RawColumn | undefined {
  const column = read();
  const { name } = column;
  const required = domain?.required ?? false;
  if (isCategorical(column)) {
    const levels = domain?.levels ?? (column.type === "boolean" ? column.levels : undefined);
    return {
      name,
      kind: "levels",
      codes: () => (read() as CategoricalColumn).codes,
      values: column.levels,
      required,
      ...(levels && { levels }),
    };
  }
  const known = domain?.minimum !== undefined && domain.maximum !== undefined;
  const ends = known
    ? [domain.minimum, domain.maximum].map((end) => boundOf(end as number | string, domain.format))
    : [];
  if (column.type === "numeric") {
    const step = domain?.step;
    const decimals = decimalsStated(column, domain);
    const values = (): Float64Array => (read() as NumericColumn).values;
    if (decimals === undefined) {
      const units = () => values().map((value) => (Number.isFinite(value) ? value : Number.NaN));
      return { name, kind: "range", units, required, ...(known && { bounds: [ends[0], ends[1]] }) };
    }
    const grid: Grid = { kind: "decimals", decimals, ...(step !== undefined && { step }) };
    const scale = scaleOf(grid);
    const toGrid = (value: number): number =>
      Number.isFinite(value) ? Math.round(value * scale) : Number.NaN;
    const bounds = [Math.ceil(ends[0] * scale - 1e-6), Math.floor(ends[1] * scale + 1e-6)] as const;
    return {
      name,
      kind: "range",
      units: () => values().map(toGrid),
      grid,
      required,
      ...(known && { bounds }),
    };
  }
  if (column.type !== "date") return undefined;
  const written = datesWritten(datesStated(column, domain));
  const { step } = written;
  const parse = dateParser(datesRead(column));
  const units = () =>
    Float64Array.from((read() as TextColumn).values, (text) => Math.floor(parse(text) / step));
  const grid: Grid = { kind: "date", format: written };
  const bounds = [Math.floor(ends[0] / step), Math.floor(ends[1] / step)] as const;
  return { name, kind: "range", units, grid, required, ...(known && { bounds }) };
}

/** Digits after the point: those that are stated, or those of the column and of its step. */
export function decimalsStated(
  { decimals: own }: Pick<NumericColumn, "decimals">,
  { decimals, step }: Partial<ColumnDomain> = {},
): number | undefined {
  return decimals ?? (step === undefined ? own : Math.max(own ?? 0, decimalsOf([step])));
}

/** How dates are written: as is stated, or else as the column has them. */
export function datesStated(column: TextColumn, { format }: Partial<ColumnDomain> = {}): DateFormat {
  return format?.kind === "date" ? format : datesRead(column);
}

/** All dates in one format, as finely as it tells them. */
export function datesWritten(format: DateFormat): WrittenDates {
  return { formats: [{ format, share: 1 }], step: patternStep(format.pattern) };
}

/** How dates are read: as the column says, or else its cells. */
export function datesRead({ format, values }: TextColumn): DateFormat {
  return format ?? learntFormat(values) ?? plainDates;
}

/** How the bounds of dates are written; undefined without any. */
export function boundsFormat({ minimum, maximum }: ColumnDomain): DateFormat | undefined {
  return learntFormat([minimum, maximum].flatMap((end) => (typeof end === "string" ? [end] : [])));
}

function learntFormat(texts: readonly string[]): DateFormat | undefined {
  return writtenDates(texts, 1)?.formats[0].format;
}

/** What the pattern can tell apart, whatever the table's dates are. */
function patternStep(pattern: string): number {
  if (/[ST]/.test(pattern.replace(/'[^']*'/g, ""))) return 1;
  if (/[st]/.test(pattern)) return 1000;
  return /[Hhm]/.test(pattern) ? 60_000 : day;
}

/** Each row's code among public levels, the only one of its spelling where it is written otherwise; −1 where it is missing or none of them. */
export function codesAmong(column: LevelledColumn, levels: readonly string[]): Int32Array {
  const spelled = column.levels ? levels.map(foldKey) : [];
  const placeOf = (value: string): number => {
    const key = foldKey(value);
    const own = levels.indexOf(value);
    const place = own < 0 ? spelled.indexOf(key) : own;
    return own < 0 && spelled.lastIndexOf(key) !== place ? -1 : place;
  };
  const places = column.values.map(placeOf);
  return column.codes().map((code) => (code < 0 ? -1 : places[code]));
}
