import { check, checkInteger, checkNumber, checkOneOf } from "../../core/checks";
import type { Labelled } from "../../core/matrix";
import type { Scorer } from "../../core/metric";
import type { NetworkLoss, NetworkSchedule } from "./network-train";

export interface NetworkOptions {
  /** "classification" (the default) predicts the probability of class 1, "regression" the target. */
  readonly task?: "classification" | "regression";
  /** Units of each hidden layer; defaults to [64, 64, 64]. */
  readonly hidden?: readonly number[];
  /** Defaults to "selu". */
  readonly activation?: "selu" | "relu" | "tanh";
  /** Nets trained side by side and averaged; defaults to 5. Each costs as much again; the fifth still helps a little. */
  readonly members?: number;
  /** Whether the members share their matrices and differ by scalings only (TabM); defaults to false. */
  readonly shared?: boolean;
  /** Share of hidden units silenced at each training step, in [0, 1), one number or one a layer; defaults to 0.3. */
  readonly dropout?: number | readonly number[];
  /** Periodic functions of each number (Gorishniy et al., 2022); defaults to 16. With 0, numbers enter plainly. */
  readonly frequencies?: number;
  /**
   * Parts of a piecewise-linear code of each number in place of periodic functions, 0 for these; chosen on held-out
   * folds when absent, together with `frequencyScale` and `rate`. Fine codes suit many small effects.
   */
  readonly bins?: number;
  /**
   * The standard deviation of the first frequencies, in waves per unit of a scaled number. Great ones follow steps
   * and narrow ranges, small ones suit smooth effects. Chosen on held-out folds when absent, together with `rate`.
   */
  readonly frequencyScale?: number;
  /** AdamW's step size; chosen on held-out folds when absent. */
  readonly rate?: number;
  /**
   * How the rate goes: "one-cycle" (the default) rises to it and falls again, which bears greater rates (Smith and Topin,
   * 2019), "cosine" begins with it and falls to 0 at the end, "plateau" halves it when three epochs bring nothing better
   * on `validation` (or in the training loss), "constant" leaves it.
   */
  readonly schedule?: NetworkSchedule;
  /** AdamW's weight decay; defaults to 0.1. */
  readonly decay?: number;
  /** Rows of a training step; defaults to 256. */
  readonly batch?: number;
  /** Passes over the rows; by default as many as make 400 steps, and at least 4. */
  readonly epochs?: number;
  /**
   * "select" (the default) leaves out columns that say the same as an earlier one, and those that do not help on
   * held-out folds; "all" takes every column.
   */
  readonly columns?: "select" | "all";
  /** Categorical columns of more levels are left out: they mostly teach a net the noise; defaults to 20. */
  readonly maxLevels?: number;
  /**
   * Weights of classes 0 and 1; "balanced" gives both the same sum, which spoils probabilities. Defaults to [1, 1].
   */
  readonly classWeights?: "balanced" | readonly [number, number];
  /**
   * What training lowers: "cross-entropy" or "focal" (easy rows count less) for classes, "squared" or "absolute" for
   * numbers. Defaults to the first of each.
   */
  readonly loss?: NetworkLoss;
  /**
   * How much less easy rows count with the focal loss (Lin et al., 2017): (1 − p)^γ; from 0, which is cross-entropy,
   * defaults to 2. It finds leavers among many stayers, at the price of probabilities that shrink towards a half.
   */
  readonly focalGamma?: number;
  /**
   * Rows to watch while training: the best weights on them are kept. A share in (0, 0.9] of the training rows is drawn at
   * random (from each class) and not learned from; or rows of one's own, encoded alike. None by default.
   */
  readonly validation?: number | Labelled;
  /**
   * What is watched there; defaults to "loss": log loss, or the mean squared error. "averagePrecision" (PR AUC) is there
   * by name, so that it can go to threads; any scorer may be given.
   */
  readonly stopOn?: "loss" | "averagePrecision" | Scorer;
  /** Ends training after so many epochs without improvement on `validation`; never by default. */
  readonly patience?: number;
  /** Folds on which columns and settings are chosen; defaults to 3. */
  readonly folds?: number;
  /** Threads for these folds; defaults to the processors. The model is the same. */
  readonly threads?: number;
}

/** The options, checked and with their defaults; undefined is what a search decides. */
export interface NetworkSettings extends NetworkOptions {
  readonly task: "classification" | "regression";
  readonly hidden: readonly number[];
  readonly activation: "selu" | "relu" | "tanh";
  readonly members: number;
  readonly shared: boolean;
  readonly dropout: readonly number[];
  readonly frequencies: number;
  readonly schedule: NetworkSchedule;
  readonly decay: number;
  readonly batch: number;
  readonly columns: "select" | "all";
  readonly maxLevels: number;
  readonly classWeights: "balanced" | readonly [number, number];
  readonly loss: NetworkLoss;
  readonly focalGamma: number;
  readonly stopOn: "loss" | "averagePrecision" | Scorer;
  readonly folds: number;
}

export function checkNetworkOptions(options: NetworkOptions): NetworkSettings {
  const action = "make network";
  const { task = "classification", hidden = [64, 64, 64], activation = "selu", members = 5 } = options;
  const { shared = false, dropout = 0.3, frequencies = 16, bins, frequencyScale, rate } = options;
  const {
    schedule = "one-cycle",
    decay = 0.1,
    batch = 256,
    epochs,
    columns = "select",
    maxLevels = 20,
  } = options;
  const { classWeights = [1, 1], focalGamma = 2, validation, stopOn = "loss", patience } = options;
  const { folds = 3, threads } = options;
  checkOneOf(task, ["classification", "regression"], action, "task");
  const losses =
    task === "classification" ? (["cross-entropy", "focal"] as const) : (["squared", "absolute"] as const);
  const { loss = losses[0] } = options;
  checkOneOf(loss, losses, action, "loss");
  checkOneOf(activation, ["selu", "relu", "tanh"], action, "activation");
  checkOneOf(schedule, ["cosine", "one-cycle", "plateau", "constant"], action, "schedule");
  checkOneOf(columns, ["select", "all"], action, "columns");
  for (const units of hidden) checkInteger(units, 1, 65536, action, "hidden units");
  const rates = typeof dropout === "number" ? hidden.map(() => dropout) : dropout;
  for (const one of rates) checkNumber(one, 0, 1, action, "dropout", "high");
  checkInteger(members, 1, 1024, action, "members");
  checkInteger(frequencies, 0, 4096, action, "frequencies");
  if (bins !== undefined) checkInteger(bins, 0, 4096, action, "bins");
  if (frequencyScale !== undefined) checkNumber(frequencyScale, 0, 1000, action, "frequencyScale", "low");
  if (rate !== undefined) checkNumber(rate, 0, 1000, action, "rate", "low");
  checkNumber(decay, 0, 1000, action, "decay");
  checkInteger(batch, 1, 1e6, action, "batch");
  if (epochs !== undefined) checkInteger(epochs, 0, 1e6, action, "epochs");
  checkInteger(maxLevels, 2, 1e6, action, "maxLevels");
  if (classWeights !== "balanced")
    for (const weight of classWeights) checkNumber(weight, 0, Infinity, action, "a class weight", "low");
  checkNumber(focalGamma, 0, 100, action, "focalGamma");
  if (typeof validation === "number") checkNumber(validation, 0, 0.9, action, "validation", "low");
  if (typeof stopOn === "string") checkOneOf(stopOn, ["loss", "averagePrecision"], action, "stopOn");
  check(
    stopOn !== "averagePrecision" || task === "classification",
    action,
    "averagePrecision needs classes, not a regression",
  );
  if (patience !== undefined) checkInteger(patience, 1, 1e6, action, "patience");
  checkInteger(folds, 2, 100, action, "folds");
  if (threads !== undefined) checkInteger(threads, 1, 1024, action, "threads");
  const structure = { task, hidden, activation, members, shared, dropout: rates, frequencies };
  const training = { loss, focalGamma, schedule, decay, batch, stopOn };
  const choosing = { columns, maxLevels, classWeights, folds };
  return { ...options, ...structure, ...training, ...choosing };
}
