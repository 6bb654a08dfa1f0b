import { check } from "../../core/checks";
import type { LearnerOptions, LearnerSpec } from "../learner";
import { answersTo } from "../learner-names";
import { allLearners } from "../registry";

/** A learner that may have a part in a blend. It sees numbers and categories as they are, missing values too. */
export interface AutoMember {
  readonly name: string;
  readonly learner: LearnerSpec;
  /** For boosted trees: their number is chosen by cross-validation, up to what the options say. */
  readonly tuneTrees?: boolean;
  /** Whether it is one of the simple learners that a blend has to beat by a standard error to be taken. */
  readonly simple?: boolean;
}

/** A learner of numbers that may have a part in the blend. */
export type NumberMember = Omit<AutoMember, "tuneTrees" | "simple">;

function line(name: string, C: number): AutoMember {
  return { name, learner: { kind: "spline-logistic", options: { knots: 0, C } }, simple: true };
}

function boosted(name: string, options: LearnerOptions["gradient-boosting"]): AutoMember {
  return { name, learner: { kind: "gradient-boosting", options }, tuneTrees: true };
}

function net(options: LearnerOptions["network"]): NumberMember {
  return { name: "net", learner: { kind: "network", options: { members: 3, ...options } } };
}

/** What a blend of two classes may be made of, by the learner's kind. */
export const memberGroups = {
  "logistic-regression": [line("logistic regression", 1), line("logistic regression, shrunken", 0.01)],
  "gradient-boosting": [
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
  ],
  "random-forest": [
    {
      name: "random forest",
      learner: { kind: "random-forest", options: { trees: 150, minRows: 5, maxFeatures: 0.5, bins: 255 } },
    },
  ],
  "spline-logistic": [
    { name: "additive logistic regression", learner: { kind: "spline-logistic", options: { C: 3 } } },
  ],
  network: [net({})],
} as const satisfies Readonly<Record<string, readonly AutoMember[]>>;

/** What a blend of numbers may be made of, by the learner's kind. */
export const numberGroups = {
  ridge: [{ name: "ridge regression", learner: { kind: "ridge", options: { alpha: 1 } } }],
  "gradient-boosting": [
    {
      name: "boosted trees of 6 leaves",
      learner: {
        kind: "gradient-boosting",
        options: { loss: "squared", leaves: 6, trees: 300, learnRate: 0.05 },
      },
    },
    {
      name: "boosted trees of 24 leaves",
      learner: {
        kind: "gradient-boosting",
        options: { loss: "squared", leaves: 24, trees: 120, learnRate: 0.08, columnShare: 0.7 },
      },
    },
  ],
  network: [net({ task: "regression" })],
} as const satisfies Readonly<Record<string, readonly NumberMember[]>>;

/**
 * What `auto` blends unless told otherwise: learners that err in different ways. Small trees that see everything and
 * larger ones find rules; the sampled and shrunken ones smooth; the additive model draws curves. A net is not among them:
 * in nested cross-validation of IBM Telco two nets got weights in two folds of five and raised the log loss by .0003
 * (± .0001; ROC AUC .8507 against .8510) at five times the time; on churn-bigml one got .08 of the blend and moved the
 * out-of-fold log loss by −.0003 (± .0005) and that of the test rows by +.0003 (± .0002), at nine times the time.
 * `members` takes one.
 */
export const autoMembers: readonly AutoMember[] = [
  ...memberGroups["logistic-regression"],
  ...memberGroups["gradient-boosting"],
  ...memberGroups["random-forest"],
  ...memberGroups["spline-logistic"],
];

/** What `autoNumbers` blends unless told otherwise: a line, and trees that find steps and interactions. */
export const numberMembers: readonly NumberMember[] = [
  ...numberGroups.ridge,
  ...numberGroups["gradient-boosting"],
];

/**
 * The members of the groups named by a learner's kind or alias; throws, listing them, where there is no such group.
 *
 * @example
 * membersOf(memberGroups, ["logistic-regression"]).length; // → 2
 * membersOf(memberGroups, ["neighbours"]); // throws "logistic-regression"
 */
export function membersOf<M>(
  groups: Readonly<Record<string, readonly M[]>>,
  names: readonly string[],
): readonly M[] {
  const action = "choose members";
  const known = Object.keys(groups);
  check(names.length > 0, action, `some of ${known.join(", ")} must be named`, 0);
  const kinds = names.map((name) => allLearners().find((card) => answersTo(card, name))?.kind ?? name);
  kinds.forEach((kind, k) => {
    check(known.includes(kind), action, `members must be one of ${known.join(", ")}`, names[k]);
  });
  return [...new Set(kinds)].flatMap((kind) => groups[kind]);
}
