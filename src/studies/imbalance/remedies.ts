import type { Resample } from "../../core/model";
import type { LearnerSpec } from "../../models/learner";
import { adasyn } from "../../resample/adasyn";
import { borderlineSmote } from "../../resample/borderline-smote";
import { smoteEnn, smoteTomek } from "../../resample/cleaning";
import { kmeansSmote } from "../../resample/kmeans-smote";
import { randomOverSampling, randomUnderSampling } from "../../resample/random-sampling";
import { smote } from "../../resample/smote";
import { svmSmote } from "../../resample/svm-smote";
import { smoteNcOneHot } from "./smote-nc-one-hot";

/** What people do because few customers leave. */
export interface Remedy {
  readonly name: string;
  /** What it changes: nothing, how much rows count, or which rows there are. */
  readonly kind: "none" | "weights" | "rows";
  /** Makes the training rows of a fold anew. */
  readonly resample?: Resample;
}

/** All remedies, the one that does nothing first. */
export const remedies: readonly Remedy[] = [
  { name: "Nothing", kind: "none" },
  { name: "Class weights", kind: "weights" },
  { name: "Copy leavers", kind: "rows", resample: randomOverSampling() },
  { name: "Drop stayers", kind: "rows", resample: randomUnderSampling() },
  { name: "SMOTE", kind: "rows", resample: smote() },
  { name: "SMOTE-NC", kind: "rows", resample: smoteNcOneHot() },
  { name: "Borderline-SMOTE", kind: "rows", resample: borderlineSmote() },
  { name: "SVM-SMOTE", kind: "rows", resample: svmSmote() },
  // With the usual balance of a half no cluster of these customers holds enough leavers.
  { name: "KMeans-SMOTE", kind: "rows", resample: kmeansSmote({ balance: 0.05 }) },
  { name: "ADASYN", kind: "rows", resample: adasyn() },
  { name: "SMOTE-Tomek", kind: "rows", resample: smoteTomek() },
  { name: "SMOTE-ENN", kind: "rows", resample: smoteEnn() },
];

/** A learner as it comes, and as it weighs the classes alike. */
export interface StudyLearner {
  readonly name: string;
  readonly plain: LearnerSpec;
  readonly weighted: LearnerSpec;
}

/** The learners that remedies are tried on: one that draws lines and one that finds rules. */
export const studyLearners: readonly StudyLearner[] = [
  {
    name: "Logistic regression",
    plain: { kind: "logistic-regression" },
    weighted: { kind: "logistic-regression", options: { classWeights: "balanced" } },
  },
  {
    name: "Gradient boosting",
    plain: { kind: "gradient-boosting", options: boosting() },
    weighted: { kind: "gradient-boosting", options: { ...boosting(), classWeights: "balanced" } },
  },
];

function boosting() {
  return { trees: 100, leaves: 8, learnRate: 0.05 } as const;
}
