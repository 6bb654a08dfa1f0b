import { growTree, type TreeRows } from "../drawing/grow-tree";
import { leavesOf, type Tree, type TreeColumn } from "../drawing/trees";
import { fastExp } from "./fast-exp";
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
/** … and by a quarter of that in the first rounds on the first fold, to be looked at further; half of that pace after the first two of them. */
const firstRounds = 5;
const firstGlance = 2;

/** How trees are grown, and when a fold may give up on them. */
export interface BoostOptions {
  /** Of each tree; defaults to `fewLeaves`. */
  readonly leaves?: number;
  /** What the first fold must lose less than, once it is learnt, for the others to be looked at; without it, trees must gain as much as is asked of them to be kept, and fit the first fold soon. */
  readonly rival?: number;
}

/** How many rounds the folds want, and each fold's scores (per free class, all rows) after so many. */
export interface Rounds {
  readonly rounds: number;
  readonly scores: () => readonly (readonly Float64Array[])[];
}

/** Grows trees on all rows but those of each fold, until its held-out loss no longer falls. */
export function roundsOf(
  data: BoostRows,
  classes: number,
  offsets: readonly (readonly Float64Array[])[],
  { leaves = fewLeaves, rival }: BoostOptions = {},
): Rounds {
  const none: Rounds = { rounds: 0, scores: () => offsets };
  if (data.tree.features.length === 0 || data.rows < 10 * minRows) return none;
  const demanding = rival === undefined;
  const runs: Run[] = [];
  const losses: number[][] = [];
  let reached = mostRounds;
  for (const [f, held] of foldEnds(data.rows, offsets.length).entries()) {
    const run = start(data, classes, others(held, data.rows), offsets[f], leaves);
    const own = heldOutLosses(run, held, reached, demanding && f === 0);
    runs.push(run);
    losses.push(own);
    // Rounds that one fold did not reach are out for all.
    reached = own.length - 1;
    if (f === 0 && !(Math.min(...own) <= (rival ?? own[0] * (1 - leastGain)))) return none;
  }
  const total = (round: number): number => losses.reduce((sum, own) => sum + own[round], 0);
  let rounds = 0;
  for (let r = 1; r <= reached; r++) if (total(r) < total(rounds)) rounds = r;
  const asked = Math.min(total(0) * (1 - leastGain), total(0) - leastNats * data.rows);
  if (demanding && total(rounds) > asked) return none;
  return { rounds, scores: () => runs.map((run, f) => scoresAfter(run, offsets[f], rounds)) };
}

/** The scores after the first rounds of a run, as they were then. */
function scoresAfter(
  { data, trees, steps }: Run,
  offsets: readonly Float64Array[],
  rounds: number,
): Float64Array[] {
  const leaf = new Int32Array(data.rows);
  return offsets.map((offset, c) => {
    const out = offset.slice();
    for (let t = c; t < rounds * offsets.length; t += offsets.length)
      addSteps(data, trees[t], steps[t], leaf, out);
    return out;
  });
}

function addSteps(
  { columns, rows }: BoostRows,
  tree: Tree,
  steps: readonly number[],
  leaf: Int32Array,
  scores: Float64Array,
): void {
  leavesOf(tree, columns, 0, rows, leaf);
  for (let i = 0; i < rows; i++) scores[i] += steps[leaf[i]];
}

/** So many rounds of trees on some of the rows, and the scores (all rows) with them. */
export function grown(
  data: BoostRows,
  classes: number,
  stretches: readonly Stretch[],
  offsets: readonly Float64Array[],
  rounds: number,
  leaves = fewLeaves,
): Boost & Pick<Run, "scores"> {
  const run = start(data, classes, stretches, offsets, leaves);
  for (let r = 0; r < rounds; r++) step(run);
  return { trees: run.trees, steps: run.steps, scores: run.scores };
}

/** The held-out loss after 0, 1, 2, … rounds, until it no longer falls. */
function heldOutLosses(run: Run, held: Stretch, most: number, doubtful: boolean): number[] {
  const out = [lossOf(run, held)];
  let best = 0;
  for (let round = 1; round <= most && round - best <= patience; round++) {
    step(run);
    out.push(lossOf(run, held));
    if (out[round] < out[best]) best = round;
    const asked = round === firstRounds ? 1 : round === firstGlance ? firstGlance / firstRounds / 2 : 0;
    if (doubtful && asked > 0 && out[best] > out[0] - asked * (leastNats / 4) * (held[1] - held[0])) break;
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
  const { classes } = data;
  for (let r = 0; r < rows.length; r++) {
    const i = rows[r];
    probabilities(run, i);
    for (let c = 0; c < scores.length; c++) {
      const p = current[c];
      slopes[c][i] = (classes[i] === (scores.length === 1 ? 1 : c) ? 1 : 0) - p;
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
    addSteps(data, grown.tree, steps, leaf, scores[c]);
  }
}

function newtonWorth(totals: Float64Array, at: number): number {
  const slope = totals[at + 1];
  return (slope * slope) / (totals[at + 2] + shrinkage);
}

/** Scores (per free class, all rows) of rows. */
export type Scored = Pick<Run, "data" | "scores">;

/** The loss of a stretch of the rows by their scores. */
export function lossOf(run: Scored, [first, last]: Stretch): number {
  const { data, scores } = run;
  let total = 0;
  // The sum of logarithms is that of a product, taken before it gets too small.
  let product = 1;
  for (let i = first; i < last; i++) {
    probabilities(run, i);
    const own = data.classes[i];
    const p = scores.length === 1 && own === 0 ? 1 - current[0] : current[scores.length === 1 ? 0 : own];
    product *= Math.max(p, 1e-100);
    if (product < 1e-200) {
      total -= Math.log(product);
      product = 1;
    }
  }
  return total - Math.log(product);
}

// The probabilities of one row, by free class: a buffer that `probabilities` fills.
const current = new Float64Array(256);

/** One row's probabilities by free class (of two classes: of the second), until the next call. */
export function probabilities({ data, scores }: Scored, i: number): Float64Array {
  if (scores.length === 1) {
    current[0] = 1 / (1 + fastExp(-scores[0][i]));
    return current;
  }
  const allowed = data.pattern && data.patterns[data.pattern[i]];
  let most = -Infinity;
  for (let c = 0; c < scores.length; c++) {
    if ((!allowed || allowed[c] === 1) && scores[c][i] > most) most = scores[c][i];
  }
  let sum = 0;
  for (let c = 0; c < scores.length; c++) {
    const e = !allowed || allowed[c] === 1 ? fastExp(scores[c][i] - most) : 0;
    current[c] = e;
    sum += e;
  }
  for (let c = 0; c < scores.length; c++) current[c] /= sum;
  return current;
}
