import { check } from "../core/checks";
import type { Fit } from "../core/model";
import { type GradientBoostingOptions, gradientBoosting } from "./boosting/boosting";
import { extraTrees, type ForestOptions, randomForest } from "./forest/forest";
import {
  type ElasticNetOptions,
  elasticNet,
  type LassoOptions,
  lasso,
  linearRegression,
  type RidgeOptions,
  ridge,
} from "./linear/linear";
import { type LogisticOptions, logisticRegression } from "./linear/logistic";
import { network } from "./network/network";
import type { NetworkOptions } from "./network/network-options";
import { type SplineLogisticOptions, splineLogistic } from "./spline/spline";

/** Each learner's options, by the name that says which learner is meant where functions can't go: JSON, threads. */
export interface LearnerOptions {
  "logistic-regression": LogisticOptions;
  "spline-logistic": SplineLogisticOptions;
  "linear-regression": Record<never, never>;
  ridge: RidgeOptions;
  lasso: LassoOptions;
  "elastic-net": ElasticNetOptions;
  "random-forest": ForestOptions;
  "extra-trees": ForestOptions;
  "gradient-boosting": GradientBoostingOptions;
  network: NetworkOptions;
}
export type LearnerKind = keyof LearnerOptions;

/** A learner as data. */
export interface LearnerSpec<K extends LearnerKind = LearnerKind> {
  readonly kind: K;
  readonly options?: LearnerOptions[K];
}

const learners: { readonly [K in LearnerKind]: (options: LearnerOptions[K]) => Fit } = {
  "logistic-regression": logisticRegression,
  "spline-logistic": splineLogistic,
  "linear-regression": () => linearRegression(),
  ridge,
  lasso,
  "elastic-net": elasticNet,
  "random-forest": randomForest,
  "extra-trees": extraTrees,
  "gradient-boosting": gradientBoosting,
  network,
};

/** The names of all learners. */
export const learnerKinds: readonly LearnerKind[] = Object.keys(learners) as LearnerKind[];

/** The learner that a spec describes; throws on an unknown kind and on what the learner says of its options. */
export function learnerFrom<K extends LearnerKind>(spec: LearnerSpec<K>): Fit {
  check(
    Object.hasOwn(learners, spec.kind),
    "make learner",
    `kind must be one of ${learnerKinds.join(", ")}`,
    spec.kind,
  );
  return learners[spec.kind](spec.options ?? ({} as LearnerOptions[K]));
}
