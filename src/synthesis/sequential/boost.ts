import { growTree, type TreeRows } from "../drawing/grow-tree";
import { leavesOf, type Tree, type TreeColumn } from "../drawing/trees";
import { foldEnds, others, rowsOf, type Stretch } from "./folds";
import type { LogitRows } from "./logit";

/** Small trees on top of a logit: what it cannot say, interactions and thresholds. */
export interface Boost {
  /** In rounds; each round has a tree per free class (two classes: one). */
  readonly trees: readonly Tree[];
  /** What each leaf adds to its class's score. */
  readonly steps: readonly (readonly number[])[];
}

/** The rows as trees see them. */
export interface BoostRows extends LogitRows {
  readonly tree: TreeRows;
  readonly columns: readonly TreeColumn[];
}

const learnRate = 0.1;
/** Of trees on top of a logit. */
export const fewLeaves = 6;
const minRows = 20;
/** Added to each leaf's curvature. */
const shrinkage = 2;
const mostRounds = 120;
/** A fold gives up after so many rounds without a better held-out loss. */
const patience = 12;
/** Trees must lower the held-out loss by this share, and by so many nats a row, to be kept at all … */
const leastGain = 2e-3;
const leastNats = 5e-3;
/** … and by a quarter of that in the first rounds on the first fold, to be looked at further. */
const firstRounds = 5;

/** How trees are grown, and when a fold may give up on them. */
export interface BoostOptions {
  /** Of each tree; defaults to `fewLeaves`. */
  readonly leaves?: number;
  /** Whether trees must gain as much as is asked of them to be kept, and fit the first fold soon; defaults to true. */
  readonly demanding?: boolean;
}

/**
 * Trees on the logit's scores, as many rounds as the folds want: none, where they do not help. `offsets` holds for each
 * fold the scores (per free class, all rows) of the logit fitted without it; `scores` those of the final logit.
 */
export function fitBoost(
  data: BoostRows,
  classes: number,
  offsets: readonly (readonly Float64Array[])[],
  scores: readonly Float64Array[],
): Boost | undefined {
  const rounds = roundsOf(data, classes, offsets);
  return rounds > 0 ? grown(data, classes, [[0, data.rows]], scores, rounds) : undefined;
}

/** How many rounds the folds want. */
export function roundsOf(
  data: BoostRows,
  classes: number,
  offsets: readonly (readonly Float64Array[])[],
  { leaves = fewLeaves, demanding = true }: BoostOptions = {},
): number {
  if (data.tree.features.length === 0 || data.rows < 10 * minRows) return 0;
  const folds = foldEnds(data.rows, offsets.length);
  const losses: number[][] = [];
  let reached = mostRounds;
  for (let f = 0; f < folds.length; f++) {
    const own = heldOutLosses(
      start(data, classes, others(folds[f], data.rows), offsets[f], leaves),
      folds[f],
      reached,
      demanding && f === 0,
    );
    losses.push(own);
    // Rounds that one fold did not reach are out for all.
    reached = own.length - 1;
    if (demanding && f === 0 && Math.min(...own) > own[0] * (1 - leastGain)) return 0;
  }
  const total = (round: number): number => losses.reduce((sum, own) => sum + own[round], 0);
  let rounds = 0;
  for (let r = 1; r <= reached; r++) if (total(r) < total(rounds)) rounds = r;
  const asked = Math.min(total(0) * (1 - leastGain), total(0) - leastNats * data.rows);
  return demanding && total(rounds) > asked ? 0 : rounds;
}

/** So many rounds of trees on some of the rows, and the scores (all rows) with them. */
export function grown(
  data: BoostRows,
  classes: number,
  stretches: readonly Stretch[],
  offsets: readonly Float64Array[],
  rounds: number,
  leaves = fewLeaves,
): Boost & { readonly scores: readonly Float64Array[] } {
  const run = start(data, classes, stretches, offsets, leaves);
  for (let r = 0; r < rounds; r++) step(run);
  return { trees: run.trees, steps: run.steps, scores: run.scores };
}

/** The held-out loss after 0, 1, 2, … rounds, until it no longer falls. */
function heldOutLosses(run: Run, held: Stretch, most: number, doubtful: boolean): number[] {
  const out = [loss(run, held)];
  let best = 0;
  for (let round = 1; round <= most && round - best <= patience; round++) {
    step(run);
    out.push(loss(run, held));
    if (out[round] < out[best]) best = round;
    if (doubtful && round === firstRounds && out[best] > out[0] - (leastNats / 4) * (held[1] - held[0]))
      break;
  }
  return out;
}

interface Run {
  readonly data: BoostRows;
  readonly classes: number;
  readonly leaves: number;
  /** The rows learnt from. */
  readonly rows: Int32Array;
  /** Per free class, all rows. */
  readonly scores: readonly Float64Array[];
  readonly slopes: readonly Float64Array[];
  readonly curvatures: readonly Float64Array[];
  readonly trees: Tree[];
  readonly steps: number[][];
}

function start(
  data: BoostRows,
  classes: number,
  stretches: readonly Stretch[],
  offsets: readonly Float64Array[],
  leaves: number,
): Run {
  return {
    data,
    classes,
    leaves,
    rows: rowsOf(stretches),
    scores: offsets.map((offset) => offset.slice()),
    slopes: offsets.map(() => new Float64Array(data.rows)),
    curvatures: offsets.map(() => new Float64Array(data.rows)),
    trees: [],
    steps: [],
  };
}

/** One round: a tree per free class, all from the same probabilities. */
function step(run: Run): void {
  const { data, rows, leaves, scores, slopes, curvatures } = run;
  for (const i of rows) {
    probabilities(run, i);
    for (let c = 0; c < scores.length; c++) {
      const p = current[c];
      const own = scores.length === 1 ? 1 : c;
      slopes[c][i] = (data.classes[i] === own ? 1 : 0) - p;
      curvatures[c][i] = p * (1 - p);
    }
  }
  const leaf = new Int32Array(data.rows);
  for (let c = 0; c < scores.length; c++) {
    const grown = growTree(
      data.tree,
      rows,
      { sums: [slopes[c], curvatures[c]] },
      {
        leaves,
        minRows,
        minGain: 1e-6,
        worth: newtonWorth,
      },
    );
    const steps = grown.leafTotals.map(
      ([, slope, curvature]) => (learnRate * slope) / (curvature + shrinkage),
    );
    run.trees.push(grown.tree);
    run.steps.push(steps);
    leavesOf(grown.tree, data.columns, 0, data.rows, leaf);
    for (let i = 0; i < data.rows; i++) scores[c][i] += steps[leaf[i]];
  }
}

function newtonWorth(totals: Float64Array, at: number): number {
  const slope = totals[at + 1];
  return (slope * slope) / (totals[at + 2] + shrinkage);
}

function loss(run: Run, [first, last]: Stretch): number {
  const { data, scores } = run;
  let total = 0;
  for (let i = first; i < last; i++) {
    probabilities(run, i);
    const own = data.classes[i];
    const p = scores.length === 1 && own === 0 ? 1 - current[0] : current[scores.length === 1 ? 0 : own];
    total -= Math.log(Math.max(p, 1e-300));
  }
  return total;
}

// The probabilities of one row, by free class: a buffer that `probabilities` fills.
const current = new Float64Array(256);

function probabilities({ data, scores }: Run, i: number): void {
  if (scores.length === 1) {
    current[0] = 1 / (1 + Math.exp(-scores[0][i]));
    return;
  }
  const allowed = data.pattern && data.patterns[data.pattern[i]];
  let most = -Infinity;
  for (let c = 0; c < scores.length; c++) {
    if ((!allowed || allowed[c] === 1) && scores[c][i] > most) most = scores[c][i];
  }
  let sum = 0;
  for (let c = 0; c < scores.length; c++) {
    const e = !allowed || allowed[c] === 1 ? Math.exp(scores[c][i] - most) : 0;
    current[c] = e;
    sum += e;
  }
  for (let c = 0; c < scores.length; c++) current[c] /= sum;
}
