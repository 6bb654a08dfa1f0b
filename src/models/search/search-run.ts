import { isMainThread } from "node:worker_threads";
import { takeValues } from "../../core/matrix";
import type { Scorer } from "../../core/metric";
import type { Watch } from "../../core/model";
import { defaultThreads, mapThreads, watched } from "../../core/pool";
import type { Rng } from "../../core/rng";
import type { LearnerSpec } from "../learner";
import { type FoldScores, foldScores } from "./fold-scores";
import { fitCandidate, type SearchTask, type SearchTaskResult, type SharedFold } from "./search-task";

/** Work of this many milliseconds pays for starting threads. */
const worthThreads = 200;

/** Every candidate fitted on every fold: results[candidate][fold]. */
export async function fitCandidates(
  candidates: readonly LearnerSpec[],
  folds: readonly SharedFold[],
  rng: Rng,
  threads: number | undefined,
  watch?: Watch,
): Promise<SearchTaskResult[][]> {
  // All candidates of a fold draw from the same stream: what differs between them is then their own.
  const keys = folds.map((_, k) => rng.fork(k).key);
  const tasks = candidates.flatMap((spec) =>
    folds.map((fold, k): SearchTask => ({ spec, fold, key: keys[k] })),
  );
  const options = watched(watch, "tune", tasks.length);
  // The first fit tells whether the others are worth threads.
  const first = await mapThreads(fitCandidate, tasks.slice(0, 1), 1, options);
  const expected = first[0].milliseconds * (tasks.length - 1);
  const chosen = threads ?? (isMainThread && expected > worthThreads ? defaultThreads() : 1);
  const all = [...first, ...(await mapThreads(fitCandidate, tasks.slice(1), chosen, options))];
  return candidates.map((_, c) => all.slice(c * folds.length, (c + 1) * folds.length));
}

/** A candidate's line without its rank. */
export interface SearchLine {
  readonly spec: LearnerSpec;
  /** By the scorers' names. */
  readonly scores: Readonly<Record<string, FoldScores>>;
  /** Time to fit and predict, summed over the folds. */
  readonly milliseconds: number;
}

/** Every candidate's line from what `fitCandidates` returned; `scorers` may name one twice. */
export function searchLines(
  candidates: readonly LearnerSpec[],
  fitted: readonly (readonly SearchTaskResult[])[],
  scorers: readonly Scorer[],
  { y, weights }: { readonly y: Float64Array; readonly weights?: Float64Array },
  tests: readonly Int32Array[],
): SearchLine[] {
  return candidates.map((spec, c) => {
    const scores = scorers.map(({ name, metric }) => {
      const values = tests.map((test, k) =>
        metric(takeValues(y, test), fitted[c][k].predictions, {
          weights: weights && takeValues(weights, test),
        }),
      );
      return [name, foldScores(values)];
    });
    return {
      spec,
      scores: Object.fromEntries(scores),
      milliseconds: fitted[c].reduce((sum, result) => sum + result.milliseconds, 0),
    };
  });
}

/** The lines with their ranks by the scorer's mean, from 1; equals share the better rank. */
export function ranked<T extends { readonly scores: Readonly<Record<string, FoldScores>> }>(
  lines: readonly T[],
  { name, better }: Scorer,
): (T & { readonly rank: number })[] {
  const value = (line: T): number => (better === "higher" ? 1 : -1) * line.scores[name].mean;
  return lines.map((line) => ({
    ...line,
    rank: 1 + lines.filter((other) => value(other) > value(line)).length,
  }));
}
