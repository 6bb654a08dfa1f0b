import type { ColumnSchema } from "../../data/schema";
import type { DrawnVariable } from "../drawing/drawn-variable";
import type { Mask } from "../drawing/masks";
import type { Structure } from "../structure/structure";
import type { Conditional } from "./conditionals";
import type { LogitLayout } from "./logit";
import type { TermPlan } from "./terms/terms";

/** Everything that a sequential model holds, variables in the order of drawing. */
export interface SequentialParts {
  readonly schema: readonly ColumnSchema[];
  readonly structure: Structure;
  readonly variables: readonly DrawnVariable[];
  readonly plans: readonly (readonly TermPlan[])[];
  /** The earlier variables that each one's conditional looks at, by place. */
  readonly parents: readonly (readonly number[])[];
  /** How many pairs go together and are not among them, and of how many rows that was found; as fits tell them. */
  readonly crowded?: number;
  readonly rows?: number;
  /** Where the terms of its parents, before each variable lie in its tables. */
  readonly layouts: readonly LogitLayout[];
  readonly masks: readonly (readonly Mask[])[];
  readonly conditionals: readonly Conditional[];
}
