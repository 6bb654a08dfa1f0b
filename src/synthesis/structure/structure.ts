import type { DateUnit } from "./date-parts";
import type { WrittenDates } from "./dates";
import type { Formula } from "./formulas";
import type { Grid } from "./grids";
import type { CheckDigits } from "./keys/check-digits";
import type { KeyPlan } from "./keys/key-plan";
import type { KeyTie } from "./keys/key-ties";
import type { NamePart } from "./keys/name-parts";
import type { Support } from "./support";
import type { TextGrammar } from "./texts";

/**
 * What was discovered about a table, as plain data: a user reads it (`describeStructure`), changes it and fits with
 * it. Every method draws only the variables that are left (`reduceTable`) and rebuilds the rest (`restoreTable`).
 */
export interface Structure {
  readonly version: 1;
  /** How many people share whatever is told: a level, a word, a repeated value, an end, a grid. */
  readonly minCount: number;
  /** The column that names people of whom some have several rows; left out, each row is a person. */
  readonly customer?: string;
  /** How each column comes back, in the table's order. */
  readonly columns: readonly ColumnPlan[];
  /** Columns of which only the combinations seen in training may appear; drawn together. */
  readonly combinations: readonly Combination[];
  /** Pairs of values that never meet ("structural zeros"). */
  readonly exclusions: readonly Exclusion[];
  /** Numbers or dates of which one is never above the other. */
  readonly orders: readonly Order[];
  /** Dates of which one is later than another in the rows of a level alone, or by so many months in all; and numbers or dates that are never the same. None by default. */
  readonly later?: readonly Later[];
  /** Where numbers and dates end in the rows of a level. None by default. */
  readonly limits?: readonly Limit[];
  /** Columns of which pairs are drawn that no row has. None by default. */
  readonly open?: readonly OpenPair[];
  /** Columns with cells missing at random: rows are drawn without holes, which are made last. None by default. */
  readonly holes?: readonly Hole[];
  /**
   * Columns whose cells may be missing although their rules would give them: they are drawn or computed whole, and whether a cell is
   * missing is a variable of its own. None by default.
   */
  readonly gaps?: readonly Gap[];
  /** Rules, in words, that rows of fewer than `minCount` people break, which were set aside for that. None by default. */
  readonly odd?: readonly string[];
}

export interface Gap {
  readonly column: string;
  /** What the variable that says whether it is missing (`gapLabels`) is called. */
  readonly variable: string;
}

/** The cells of a variable that says whether another is missing. */
export const gapLabels = ["no", "yes"] as const;

export interface Hole {
  readonly column: string;
  /** How many of its cells are missing. */
  readonly share: number;
}

export type ColumnPlan =
  | ConstantPlan
  | LevelsPlan
  | NumberPlan
  | DatePlan
  | LookupPlan
  | BandsPlan
  | PartPlan
  | KeyColumnPlan;

/** Every cell the same: its text, "" for missing. */
export interface ConstantPlan {
  readonly kind: "constant";
  readonly name: string;
  readonly text: string;
  /** About how many rows have something else, which too few share to be told. */
  readonly rare?: number;
}

/** Drawn from levels; with `missing`, an empty cell is a level of its own, the last one. */
export interface LevelsPlan {
  readonly kind: "levels";
  readonly name: string;
  /** Those that enough rows have. */
  readonly levels: readonly string[];
  readonly missing: boolean;
  /** How texts are made up that stand for those too few rows have: one level more, after the others. */
  readonly texts?: TextGrammar;
  /** About how many rows have a level that too few others have; without `texts`, the other levels stand in for it. */
  readonly rare?: number;
}

/** Drawn as a number, or computed from other columns. */
export interface NumberPlan {
  readonly kind: "number";
  readonly name: string;
  readonly missing: boolean;
  readonly grid?: Grid;
  /** Without a grid: the most digits after the point. */
  readonly decimals?: number;
  /** Coarser ones by the level of another column, null for levels that have none: yen beside cents. */
  readonly grids?: { readonly column: string; readonly grids: readonly (Grid | null)[] };
  /** The range that enough training rows reach; results are clipped to it. */
  readonly low: number;
  readonly high: number;
  /** About how many rows lie beyond the range by half of it and more, and off the grid; none by default. */
  readonly far?: number;
  readonly off?: number;
  /** Values so frequent that they are drawn as such: 0 messages. For a column with a formula: of its rest. */
  readonly atoms: readonly number[];
  /** All values, when there are so few that they are drawn as levels. */
  readonly values?: readonly number[];
  /** About how many rows have a value that too few others have and `values` leaves out. */
  readonly rare?: number;
  /** Where the values lie that are neither atoms nor missing, if many of them repeat. */
  readonly support?: Support;
  readonly formula?: Formula;
  /** Columns whose very value it often is: which one, or none of them, is drawn before it (`repeatsName`). */
  readonly repeats?: readonly string[];
}

/** A number or date that others give exactly. */
export type ComputedPlan = (NumberPlan | DatePlan) & { readonly formula: Formula };

/** Whether others give the column exactly: nothing of it is drawn. */
export function isComputed(plan: ColumnPlan): plan is ComputedPlan {
  return formulaOf(plan)?.rest === "none";
}

/** What a number, or a date, follows from, exactly or up to what is drawn; undefined where it is drawn itself. */
export function formulaOf(plan: ColumnPlan | undefined): Formula | undefined {
  return plan?.kind === "number" || plan?.kind === "date" ? plan.formula : undefined;
}

/** The formulas of columns by name, of those that have one. */
export function formulasOf(plans: readonly ColumnPlan[]): Map<string, Formula> {
  return new Map(
    plans.flatMap((plan) => {
      const formula = formulaOf(plan);
      return formula ? [[plan.name, formula]] : [];
    }),
  );
}

/** Where the values of a number or date may lie: dates are whole steps of their format. */
export function gridOfPlan(plan: NumberPlan | DatePlan): Grid | undefined {
  return plan.kind === "date" ? { decimals: 0, step: plan.format.step } : plan.grid;
}

/** The name of the variable that says whose value a number repeats: level 0 stands for its own. */
export function repeatsName(name: string): string {
  return `${name} repeats`;
}

export interface DatePlan {
  readonly kind: "date";
  readonly name: string;
  readonly missing: boolean;
  readonly format: WrittenDates;
  /** Milliseconds since 1970. */
  readonly low: number;
  readonly high: number;
  /** Where dates lie, in steps of the format, if many of them repeat. */
  readonly support?: Support;
  /** In milliseconds: an exact one, or one of which the difference is drawn, in steps of the format. */
  readonly formula?: Formula;
  /** Of that difference the frequent values, in steps. */
  readonly atoms?: readonly number[];
  /** On which days it is, where not on any. */
  readonly days?: DateDays;
  /** How often its time lies in each hour of the day, where hours differ. */
  readonly hours?: DateHours;
  /** Where it only is in the week, the month or the year, in all rows or in those of some levels. */
  readonly places?: readonly DatePlaces[];
}

/** How often a date is on each of the 7 days of the week from Monday, of the 31 of the month, or in each of the 12 months; 0 for never. */
export interface DatePlaces {
  readonly shares: readonly number[];
  /** Where it says something; everywhere by default. */
  readonly where?: Limit["where"];
}

/** How often a time lies in each hour of the day, from midnight. */
export interface DateHours {
  readonly shares: readonly number[];
  /** By the level of another column (missing last), where hours differ by it; null for one of few rows, which goes by those of all. */
  readonly by?: { readonly column: string; readonly shares: readonly (readonly number[] | null)[] };
}

/** One of these. */
export interface DateDays {
  /** How often it is on each day of the week, from Monday; 0 for never. */
  readonly shares?: readonly number[];
  /** Its day of the month, or the month's last where it has none such. */
  readonly monthDay?: number;
  /** Another date, from which it is always so many months away, or twice as many, and so on: 12 for anniversaries. */
  readonly months?: { readonly from: string; readonly by: number };
}

/** Follows from the level of another column or combination (missing is its last): `map` holds this one's level, −1 for missing. */
export interface LookupPlan {
  readonly kind: "lookup";
  readonly name: string;
  readonly levels: readonly string[];
  readonly of: string;
  readonly map: readonly number[];
  /** About how many rows have a level that too few others have: they get the one that follows. */
  readonly rare?: number;
}

/**
 * Follows from a number: below the first cut the level `order[0]`, from the last one on the last; a level may stand in several places.
 * Missing where the number is, but for a level that says so.
 */
export interface BandsPlan {
  readonly kind: "bands";
  readonly name: string;
  readonly levels: readonly string[];
  readonly of: string;
  /** The number, where it is none of a column: the place of a date in its week, how much greater one column is than another. */
  readonly value?: Formula;
  /** Ascending. */
  readonly cuts: readonly number[];
  readonly order: readonly number[];
  /** The level where the number is missing. */
  readonly nothing?: number;
  /** How the levels are written from the date, in words of `findWritten`: every one between the date's ends is among them. */
  readonly pattern?: string;
  /** Whether the level is drawn as any column, since others go with it, and the date moved to a moment that has it (`moveDates`). */
  readonly drawn?: true;
}

/** Whether a level that a date says is drawn before the date is moved to it. */
export function isDrawnBands(plan: ColumnPlan | undefined): plan is BandsPlan {
  return plan?.kind === "bands" && plan.drawn === true;
}

/** The unit (day, month, year …) in which another column's date lies: when it begins, or without a format its year. */
export interface PartPlan {
  readonly kind: "part";
  readonly name: string;
  readonly of: string;
  readonly unit: DateUnit;
  readonly format?: WrittenDates;
}

/** Identifiers: fresh, never drawn. */
export interface KeyColumnPlan {
  readonly kind: "key";
  readonly name: string;
  readonly keys: KeyPlan;
  /** How many rows have the same one: ten quantiles; left out, each has its own. */
  readonly repeats?: readonly number[];
  /** The share of empty cells; left out, 0. */
  readonly missing?: number;
  /** Parts that other columns say, which are no part of `keys`. None by default. */
  readonly ties?: readonly KeyTie[];
  /** Names of other columns that stand in `keys` as characters, which what each row says takes the place of. None by default. */
  readonly names?: readonly NamePart[];
  /** The digits that follow from the others, which are no part of `keys` either. */
  readonly check?: CheckDigits;
  /** A date with which they rise from row to row: numbers of invoices. */
  readonly rises?: string;
  /** Columns with whose levels it goes how keys begin or are written: that is not kept. */
  readonly goes?: readonly string[];
  /** Columns that say a part of most keys of the data: that is not kept. */
  readonly loose?: readonly string[];
}

export interface Combination {
  readonly name: string;
  readonly columns: readonly string[];
  /** The allowed combinations, in the order of the drawn levels: one text per column, null for missing. */
  readonly allowed: readonly (readonly (string | null)[])[];
  /** What each is called where it is the column that says yes, of which there is one; left out, by its texts. */
  readonly labels?: readonly string[];
}

/** What a combination of columns that say yes one at a time is called where none does. */
export const noneLabel = "(none)";

/** Cells of two variables that never meet, as `cellLabels` writes them. */
export interface Exclusion {
  readonly columns: readonly [string, string];
  readonly never: readonly (readonly [string, string])[];
  /** Of columns whose levels belong together the pairs that meet: no other two do, missing cells and made-up texts go with any. */
  readonly only?: readonly (readonly [string, string])[];
  /** About how many rows have a pair that too few others have; pairs of `only` stand in for it. */
  readonly rare?: number;
}

/** Columns whose levels belong together, of which so many pairs are too rare to be told that others are drawn, too. */
export interface OpenPair {
  readonly columns: readonly [string, string];
  /** The share of rows whose pair is. */
  readonly rare: number;
}

export interface Order {
  readonly low: string;
  readonly high: string;
}

/** An order of dates in the rows of a level, or with so many months or so much between the two, or of what is never the same: rows that break it are drawn again. */
export interface Later extends Order {
  /** Whether the two are never the same. */
  readonly strict?: true;
  readonly months?: number;
  /** Of numbers: by how much the higher one lies above the lower one at least. */
  readonly apart?: number;
  readonly where?: { readonly column: string; readonly level: string };
}

/** Where a number or date (in milliseconds) lies, both ends among it. */
export interface Range {
  readonly column: string;
  readonly least?: number;
  readonly most?: number;
}

/** Where a number or date lies in the rows of a level, or in those of them in which others lie somewhere: rows that break it are drawn again. */
export interface Limit extends Range {
  readonly where: { readonly column: string; readonly level: string };
  /** None by default. */
  readonly beside?: readonly Range[];
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
  readonly support?: Support;
  readonly low: number;
  readonly high: number;
  /** As in its plan. */
  readonly repeats?: readonly string[];
}

/** The name of a missing value among levels and cells. */
export const missingLabel = "(missing)";

/** The name of the level for which a text is made up. */
export const otherTextLabel = "(another text)";

/** Whether a cell goes with any of a column whose levels belong to those of its own. */
export function isFree(label: string): boolean {
  return label === missingLabel || label === otherTextLabel;
}

/** How many levels a column is drawn from: those that are told, a text that is made up, and missing. */
export function levelCount(plan: LevelsPlan): number {
  return plan.levels.length + (plan.texts ? 1 : 0) + (plan.missing ? 1 : 0);
}

/** The names of a variable's cells: its levels; or the atoms of a number, "other", and "(missing)" if it has any. */
export function cellLabels(variable: Variable): readonly string[] {
  if (variable.kind === "levels") return variable.levels;
  const labels = [...variable.atoms.map((atom) => `= ${atom}`), "other"];
  return variable.missing ? [...labels, missingLabel] : labels;
}

/** Each row's cell, as an index into `cellLabels`; −1 where a number without missing values is NaN. */
export function cellsOf(variable: Variable): Int32Array {
  if (variable.kind === "levels") return variable.codes;
  const cells = new Int32Array(variable.values.length);
  for (let i = 0; i < cells.length; i++) cells[i] = cellOf(variable, variable.values[i]);
  return cells;
}

/** The cell of one value of a number. */
export function cellOf(one: Pick<NumberVariable, "atoms" | "missing">, value: number): number {
  if (Number.isNaN(value)) return one.missing ? one.atoms.length + 1 : -1;
  const atom = one.atoms.indexOf(value);
  return atom < 0 ? one.atoms.length : atom;
}
