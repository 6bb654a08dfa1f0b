import { countBelow } from "../../../src/core/math/sorted";
import { column, type Matrix } from "../../../src/core/matrix";
import {
  type BoostData,
  type BoostEngine,
  type BoostRules,
  NODE_BYTES,
  node,
} from "../../../src/models/boosting/boosting-engine";
import { type BinLayout, binsOfCodes, type ColumnPlace } from "../../../src/models/trees/bin-layout";

const { fround } = Math;

/** Sums of quantised gradients and hessians: whole numbers, exact in any order. */
interface Sums {
  readonly g: number;
  readonly h: number;
}

/** A histogram over the codes of all groups, 256 each. */
interface Histogram {
  readonly g: Float64Array;
  readonly h: Float64Array;
}

interface Split {
  readonly gain: number;
  readonly place: number;
  readonly left: Sums;
  /** The last bin that goes left; −1 for a set of levels. */
  readonly bin: number;
  readonly missingLeft: boolean;
  readonly set: readonly number[];
}

interface Leaf {
  node: number;
  start: number;
  count: number;
  sums: Sums;
  depth: number;
  /** Between these the values of its descendants have to stay. */
  lower: number;
  upper: number;
  histogram: Histogram;
  split?: Split;
}

/**
 * The boosting engine in plain TypeScript: the twin of the kernel, to the same bits.
 *
 * Each leaf keeps a histogram of gradients and hessians over bins. The leaf of greatest gain is split next (or, by
 * depth, the first of the least depth); of its children the smaller one is counted, the larger is the parent less it.
 */
export class PlainEngine implements BoostEngine {
  readonly gradients: Float32Array;
  readonly hessians: Float32Array;
  readonly scores: Float64Array;
  readonly rowIds: Int32Array;
  readonly nodes: DataView;
  readonly conflicts: readonly number[];
  private readonly bytes: Uint8Array;
  private readonly codeBins: readonly Uint8Array[];
  private readonly g: Int32Array;
  private readonly h: Int32Array;
  private readonly targets: Float32Array;
  private readonly weights?: Float32Array;
  private gUnit = 1;
  private hUnit = 1;
  private nodeCount = 0;
  private bagged = 0;

  constructor(
    private readonly data: BoostData,
    private readonly rules: BoostRules,
  ) {
    const { x, layout, y, weights, base } = data;
    this.bytes = new Uint8Array(x.rows * layout.groups);
    this.conflicts = fillRows(x, layout, this.bytes);
    this.codeBins = layout.places.map(binsOfCodes);
    this.g = new Int32Array(x.rows);
    this.h = new Int32Array(x.rows);
    this.targets = Float32Array.from(y);
    if (weights) this.weights = Float32Array.from(weights);
    this.gradients = new Float32Array(x.rows);
    this.hessians = new Float32Array(x.rows);
    this.scores = new Float64Array(x.rows).fill(base);
    this.rowIds = new Int32Array(x.rows);
    this.nodes = new DataView(new ArrayBuffer(2 * rules.leaves * NODE_BYTES));
  }

  refresh(own: boolean, gScale: number, hScale: number, seed: number): void {
    for (let i = 0; i < this.g.length; i++) {
      if (own) {
        const p = fround(1 / fround(1 + exponential(fround(-fround(this.scores[i])))));
        const weight = this.weights ? this.weights[i] : 1;
        this.gradients[i] = fround(fround(p - this.targets[i]) * weight);
        this.hessians[i] = fround(fround(p * fround(1 - p)) * weight);
      }
      const noise = noiseOf(i, seed);
      this.g[i] = rounded(this.gradients[i], gScale, noise & 0xffff);
      this.h[i] = rounded(this.hessians[i], hScale, noise >>> 16);
    }
  }

  grow(rows: Int32Array | undefined, used: Uint8Array, gScale: number, hScale: number): number {
    const { rules } = this;
    this.gUnit = 1 / gScale;
    this.hUnit = 1 / hScale;
    this.bagged = rows?.length ?? this.g.length;
    if (rows) this.rowIds.set(rows);
    else for (let i = 0; i < this.rowIds.length; i++) this.rowIds[i] = i;
    this.nodeCount = 1;
    const histogram = this.count(0, this.bagged);
    let g = 0;
    let h = 0;
    for (let k = 0; k < this.bagged; k++) {
      g += this.g[this.rowIds[k]];
      h += this.h[this.rowIds[k]];
    }
    const root: Leaf = {
      node: 0,
      start: 0,
      count: this.bagged,
      sums: { g, h },
      depth: 0,
      lower: -Infinity,
      upper: Infinity,
      histogram,
    };
    this.writeLeaf(root);
    if (this.splittable(root)) root.split = this.findSplit(root, used);
    const leaves = [root];
    while (leaves.length < rules.leaves) {
      const chosen = this.choose(leaves);
      if (!chosen?.split) break;
      leaves.push(this.divide(chosen, chosen.split, used, leaves.length + 1 < rules.leaves));
    }
    return this.nodeCount;
  }

  addTree(): void {
    for (let i = 0; i < this.scores.length; i++) {
      let at = 0;
      for (;;) {
        if (this.nodes.getInt32(at + node.feature, true) < 0) break;
        const code = this.codeOf(i, this.nodes.getInt32(at + node.group, true));
        const left = (this.nodes.getUint8(at + node.codes + (code >> 3)) >> (code & 7)) & 1;
        at = (this.nodes.getInt32(at + node.left, true) + 1 - left) * NODE_BYTES;
      }
      this.scores[i] += this.nodes.getFloat64(at + node.value, true);
    }
  }

  async close(): Promise<void> {}

  private codeOf(row: number, group: number): number {
    return this.bytes[row * this.data.layout.groups + group];
  }

  /** The histogram of the rows at positions start … start + count − 1. */
  private count(start: number, count: number): Histogram {
    const { groups } = this.data.layout;
    const out = { g: new Float64Array(256 * groups), h: new Float64Array(256 * groups) };
    for (let k = start; k < start + count; k++) {
      const row = this.rowIds[k];
      for (let group = 0; group < groups; group++) {
        const at = 256 * group + this.codeOf(row, group);
        out.g[at] += this.g[row];
        out.h[at] += this.h[row];
      }
    }
    return out;
  }

  private splittable(leaf: Leaf): boolean {
    return leaf.depth < this.rules.depth && leaf.count >= 2 * this.rules.minRows;
  }

  private choose(leaves: readonly Leaf[]): Leaf | undefined {
    let chosen: Leaf | undefined;
    for (const leaf of leaves) {
      if (!leaf.split || !(leaf.split.gain > 0)) continue;
      const gain = chosen?.split?.gain ?? 0;
      const sooner = this.rules.byDepth && (!chosen || leaf.depth < chosen.depth);
      const sameDepth = !this.rules.byDepth || leaf.depth === chosen?.depth;
      if (sooner || (sameDepth && leaf.split.gain > gain)) chosen = leaf;
    }
    return chosen;
  }

  private findSplit(leaf: Leaf, used: Uint8Array): Split | undefined {
    if (leaf.sums.h === 0) return undefined;
    const search = new SplitSearch(leaf, this.rules, this.gUnit, this.hUnit);
    this.data.layout.places.forEach((place, j) => {
      if (used[j] === 0) return;
      const sums = this.binSums(leaf.histogram, place, this.codeBins[j]);
      if (place.bins.levels) search.levels(j, place, sums);
      else search.numbers(j, place, sums, this.rules.monotone[j]);
    });
    return search.found();
  }

  /** A column's histogram over its bins, from that of its group over codes. */
  private binSums({ g, h }: Histogram, place: ColumnPlace, bins: Uint8Array): Histogram {
    const out = { g: new Float64Array(place.total), h: new Float64Array(place.total) };
    for (let code = 0; code < 256; code++) {
      out.g[bins[code]] += g[256 * place.group + code];
      out.h[bins[code]] += h[256 * place.group + code];
    }
    return out;
  }

  /** Splits a leaf: it becomes its left child, the right one is returned. */
  private divide(leaf: Leaf, split: Split, used: Uint8Array, open: boolean): Leaf {
    const { nodes, data } = this;
    const place = data.layout.places[split.place];
    const at = leaf.node * NODE_BYTES;
    const lefts: number[] = [];
    const rights: number[] = [];
    const goesLeft = this.direct(at, split, place);
    for (const row of this.rowIds.subarray(leaf.start, leaf.start + leaf.count))
      (goesLeft[this.codeOf(row, place.group)] ? lefts : rights).push(row);
    this.rowIds.set(lefts, leaf.start);
    this.rowIds.set(rights, leaf.start + lefts.length);
    // With nothing missing in training, what is missing later goes where most rows go.
    const undecided = !place.bins.hasMissing && !place.bins.levels;
    const missingLeft = undecided ? 2 * lefts.length > leaf.count : split.missingLeft;
    nodes.setInt32(at + node.feature, split.place, true);
    nodes.setInt32(at + node.bin, split.bin, true);
    nodes.setInt32(at + node.left, this.nodeCount, true);
    nodes.setInt32(at + node.missingLeft, missingLeft ? 1 : 0, true);
    nodes.setFloat64(at + node.gain, split.gain, true);
    nodes.setInt32(at + node.group, place.group, true);

    const whole = { ...leaf };
    const rest = { g: whole.sums.g - split.left.g, h: whole.sums.h - split.left.h };
    const right: Leaf = {
      ...whole,
      node: this.nodeCount + 1,
      start: whole.start + lefts.length,
      count: rights.length,
      sums: rest,
      depth: whole.depth + 1,
      split: undefined,
    };
    Object.assign(leaf, {
      node: this.nodeCount,
      count: lefts.length,
      sums: split.left,
      depth: right.depth,
      split: undefined,
    });
    this.nodeCount += 2;
    const leftValue = this.writeLeaf(leaf);
    const rightValue = this.writeLeaf(right);
    const direction = this.rules.monotone[split.place];
    if (direction !== 0) {
      // Descendants of the two sides stay on their sides of the middle.
      const middle = (leftValue + rightValue) / 2;
      if (direction > 0) leaf.upper = right.lower = middle;
      else leaf.lower = right.upper = middle;
    }
    const leftOpen = open && this.splittable(leaf);
    const rightOpen = open && this.splittable(right);
    if (leftOpen || rightOpen) {
      const smaller = 2 * leaf.count <= whole.count ? leaf : right;
      const larger = smaller === leaf ? right : leaf;
      smaller.histogram = this.count(smaller.start, smaller.count);
      larger.histogram = difference(whole.histogram, smaller.histogram);
      if (leftOpen) leaf.split = this.findSplit(leaf, used);
      if (rightOpen) right.split = this.findSplit(right, used);
    }
    return right;
  }

  /** Whether each code of the split's group goes left; written into the node too, with the set of levels. */
  private direct(at: number, split: Split, place: ColumnPlace): boolean[] {
    const { nodes } = this;
    for (let k = 0; k < 32; k++) {
      nodes.setUint8(at + node.set + k, 0);
      nodes.setUint8(at + node.codes + k, 0);
    }
    for (const bin of split.set) {
      const byte = at + node.set + (bin >> 3);
      nodes.setUint8(byte, nodes.getUint8(byte) | (1 << (bin & 7)));
    }
    return Array.from(this.codeBins[split.place], (bin, code) => {
      let left = bin <= split.bin;
      if (place.bins.levels) left = split.set.includes(bin);
      else if (bin === place.bins.count) left = split.missingLeft;
      const byte = at + node.codes + (code >> 3);
      if (left) nodes.setUint8(byte, nodes.getUint8(byte) | (1 << (code & 7)));
      return left;
    });
  }

  /** Writes a leaf's node and returns its value. */
  private writeLeaf(leaf: Leaf): number {
    const { nodes, rules } = this;
    const at = leaf.node * NODE_BYTES;
    const g = leaf.sums.g * this.gUnit;
    const h = leaf.sums.h * this.hUnit + rules.l2;
    const value = h > 0 ? -shrunk(g, rules.l1) / h : 0;
    const bounded = Math.min(Math.max(value, leaf.lower), leaf.upper);
    nodes.setInt32(at + node.feature, -1, true);
    nodes.setInt32(at + node.left, -1, true);
    nodes.setInt32(at + node.missingLeft, 0, true);
    nodes.setFloat64(at + node.gain, 0, true);
    nodes.setUint32(at + node.hessian, leaf.sums.h, true);
    nodes.setInt32(at + node.gradient, leaf.sums.g, true);
    nodes.setInt32(at + node.count, leaf.count, true);
    nodes.setInt32(at + node.start, leaf.start, true);
    nodes.setFloat64(at + node.value, bounded, true);
    return bounded;
  }
}

/** The search for a leaf's best split, in units of the quantised sums. */
class SplitSearch {
  private best: number;
  private readonly parent: number;
  private readonly scale: number;
  private readonly lambda: number;
  private readonly alpha: number;
  private readonly low: number;
  private readonly high: number;
  private readonly fewest: number;
  /** Rows are counted by their hessians, as LightGBM does: these are all that a histogram knows of them. */
  private readonly perHessian: number;
  private readonly monotone: boolean;
  private taken: Split | undefined;

  constructor(
    private readonly leaf: Leaf,
    private readonly rules: BoostRules,
    gUnit: number,
    private readonly hUnit: number,
  ) {
    const { g, h } = leaf.sums;
    this.perHessian = leaf.count / h;
    this.fewest = Math.max((rules.minRows - 0.5) / this.perHessian, rules.minHessian / hUnit);
    this.lambda = rules.l2 / hUnit;
    this.alpha = rules.l1 / gUnit;
    this.low = leaf.lower / (gUnit / hUnit);
    this.high = leaf.upper / (gUnit / hUnit);
    this.monotone = rules.monotone.some((direction) => direction !== 0);
    this.parent = this.monotone
      ? this.reduction(g, h, this.lambda, this.output(g, h, this.lambda))
      : (shrunk(g, this.alpha) * shrunk(g, this.alpha)) / (h + this.lambda);
    this.scale = (gUnit * gUnit) / hUnit;
    this.best = this.parent + rules.minGain / this.scale;
  }

  found(): Split | undefined {
    return this.taken && { ...this.taken, gain: (this.best - this.parent) * this.scale };
  }

  /** Every boundary between bins, with the missing values on either side. */
  numbers(j: number, place: ColumnPlace, sums: Histogram, direction: number): void {
    const { count, hasMissing } = place.bins;
    let g = 0;
    let h = 0;
    for (let bin = 0; bin < (hasMissing ? count : count - 1); bin++) {
      g += sums.g[bin];
      h += sums.h[bin];
      this.consider(j, { g, h }, this.lambda, direction, { bin, missingLeft: false, set: [] });
      if (!hasMissing || bin === count - 1) continue;
      const both = { g: g + sums.g[count], h: h + sums.h[count] };
      this.consider(j, both, this.lambda, direction, { bin, missingLeft: true, set: [] });
    }
  }

  /** One level against the others for few levels, else prefixes of the levels in the order of gradient / hessian. */
  levels(j: number, place: ColumnPlace, sums: Histogram): void {
    const { rules, perHessian, leaf } = this;
    const { count } = place.bins;
    if (place.total <= rules.oneAgainstRest) {
      for (let bin = 0; bin < count; bin++)
        this.consider(j, { g: sums.g[bin], h: sums.h[bin] }, this.lambda, 0, levelSet([bin]));
      return;
    }
    const smooth = rules.levelSmooth / this.hUnit;
    const key = (bin: number): number => sums.g[bin] / (sums.h[bin] + smooth);
    const frequent = Array.from({ length: count }, (_, bin) => bin).filter(
      (bin) => Math.floor(sums.h[bin] * perHessian + 0.5) >= rules.levelSmooth,
    );
    const order = frequent.sort((a, b) => key(a) - key(b) || a - b);
    const most = Math.min(rules.mostLevels, (order.length + 1) >> 1);
    const lambda = this.lambda + rules.levelL2 / this.hUnit;
    for (const side of [order, order.slice().reverse()]) {
      let g = 0;
      let h = 0;
      let group = 0;
      for (let k = 0; k < most; k++) {
        g += sums.g[side[k]];
        h += sums.h[side[k]];
        group += Math.floor(sums.h[side[k]] * perHessian + 0.5);
        if (h < this.fewest) continue;
        const rest = leaf.sums.h - h;
        if (rest < this.fewest || rest * perHessian + 0.5 < rules.levelRows) break;
        if (group < rules.levelRows) continue;
        group = 0;
        this.consider(j, { g, h }, lambda, 0, levelSet(side.slice(0, k + 1)));
      }
    }
  }

  private consider(
    place: number,
    left: Sums,
    lambda: number,
    direction: number,
    test: Pick<Split, "bin" | "missingLeft" | "set">,
  ): void {
    if (left.h < this.fewest || this.leaf.sums.h - left.h < this.fewest) return;
    const gain = this.gain(left.g, left.h, lambda, direction);
    if (!(gain > this.best)) return;
    this.best = gain;
    this.taken = { ...test, place, left, gain };
  }

  private gain(g: number, h: number, lambda: number, direction: number): number {
    const rg = this.leaf.sums.g - g;
    const rh = this.leaf.sums.h - h;
    if (this.monotone) {
      const left = this.output(g, h, lambda);
      const right = this.output(rg, rh, lambda);
      if (direction !== 0 && direction * (right - left) < 0) return -1;
      return this.reduction(g, h, lambda, left) + this.reduction(rg, rh, lambda, right);
    }
    const a = shrunk(g, this.alpha);
    const b = shrunk(rg, this.alpha);
    const hl = h + lambda;
    const hr = rh + lambda;
    return (a * a * hr + b * b * hl) / (hl * hr);
  }

  /** The best value of a leaf with these sums, within its bounds. */
  private output(g: number, h: number, lambda: number): number {
    const value = -shrunk(g, this.alpha) / (h + lambda);
    return Math.min(Math.max(value, this.low), this.high);
  }

  /** Twice by how much a leaf of these sums with this value lowers the loss. */
  private reduction(g: number, h: number, lambda: number, value: number): number {
    return -(2 * shrunk(g, this.alpha) * value + (h + lambda) * value * value);
  }
}

function levelSet(set: readonly number[]): Pick<Split, "bin" | "missingLeft" | "set"> {
  return { bin: -1, missingLeft: false, set };
}

function difference(whole: Histogram, part: Histogram): Histogram {
  return {
    g: whole.g.map((value, k) => value - part.g[k]),
    h: whole.h.map((value, k) => value - part.h[k]),
  };
}

function shrunk(g: number, by: number): number {
  if (by === 0) return g;
  return g > by ? g - by : g < -by ? g + by : 0;
}

/** The random word of a row. */
function noiseOf(row: number, seed: number): number {
  let x = Math.imul(row, 0x9e3779b1) ^ seed;
  x = Math.imul(x ^ (x >>> 15), 0x85ebca77);
  return (x ^ (x >>> 13)) >>> 0;
}

/** value × scale, rounded up as often as its fraction says: `noise` is uniform below 2¹⁶. */
function rounded(value: number, scale: number, noise: number): number {
  return Math.floor(fround(fround(value * scale) + fround(fround(noise) * fround(1 / 65536))));
}

const word = new Int32Array(1);
const wordAsFloat = new Float32Array(word.buffer);

/** e^x in float32, to about 2 units in the last place; x is clamped to ±87. */
function exponential(from: number): number {
  const x = Math.max(Math.min(from, 87), -87);
  // Adding and taking 1.5 × 2²³ rounds to the nearest whole number.
  const n = fround(fround(fround(x * fround(Math.LOG2E)) + 12582912) - 12582912);
  const high = fround(x - fround(n * fround(0.693359375)));
  const r = fround(high - fround(n * fround(-0.00021219444)));
  let p = fround(0.0013889);
  for (const term of [0.0083333, 0.041666666, 0.16666667, 0.5, 1, 1])
    p = fround(fround(p * r) + fround(term));
  word[0] = (n + 127) << 23;
  return fround(p * wordAsFloat[0]);
}

/**
 * Writes the rows of bytes, `rows * groups` of them, into `out` in plain TypeScript, as the kernel does; returns the
 * columns that met another one of their bundle in some row.
 */
function fillRows(x: Matrix, layout: BinLayout, out: Uint8Array): number[] {
  const conflicts = new Set<number>();
  out.fill(0, 0, x.rows * layout.groups);
  for (const place of layout.places) {
    const values = column(x, place.column);
    const { bins, kind, first, group } = place;
    const slots = bins.levels && new Map(bins.levels.map((level, bin) => [level, bin]));
    for (let i = 0, at = group; i < values.length; i++, at += layout.groups) {
      const value = values[i];
      let bin: number;
      if (slots) bin = slots.get(value) ?? bins.count;
      else if (Number.isNaN(value)) bin = bins.count;
      else bin = countBelow(bins.upper, value);
      if (kind === "single") out[at] = bin;
      else if (kind === "joint") out[at] += bin * first;
      else if (bin !== bins.common) {
        if (out[at] !== 0) conflicts.add(place.column);
        out[at] = first + (bin < bins.common ? bin : bin - 1);
      }
    }
  }
  return [...conflicts];
}
