import { check, checkOneOf } from "../../core/checks";
import { classWeightsOption } from "../class-weights";
import { choice, depthOption, flag, integer, number, type OptionsOf, option } from "../options";
import { criteria } from "./forest-model";

const ways = ["sqrt", "log2", "all"] as const;

export const forestOptions = {
  /** How many trees. More are never worse, only slower. @default 300 */
  trees: integer("how many trees; more are never worse, only slower", { low: 1, high: 1e6 }, 300),
  /**
   * What a split reduces: "gini" (default) or "entropy" for classes 0 and 1, whose forest predicts the probability
   * of class 1; "squared" for a regression.
   */
  criterion: choice(
    "what a split reduces: gini or entropy for classes, squared for numbers",
    criteria,
    "gini",
  ),
  /** Most splits on a way from root to leaf; defaults to no limit. */
  depth: depthOption("most splits from root to leaf; no limit"),
  /** Fewest rows in a leaf. A larger one smooths the probabilities. @default 1 */
  minRows: integer("fewest rows in a leaf; a larger one smooths the probabilities", { low: 1 }, 1),
  /** Fewest rows of a node that is split. @default 2 */
  minSplit: integer("fewest rows of a node that is split", { low: 2 }, 2),
  /**
   * How many columns are drawn at each node: "sqrt" or "log2" of their number, "all", a share below 1 or a whole
   * number. Defaults to "sqrt" for classes and "all" for a regression. Fewer make trees more different.
   */
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
  /** What rows of class 0 and of class 1 count; "balanced" makes both classes count the same. Defaults to 1 and 1. */
  classWeights: classWeightsOption,
  /** Whether each tree sees rows drawn with replacement; defaults to true for forests, false for extra trees. */
  bootstrap: flag(
    "whether each tree sees rows drawn with replacement; true for forests, false for extra trees",
  ),
  /** How many rows each tree draws, as a share of all, in (0, 1]. @default 1 */
  bootstrapShare: number(
    "how many rows each tree draws, as a share of all",
    { low: 0, high: 1, open: "low" },
    1,
  ),
  /** Also predict every training row by the trees that did not see it. Needs `bootstrap`. @default false */
  outOfBag: flag("also predict every training row by the trees that did not see it", false),
  /** How many bins a numeric column may have, 2 to 65,534 (default): up to as many distinct values are exact. */
  bins: integer("most bins of a number; as many distinct values are exact", { low: 2, high: 65534 }, 65534),
  /** Threads; defaults to the processors for work worth starting threads, else 1. The forest is the same. */
  threads: integer("threads; the processors for work worth starting them, else 1", { low: 1, high: 1024 }),
};

export type ForestOptions = OptionsOf<typeof forestOptions>;
