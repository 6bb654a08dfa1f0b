import type { DateFormat } from "./dates";
import type { Formula } from "./formulas";
import type { Grid } from "./grids";
import type { KeyPlan } from "./keys";

/**
 * What was discovered about a table, as plain data: a user reads it (`describeStructure`), changes it and fits with
 * it. Every method draws only the variables that are left (`reduceTable`) and rebuilds the rest (`restoreTable`).
 */
export interface Structure {
  readonly version: 1;
  /** How each column comes back, in the table's order. */
  readonly columns: readonly ColumnPlan[];
  /** Columns of which only the combinations seen in training may appear; drawn together. */
  readonly combinations: readonly Combination[];
  /** Pairs of values that never meet ("structural zeros"). */
  readonly exclusions: readonly Exclusion[];
  /** Numbers or dates of which one is never above the other. */
  readonly orders: readonly Order[];
}

export type ColumnPlan =
  | ConstantPlan
  | LevelsPlan
  | NumberPlan
  | DatePlan
  | LookupPlan
  | KeyColumnPlan
  | TextPlan;

/** Every cell the same: its text, "" for missing. */
export interface ConstantPlan {
  readonly kind: "constant";
  readonly name: string;
  readonly text: string;
}

/** Drawn from levels; with `missing`, an empty cell is a level of its own. */
export interface LevelsPlan {
  readonly kind: "levels";
  readonly name: string;
  readonly levels: readonly string[];
  readonly missing: boolean;
}

/** Drawn as a number, or computed from other columns. */
export interface NumberPlan {
  readonly kind: "number";
  readonly name: string;
  readonly missing: boolean;
  readonly grid?: Grid;
  /** The training range; results are clipped to it. */
  readonly low: number;
  readonly high: number;
  /** Values so frequent that they are drawn as such: 0 messages. For a column with a formula: of its rest. */
  readonly atoms: readonly number[];
  /** All values, when there are so few that they are drawn as levels. */
  readonly values?: readonly number[];
  readonly formula?: Formula;
}

export interface DatePlan {
  readonly kind: "date";
  readonly name: string;
  readonly missing: boolean;
  readonly format: DateFormat;
  /** Milliseconds since 1970. */
  readonly low: number;
  readonly high: number;
}

/** Follows from the level of another column or combination (missing is its last): `map` holds this one's level, −1 for missing. */
export interface LookupPlan {
  readonly kind: "lookup";
  readonly name: string;
  readonly levels: readonly string[];
  readonly of: string;
  readonly map: readonly number[];
}

/** Identifiers: fresh and unique, never drawn. */
export interface KeyColumnPlan {
  readonly kind: "key";
  readonly name: string;
  readonly keys: KeyPlan;
}

/** Free text: words that several training rows share, drawn by their frequency; never a training text on purpose. */
export interface TextPlan {
  readonly kind: "text";
  readonly name: string;
  /** The share of empty cells. */
  readonly missing: number;
  readonly words: readonly string[];
  readonly weights: readonly number[];
  /** How many words a text has: ten quantiles. */
  readonly lengths: readonly number[];
}

export interface Combination {
  readonly name: string;
  readonly columns: readonly string[];
  /** The allowed combinations, in the order of the drawn levels: one text per column, null for missing. */
  readonly allowed: readonly (readonly (string | null)[])[];
}

/** Cells of two variables that never meet, as `cellLabels` writes them. */
export interface Exclusion {
  readonly columns: readonly [string, string];
  readonly never: readonly (readonly [string, string])[];
}

export interface Order {
  readonly low: string;
  readonly high: string;
}

/** What a method draws for a column: levels, or a number that may be one of a few atoms. */
export type Variable = LevelsVariable | NumberVariable;

export interface LevelsVariable {
  readonly name: string;
  readonly kind: "levels";
  /** 0 … levels.length − 1; a missing value is the last level. */
  readonly codes: Int32Array;
  readonly levels: readonly string[];
}

export interface NumberVariable {
  readonly name: string;
  readonly kind: "number";
  /**
   * NaN where missing. Without `missing`, NaN marks rows in which the value follows from the others: they teach
   * nothing, and what a method draws there is ignored.
   */
  readonly values: Float64Array;
  readonly missing: boolean;
  readonly atoms: readonly number[];
  /** The column's own grid; none for the rest of a formula. */
  readonly grid?: Grid;
  readonly low: number;
  readonly high: number;
}

/** The name of a missing value among levels and cells. */
export const missingLabel = "(missing)";

/** The names of a variable's cells: its levels; or the atoms of a number, "other", and "(missing)" if it has any. */
export function cellLabels(one: Variable): readonly string[] {
  if (one.kind === "levels") return one.levels;
  const labels = [...one.atoms.map((atom) => `= ${atom}`), "other"];
  return one.missing ? [...labels, missingLabel] : labels;
}

/** Each row's cell, as an index into `cellLabels`; −1 where a number without missing values is NaN. */
export function cellsOf(one: Variable): Int32Array {
  if (one.kind === "levels") return one.codes;
  const cells = new Int32Array(one.values.length);
  for (let i = 0; i < cells.length; i++) cells[i] = cellOf(one, one.values[i]);
  return cells;
}

/** The cell of one value of a number. */
export function cellOf(one: Pick<NumberVariable, "atoms" | "missing">, value: number): number {
  if (Number.isNaN(value)) return one.missing ? one.atoms.length + 1 : -1;
  const atom = one.atoms.indexOf(value);
  return atom < 0 ? one.atoms.length : atom;
}
