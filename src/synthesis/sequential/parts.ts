import type { Grid } from "../structure/grids";
import type { Structure } from "../structure/structure";
import type { ColumnSchema } from "../synthesiser";
import type { Conditional } from "./conditionals";
import type { LogitLayout } from "./logit";
import type { Mask } from "./masks";
import type { TermPlan } from "./terms";

/** A variable as drawing needs it, without its rows. */
export interface DrawnVariable {
  readonly name: string;
  readonly kind: "levels" | "number";
  /** The names of its cells. */
  readonly labels: readonly string[];
  readonly atoms: readonly number[];
  readonly missing: boolean;
  readonly grid?: Grid;
  readonly low: number;
  readonly high: number;
}

/** Everything that a sequential model holds, variables in the order of drawing. */
export interface SequentialParts {
  readonly schema: readonly ColumnSchema[];
  readonly structure: Structure;
  readonly variables: readonly DrawnVariable[];
  readonly plans: readonly (readonly TermPlan[])[];
  /** Where the terms before each variable lie in its tables. */
  readonly layouts: readonly LogitLayout[];
  readonly masks: readonly (readonly Mask[])[];
  readonly conditionals: readonly Conditional[];
}
