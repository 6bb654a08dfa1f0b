import type { Fit } from "../../src/core/model";
import { blended } from "../../src/models/auto/blend";
import { gradientBoosting } from "../../src/models/boosting/boosting";
import { calibrated } from "../../src/models/calibrate/calibrate";
import { hurdle } from "../../src/models/clv/hurdle";
import { ziln } from "../../src/models/clv/ziln";
import { discovering } from "../../src/models/discovery/discover";
import { extraTrees, randomForest } from "../../src/models/forest/forest";
import { elasticNet, lasso, linearRegression, ridge } from "../../src/models/linear/linear";
import { logisticRegression } from "../../src/models/linear/logistic";
import { network } from "../../src/models/network/network";
import { referenceNetwork } from "../../src/models/network/reference-network";
import { splineLogistic } from "../../src/models/spline/spline";

/** A learner and what it states of itself; whatever is stated is tested. */
export interface Stated {
  readonly name: string;
  readonly learner: Fit;
  /** Targets 0 and 1, any numbers, or amounts from 0 up, many of them 0. */
  readonly target: "classes" | "numbers" | "amounts";
  /** Whether columns may hold NaN and codes with levels; else they are refused. */
  readonly missing: boolean;
  readonly levels: boolean;
  /** Whether one label alone is refused; else the model predicts it. */
  readonly needsBoth: boolean;
}

const linear = { missing: false, levels: false, needsBoth: true } as const;
const trees = { missing: true, levels: true, needsBoth: false } as const;

/** Every learner of matrices. A new one is added here, and is then held to all rules of learners.test.ts. */
export const learners: readonly Stated[] = [
  { name: "logisticRegression()", learner: logisticRegression(), target: "classes", ...linear },
  {
    name: 'logisticRegression({penalty: "l1"})',
    learner: logisticRegression({ penalty: "l1", C: 0.5 }),
    target: "classes",
    ...linear,
  },
  {
    name: 'logisticRegression({penalty: "none", classWeights: "balanced"})',
    learner: logisticRegression({ penalty: "none", classWeights: "balanced" }),
    target: "classes",
    ...linear,
  },
  { name: "linearRegression()", learner: linearRegression(), target: "numbers", ...linear },
  { name: "ridge()", learner: ridge(), target: "numbers", ...linear },
  { name: "lasso()", learner: lasso({ alpha: 0.05 }), target: "numbers", ...linear },
  { name: "elasticNet()", learner: elasticNet({ alpha: 0.05 }), target: "numbers", ...linear },
  { name: "randomForest()", learner: randomForest({ trees: 30 }), target: "classes", ...trees },
  { name: "extraTrees()", learner: extraTrees({ trees: 30 }), target: "classes", ...trees },
  {
    name: 'randomForest({criterion: "squared"})',
    learner: randomForest({ trees: 30, criterion: "squared" }),
    target: "numbers",
    ...trees,
  },
  {
    name: "gradientBoosting()",
    learner: gradientBoosting({ trees: 20, minRows: 5 }),
    target: "classes",
    ...trees,
  },
  {
    name: 'gradientBoosting({loss: "squared", growth: "depth"})',
    learner: gradientBoosting({ trees: 20, minRows: 5, loss: "squared", growth: "depth" }),
    target: "numbers",
    ...trees,
  },
  {
    name: 'gradientBoosting({loss: "tweedie"})',
    learner: gradientBoosting({ trees: 20, minRows: 5, loss: "tweedie", rowShare: 0.8, validation: 0.2 }),
    target: "amounts",
    ...trees,
  },
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
    needsBoth: true,
  },
  { name: "splineLogistic()", learner: splineLogistic(), target: "classes", ...trees, needsBoth: true },
  {
    name: "blended({…})",
    learner: blended({ spline: splineLogistic(), trees: gradientBoosting({ trees: 20, minRows: 5 }) }),
    target: "classes",
    ...trees,
    needsBoth: true,
  },
  {
    name: "discovering(gradientBoosting())",
    learner: discovering(gradientBoosting({ trees: 20, minRows: 5 }), { threads: 1 }),
    target: "classes",
    ...trees,
    needsBoth: true,
  },
  {
    name: "hurdle({…})",
    learner: hurdle({ occurrence: logisticRegression(), amount: ridge() }),
    target: "amounts",
    ...linear,
  },
  { name: "ziln()", learner: ziln(), target: "amounts", ...linear },
  {
    name: "network()",
    learner: network({
      hidden: [16],
      members: 2,
      epochs: 10,
      batch: 32,
      rate: 0.02,
      columns: "all",
      bins: 0,
      frequencyScale: 0.3,
    }),
    target: "classes",
    ...trees,
    needsBoth: true,
  },
  {
    name: 'network({task: "regression"})',
    learner: network({
      task: "regression",
      hidden: [16],
      members: 2,
      epochs: 10,
      batch: 32,
      columns: "all",
      rate: 0.02,
      bins: 4,
    }),
    target: "numbers",
    ...trees,
  },
  { name: "referenceNetwork()", learner: referenceNetwork(), target: "classes", ...linear },
];
