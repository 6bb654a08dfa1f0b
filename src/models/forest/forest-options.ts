import { check, checkOneOf } from "../../core/checks";
import { type ClassWeights, classWeightsOption } from "../class-weights";
import { choice, depthOption, flag, integer, number, option } from "../options";
import { criteria } from "./forest-model";

export interface ForestOptions {
  /** How many trees. More are never worse, only slower. @default 300 */
  readonly trees?: number;
  /**
   * What a split reduces: "gini" (default) or "entropy" for classes 0 and 1, whose forest predicts the probability
   * of class 1; "squared" for a regression.
   */
  readonly criterion?: "gini" | "entropy" | "squared";
  /** Most splits on a way from root to leaf; defaults to no limit. */
  readonly depth?: number;
  /** Fewest rows in a leaf. A larger one smooths the probabilities. @default 1 */
  readonly minRows?: number;
  /** Fewest rows of a node that is split. @default 2 */
  readonly minSplit?: number;
  /**
   * How many columns are drawn at each node: "sqrt" or "log2" of their number, "all", a share below 1 or a whole
   * number. Defaults to "sqrt" for classes and "all" for a regression. Fewer make trees more different.
   */
  readonly maxFeatures?: "sqrt" | "log2" | "all" | number;
  /** What rows of class 0 and of class 1 count; "balanced" makes both classes count the same. Defaults to 1 and 1. */
  readonly classWeights?: ClassWeights;
  /** Whether each tree sees rows drawn with replacement; defaults to true for forests, false for extra trees. */
  readonly bootstrap?: boolean;
  /** How many rows each tree draws, as a share of all, in (0, 1]. @default 1 */
  readonly bootstrapShare?: number;
  /** Also predict every training row by the trees that did not see it. Needs `bootstrap`. @default false */
  readonly outOfBag?: boolean;
  /** How many bins a numeric column may have, 2 to 65,534 (default): up to as many distinct values are exact. */
  readonly bins?: number;
  /** Threads; defaults to the processors for work worth starting threads, else 1. The forest is the same. */
  readonly threads?: number;
}

const ways = ["sqrt", "log2", "all"] as const;

/** What `ForestOptions` says, for checks, searches and the option reference. */
export const forestOptions = {
  trees: integer("how many trees; more are never worse, only slower", { low: 1, high: 1e6 }, 300),
  criterion: choice(
    "what a split reduces: gini or entropy for classes, squared for numbers",
    criteria,
    "gini",
  ),
  depth: depthOption("most splits from root to leaf; no limit"),
  minRows: integer("fewest rows in a leaf; a larger one smooths the probabilities", { low: 1 }, 1),
  minSplit: integer("fewest rows of a node that is split", { low: 2 }, 2),
  maxFeatures: option(
    "columns drawn at each node; sqrt for classes, all for numbers",
    '"sqrt", "log2", "all", a share below 1 or a whole number',
    (value: (typeof ways)[number] | number, action, name) => {
      if (typeof value === "string") checkOneOf(value, ways, action, name);
      else
        check(
          (value > 0 && value < 1) || (Number.isInteger(value) && value >= 1),
          action,
          `${name} must be a share below 1 or a whole number`,
          value,
        );
    },
  ),
  classWeights: classWeightsOption,
  bootstrap: flag(
    "whether each tree sees rows drawn with replacement; true for forests, false for extra trees",
  ),
  bootstrapShare: number(
    "how many rows each tree draws, as a share of all",
    { low: 0, high: 1, open: "low" },
    1,
  ),
  outOfBag: flag("also predict every training row by the trees that did not see it", false),
  bins: integer("most bins of a number; as many distinct values are exact", { low: 2, high: 65534 }, 65534),
  threads: integer("threads; the processors for work worth starting them, else 1", { low: 1, high: 1024 }),
};
