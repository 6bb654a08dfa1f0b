import type { Feature, Matrix } from "../../core/matrix";
import { checkColumns } from "../check-rows";

/**
 * Decision trees as flat arrays over the nodes of all trees. Two siblings stand side by side, so one number finds
 * both. A numeric node sends x ≤ threshold left; a categorical one sends the levels of its set left; a missing
 * value, a rare level and one never seen take the node's own direction.
 */
export interface Trees {
  /** The columns that the trees were grown on. */
  readonly features: readonly Feature[];
  /** The levels that have a slot in sets, per column; undefined for a numeric column. */
  readonly kept: readonly (readonly number[] | undefined)[];
  /** The root of each tree; one more entry holds the number of nodes. */
  readonly roots: Int32Array;
  /** The column that a node asks; −1 in a leaf. */
  readonly feature: Int32Array;
  /** The threshold of a numeric node, the first word of a categorical node's set, the value of a leaf. */
  readonly threshold: Float64Array;
  /** The left child, the right one comes next; −1 in a leaf. */
  readonly left: Int32Array;
  /** 1 where a missing value goes left. */
  readonly missingLeft: Uint8Array;
  /** The training weight that reached the node. */
  readonly cover: Float64Array;
  /** Bit sets over slots, ⌈slots / 32⌉ words each. */
  readonly sets: Uint32Array;
}

/** One tree, or several, being written: arrays that double when full. */
export class TreeBuilder {
  feature: Int32Array = new Int32Array(64);
  threshold: Float64Array = new Float64Array(64);
  left: Int32Array = new Int32Array(64);
  missingLeft: Uint8Array = new Uint8Array(64);
  cover: Float64Array = new Float64Array(64);
  sets: Uint32Array = new Uint32Array(16);
  nodes = 0;
  words = 0;
  readonly roots: number[] = [];

  /** Reserves `count` neighbouring nodes and returns the first. */
  add(count: number): number {
    const first = this.nodes;
    this.nodes += count;
    if (this.nodes > this.feature.length) {
      this.feature = grown(this.feature, new Int32Array(2 * this.nodes));
      this.threshold = grown(this.threshold, new Float64Array(2 * this.nodes));
      this.left = grown(this.left, new Int32Array(2 * this.nodes));
      this.missingLeft = grown(this.missingLeft, new Uint8Array(2 * this.nodes));
      this.cover = grown(this.cover, new Float64Array(2 * this.nodes));
    }
    return first;
  }

  /** Reserves an empty set of `slots` bits and returns its first word. */
  addSet(slots: number): number {
    const first = this.words;
    this.words += (slots + 31) >> 5;
    if (this.words > this.sets.length) this.sets = grown(this.sets, new Uint32Array(2 * this.words));
    return first;
  }

  leaf(node: number, value: number, cover: number): void {
    this.feature[node] = -1;
    this.left[node] = -1;
    this.threshold[node] = value;
    this.cover[node] = cover;
  }

  finish(): TreePart {
    return {
      roots: Int32Array.from(this.roots),
      feature: this.feature.slice(0, this.nodes),
      threshold: this.threshold.slice(0, this.nodes),
      left: this.left.slice(0, this.nodes),
      missingLeft: this.missingLeft.slice(0, this.nodes),
      cover: this.cover.slice(0, this.nodes),
      sets: this.sets.slice(0, this.words),
    };
  }
}

/** Trees without their columns, numbered from 0; `roots` has no closing entry. What a thread sends back. */
export type TreePart = Omit<Trees, "features" | "kept">;

/** The parts' trees in order, renumbered. */
export function joinTrees(
  parts: readonly TreePart[],
  features: readonly Feature[],
  kept: Trees["kept"],
): Trees {
  const nodes = parts.reduce((sum, part) => sum + part.feature.length, 0);
  const out = {
    features,
    kept,
    roots: new Int32Array(parts.reduce((sum, part) => sum + part.roots.length, 1)),
    feature: new Int32Array(nodes),
    threshold: new Float64Array(nodes),
    left: new Int32Array(nodes),
    missingLeft: new Uint8Array(nodes),
    cover: new Float64Array(nodes),
    sets: new Uint32Array(parts.reduce((sum, part) => sum + part.sets.length, 0)),
  };
  let at = 0;
  let tree = 0;
  let words = 0;
  for (const part of parts) {
    for (const root of part.roots) out.roots[tree++] = root + at;
    out.feature.set(part.feature, at);
    out.threshold.set(part.threshold, at);
    out.missingLeft.set(part.missingLeft, at);
    out.cover.set(part.cover, at);
    out.sets.set(part.sets, words);
    for (let i = 0; i < part.feature.length; i++) {
      out.left[at + i] = part.left[i] < 0 ? -1 : part.left[i] + at;
      if (part.feature[i] >= 0 && kept[part.feature[i]]) out.threshold[at + i] += words;
    }
    at += part.feature.length;
    words += part.sets.length;
  }
  out.roots[tree] = nodes;
  return out;
}

/**
 * The sum over trees of the leaf that each row reaches, added to `out` in the order of the trees; a row is passed over
 * by tree t where `passed(t)` is not 0.
 */
export function addLeaves(
  trees: Trees,
  x: Matrix,
  out: Float64Array,
  action: string,
  passed?: (tree: number) => Float64Array,
): void {
  checkColumns(x, trees.features.length, action);
  const { roots, feature, threshold, left, missingLeft, kept, sets } = trees;
  const values = slotted(trees, x);
  const rows = x.rows;
  for (let t = 0; t + 1 < roots.length; t++) {
    const skipped = passed?.(t);
    for (let i = 0; i < rows; i++) {
      if (skipped && skipped[i] !== 0) continue;
      let node = roots[t];
      for (let f = feature[node]; f >= 0; f = feature[node]) {
        const value = values[f * rows + i];
        let goesLeft: boolean;
        if (Number.isNaN(value)) goesLeft = missingLeft[node] === 1;
        else if (kept[f] !== undefined) goesLeft = inSet(sets, threshold[node], value);
        else goesLeft = value <= threshold[node];
        node = goesLeft ? left[node] : left[node] + 1;
      }
      out[i] += threshold[node];
    }
  }
}

/** Whether a row goes left at inner node `node`, by its value (or its level's slot, `slotted`) in the node's column. */
export function wayLeft(trees: Trees, node: number, value: number): boolean {
  const { feature, threshold, missingLeft, kept, sets } = trees;
  if (Number.isNaN(value)) return missingLeft[node] === 1;
  if (kept[feature[node]]) return inSet(sets, threshold[node], value);
  return value <= threshold[node];
}

/** Whether bit `slot` of the set that begins at word `first` is set. */
export function inSet(sets: Uint32Array, first: number, slot: number): boolean {
  return ((sets[first + (slot >> 5)] >>> (slot & 31)) & 1) === 1;
}

/** The matrix's values with levels replaced by slots (NaN for a level without one); the same array if none are. */
export function slotted(trees: Pick<Trees, "features" | "kept">, x: Matrix): Float64Array {
  if (!trees.kept.some((levels) => levels !== undefined)) return x.values;
  const values = x.values.slice();
  trees.kept.forEach((levels, j) => {
    if (!levels) return;
    const slots = new Map(levels.map((level, slot) => [level, slot]));
    for (let i = j * x.rows; i < (j + 1) * x.rows; i++) values[i] = slots.get(values[i]) ?? NaN;
  });
  return values;
}

function grown<T extends { set(from: T): void }>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}
