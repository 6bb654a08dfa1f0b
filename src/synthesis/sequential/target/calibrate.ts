import type { Tree, TreeFeature } from "../../drawing/trees";
import type { Boost, BoostRows } from "../boost";
import { foldEnds, others, rowsOf, type Stretch } from "../folds";

// Multicalibration (Hébert-Johnson, Kim, Reingold and Rothblum, 2018): groups of one condition or two whose share of the second
// class is furthest from what the model says are set right, one after the other, as long as rows that did not choose them
// gain by it.

/** A group needs so many rows. */
const leastRows = 20;
/** Added to each group's curvature, so that few rows move it little. */
const shrinkage = 5;
const mostPatches = 40;
/** The search ends after so many patches without a better held-out loss. */
const patience = 8;
/** In all, held-out rows must gain so many nats. */
const leastNats = 3;
/** A feature's conditions: its cells, or stretches of its values, the outermost bins on their own. */
const stretches = 6;
const mostConditions = 24;

/**
 * Patches of a two-class model, as trees: the groups that the folds want, none where they do not help. `offsets` holds for each
 * fold the scores (all rows) of the model learnt without it; `scores` those of the model itself.
 */
export function calibrated(
  data: BoostRows,
  offsets: readonly Float64Array[],
  scores: Float64Array,
): Boost | undefined {
  const features = data.tree.features.map(conditionsOf).filter(({ count }) => count <= mostConditions);
  if (features.length === 0) return undefined;
  const codes = features.map(({ of }, f) => codesOf(data, features[f].feature, of));
  const groups = { features, codes, starts: startsOf(features) };
  const losses = foldEnds(data.rows, offsets.length).map((held, f) => {
    const run = start(data, groups, others(held, data.rows), offsets[f]);
    const out = [lossOf(data, run.scores, held)];
    for (let best = 0; out.length - 1 - best < patience && out.length <= mostPatches; ) {
      if (!patch(run)) break;
      out.push(lossOf(data, run.scores, held));
      if (out[out.length - 1] < out[best]) best = out.length - 1;
    }
    return out;
  });
  const reached = Math.min(...losses.map((own) => own.length));
  const totals = Array.from({ length: reached }, (_, k) => losses.reduce((sum, own) => sum + own[k], 0));
  const count = totals.indexOf(Math.min(...totals));
  if (!(totals[count] <= totals[0] - leastNats)) return undefined;
  const run = start(data, groups, [[0, data.rows]], scores);
  const made = Array.from({ length: count }, () => patch(run)).filter((one) => one !== undefined);
  return {
    trees: made.map(({ conditions }) => treeOf(conditions)),
    steps: made.map(({ conditions, step }) => stepsOf(conditions, step)),
  };
}

/** A feature's bins in few groups. */
interface Conditions {
  readonly feature: TreeFeature;
  readonly place: number;
  readonly count: number;
  /** The group of each bin. */
  readonly of: Uint8Array;
}

function conditionsOf(feature: TreeFeature, place: number): Conditions {
  const { kind, count } = feature;
  if (kind === "cell") return { feature, place, count, of: Uint8Array.from({ length: count }, (_, b) => b) };
  // The last bin but one is the greatest; what is missing is told from it by its cell.
  const last = count - 2;
  const inner = Math.min(stretches, Math.max(1, last - 1));
  const of = Uint8Array.from({ length: count }, (_, b) => {
    if (b === 0) return 0;
    return b >= last ? inner + 1 : 1 + Math.floor(((b - 1) * inner) / (last - 1));
  });
  return { feature, place, count: inner + 2, of };
}

function codesOf(data: BoostRows, feature: TreeFeature, of: Uint8Array): Uint8Array {
  const f = data.tree.features.indexOf(feature);
  const width = data.tree.features.length;
  return Uint8Array.from({ length: data.rows }, (_, i) => of[data.tree.bins[i * width + f]]);
}

interface Groups {
  readonly features: readonly Conditions[];
  readonly codes: readonly Uint8Array[];
  /** Where the groups of a pair of features begin; a feature with itself stands for its own groups. */
  readonly starts: { readonly of: (a: number, b: number) => number; readonly length: number };
}

function startsOf(features: readonly Conditions[]): Groups["starts"] {
  const n = features.length;
  const starts = new Int32Array(n * n);
  let length = 0;
  for (let a = 0; a < n; a++)
    for (let b = 0; b <= a; b++) {
      starts[a * n + b] = length;
      length += features[a].count * features[b].count;
    }
  return { of: (a, b) => starts[a * n + b], length };
}

interface Run {
  readonly data: BoostRows;
  readonly groups: Groups;
  /** 1 for each row that is learnt from. */
  readonly learnt: Uint8Array;
  readonly scores: Float64Array;
  /** By group: rows, how many more of the second class there are than expected, and the curvature. */
  readonly counts: Float64Array;
  readonly rest: Float64Array;
  readonly curvature: Float64Array;
}

function start(data: BoostRows, groups: Groups, parts: readonly Stretch[], scores: Float64Array): Run {
  const { length } = groups.starts;
  const run = {
    data,
    groups,
    learnt: new Uint8Array(data.rows),
    scores: scores.slice(),
    counts: new Float64Array(length),
    rest: new Float64Array(length),
    curvature: new Float64Array(length),
  };
  for (const i of rowsOf(parts)) {
    run.learnt[i] = 1;
    const p = chance(run.scores[i]);
    add(run, i, 1, data.classes[i] - p, p * (1 - p));
  }
  return run;
}

function add({ groups, counts, rest, curvature }: Run, i: number, rows: number, r: number, v: number): void {
  const { features, codes, starts } = groups;
  for (let a = 0; a < features.length; a++) {
    const own = codes[a][i];
    for (let b = 0; b <= a; b++) {
      const at = starts.of(a, b) + own * features[b].count + codes[b][i];
      counts[at] += rows;
      rest[at] += r;
      curvature[at] += v;
    }
  }
}

interface Patch {
  readonly conditions: readonly Condition[];
  readonly step: number;
}

/** Sets the group right that is furthest off; undefined where none is worth it. */
function patch(run: Run): Patch | undefined {
  const { data, groups, counts, rest, curvature, learnt, scores } = run;
  const { features, codes, starts } = groups;
  let best = { worth: 1, a: 0, b: 0, x: 0, y: 0, at: -1 };
  for (let a = 0; a < features.length; a++)
    for (let b = 0; b <= a; b++) {
      const [first, width] = [starts.of(a, b), features[b].count];
      for (let k = 0; k < features[a].count * width; k++) {
        const at = first + k;
        if (counts[at] < leastRows) continue;
        const worth = rest[at] ** 2 / (curvature[at] + shrinkage);
        if (worth > best.worth) best = { worth, a, b, x: Math.floor(k / width), y: k % width, at };
      }
    }
  if (best.at < 0) return undefined;
  const { a, b, x, y, at } = best;
  const step = rest[at] / (curvature[at] + shrinkage);
  for (let i = 0; i < data.rows; i++) {
    if (codes[a][i] !== x || codes[b][i] !== y) continue;
    const before = chance(scores[i]);
    scores[i] += step;
    const after = chance(scores[i]);
    if (learnt[i] === 1) add(run, i, 0, before - after, after * (1 - after) - before * (1 - before));
  }
  const conditions = [condition(features[a], x), ...(a === b ? [] : [condition(features[b], y)])];
  return { conditions: conditions.flat(), step };
}

/** One question of a tree, and on which side the group is. */
interface Condition {
  readonly variable: number;
  readonly cell: number;
  readonly threshold: number;
  readonly inside: "left" | "right";
}

function condition({ feature, of }: Conditions, group: number): Condition[] {
  const { variable, kind, thresholds = [] } = feature;
  if (kind === "cell") return [{ variable, cell: group, threshold: 0, inside: "left" }];
  const [first, last] = [of.indexOf(group), of.lastIndexOf(group)];
  const asked = (bin: number, inside: "left" | "right"): Condition => ({
    variable,
    cell: -1,
    threshold: thresholds[bin],
    inside,
  });
  return [
    ...(first > 0 ? [asked(first - 1, "right")] : []),
    ...(last < thresholds.length ? [asked(last, "left")] : []),
  ];
}

/** The tree whose innermost leaf, the last of them, is where all conditions hold. */
function treeOf(conditions: readonly Condition[]): Tree {
  const tree: Tree = { variable: [], cell: [], threshold: [], left: [], right: [], leaf: [] };
  const node = (variable: number, cell: number, threshold: number, leaf: number): number => {
    tree.cell.push(cell);
    tree.threshold.push(threshold);
    tree.left.push(-1);
    tree.right.push(-1);
    tree.leaf.push(leaf);
    return tree.variable.push(variable) - 1;
  };
  let parent = -1;
  conditions.forEach(({ variable, cell, threshold, inside }, k) => {
    const own = node(variable, cell, threshold, -1);
    if (parent >= 0) tree[conditions[k - 1].inside][parent] = own;
    tree[inside === "left" ? "right" : "left"][own] = node(-1, -1, 0, k);
    parent = own;
  });
  tree[conditions[conditions.length - 1].inside][parent] = node(-1, -1, 0, conditions.length);
  return tree;
}

function stepsOf(conditions: readonly Condition[], step: number): readonly number[] {
  return [...conditions.map(() => 0), step];
}

function chance(score: number): number {
  return 1 / (1 + Math.exp(-score));
}

function lossOf(data: BoostRows, scores: Float64Array, [first, last]: Stretch): number {
  let loss = 0;
  for (let i = first; i < last; i++)
    loss += Math.log1p(Math.exp(data.classes[i] === 1 ? -scores[i] : scores[i]));
  return loss;
}
