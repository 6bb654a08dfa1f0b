import { check, checkNumber } from "../../core/checks";
import type { Labelled } from "../../core/matrix";
import { classWeightsOption } from "../class-weights";
import {
  choice,
  depthOption,
  type Filled,
  integer,
  number,
  type OptionsOf,
  option,
  withDefaults,
} from "../options";
import { MOST_BINS } from "../trees/binning";
import { losses } from "./boosting-losses";

const direction = (value: unknown): boolean => value === 1 || value === -1;

export const boostingOptions = {
  /** Most trees. Early stopping keeps fewer. @default 100 */
  trees: integer("most trees; early stopping keeps fewer", { low: 1, high: 1e6 }, 100),
  /** How far each tree moves the prediction, in (0, 1]. Halve it and double `trees`. @default 0.1 */
  learnRate: number("how far each tree moves the prediction", { low: 0, high: 1, open: "low" }, 0.1),
  /**
   * What is lowered: "logistic" (default) for classes 0 and 1; "squared", "absolute" or "quantile" for numbers;
   * "poisson" for counts; "tweedie" for amounts that are often zero.
   */
  loss: choice(
    "what is lowered: logistic for classes, the others for numbers, counts or amounts",
    losses,
    "logistic",
  ),
  /** The quantile of the "quantile" loss, in (0, 1). @default 0.5 */
  quantile: number('the quantile of the "quantile" loss', { low: 0, high: 1, open: "both" }, 0.5),
  /** The power of the "tweedie" loss's variance, in (1, 2). @default 1.5 */
  power: number('the power of the "tweedie" loss\'s variance', { low: 1, high: 2, open: "both" }, 1.5),
  /**
   * "leaf" (default) splits the leaf of greatest gain next; "depth" splits level by level, which makes more even
   * trees.
   */
  growth: choice(
    "which leaf is split next: that of greatest gain, or level by level",
    ["leaf", "depth"],
    "leaf",
  ),
  /** Most leaves of a tree, 2 to 65,536; defaults to 31, or to what `depth` allows when growing by depth. */
  leaves: integer("most leaves of a tree; 31, or what depth allows when growing by depth", {
    low: 2,
    high: 65536,
  }),
  /** Most splits on a way from root to leaf; defaults to no limit, or to 6 when growing by depth. */
  depth: depthOption("most splits from root to leaf; no limit, or 6 when growing by depth"),
  /** Fewest rows in a leaf, as far as their hessians tell (as in LightGBM). @default 20 */
  minRows: integer("fewest rows in a leaf, as far as their hessians tell", { low: 1 }, 20),
  /** Least sum of hessians in a leaf. @default 0.001 */
  minHessian: number("least sum of hessians in a leaf", { low: 0 }, 1e-3),
  /** Least gain of a split. @default 0 */
  minGain: number("least gain of a split", { low: 0 }, 0),
  /** L1 and L2 penalty on leaf values; both default to 0. They shrink the values of small leaves. */
  l1: number("L1 penalty on leaf values", { low: 0 }, 0),
  l2: number("L2 penalty on leaf values", { low: 0 }, 0),
  /** Share of rows drawn for each tree, in (0, 1]. @default 1 */
  rowShare: number("share of rows drawn for each tree", { low: 0, high: 1, open: "low" }, 1),
  /** Share of columns drawn for each tree, in (0, 1]. @default 1 */
  columnShare: number("share of columns drawn for each tree", { low: 0, high: 1, open: "low" }, 1),
  /**
   * Gradient-based one-side sampling: trees see the share `top` of rows of largest gradients, and the share `other`
   * of the rest. Off by default; faster on many rows, at some loss of accuracy. Excludes `rowShare`.
   */
  goss: option(
    "trees see the share top of rows of largest gradients and the share other of the rest; off",
    "{top, other}, shares that sum to at most 1",
    ({ top, other }: { readonly top: number; readonly other: number }, action) => {
      checkNumber(top, 0, 1, action, "goss.top", "both");
      checkNumber(other, 0, 1 - top, action, "goss.other", "low");
    },
  ),
  /** How predictions must go with a column, by its name: 1 never falls, −1 never rises as the column rises. */
  monotone: option(
    "columns in which predictions never fall (1) or never rise (-1); none",
    "{column: 1 or -1}",
    (value: Readonly<Record<string, -1 | 1>>, action) => {
      for (const [name, way] of Object.entries(value))
        check(direction(way), action, `monotone must be 1 or −1 for ${name}`, way);
    },
  ),
  /** What rows of class 0 and of class 1 count; "balanced" makes both count the same. Defaults to 1 and 1. */
  classWeights: classWeightsOption,
  /**
   * Rows to stop early by: a share of the training rows that is then held out of training, drawn at random (for
   * classes from each of them), or rows of one's own. Defaults to none: all trees are grown.
   */
  validation: option(
    "rows to stop early by: a share of the training rows, or rows of one's own; none",
    "number above 0 to 0.9, or rows",
    (value: number | Labelled, action, name) => {
      if (typeof value === "number") checkNumber(value, 0, 0.9, action, name, "low");
    },
  ),
  /** Stop after so many trees without a better validation loss, and keep the best. @default 20 */
  patience: integer(
    "trees without a better validation loss after which growing stops",
    { low: 1, high: 1e6 },
    20,
  ),
  /** Most bins of a column, 2 to 255. @default 255 */
  bins: integer("most bins of a column", { low: 2, high: MOST_BINS }, MOST_BINS),
  /** Threads; defaults to the processors from 200,000 rows on, else 1. The trees are the same. */
  threads: integer("threads; the processors from 200,000 rows on, else 1", { low: 1, high: 64 }),
};

export type GradientBoostingOptions = OptionsOf<typeof boostingOptions>;

/** The options with their defaults; throws on options that don't hold. */
export function checkedBoosting(
  options: GradientBoostingOptions,
  action: string,
): Filled<typeof boostingOptions> {
  const filled = withDefaults(boostingOptions, options, action);
  check(
    !filled.goss || filled.rowShare === 1,
    action,
    "goss and rowShare exclude each other",
    filled.rowShare,
  );
  return filled;
}
