import { type Mask, masksOf } from "../drawing/masks";
import { cellLabels, cellsOf, type Structure, type Variable } from "../structure/structure";
import { exceptionalValues } from "./terms/exceptional-values";
import { type EncodedTerm, encodeTerm, type TermPlan, termsOf } from "./terms/terms";

/** Variables of more cells do not tell whether a value is exceptional. */
const mostCells = 64;

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

/** `owners`: whose each row is, where people have several. */
export function frameOf(
  variables: readonly Variable[],
  { exclusions, minCount }: Pick<Structure, "exclusions" | "minCount">,
  owners?: Int32Array,
): Frame {
  const cells = variables.map(cellsOf);
  const values = variables.map((variable) => (variable.kind === "number" ? variable.values : undefined));
  const labelled = variables.map((variable) => ({ name: variable.name, labels: cellLabels(variable) }));
  const rows = cells[0]?.length ?? 0;
  const counts = labelled.map((one) => one.labels.length);
  const plans = variables.map((one, j) => {
    if (one.kind === "levels") return termsOf(one, j);
    const later = cells.map((own, k) => ({ cells: own, count: counts[k] })).slice(j + 1);
    const told = later.filter(({ count }) => count > 1 && count <= mostCells);
    return termsOf(one, j, exceptionalValues(one, told, minCount, owners));
  });
  return {
    rows,
    variables,
    counts,
    cells,
    values,
    plans,
    encoded: plans.map((own, j) => own.map((plan) => encodeTerm(plan, cells[j], values[j]))),
    masks: variables.map((_, j) => masksOf(labelled, exclusions, j)),
  };
}
