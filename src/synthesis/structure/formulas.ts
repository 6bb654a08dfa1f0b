/**
 * How a column follows from others: a product `constant × Π (column + plus)^power`, or a sum
 * `constant + Σ weight × column + Σ effect of a level`.
 */
export interface Formula {
  readonly kind: "product" | "sum";
  readonly constant: number;
  readonly factors: readonly { readonly column: string; readonly power: 1 | -1; readonly plus?: number }[];
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

/** The exact sum of nothing: other formulas are written as what they differ in. */
export const emptySum: Formula = {
  kind: "sum",
  constant: 0,
  factors: [],
  terms: [],
  effects: [],
  rest: "none",
  otherwise: null,
  error: 0,
};

/** An argument's values: numbers, or for levels the codes with missing as the last. */
export type Arguments = (column: string) => ArrayLike<number>;

/** The formula's value in each row; NaN where it is undefined. */
export function evaluate(formula: Formula, argument: Arguments, rows: number): Float64Array {
  const out = new Float64Array(rows).fill(formula.constant);
  for (const { column, power, plus = 0 } of formula.factors) {
    const values = argument(column);
    if (power === 1) for (let i = 0; i < rows; i++) out[i] *= values[i] + plus;
    else for (let i = 0; i < rows; i++) out[i] /= values[i] + plus;
  }
  for (const { column, weight } of formula.terms) {
    const values = argument(column);
    for (let i = 0; i < rows; i++) out[i] += weight * values[i];
  }
  for (const { column, effects } of formula.effects) {
    const codes = argument(column);
    for (let i = 0; i < rows; i++) out[i] += effects[codes[i]];
  }
  for (let i = 0; i < rows; i++) if (!Number.isFinite(out[i])) out[i] = Number.NaN;
  return out;
}

/** The value of one number that the formula reads at which it gives the targets, the others being known; NaN where none does. */
export function argumentAt(
  formula: Formula,
  name: string,
  targets: ArrayLike<number>,
  argument: Arguments,
): Float64Array {
  const rows = targets.length;
  const at = (value: number): Float64Array =>
    evaluate(
      formula,
      (column) => (column === name ? new Float64Array(rows).fill(value) : argument(column)),
      rows,
    );
  const { power = 0, plus = 0 } = formula.factors.find((factor) => factor.column === name) ?? {};
  // The weight itself, since a moment's is so small that sums of moments would drown it.
  const weight = formula.terms.reduce((sum, term) => sum + (term.column === name ? term.weight : 0), 0);
  const [zero, one] = [at(0), at(1)];
  return Float64Array.from(targets, (target, i) => {
    if (!Number.isFinite(target)) return target * Math.sign(power === 0 ? weight : one[i]);
    if (power === 1) return (target * (1 + plus)) / one[i] - plus;
    return power === -1 ? (one[i] * (1 + plus)) / target - plus : (target - zero[i]) / weight;
  });
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
