import { type Grid, snap, spacing } from "../grids";

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

/**
 * Whether the prediction, rounded to the target's grid, is the target in every row: to the digit, or (a half may round either way)
 * within half a unit.
 */
export function agrees(target: NumberInput, predicted: (row: number) => number, digit = false): boolean {
  const { values, grid } = target;
  const half = spacing(grid) / 2;
  const slack = digit && grid ? half * 1e-6 : half + half * 1e-6 + 1e-9 * spread(values);
  for (let i = 0; i < values.length; i++) {
    const value = digit ? snap(predicted(i), grid) : predicted(i);
    if (!(Math.abs(values[i] - value) <= slack)) return false;
  }
  return true;
}

/** How far the values reach. */
export function spread(values: Float64Array): number {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < values.length; i++) {
    if (values[i] < low) low = values[i];
    if (values[i] > high) high = values[i];
  }
  return high - low;
}
