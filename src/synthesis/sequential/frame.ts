import { type Mask, masksOf } from "../drawing/masks";
import { cellLabels, cellsOf, type Exclusion, type Variable } from "../structure/structure";
import { type EncodedTerm, encodeTerm, type TermPlan, termsOf } from "./terms";

/** The training rows as the conditionals see them, variables in the order of drawing. */
export interface Frame {
  readonly rows: number;
  readonly variables: readonly Variable[];
  /** The number of cells of each variable. */
  readonly counts: readonly number[];
  /** Each row's cell; −1 where a number has nothing to teach. */
  readonly cells: readonly Int32Array[];
  /** The values of numbers. */
  readonly values: readonly (Float64Array | undefined)[];
  readonly plans: readonly (readonly TermPlan[])[];
  readonly encoded: readonly (readonly EncodedTerm[])[];
  readonly masks: readonly (readonly Mask[])[];
}

export function frameOf(variables: readonly Variable[], exclusions: readonly Exclusion[]): Frame {
  const cells = variables.map(cellsOf);
  const values = variables.map((variable) => (variable.kind === "number" ? variable.values : undefined));
  const plans = variables.map(termsOf);
  const labelled = variables.map((variable) => ({ name: variable.name, labels: cellLabels(variable) }));
  return {
    rows: cells[0]?.length ?? 0,
    variables,
    counts: labelled.map((one) => one.labels.length),
    cells,
    values,
    plans,
    encoded: plans.map((own, j) => own.map((plan) => encodeTerm(plan, cells[j], values[j]))),
    masks: variables.map((_, j) => masksOf(labelled, exclusions, j)),
  };
}
