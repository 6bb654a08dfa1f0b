/**
 * How a column follows from others: a product `constant × Π column^power`, or a sum
 * `constant + Σ weight × column + Σ effect of a level`.
 */
export interface Formula {
  readonly kind: "product" | "sum";
  readonly constant: number;
  readonly factors: readonly { readonly column: string; readonly power: 1 | -1 }[];
  readonly terms: readonly { readonly column: string; readonly weight: number }[];
  /** For level columns: one effect per level, and a last one for missing values. */
  readonly effects: readonly { readonly column: string; readonly effects: readonly number[] }[];
  /**
   * What the formula leaves open and a method draws: nothing, a factor (value ÷ formula), or a difference
   * (value − formula).
   */
  readonly rest: "none" | "factor" | "difference";
  /** The value where the formula is undefined or zero, null for missing. */
  readonly otherwise: number | null;
  /** The median of |value ÷ formula − 1| (products) or |value − formula| (sums) in training: how loose the rule is. */
  readonly error: number;
}

/** One argument's value in a row: a number, or for levels the code with missing as the last. */
export type Argument = (column: string, row: number) => number;

/** The formula's value in a row; NaN where it is undefined. */
export function evaluate(formula: Formula, argument: Argument, row: number): number {
  let value = formula.constant;
  if (formula.kind === "product") {
    for (const { column, power } of formula.factors) {
      value = power === 1 ? value * argument(column, row) : value / argument(column, row);
    }
    return Number.isFinite(value) ? value : Number.NaN;
  }
  for (const { column, weight } of formula.terms) value += weight * argument(column, row);
  for (const { column, effects } of formula.effects) value += effects[argument(column, row)];
  return value;
}

/** What is left to draw of `value` (factor or difference); NaN where the formula gives nothing to compare with. */
export function restOf(formula: Formula, value: number, predicted: number): number {
  if (formula.rest === "difference") return value - predicted;
  return predicted === 0 ? Number.NaN : value / predicted;
}

/** The value rebuilt from the formula and its rest, before it is snapped and clipped. */
export function rebuild(formula: Formula, predicted: number, rest: number): number {
  const undefinedHere = Number.isNaN(predicted) || (formula.kind === "product" && predicted === 0);
  if (undefinedHere) return formula.otherwise ?? Number.NaN;
  if (formula.rest === "none") return predicted;
  return formula.rest === "factor" ? predicted * rest : predicted + rest;
}

/** The columns that the formula reads. */
export function argumentsOf(formula: Formula): readonly string[] {
  return [...formula.factors, ...formula.terms, ...formula.effects].map((one) => one.column);
}
