import type { Trees } from "./trees";

/** The upper part of a tree, which the prediction kernel asks without branches. */
export interface UpperPart {
  /** The nodes below the upper part, or its leaves, from left to right. */
  readonly exits: readonly number[];
  /** Its inner nodes, with the first of the exits on their left and the one after the last. */
  readonly asked: readonly { readonly node: number; readonly from: number; readonly to: number }[];
}

/** Most exits, a bit each: so many rows' worth of branches are spared, and a tree of 31 leaves is all upper part. */
const EXITS = 32;

/**
 * The upper part of tree `t`: all of a small tree, else the nodes that most training rows passed. Only nodes that compare
 * are part of it, so it ends above those that ask for categories.
 */
export function upperPartOf(trees: Trees, t: number): UpperPart {
  const { roots, feature, left, cover, kept } = trees;
  const root = roots[t];
  const open = new Set<number>();
  const ends = [root];
  while (ends.length < EXITS) {
    let best = -1;
    ends.forEach((node, k) => {
      if (feature[node] < 0 || kept[feature[node]]) return;
      if (best < 0 || cover[node] > cover[ends[best]]) best = k;
    });
    if (best < 0) break;
    const node = ends[best];
    open.add(node);
    ends[best] = left[node];
    ends.push(left[node] + 1);
  }
  const exits: number[] = [];
  const asked: UpperPart["asked"][number][] = [];
  const visit = (node: number): void => {
    if (!open.has(node)) {
      exits.push(node);
      return;
    }
    const from = exits.length;
    visit(left[node]);
    asked.push({ node, from, to: exits.length });
    visit(left[node] + 1);
  };
  visit(root);
  return { exits, asked };
}

/** Whether the upper part is the whole tree. */
export function isWhole({ feature }: Trees, upper: UpperPart): boolean {
  return upper.exits.every((node) => feature[node] < 0);
}

/** How many levels below its upper part two thirds of tree `t`'s training rows went down at most; 0 if the upper part is all. */
export function levelsBelow(trees: Trees, t: number, upper: UpperPart): number {
  const { roots, left, cover } = trees;
  if (isWhole(trees, upper)) return 0;
  const root = roots[t];
  const depth = new Int32Array(roots[t + 1] - root);
  const inside = new Set(upper.asked.map(({ node }) => node));
  const weights: number[] = [];
  for (let n = 0; n < depth.length; n++) {
    const child = left[root + n];
    if (child >= 0) depth[child - root] = depth[child + 1 - root] = inside.has(root + n) ? 0 : depth[n] + 1;
    else weights[depth[n]] = (weights[depth[n]] ?? 0) + cover[root + n];
  }
  let passed = 0;
  for (let level = 0; level < weights.length; level++) {
    passed += weights[level] ?? 0;
    if (level > 0 && 3 * passed >= 2 * cover[root]) return level;
  }
  return Math.max(1, weights.length);
}
