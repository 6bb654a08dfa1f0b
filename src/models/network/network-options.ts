import { check, checkInteger, checkNumber, checkOneOf } from "../../core/checks";
import type { Labelled } from "../../core/matrix";
import type { Scorer } from "../../core/metric";
import { type ClassWeights, classWeightsOption } from "../class-weights";
import { choice, type Filled, flag, integer, number, type OptionsOf, option, withDefaults } from "../options";
import type { NetworkLoss } from "./network-train";

/** The options, checked and with their defaults; undefined is what a search decides. */
export type NetworkSettings = Omit<Filled<typeof networkOptions>, "dropout" | "classWeights" | "loss"> & {
  readonly dropout: readonly number[];
  readonly classWeights: ClassWeights;
  readonly loss: NetworkLoss;
};

const activations = ["selu", "relu", "tanh"] as const;
const watchable = ["loss", "averagePrecision"] as const;

export const networkOptions = {
  /** "classification" (the default) predicts the probability of class 1, "regression" the target. */
  task: choice("the chance of class 1, or a number", ["classification", "regression"], "classification"),
  /** Units of each hidden layer. @default [64, 64, 64] */
  hidden: option(
    "units of each hidden layer",
    "whole numbers from 1 to 65536",
    (units: readonly number[], action) => {
      for (const one of units) checkInteger(one, 1, 65536, action, "hidden units");
    },
    [64, 64, 64] as readonly number[],
  ),
  /** What a unit makes of its sum. @default "selu" */
  activation: choice("what follows each layer", activations, "selu"),
  /** Nets trained side by side and averaged. Each costs as much again; the fifth still helps a little. @default 5 */
  members: integer("nets trained side by side and averaged", { low: 1, high: 1024 }, 5),
  /** Whether the members share their matrices and differ by scalings only (TabM). @default false */
  shared: flag("whether members share their matrices and differ by scalings only", false),
  /** Share of hidden units silenced at each training step, in [0, 1), one number or one a layer. @default 0.3 */
  dropout: option(
    "share of hidden units silenced at each step, one number or one a layer",
    "number from 0 to below 1",
    (rates: number | readonly number[], action, name) => {
      for (const one of typeof rates === "number" ? [rates] : rates)
        checkNumber(one, 0, 1, action, name, "high");
    },
    0.3 as number | readonly number[],
  ),
  /** Periodic functions of each number (Gorishniy et al., 2022). With 0, numbers enter plainly. @default 16 */
  frequencies: integer(
    "periodic functions of each number; with 0 it enters plainly",
    { low: 0, high: 4096 },
    16,
  ),
  /**
   * Parts of a piecewise-linear code of each number in place of periodic functions, 0 for these; chosen on held-out
   * folds when absent, together with `frequencyScale` and `rate`. Fine codes suit many small effects.
   */
  bins: integer(
    "parts of a piecewise-linear code of each number in place of periodic functions, 0 for these; chosen on held-out folds",
    { low: 0, high: 4096 },
  ),
  /**
   * The standard deviation of the first frequencies, in waves per unit of a scaled number. Great ones follow steps
   * and narrow ranges, small ones suit smooth effects. Chosen on held-out folds when absent, together with `rate`.
   */
  frequencyScale: number("standard deviation of the first frequencies; chosen on held-out folds", {
    low: 0,
    high: 1000,
    open: "low",
  }),
  /** AdamW's step size; chosen on held-out folds when absent. */
  rate: number("AdamW's step size; chosen on held-out folds", { low: 0, high: 1000, open: "low" }),
  /**
   * How the rate goes: "one-cycle" (the default) rises to it and falls again, which bears greater rates (Smith and Topin,
   * 2019), "cosine" begins with it and falls to 0 at the end, "plateau" halves it when three epochs bring nothing better
   * on `validation` (or in the training loss), "constant" leaves it.
   */
  schedule: choice("how the rate goes", ["cosine", "one-cycle", "plateau", "constant"], "one-cycle"),
  /** AdamW's weight decay. @default 0.1 */
  decay: number("AdamW's weight decay", { low: 0, high: 1000 }, 0.1),
  /** Rows of a training step. @default 256 */
  batch: integer("rows of a training step", { low: 1, high: 1e6 }, 256),
  /** Passes over the rows; by default as many as make 400 steps, and at least 4. */
  epochs: integer("passes over the rows; as many as make 400 steps, and at least 4", { low: 0, high: 1e6 }),
  /**
   * "select" (the default) leaves out columns that say the same as an earlier one, and those that do not help on
   * held-out folds; "all" takes every column.
   */
  columns: choice(
    "leave out columns that don't help on held-out folds, or take all",
    ["select", "all"],
    "select",
  ),
  /** Categorical columns of more levels are left out: they mostly teach a net the noise. @default 20 */
  maxLevels: integer("categorical columns of more levels are left out", { low: 2, high: 1e6 }, 20),
  /**
   * Weights of classes 0 and 1; "balanced" gives both the same sum, which spoils probabilities.
   * @default [1, 1]
   */
  classWeights: classWeightsOption,
  /**
   * What training lowers: "cross-entropy" or "focal" (easy rows count less) for classes, "squared" or "absolute" for
   * numbers. Defaults to the first of each.
   */
  loss: choice("what training lowers; the first that suits the task", [
    "cross-entropy",
    "focal",
    "squared",
    "absolute",
  ]),
  /**
   * How much less easy rows count with the focal loss (Lin et al., 2017): (1 − p)^γ; from 0, which is cross-entropy. It finds leavers among many stayers, at the price of probabilities that shrink towards a half.
   * @default 2
   */
  focalGamma: number("how much less easy rows count with the focal loss", { low: 0, high: 100 }, 2),
  /**
   * Rows to watch while training: the best weights on them are kept. A share in (0, 0.9] of the training rows is drawn at
   * random (from each class) and not learned from; or rows of one's own, encoded alike. None by default.
   */
  validation: option(
    "rows to watch while training: a share of the training rows, or rows of one's own; none",
    "number above 0 to 0.9, or rows",
    (value: number | Labelled, action, name) => {
      if (typeof value === "number") checkNumber(value, 0, 0.9, action, name, "low");
    },
  ),
  /**
   * What is watched there; defaults to "loss": log loss, or the mean squared error. "averagePrecision" (PR AUC) is there
   * by name, so that it can go to threads; any scorer may be given.
   */
  stopOn: option(
    "what is watched there",
    '"loss", "averagePrecision" or a scorer',
    (value: (typeof watchable)[number] | Scorer, action, name) => {
      if (typeof value === "string") checkOneOf(value, watchable, action, name);
    },
    "loss" as (typeof watchable)[number] | Scorer,
  ),
  /** Ends training after so many epochs without improvement on `validation`; never by default. */
  patience: integer("epochs without improvement on validation after which training ends; never", {
    low: 1,
    high: 1e6,
  }),
  /** Folds on which columns and settings are chosen. @default 3 */
  folds: integer("folds on which columns and settings are chosen", { low: 2, high: 100 }, 3),
  /** Threads for these folds; defaults to the processors. The model is the same. */
  threads: integer("threads for these folds; the processors", { low: 1, high: 1024 }),
};

export type NetworkOptions = OptionsOf<typeof networkOptions>;

/** The options with their defaults; throws on options that don't hold. */
export function checkNetworkOptions(options: NetworkOptions): NetworkSettings {
  const action = "make network";
  const filled = withDefaults(networkOptions, options, action);
  const { task, hidden, dropout } = filled;
  const losses =
    task === "classification" ? (["cross-entropy", "focal"] as const) : (["squared", "absolute"] as const);
  const loss: NetworkLoss = filled.loss ?? losses[0];
  checkOneOf<NetworkLoss>(loss, losses, action, "loss");
  check(
    filled.stopOn !== "averagePrecision" || task === "classification",
    action,
    "averagePrecision needs classes, not a regression",
  );
  const rates = typeof dropout === "number" ? hidden.map(() => dropout) : dropout;
  return { ...filled, dropout: rates, loss, classWeights: filled.classWeights ?? [1, 1] };
}
