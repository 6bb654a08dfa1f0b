import type { LeakageSuspect } from "../../evaluate/leakage";
import type { SavedModel } from "./saved-model";

export type ClassWeightsAsked = "balanced" | Readonly<Record<string, number>>;

export interface TrainOptions {
  /** The column to predict. */
  readonly target: string;
  /**
   * Which of its values counts as 1; may be left out where it is plain (Yes, True, 1, churned), for numbers, and for three
   * values or more, which are then learned as classes.
   */
  readonly positive?: string;
  /** Columns not to learn from. */
  readonly drop?: readonly string[];
  /** "auto", or a learner by name: see `tableLearner`. @default "auto" */
  readonly model?: string;
  /** With one learner: settings to compare; with "auto": groups of learners to blend. See `LearnerChoices`. */
  readonly search?: number;
  readonly members?: readonly string[];
  /** Whether a target of numbers is learned as classes, one a value. Defaults to whether they are plainly classes: see `plainClasses`. */
  readonly classes?: boolean;
  /** What rows of a class count, by its value, or "balanced" for all classes the same; those not named count 1. */
  readonly classWeights?: ClassWeightsAsked;
  /** How probabilities are corrected: sigmoid, beta, isotonic, or for three classes and more temperature. */
  readonly calibrate?: string;
  /** Folds of the cross-validation that judges it and chooses its threshold; from 2. Defaults to 5, or what auto takes. */
  readonly folds?: number;
}

export interface Training {
  readonly model: Omit<SavedModel, "origin">;
  /** Columns that alone tell the target: look at them before believing anything. */
  readonly suspects: readonly (LeakageSuspect & {
    /** The one of several classes that it tells from the others. */
    readonly level?: string;
  })[];
  /** Out-of-fold predictions, in the order of the rows. */
  readonly outOfFold: Float64Array;
  readonly positives?: number;
  /** What there is to say of how the model came about. */
  readonly story: readonly string[];
}
