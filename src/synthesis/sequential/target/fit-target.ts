import { type Boost, type BoostRows, fewLeaves, grown, roundsOf } from "../boost";
import { foldEnds, others, rowsOf, type Stretch } from "../folds";
import { calibrated } from "./calibrate";

/** Of trees that start from the share alone and have all interactions to find. */
const manyLeaves = 12;

/** The logit's scores of all rows, fitted without each of the folds and to all of them. */
export interface LogitScores {
  readonly offsets: readonly Float64Array[];
  readonly scores: Float64Array;
}

/** Trees of a target of two classes, and what they start from. */
export interface TargetTrees {
  readonly from: "logit" | "share";
  readonly boost?: Boost;
}

/**
 * What a target of two classes takes beside its logit, once its groups that are off by more than chance are set right: nothing, trees on top of it, or trees instead of it that start from the
 * share alone; each must be better than what came before it by more than a standard error of the difference on
 * held-out rows. Then groups are set right (`calibrated`).
 */
export function fitTarget(data: BoostRows, { offsets, scores: plain }: LogitScores): TargetTrees {
  const plainly = offsets.map((own) => [own]);
  const first = calibrated(data, plainly, [plain], false);
  const logit: LogitScores = first
    ? { offsets: first.held.map(([own]) => own), scores: first.scores[0] }
    : { offsets, scores: plain };
  const all: readonly Stretch[] = [[0, data.rows]];
  const folds = foldEnds(data.rows, logit.offsets.length);
  const rival = (
    from: TargetTrees["from"],
    { offsets, scores }: LogitScores,
    leaves: number,
    before?: Losses,
  ) => {
    const apart = offsets.map((own) => [own]);
    const none = { rounds: 0, scores: () => apart };
    const found = before ? roundsOf(data, 2, apart, { leaves, rival: before.first }) : none;
    const held = found.scores().map(([own]) => own);
    return {
      from,
      held,
      ...lossesOf(data, folds, held),
      learnt: () => grown(data, 2, all, [scores], found.rounds, leaves),
    };
  };
  const shares: LogitScores = {
    offsets: folds.map((fold) => shareOf(data, others(fold, data.rows))),
    scores: shareOf(data, all),
  };
  let best = rival("logit", logit, fewLeaves);
  for (const [from, start, leaves] of [
    ["logit", logit, fewLeaves],
    ["share", shares, manyLeaves],
  ] as const) {
    const other = rival(from, start, leaves, best);
    if (clearly(best.losses, other.losses)) best = other;
  }
  const { trees, steps, scores } = best.learnt();
  const patches = calibrated(
    data,
    best.held.map((own) => [own]),
    scores,
    true,
  );
  return { from: best.from, ...joined(best.from === "logit" ? first : undefined, { trees, steps }, patches) };
}

/**
 * What another variable's logit takes: the groups that are off by more than chance set right, then trees, as many rounds as the folds
 * want; nothing, where neither helps. `offsets` holds for each fold the scores (per free class, all rows) of the logit fitted
 * without it; `scores` those of the final logit.
 */
export function fitBoost(
  data: BoostRows,
  classes: number,
  offsets: readonly (readonly Float64Array[])[],
  scores: readonly Float64Array[],
): Pick<TargetTrees, "boost"> {
  // Trees first would hide in the rows they learn from what is left of a group in others.
  const patches = calibrated(data, offsets, scores, false);
  const { rounds } = roundsOf(data, classes, patches?.held ?? offsets);
  return joined(patches, grown(data, classes, [[0, data.rows]], patches?.scores ?? scores, rounds));
}

function joined(...parts: readonly (Boost | undefined)[]): Pick<TargetTrees, "boost"> {
  const [trees, steps] = [parts.flatMap((one) => one?.trees ?? []), parts.flatMap((one) => one?.steps ?? [])];
  return trees.length > 0 ? { boost: { trees, steps } } : {};
}

/** The log-odds of the second class in some of the rows, for all rows; one row more of either, so that they are finite. */
function shareOf(data: BoostRows, parts: readonly Stretch[]): Float64Array {
  const rows = rowsOf(parts);
  let ones = 0;
  for (const i of rows) ones += data.classes[i];
  return new Float64Array(data.rows).fill(Math.log((ones + 1) / (rows.length - ones + 1)));
}

interface Losses {
  readonly losses: Float64Array;
  /** Of the rows of the first fold. */
  readonly first: number;
}

/** Each row's loss by the scores of the fold that it is held out of. */
function lossesOf(data: BoostRows, folds: readonly Stretch[], held: readonly Float64Array[]): Losses {
  const losses = new Float64Array(data.rows);
  folds.forEach(([first, last], f) => {
    for (let i = first; i < last; i++) {
      const score = data.classes[i] === 1 ? held[f][i] : -held[f][i];
      losses[i] = Math.log1p(Math.exp(-Math.abs(score))) + Math.max(0, -score);
    }
  });
  const [from, to] = folds[0];
  return { losses, first: losses.subarray(from, to).reduce((sum, loss) => sum + loss, 0) };
}

/** Whether the second losses are less than the first by more than a standard error of their difference. */
function clearly(before: Float64Array, after: Float64Array): boolean {
  const gains = before.map((loss, i) => loss - after[i]);
  const total = gains.reduce((sum, gain) => sum + gain, 0);
  const mean = total / gains.length;
  return total > Math.sqrt(gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0));
}
