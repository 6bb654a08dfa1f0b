import type { Grid } from "../grids";

/** A numeric column as the search sees it. */
export interface NumberInput {
  readonly name: string;
  readonly values: Float64Array;
  readonly grid?: Grid;
  /** Whether others may follow from it but it from none: a number of few values, drawn as levels. */
  readonly given?: boolean;
  /** Whether they are dates, in milliseconds since 1970. */
  readonly date?: boolean;
}

/** A level column as the search sees it: codes with missing as the last level. */
export interface LevelsInput {
  readonly name: string;
  readonly codes: Int32Array;
  readonly count: number;
  /** The code of cells that are missing at random. */
  readonly hole?: number;
}

/** At most `most` row numbers, evenly spaced: enough to screen with. */
export function spacedRows(rows: number, most: number): Int32Array {
  const count = Math.min(rows, most);
  const out = new Int32Array(count);
  for (let i = 0; i < count; i++) out[i] = Math.floor((i * rows) / count);
  return out;
}

/** The value with as few significant digits (3 to 7) as `holds` allows; the value itself when none does. */
export function shortest(value: number, holds: (shorter: number) => boolean): number {
  for (let digits = 1; digits <= 7; digits++) {
    const shorter = Number(value.toPrecision(digits));
    if (holds(shorter)) return shorter;
  }
  return value;
}
