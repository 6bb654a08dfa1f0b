import { column, type Matrix } from "../../core/matrix";
import type { Watch } from "../../core/model";
import { mapThreads, watched } from "../../core/pool";
import type { Rng } from "../../core/rng";
import type { Split } from "../../data/split";
import { type NetworkTrial, type TrialResult, tryNetwork } from "./network-trial";

/** What is tried: the parts of a trial that are the same on all folds. */
export type Candidate = Pick<NetworkTrial, "inputs" | "plan">;

export interface Search {
  readonly x: Matrix;
  readonly targets: Float64Array;
  readonly weights: Float64Array;
  readonly folds: readonly Split[];
  readonly rng: Rng;
  readonly threads?: number;
  readonly watch?: Watch;
}

/** A column counts when shuffling it raises the held-out loss by more than so many standard errors. */
const convincing = 1;
const mostRounds = 4;

/** What a search found. */
export interface Found {
  readonly columns: readonly number[];
  /** Mean held-out loss. */
  readonly loss: number;
}

/**
 * The columns that a net does best with on held-out rows: trains on each fold, leaves out the columns whose shuffling
 * does not raise the held-out loss beyond doubt, and again with the rest, as long as the loss falls.
 */
export async function selectColumns(
  candidate: Candidate,
  columns: readonly number[],
  search: Search,
): Promise<Found> {
  let best: Found = { columns, loss: Infinity };
  let left = columns;
  for (let round = 0; round < mostRounds; round++) {
    const results = await onFolds(withColumns(candidate, left), search, `columns ${round}`, 2);
    const loss = meanLoss(results);
    if (loss >= best.loss) break;
    best = { columns: left, loss };
    const kept = left.filter((_, i) => {
      const { mean, error } = spread(results.flatMap((result) => [...result.rises[i]]));
      return mean > convincing * error;
    });
    if (kept.length === left.length || kept.length === 0) break;
    left = kept;
  }
  return best;
}

/** The candidate of the lowest held-out loss, by its place in the list. `known` gives losses found before. */
export async function chooseCandidate(
  candidates: readonly Candidate[],
  search: Search,
  known: readonly (number | undefined)[] = [],
): Promise<number> {
  let best = 0;
  let least = Infinity;
  for (let i = 0; i < candidates.length; i++) {
    const loss = known[i] ?? meanLoss(await onFolds(candidates[i], search, `setting ${i}`, 0));
    if (loss < least) {
      best = i;
      least = loss;
    }
  }
  return best;
}

export function withColumns(candidate: Candidate, columns: readonly number[]): Candidate {
  return { ...candidate, inputs: { ...candidate.inputs, columns } };
}

function onFolds(
  candidate: Candidate,
  { x, targets, weights, folds, rng, threads, watch }: Search,
  label: string,
  shuffles: number,
): Promise<TrialResult[]> {
  return mapThreads(
    tryNetwork,
    folds.map(({ train, test }, k): NetworkTrial => {
      const { key } = rng.fork(label).fork(k);
      return { ...candidate, x, targets, weights, train, test, key, shuffles };
    }),
    threads,
    watched(watch, `choose ${label}`, folds.length),
  );
}

function meanLoss(results: readonly TrialResult[]): number {
  const all = results.flatMap((result) => [...result.losses]);
  return all.reduce((sum, loss) => sum + loss, 0) / all.length;
}

function spread(values: readonly number[]): { mean: number; error: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / (values.length - 1) / values.length) };
}

/** All columns but those that are a multiple of an earlier one plus a constant: the same information twice. */
export function distinctColumns(x: Matrix): number[] {
  const kept: number[] = [];
  for (let j = 0; j < x.columns; j++) {
    const again =
      !x.features[j].levels &&
      kept.some((k) => !x.features[k].levels && collinear(column(x, k), column(x, j)));
    if (!again) kept.push(j);
  }
  return kept;
}

function collinear(a: Float64Array, b: Float64Array): boolean {
  const n = a.length;
  let [meanA, meanB] = [0, 0];
  for (let i = 0; i < n; i++) {
    if (Number.isNaN(a[i]) !== Number.isNaN(b[i])) return false;
    if (Number.isNaN(a[i])) continue;
    meanA += a[i] / n;
    meanB += b[i] / n;
  }
  let [aa, ab, bb] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    if (Number.isNaN(a[i])) continue;
    const [da, db] = [a[i] - meanA, b[i] - meanB];
    aa += da * da;
    ab += da * db;
    bb += db * db;
  }
  return aa > 0 && bb > 0 && ab * ab > 0.9998 * aa * bb;
}
