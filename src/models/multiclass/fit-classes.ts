import { check } from "../../core/checks";
import type { Labelled } from "../../core/matrix";
import type { Model, ModelJson, Watch } from "../../core/model";
import { type Task, task } from "../../core/pool";
import { fromKey, type Rng } from "../../core/rng";
import type { GradientBoostingOptions } from "../boosting/boosting-options";
import { softmaxBoosting } from "../boosting/softmax";
import { randomForest } from "../forest/forest";
import type { ForestOptions } from "../forest/forest-options";
import { answersTo } from "../learner-names";
import { allLearners } from "../registry";
import type { SharedFold } from "../search/search-task";
import { type ClassScores, linked } from "./multiclass";
import { type MultinomialOptions, multinomialLogistic } from "./multinomial";

/** A learner of several classes, as data. */
export type ClassLearner =
  | { readonly kind: "logistic-regression"; readonly options?: MultinomialOptions }
  | { readonly kind: "gradient-boosting"; readonly options?: Omit<GradientBoostingOptions, "loss"> }
  | { readonly kind: "random-forest"; readonly options?: ForestOptions };

/** The kinds of learners of several classes. */
export const classLearners = ["logistic-regression", "gradient-boosting", "random-forest"] as const;

/** The learner of several classes that is asked for by name; throws, with the way out, for one that learns only two. */
export function classLearnerNamed(name: string): ClassLearner {
  const kind = allLearners().find((card) => answersTo(card, name))?.kind ?? name;
  check(
    (classLearners as readonly string[]).includes(kind),
    "train",
    `for three classes or more the model must be one of auto, ${classLearners.join(", ")}, or --positive must name the class that is learned against the others`,
    name,
  );
  return kind === "random-forest"
    ? { kind, options: { minRows: 3 } }
    : { kind: kind as "logistic-regression" | "gradient-boosting" };
}

/**
 * Fits a score a class: multinomial logistic regression and boosted trees jointly, by the softmax loss; a forest a class
 * against the others, whose shares are scaled to sum to 1.
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
  const fit = randomForest(learner.options);
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
    const options =
      learner.kind === "logistic-regression" ? learner.options : { ...learner.options, threads: 1 };
    const { scores, link } = await fitClasses(
      { ...learner, options } as ClassLearner,
      fold.train,
      classes,
      fromKey(key),
    );
    if (whole) return { probabilities: [], scores: scores.map((score) => score.toJSON()), link };
    const own = scores.map((score) => score.predict(fold.test));
    return { probabilities: linked(own, link), scores: [], link };
  },
);
