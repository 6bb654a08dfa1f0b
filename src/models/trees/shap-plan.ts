import type { Trees } from "./trees";

/** What explaining a tree takes that does not depend on the row. Nodes count from the tree's root. */
export interface Plan {
  readonly root: number;
  readonly parent: Int32Array;
  /** The nearest edge above that asks the same column, or −1; an edge is named by its lower node. */
  readonly same: Int32Array;
  /** The share of training rows that meet all conditions on an edge's column down to it. */
  readonly share: Float64Array;
  readonly points: Float64Array;
  readonly weights: Float64Array;
}

/** The plan of tree `t`. */
export function planTree(trees: Trees, t: number): Plan {
  const { feature, left, cover } = trees;
  const root = trees.roots[t];
  const count = trees.roots[t + 1] - root;
  const parent = new Int32Array(count);
  const same = new Int32Array(count).fill(-1);
  const share = new Float64Array(count);
  const depth = new Int32Array(count);
  let deepest = 0;
  for (let n = 0; n < count; n++) {
    const j = feature[root + n];
    if (j < 0) continue;
    for (const child of [left[root + n] - root, left[root + n] - root + 1]) {
      parent[child] = n;
      let above = n;
      while (above > 0 && feature[root + parent[above]] !== j) above = parent[above];
      const again = above > 0;
      if (again) same[child] = above;
      const part = cover[root + n] > 0 ? cover[root + child] / cover[root + n] : 0;
      share[child] = part * (again ? share[above] : 1);
      depth[child] = depth[n] + (again ? 0 : 1);
      deepest = Math.max(deepest, depth[child]);
    }
  }
  return { root, parent, same, share, ...pairs((deepest + 1) >> 1) };
}

const rules = new Map<number, { points: Float64Array; weights: Float64Array }>();

/** The points and weights of at least `least`, a whole number of pairs: the kernel takes two at once. */
function pairs(least: number): { points: Float64Array; weights: Float64Array } {
  return quadrature(least + (least & 1));
}

/** Gauss and Legendre's points and weights on (0, 1), by Newton's method on the Legendre polynomial. */
function quadrature(size: number): { points: Float64Array; weights: Float64Array } {
  const known = rules.get(size);
  if (known) return known;
  const points = new Float64Array(size);
  const weights = new Float64Array(size);
  for (let k = 0; k < size; k++) {
    let z = Math.cos((Math.PI * (k + 0.75)) / (size + 0.5));
    let slope = 0;
    for (let step = 0; step < 100; step++) {
      let [before, value] = [0, 1];
      for (let n = 1; n <= size; n++)
        [before, value] = [value, ((2 * n - 1) * z * value - (n - 1) * before) / n];
      slope = (size * (z * value - before)) / (z * z - 1);
      const move = value / slope;
      z -= move;
      if (Math.abs(move) < 1e-15) break;
    }
    points[k] = (1 - z) / 2;
    weights[k] = 1 / ((1 - z * z) * slope * slope);
  }
  const rule = { points, weights };
  rules.set(size, rule);
  return rule;
}
