import { countBelow } from "../../core/math/sorted";
import { isWhole, levelsBelow, type UpperPart } from "./predict-upper";
import { inSet, type Trees } from "./trees";

/** Bytes that the kernel has for each tree: where its parts begin. */
export const TREE_BYTES = 24;
/** The kernel compares codes as signed numbers: they are kept less by that. */
export const BIAS = 0x8000;
/** As bytes, less by that. */
const BYTE_BIAS = 0x80;

/** The power of two above the number of thresholds: what a search halves. */
export function searchSize(values: Float64Array): number {
  return 2 ** Math.ceil(Math.log2(values.length + 1));
}

/** Per numeric column that is asked, its thresholds, ascending and distinct. */
export function thresholdsOf(trees: Trees): Map<number, Float64Array> {
  const counts = new Int32Array(trees.features.length);
  for (let n = 0; n < trees.feature.length; n++) if (trees.feature[n] >= 0) counts[trees.feature[n]]++;
  const all = new Map<number, Float64Array>();
  const lengths = new Int32Array(trees.features.length);
  counts.forEach((count, j) => {
    if (count > 0 && !trees.kept[j]) all.set(j, new Float64Array(count));
  });
  for (let n = 0; n < trees.feature.length; n++) {
    const own = all.get(trees.feature[n]);
    if (own) own[lengths[trees.feature[n]]++] = trees.threshold[n];
  }
  for (const [j, values] of all) {
    values.sort();
    let last = -1;
    for (const value of values) if (last < 0 || value !== values[last]) values[++last] = value;
    all.set(j, values.subarray(0, last + 1));
  }
  return all;
}

/** The place of each numeric node's threshold among its column's. */
export function codesOfNodes(trees: Trees, thresholds: ReadonlyMap<number, Float64Array>): Int32Array {
  const codes = new Int32Array(trees.feature.length);
  for (let n = 0; n < codes.length; n++) {
    const values = thresholds.get(trees.feature[n]);
    if (values) codes[n] = Math.min(values.length - 1, countBelow(values, trees.threshold[n]));
  }
  return codes;
}

/** Where each categorical node's set begins among the bits of all sets: its levels with slots, then "missing". */
export function bitsOfSets(trees: Trees, askedOf: Int32Array): { first: Float64Array; total: number } {
  const first = new Float64Array(trees.feature.length);
  let total = 0;
  for (let n = 0; n < first.length; n++) {
    const kept = askedOf[n] < 0 ? undefined : trees.kept[trees.feature[n]];
    if (!kept) continue;
    first[n] = total;
    total += kept.length + 1;
  }
  return { first, total };
}

export function writeTables(
  buffer: ArrayBuffer,
  trees: Trees,
  tables: ReadonlyMap<number, number>,
  thresholds: ReadonlyMap<number, Float64Array>,
): void {
  for (const [source, at] of tables) {
    const values = thresholds.get(source);
    const kept = trees.kept[source];
    // A search may look past the last threshold: nothing is above NaN.
    if (values) new Float64Array(buffer, at, searchSize(values)).fill(NaN).set(values);
    else if (kept) {
      const slots = new Uint16Array(buffer, at, trees.features[source].levels?.length ?? 0).fill(kept.length);
      kept.forEach((level, slot) => {
        slots[level] = slot;
      });
    }
  }
}

interface Addresses {
  readonly trees: number;
  readonly nodes: number;
  readonly values: number;
  readonly uppers: number;
  readonly ways: number;
  readonly sets: number;
}

interface Known {
  readonly wide: boolean;
  /** Whether codes fit into bytes, by which small trees are asked. */
  readonly bytes: boolean;
  readonly askedOf: Int32Array;
  /** The column that leaves ask. */
  readonly zero: number;
  readonly codeOf: Int32Array;
  readonly firstBit: Float64Array;
  readonly uppers: readonly UpperPart[];
}

/** Writes the nodes and their values. A tree's values begin with those that its upper part leads to, in their order. */
export function writeNodes(buffer: ArrayBuffer, at: Addresses, trees: Trees, known: Known): void {
  const { wide, askedOf, zero, codeOf, firstBit, uppers } = known;
  const size = wide ? 16 : 8;
  const words = new Uint32Array(buffer, at.nodes, (size / 4) * trees.feature.length);
  const values = new Float64Array(buffer, at.values, (trees.feature.length + uppers.length) / 2);
  const bits = new Uint8Array(buffer, at.sets);
  const numbers = new Int32Array(trees.feature.length).fill(-1);
  let first = 0;
  uppers.forEach(({ exits }, t) => {
    const root = trees.roots[t];
    let leaves = 0;
    for (const node of exits) if (askedOf[node] < 0) numbers[node] = leaves++;
    for (let n = root; n < trees.roots[t + 1]; n++) {
      const leaf = askedOf[n] < 0;
      const kept = leaf ? undefined : trees.kept[trees.feature[n]];
      if (leaf && numbers[n] < 0) numbers[n] = leaves++;
      if (leaf) values[first + numbers[n]] = trees.threshold[n];
      const test = leaf ? numbers[n] : kept ? firstBit[n] + BIAS : (codeOf[n] - BIAS) & 0xffff;
      const asked = 16 * (leaf ? zero : askedOf[n]);
      const left = size * ((leaf ? n : trees.left[n]) - root);
      if (wide) words.set([kept || leaf ? test : codeOf[n] - BIAS, asked, left, kept ? 1 : 0], 4 * n);
      else words.set([test | (asked << 16), left], 2 * n);
      if (!kept) continue;
      for (let slot = 0; slot <= kept.length; slot++) {
        const goes =
          slot === kept.length ? trees.missingLeft[n] === 1 : inSet(trees.sets, trees.threshold[n], slot);
        const bit = firstBit[n] + slot;
        if (goes) bits[Math.floor(bit / 8)] |= 1 << (bit % 8);
      }
    }
    first += leaves;
  });
}

/** Writes the upper parts, where their exits lead, and where all that belongs to each tree begins. */
export function writeUppers(buffer: ArrayBuffer, at: Addresses, trees: Trees, known: Known): void {
  const { wide, bytes, askedOf, codeOf, uppers } = known;
  const size = wide ? 16 : 8;
  const starts = new Uint32Array(buffer, at.trees, (TREE_BYTES / 4) * trees.roots.length);
  const asked = new Uint16Array(buffer, at.uppers);
  const ways = new Int32Array(buffer, at.ways);
  let leaves = 0;
  let nodes = 0;
  let exits = 0;
  uppers.forEach((upper, t) => {
    const root = trees.roots[t];
    const small = bytes && isWhole(trees, upper);
    const below = small ? -1 : levelsBelow(trees, t, upper);
    starts.set(
      [size * root, 8 * leaves, 8 * nodes, 4 * exits, upper.asked.length, below],
      (TREE_BYTES / 4) * t,
    );
    if (small) nodes = writeSmall(asked, nodes, trees, known, t);
    else
      for (const { node, from, to } of upper.asked) {
        const left = 2 ** to - 2 ** from;
        asked.set([codeOf[node] - BIAS, 16 * askedOf[node], left & 0xffff, left >>> 16], 4 * nodes++);
      }
    for (const node of upper.exits) ways[exits++] = size * (node - root);
    leaves += (trees.roots[t + 1] - root + 1) / 2;
  });
  starts.set([size * trees.feature.length, 8 * leaves], (TREE_BYTES / 4) * uppers.length);
}

/** A small tree's slots: the first ones hold the numbers of its leaves, the next ones its nodes' results. */
export const SMALL_LEAVES = 32;
export const SLOT_BYTES = 64;

/** Writes the nodes of a small tree from place `next` on, each after those on its two sides; returns the next place. */
function writeSmall(out: Uint16Array, next: number, trees: Trees, known: Known, t: number): number {
  const { codeOf, askedOf } = known;
  const first = next;
  let leaves = 0;
  const write = (node: number): number => {
    if (trees.feature[node] < 0) return SLOT_BYTES * leaves++;
    const left = write(trees.left[node]);
    const right = write(trees.left[node] + 1);
    out.set([(codeOf[node] - BYTE_BIAS) & 0xff, SLOT_BYTES * askedOf[node], left, right], 4 * next);
    return SLOT_BYTES * (SMALL_LEAVES + next++ - first);
  };
  write(trees.roots[t]);
  return next;
}
