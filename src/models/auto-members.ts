import type { LearnerOptions, LearnerSpec } from "./learner";

/** A learner that may have a part in the blend. It sees numbers and categories as they are, missing values too. */
export interface AutoMember {
  readonly name: string;
  readonly learner: LearnerSpec;
  /** For boosted trees: their number is chosen by cross-validation, up to what the options say. */
  readonly tuneTrees?: boolean;
}

function boosted(name: string, options: LearnerOptions["gradient-boosting"]): AutoMember {
  return { name, learner: { kind: "gradient-boosting", options }, tuneTrees: true };
}

/**
 * What `auto` blends unless told otherwise: learners that err in different ways. Small trees that see everything and
 * larger ones find rules; the sampled and shrunken ones smooth; the additive model draws curves. A net (64-32 units on
 * eight-part piecewise-linear numbers) is not among them: on IBM Telco it got a weight in one fold of five and left the
 * blend where it was (ROC AUC .8509, PR AUC .6703 against .6700, Brier .1330) at twice the time. `members` takes one.
 */
export const autoMembers: readonly AutoMember[] = [
  boosted("boosted trees of 4 leaves", { leaves: 4, trees: 300 }),
  boosted("boosted trees of 8 leaves, sampled", {
    leaves: 8,
    trees: 300,
    learnRate: 0.05,
    rowShare: 0.7,
    columnShare: 0.5,
    minRows: 40,
    l2: 5,
  }),
  boosted("boosted trees of 16 leaves", { leaves: 16, trees: 200 }),
  {
    name: "random forest",
    learner: { kind: "random-forest", options: { trees: 150, minRows: 5, maxFeatures: 0.5, bins: 255 } },
  },
  {
    name: "additive logistic regression",
    learner: { kind: "spline-logistic", options: { C: 3 } },
  },
];
