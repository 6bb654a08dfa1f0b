import { chiSquaredScore } from "../../../core/math/chi-squared-score";
import type { Tree, TreeFeature } from "../../drawing/trees";
import { type Boost, type BoostRows, lossOf, probabilities } from "../boost";
import { foldEnds, others, rowsOf, type Stretch } from "../folds";

// Multicalibration (Hébert-Johnson, Kim, Reingold and Rothblum, 2018): groups of one condition or two whose shares of the classes
// are furthest from what the model says are set right, one after the other, as long as rows that did not choose them
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

/** Of a variable that is not the target a pair of features is looked at that lies so many standard deviations from what the model says. */
const leastScore = 4;

/** Patches, and the scores with them: of the folds and of the model itself. */
interface Patched extends Boost {
  readonly held: readonly (readonly Float64Array[])[];
  readonly scores: readonly Float64Array[];
}

/**
 * Patches of a model, as trees (one per free class): the groups that the folds want, none where they do not help. `offsets` holds
 * for each fold the scores (per free class, all rows) of the model learnt without it; `scores` those of the model itself.
 */
export function calibrated(
  data: BoostRows,
  offsets: readonly (readonly Float64Array[])[],
  scores: readonly Float64Array[],
  every: boolean,
): Patched | undefined {
  const all = data.tree.features.map(conditionsOf).filter(({ count }) => count <= mostConditions);
  const coded = all.map((one) => ({ one, codes: codesOf(data, one.feature, one.of) }));
  const pairs = every ? undefined : apart(data, coded, offsets);
  const kept = pairs ? coded.filter((one) => pairs.some((pair) => pair.includes(one))) : coded;
  if (kept.length === 0) return undefined;
  const features = kept.map(({ one }) => one);
  const patched = kept.flatMap((a, k) =>
    kept
      .slice(0, k + 1)
      .flatMap((b, l) =>
        (pairs?.some((pair) => pair.includes(a) && pair.includes(b) && a !== b) ?? true)
          ? [[k, l] as const]
          : [],
      ),
  );
  const groups = groupsOf(
    features,
    kept.map(({ codes }) => codes),
    patched,
  );
  const losses = foldEnds(data.rows, offsets.length).map((held, f) => {
    const run = start(data, groups, others(held, data.rows), offsets[f]);
    const out = [lossOf(run, held)];
    const patches: Patch[] = [];
    for (let best = 0; patches.length - best < patience && patches.length < mostPatches; ) {
      const made = patch(run);
      if (!made) break;
      patches.push(made);
      if (out[out.push(lossOf(run, held)) - 1] < out[best]) best = patches.length;
    }
    return { out, patches };
  });
  const reached = Math.min(...losses.map(({ out }) => out.length));
  const totals = Array.from({ length: reached }, (_, k) => losses.reduce((sum, { out }) => sum + out[k], 0));
  const count = totals.indexOf(Math.min(...totals));
  if (!(totals[count] <= totals[0] - leastNats)) return undefined;
  const run = start(data, groups, [[0, data.rows]], scores);
  const made = Array.from({ length: count }, () => patch(run)).filter((one) => one !== undefined);
  const held = losses.map(({ patches }, f) => {
    const own = start(data, groups, [], offsets[f]);
    for (const one of patches.slice(0, count)) apply(own, one);
    return own.scores;
  });
  return {
    trees: made.flatMap(({ conditions, steps }) => steps.map(() => treeOf(conditions))),
    steps: made.flatMap(({ conditions, steps }) => steps.map((step) => stepsOf(conditions, step))),
    scores: run.scores,
    held,
  };
}

interface Coded {
  readonly one: Conditions;
  readonly codes: Uint8Array;
}

/** The pairs of features in whose groups held-out rows are further from what the model says than chance takes the furthest of all. */
function apart(
  data: BoostRows,
  coded: readonly Coded[],
  offsets: readonly (readonly Float64Array[])[],
): (readonly [Coded, Coded])[] {
  const free = offsets[0].length;
  const rest = Array.from({ length: free }, () => new Float64Array(data.rows));
  const curvature = rest.map(() => new Float64Array(data.rows));
  foldEnds(data.rows, offsets.length).forEach(([first, last], f) => {
    for (let i = first; i < last; i++) {
      const p = probabilities({ data, scores: offsets[f] }, i);
      for (let c = 0; c < free; c++) {
        rest[c][i] = (data.classes[i] === (free === 1 ? 1 : c) ? 1 : 0) - p[c];
        curvature[c][i] = p[c] * (1 - p[c]);
      }
    }
  });
  const found = coded.flatMap((a, k) =>
    coded.slice(0, k).map((b) => ({ pair: [a, b] as const, far: pairScore(a, b, rest, curvature) })),
  );
  const said = new Set<string>();
  return found
    .filter(({ far }) => far >= leastScore)
    .sort((a, b) => b.far - a.far)
    .filter(({ pair }) => {
      // The cells and the values of a number say the same: the clearer of them is looked at, the other would be about chance.
      const both = pair
        .map(({ one }) => one.feature.variable)
        .sort()
        .join();
      return !said.has(both) && said.add(both);
    })
    .map(({ pair }) => pair);
}

/** How far the groups of a pair lie from what is said of them, all together or the furthest, on the normal scale. */
function pairScore(
  a: Coded,
  b: Coded,
  rest: readonly Float64Array[],
  curvature: readonly Float64Array[],
): number {
  const width = b.one.count;
  const size = a.one.count * width;
  const rows = new Int32Array(size);
  const groups = new Uint16Array(a.codes.length);
  for (let i = 0; i < groups.length; i++) {
    groups[i] = a.codes[i] * width + b.codes[i];
    rows[groups[i]]++;
  }
  let [g, freedom, most] = [0, 0, 0];
  for (let c = 0; c < rest.length; c++) {
    const [sums, weights] = [new Float64Array(size), new Float64Array(size)];
    const [left, curve] = [rest[c], curvature[c]];
    for (let i = 0; i < groups.length; i++) {
      sums[groups[i]] += left[i];
      weights[groups[i]] += curve[i];
    }
    for (let k = 0; k < size; k++) {
      if (rows[k] < leastRows) continue;
      const worth = sums[k] ** 2 / (weights[k] + 1);
      g += worth;
      freedom++;
      if (worth > most) most = worth;
    }
  }
  return freedom === 0
    ? 0
    : Math.max(chiSquaredScore({ g, freedom }), chiSquaredScore({ g: most, freedom: 1 }));
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
  return new Uint8Array(data.rows).map((_, i) => of[data.tree.bins[i * width + f]]);
}

/** A pair of features whose groups are patched (of a feature with itself its own), and where these begin. */
interface Pair {
  readonly a: number;
  readonly b: number;
  readonly first: number;
  readonly width: number;
}

interface Groups {
  readonly patched: readonly Pair[];
  readonly features: readonly Conditions[];
  readonly codes: readonly Uint8Array[];
  /** How many groups there are. */
  readonly length: number;
}

function groupsOf(
  features: readonly Conditions[],
  codes: readonly Uint8Array[],
  pairs: readonly (readonly [number, number])[],
): Groups {
  let length = 0;
  const patched = pairs.map(([a, b]) => {
    const first = length;
    length += features[a].count * features[b].count;
    return { a, b, first, width: features[b].count };
  });
  return { patched, features, codes, length };
}

interface Run {
  readonly data: BoostRows;
  readonly groups: Groups;
  /** 1 for each row that is learnt from. */
  readonly learnt: Uint8Array;
  /** Per free class, all rows. */
  readonly scores: readonly Float64Array[];
  /** By group: rows; and per free class how many more of it there are than expected, and the curvature. */
  readonly counts: Float64Array;
  readonly rest: readonly Float64Array[];
  readonly curvature: readonly Float64Array[];
}

function start(
  data: BoostRows,
  groups: Groups,
  parts: readonly Stretch[],
  scores: readonly Float64Array[],
): Run {
  const { length } = groups;
  const run = {
    data,
    groups,
    learnt: new Uint8Array(data.rows),
    scores: scores.map((own) => own.slice()),
    counts: new Float64Array(length),
    rest: scores.map(() => new Float64Array(length)),
    curvature: scores.map(() => new Float64Array(length)),
  };
  const rows = rowsOf(parts);
  for (const i of rows) {
    run.learnt[i] = 1;
    add(run, i, run.counts, 1);
    addSlopes(run, i, 1);
  }
  return run;
}

/** Adds a value to all groups that the row is in. */
function add({ groups: { patched, codes } }: Run, i: number, sums: Float64Array, value: number): void {
  for (const { a, b, first, width } of patched) sums[first + codes[a][i] * width + codes[b][i]] += value;
}

/** Adds the row's slopes and curvatures, as its scores are now, or takes them away. */
function addSlopes(run: Run, i: number, sign: 1 | -1): void {
  const { data, scores, rest, curvature } = run;
  const p = probabilities(run, i);
  for (let c = 0; c < scores.length; c++) {
    const own = data.classes[i] === (scores.length === 1 ? 1 : c) ? 1 : 0;
    add(run, i, rest[c], sign * (own - p[c]));
    add(run, i, curvature[c], sign * p[c] * (1 - p[c]));
  }
}

interface Patch {
  /** Two features (or one twice), and the group of each. */
  readonly of: readonly [number, number, number, number];
  readonly conditions: readonly Condition[];
  /** Per free class. */
  readonly steps: readonly number[];
}

/** Sets the group right that is furthest off; undefined where none is worth it. */
function patch(run: Run): Patch | undefined {
  const { groups, counts, rest, curvature, scores } = run;
  const { features } = groups;
  let best = { worth: 1, a: 0, b: 0, x: 0, y: 0, at: -1 };
  for (const { a, b, first, width } of groups.patched) {
    for (let k = 0; k < features[a].count * width; k++) {
      const at = first + k;
      if (counts[at] < leastRows) continue;
      let worth = 0;
      for (let c = 0; c < scores.length; c++) worth += rest[c][at] ** 2 / (curvature[c][at] + shrinkage);
      if (worth > best.worth) best = { worth, a, b, x: Math.floor(k / width), y: k % width, at };
    }
  }
  if (best.at < 0) return undefined;
  const { a, b, x, y, at } = best;
  const steps = scores.map((_, c) => rest[c][at] / (curvature[c][at] + shrinkage));
  const conditions = [condition(features[a], x), ...(a === b ? [] : [condition(features[b], y)])];
  const made = { of: [a, b, x, y] as const, conditions: conditions.flat(), steps };
  apply(run, made);
  return made;
}

/** Adds a patch to the scores of its rows. */
function apply(run: Run, { of: [a, b, x, y], steps }: Patch): void {
  const { data, groups, learnt, scores } = run;
  const [one, other] = [groups.codes[a], groups.codes[b]];
  for (let i = 0; i < data.rows; i++) {
    if (one[i] !== x || other[i] !== y) continue;
    if (learnt[i] === 1) addSlopes(run, i, -1);
    steps.forEach((step, c) => {
      scores[c][i] += step;
    });
    if (learnt[i] === 1) addSlopes(run, i, 1);
  }
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
