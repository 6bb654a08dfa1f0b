import { type Labelled, type Matrix, takeLabelled, takeRows } from "../../core/matrix";
import { type Task, task } from "../../core/pool";
import { fromKey, type Rng } from "../../core/rng";
import { learnerFrom } from "../../models/learner";
import type { SharedFold } from "../../models/search/search-task";
import { remedies, studyLearners } from "./remedies";

export interface RemedyTask {
  readonly fold: SharedFold;
  /** Which of `remedies`. */
  readonly remedy: number;
  readonly key: Rng["key"];
}

/** What one remedy did in one fold. */
export interface RemedyFold {
  /** Rows learned from. */
  readonly rows: number;
  /** Of making the rows. */
  readonly milliseconds: number;
  /** One entry for each of `studyLearners`. */
  readonly learners: readonly { readonly predictions: Float64Array; readonly milliseconds: number }[];
}

/** Applies one remedy to a fold's training rows, fits every learner and predicts the test rows; what a thread runs. */
export const tryRemedy: Task<RemedyTask, RemedyFold> = task(
  "studies/imbalance/task",
  "tryRemedy",
  async ({ fold, remedy, key }: RemedyTask) => {
    const { kind, resample } = remedies[remedy];
    const rng = fromKey(key);
    const given: Labelled = fold.trainRows ? takeLabelled(fold.train, fold.trainRows) : fold.train;
    const test: Matrix = fold.testRows ? takeRows(fold.test, fold.testRows) : fold.test;
    const start = performance.now();
    const train = resample ? resample(given, rng.fork("rows")) : given;
    const milliseconds = performance.now() - start;
    const learners = [];
    for (const { name, plain, weighted } of studyLearners) {
      const before = performance.now();
      const learner = learnerFrom(kind === "weights" ? weighted : plain);
      const model = await learner(train, rng.fork(name));
      const after = performance.now();
      learners.push({ predictions: model.predict(test), milliseconds: after - before });
    }
    return { rows: train.y.length, milliseconds, learners };
  },
);
