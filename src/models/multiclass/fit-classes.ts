import type { Labelled } from "../../core/matrix";
import type { Model, ModelJson, Watch } from "../../core/model";
import { type Task, task } from "../../core/pool";
import { fromKey, type Rng } from "../../core/rng";
import type { GradientBoostingOptions } from "../boosting/boosting-options";
import { softmaxBoosting } from "../boosting/softmax";
import { type LearnerKind, type LearnerOptions, learnerCard, learnerFrom } from "../learner";
import type { SharedFold } from "../search/search-task";
import type { ClassScores } from "./multiclass";
import { type MultinomialOptions, multinomialLogistic } from "./multinomial";
import { linked } from "./probabilities";

/** A learner of several classes, as data: any learner of two classes, of which some learn all jointly. */
export type ClassLearner =
  | { readonly kind: "logistic-regression"; readonly options?: MultinomialOptions }
  | { readonly kind: "gradient-boosting"; readonly options?: Omit<GradientBoostingOptions, "loss"> }
  | {
      readonly [K in Exclude<LearnerKind, "logistic-regression" | "gradient-boosting">]: {
        readonly kind: K;
        readonly options?: LearnerOptions[K];
      };
    }[Exclude<LearnerKind, "logistic-regression" | "gradient-boosting">];

/**
 * Fits a score a class: multinomial logistic regression and boosted trees jointly, by the softmax loss; of other learners
 * one a class against the others, whose probabilities are scaled to sum to 1, as scikit-learn's `OneVsRestClassifier` has
 * them.
 */
export async function fitClasses(
  learner: ClassLearner,
  train: Labelled,
  classes: number,
  rng: Rng,
  watch?: Watch,
): Promise<Omit<ClassScores, "name" | "weight">> {
  if (learner.kind === "logistic-regression") return multinomialLogistic(train, classes, learner.options);
  if (learner.kind === "gradient-boosting")
    return {
      link: "softmax",
      scores: await softmaxBoosting(train, classes, learner.options ?? {}, rng, watch),
    };
  const scores: Model[] = [];
  const fit = learnerFrom(learner);
  for (let k = 0; k < classes; k++) {
    const y = train.y.map((label) => Number(label === k));
    scores.push(await fit({ ...train, y }, rng.fork(k), watch?.signal && { signal: watch.signal }));
  }
  return { link: "shares", scores };
}

export interface ClassTask {
  readonly learner: ClassLearner;
  readonly classes: number;
  readonly fold: SharedFold;
  readonly key: Rng["key"];
  /** Whether the model is wanted, or else its probabilities of the held-out rows. */
  readonly whole: boolean;
}

export interface ClassTaskResult {
  readonly probabilities: Float64Array[];
  readonly scores: readonly ModelJson[];
  readonly link: ClassScores["link"];
}

/** Fits one learner to a fold's rows; what a thread runs. */
export const fitClassFold: Task<ClassTask, ClassTaskResult> = task(
  "models/multiclass/fit-classes",
  "fitClassFold",
  async ({ learner, classes, fold, key, whole }: ClassTask) => {
    // The folds keep all threads busy already.
    const alone = "threads" in learnerCard(learner.kind).options ? { threads: 1 } : {};
    const own = { ...learner, options: { ...learner.options, ...alone } } as ClassLearner;
    const { scores, link } = await fitClasses(own, fold.train, classes, fromKey(key));
    if (whole) return { probabilities: [], scores: scores.map((score) => score.toJSON()), link };
    const found = scores.map((score) => score.predict(fold.test));
    return { probabilities: linked(found, link), scores: [], link };
  },
);
