import type { Fit } from "../../src/core/model";
import { gradientBoosting } from "../../src/models/boosting/boosting";
import { calibrated } from "../../src/models/calibrate/calibrate";
import type { LearnerCard, TargetKind } from "../../src/models/card";
import { hurdle } from "../../src/models/clv/hurdle";
import { discovering } from "../../src/models/discovery/discover";
import { randomForest } from "../../src/models/forest/forest";
import type { LearnerKind, LearnerOptions } from "../../src/models/learner";
import { ridge } from "../../src/models/linear/linear";
import { logisticRegression } from "../../src/models/linear/logistic";
import { referenceNetwork } from "../../src/models/network/reference-network";
import { allLearners } from "../../src/models/registry";
import { splineLogistic } from "../../src/models/spline/spline";
import { evenBlend } from "../models/even-blend";

/** A learner and what it states of itself; whatever is stated is tested. */
export interface Stated {
  readonly name: string;
  readonly learner: Fit;
  /** Targets 0 and 1, any numbers, or amounts from 0 up, many of them 0. */
  readonly target: TargetKind;
  /** Whether columns may hold NaN and codes with levels; else they are refused. */
  readonly missing: boolean;
  readonly levels: boolean;
  /** Whether one label alone is refused; else the model predicts it. */
  readonly needsBoth: boolean;
}

const net = { hidden: [16], members: 2, epochs: 10, batch: 32, columns: "all", rate: 0.02 } as const;

/** Options that make learners quick, or strong enough for few rows. */
const quick: { readonly [K in LearnerKind]?: LearnerOptions[K] } = {
  lasso: { alpha: 0.05 },
  "elastic-net": { alpha: 0.05 },
  "random-forest": { trees: 30, minRows: 1 },
  "extra-trees": { trees: 30, minRows: 1 },
  "gradient-boosting": { trees: 20, minRows: 5 },
  network: { ...net, bins: 0, frequencyScale: 0.3 },
};

/** Further settings that go other ways through the code. */
const variants: readonly { readonly [K in LearnerKind]?: readonly [TargetKind, LearnerOptions[K]] }[] = [
  { "logistic-regression": ["classes", { penalty: "l1", C: 0.5 }] },
  { "logistic-regression": ["classes", { penalty: "none", classWeights: "balanced" }] },
  { "gradient-boosting": ["numbers", { trees: 20, minRows: 5, loss: "squared", growth: "depth" }] },
  {
    "gradient-boosting": [
      "amounts",
      { trees: 20, minRows: 5, loss: "tweedie", rowShare: 0.8, validation: 0.2 },
    ],
  },
  { network: ["numbers", { ...net, task: "regression", bins: 4 }] },
];

/** Every learner of the registry, for each target it states. */
export function fromRegistry(cards: readonly LearnerCard<string, object>[]): Stated[] {
  return cards.flatMap((card) =>
    (Object.keys(card.targets) as TargetKind[]).map((target) =>
      stated(card, target, { ...card.targets[target], ...quick[card.kind as LearnerKind] }),
    ),
  );
}

function stated(card: LearnerCard<string, object>, target: TargetKind, options: object): Stated {
  const asIs = card.encode === "codes";
  const text = Object.keys(options).length > 0 ? JSON.stringify(options) : "";
  return {
    name: `${card.name}(${text}) of ${target}`,
    learner: card.fit(options),
    target,
    missing: asIs,
    levels: asIs,
    needsBoth: card.needsBothClasses,
  };
}

const linear = { missing: false, levels: false, needsBoth: true } as const;
const trees = { missing: true, levels: true, needsBoth: true } as const;

/** Learners made of others, which have no kind of their own. */
const made: readonly Stated[] = [
  {
    name: "calibrated(logisticRegression())",
    learner: calibrated(logisticRegression(), { method: "beta" }),
    target: "classes",
    ...linear,
  },
  {
    name: "calibrated(randomForest())",
    learner: calibrated(randomForest({ trees: 20 })),
    target: "classes",
    ...trees,
  },
  {
    name: "evenBlend({…})",
    learner: evenBlend({ spline: splineLogistic(), trees: gradientBoosting({ trees: 20, minRows: 5 }) }),
    target: "classes",
    ...trees,
  },
  {
    name: "discovering(gradientBoosting())",
    learner: discovering(gradientBoosting({ trees: 20, minRows: 5 }), { threads: 1 }),
    target: "classes",
    ...trees,
  },
  {
    name: "hurdle({…})",
    learner: hurdle({ occurrence: logisticRegression(), amount: ridge() }),
    target: "amounts",
    ...linear,
  },
  { name: "referenceNetwork()", learner: referenceNetwork(), target: "classes", ...linear },
];

/** Every learner of matrices: those of the registry come by themselves and are held to all rules of learners.test.ts. */
export const learners: readonly Stated[] = [
  ...fromRegistry(allLearners()),
  ...variants.flatMap((one) =>
    Object.entries(one).map(([kind, [target, options]]) =>
      stated(
        allLearners().find((card) => card.kind === kind) as LearnerCard<string, object>,
        target,
        options,
      ),
    ),
  ),
  ...made,
];
