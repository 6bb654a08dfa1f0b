import { integer, type Rng } from "../../../src/core/rng";
import type { GrowRules } from "../../../src/models/forest/forest-kernel";
import { between, MISSING, type Ranked } from "../../../src/models/trees/ranks";
import { TreeBuilder } from "../../../src/models/trees/trees";

/** A node's rows, their weight, and their weight × target. */
interface Sums {
  readonly rows: number;
  readonly plain: number;
  readonly hit: number;
}

/** The best split of a node found so far. */
interface Split {
  gain: number;
  feature: number;
  missingLeft: boolean;
  /** Numeric: the last code that goes left, and the threshold. */
  code: number;
  threshold: number;
  /** How many of the node's codes, in the order tried, go left; and how many codes there are. */
  taken: number;
  present: number;
}

/**
 * Grows trees in plain TypeScript: the twin of the kernel, which makes the same trees bit for bit. Depth first,
 * left before right; at each node columns are drawn until `tried` were seen and at least one of them varies.
 */
export class PlainGrower {
  readonly builder: TreeBuilder = new TreeBuilder();
  /** Per column: weighted impurity decrease of the last tree. */
  readonly decrease: Float64Array;
  private readonly codeWeight: Float64Array;
  private readonly codeTarget: Float64Array;
  private readonly codeRows: Int32Array;
  private readonly touched: Uint16Array;
  private readonly best: Split = {
    gain: -1,
    feature: -1,
    missingLeft: false,
    code: 0,
    threshold: 0,
    taken: 0,
    present: 0,
  };
  private readonly bestOrder: Uint16Array;
  private readonly columns: Int32Array;

  constructor(
    private readonly ranked: Ranked,
    private readonly target: Float64Array,
    private readonly rules: GrowRules,
  ) {
    let widest = 1;
    for (let j = 0; j < ranked.columns; j++)
      widest = Math.max(widest, ranked.offsets[j + 1] - ranked.offsets[j]);
    this.codeWeight = new Float64Array(widest);
    this.codeTarget = new Float64Array(widest);
    this.codeRows = new Int32Array(widest);
    this.touched = new Uint16Array(widest);
    this.bestOrder = new Uint16Array(widest);
    this.columns = new Int32Array(ranked.columns);
    this.decrease = new Float64Array(ranked.columns);
  }

  /** Adds the tree of `rows` (reordered in place), each counting `weight[row]`. */
  grow(rows: Int32Array, weight: Float64Array, rng: Rng): void {
    const { builder, rules, best } = this;
    this.decrease.fill(0);
    // Any order will do to draw from, so it is not put right between nodes.
    for (let j = 0; j < this.columns.length; j++) this.columns[j] = j;
    const root = builder.add(1);
    builder.roots.push(root);
    const stack: { node: number; start: number; end: number; depth: number }[] = [
      { node: root, start: 0, end: rows.length, depth: 0 },
    ];
    for (let item = stack.pop(); item; item = stack.pop()) {
      const part = rows.subarray(item.start, item.end);
      let plain = 0;
      let hit = 0;
      let least = Infinity;
      let most = -Infinity;
      for (const row of part) {
        const y = this.target[row];
        plain += weight[row];
        hit += weight[row] * y;
        if (y < least) least = y;
        if (y > most) most = y;
      }
      const total = this.weigh(plain, hit);
      const value = (hit * rules.classFactors[1]) / total + rules.centre;
      const open =
        item.depth < rules.depth &&
        part.length >= rules.minSplit &&
        part.length >= 2 * rules.minRows &&
        least < most;
      if (!open || !this.search(part, weight, { rows: part.length, plain, hit }, rng)) {
        builder.leaf(item.node, value, total);
        continue;
      }
      this.decrease[best.feature] += this.drop(plain, hit, best.gain);
      const middle = item.start + this.divide(item.node, part);
      builder.cover[item.node] = total;
      const left = builder.add(2);
      builder.left[item.node] = left;
      stack.push({ node: left + 1, start: middle, end: item.end, depth: item.depth + 1 });
      stack.push({ node: left, start: item.start, end: middle, depth: item.depth + 1 });
    }
  }

  /** A node's weight with its classes weighted, from its plain weight and that of class 1. */
  private weigh(plain: number, hit: number): number {
    const [c0, c1] = this.rules.classFactors;
    return c0 === 1 && c1 === 1 ? plain : (plain - hit) * c0 + hit * c1;
  }

  /** The weighted impurity decrease that a split's gain stands for. */
  private drop(plain: number, hit: number, gain: number): number {
    const total = this.weigh(plain, hit);
    if (this.rules.criterion !== "entropy") return gain / total;
    return gain - 2 * total + this.disorder(plain, hit);
  }

  /** Weight × entropy in bits. */
  private disorder(plain: number, hit: number): number {
    const total = this.weigh(plain, hit);
    const one = hit * this.rules.classFactors[1];
    const zero = total - one;
    return -(one > 0 ? one * Math.log2(one / total) : 0) - (zero > 0 ? zero * Math.log2(zero / total) : 0);
  }

  /** How good it is to send (plain, hit) left: larger is better, −1 is worse than any. */
  private gain(plain: number, hit: number, allPlain: number, allHit: number): number {
    if (this.rules.criterion === "entropy") {
      // 2 × the weight bounds the disorder, so gains stay positive.
      return (
        2 * this.weigh(allPlain, allHit) -
        this.disorder(plain, hit) -
        this.disorder(allPlain - plain, allHit - hit)
      );
    }
    // Gini is twice the variance of a 0/1 target, so one formula serves both: the squared distance of the left sum
    // from its share, over both weights; times 1 / total it is the decrease of the squared error.
    const c1 = this.rules.classFactors[1];
    const left = this.weigh(plain, hit);
    const total = this.weigh(allPlain, allHit);
    const right = total - left;
    // Rounding may leave nothing for a side of tiny weights.
    if (!(left > 0 && right > 0)) return -1;
    const distance = hit * c1 * total - left * (allHit * c1);
    return (distance * distance) / (left * right);
  }

  /** Finds the best split of the node into `best`; false if there is none. */
  private search(part: Int32Array, weight: Float64Array, node: Sums, rng: Rng): boolean {
    const { columns, rules, best } = this;
    const count = columns.length;
    best.gain = -1;
    let varying = 0;
    for (let seen = 0; seen < count && (seen < rules.tried || varying === 0); seen++) {
      const k = seen + integer(rng, count - seen);
      const j = columns[k];
      columns[k] = columns[seen];
      columns[seen] = j;
      if (this.searchColumn(j, part, weight, node, rng)) varying++;
    }
    return best.gain >= 0;
  }

  /** Tries the splits of column j; false if the column is constant in this node. */
  private searchColumn(j: number, part: Int32Array, weight: Float64Array, node: Sums, rng: Rng): boolean {
    const { codeWeight, codeTarget, codeRows, touched, ranked, target } = this;
    const codes = ranked.codes.subarray(j * ranked.rows, (j + 1) * ranked.rows);
    let distinct = 0;
    let lostRows = 0;
    let lostPlain = 0;
    let lostHit = 0;
    for (const row of part) {
      const code = codes[row];
      const w = weight[row];
      const wy = w * target[row];
      if (code === MISSING) {
        lostRows++;
        lostPlain += w;
        lostHit += wy;
        continue;
      }
      if (codeRows[code]++ === 0) touched[distinct++] = code;
      codeWeight[code] += w;
      codeTarget[code] += wy;
    }
    const order = touched.subarray(0, distinct);
    const varies = distinct > 1 || (distinct === 1 && lostRows > 0);
    if (varies) {
      const categorical = ranked.categorical[j] === 1;
      order.sort();
      if (categorical && !this.rules.randomThresholds) {
        const mean = (code: number): number => codeTarget[code] / codeWeight[code];
        order.sort((a, b) => mean(a) - mean(b) || a - b);
      }
      // The last cut, everything present against everything missing, exists only if something is missing.
      let from = 1;
      let to = lostRows > 0 ? distinct : distinct - 1;
      let threshold = NaN;
      if (this.rules.randomThresholds && distinct > 1) {
        [from, threshold] = categorical ? this.drawLevels(order, rng) : this.drawThreshold(j, order, rng);
        to = from;
      }
      let rows = 0;
      let leftPlain = 0;
      let leftHit = 0;
      for (let k = 1; k <= to; k++) {
        const code = order[k - 1];
        rows += codeRows[code];
        leftPlain += codeWeight[code];
        leftHit += codeTarget[code];
        if (k < from) continue;
        if (this.consider(j, order, k, threshold, rows, leftPlain, leftHit, node)) {
          // With nothing missing here, what is missing later goes where most of the weight goes.
          this.best.missingLeft =
            lostRows === 0 && 2 * this.weigh(leftPlain, leftHit) > this.weigh(node.plain, node.hit);
        }
        if (lostRows === 0 || k === distinct) continue;
        const [plain, hit] = [leftPlain + lostPlain, leftHit + lostHit];
        if (this.consider(j, order, k, threshold, rows + lostRows, plain, hit, node))
          this.best.missingLeft = true;
      }
    }
    for (const code of order) {
      codeRows[code] = 0;
      codeWeight[code] = 0;
      codeTarget[code] = 0;
    }
    return varies;
  }

  /** Takes the split if it is allowed and better than the best. */
  private consider(
    j: number,
    order: Uint16Array,
    taken: number,
    threshold: number,
    rows: number,
    leftPlain: number,
    leftHit: number,
    node: Sums,
  ): boolean {
    const { best, rules, ranked } = this;
    if (rows < rules.minRows || node.rows - rows < rules.minRows) return false;
    const gain = this.gain(leftPlain, leftHit, node.plain, node.hit);
    if (!(gain > best.gain)) return false;
    best.gain = gain;
    best.feature = j;
    best.taken = taken;
    best.present = order.length;
    best.code = order[taken - 1];
    if (ranked.categorical[j] === 1) {
      this.bestOrder.set(order);
      return true;
    }
    const at = ranked.offsets[j];
    if (taken === order.length) best.threshold = Number.MAX_VALUE;
    else if (Number.isNaN(threshold))
      best.threshold = between(ranked.high[at + order[taken - 1]], ranked.low[at + order[taken]]);
    else best.threshold = threshold;
    return true;
  }

  /** A threshold uniform between the node's least and greatest value; how many codes it takes, and itself. */
  private drawThreshold(j: number, order: Uint16Array, rng: Rng): [number, number] {
    const { ranked } = this;
    const at = ranked.offsets[j];
    const low = ranked.low[at + order[0]];
    const high = ranked.high[at + order[order.length - 1]];
    let threshold = low + rng.uniform() * (high - low);
    if (!(threshold < high)) threshold = low;
    let taken = 1;
    while (taken < order.length - 1 && ranked.high[at + order[taken]] <= threshold) taken++;
    // A bin of several values cannot be cut: the threshold moves to its edge.
    const edge = ranked.high[at + order[taken - 1]];
    const next = ranked.low[at + order[taken]];
    if (threshold < edge || threshold >= next) threshold = between(edge, next);
    return [taken, threshold];
  }

  /** Each level left or right by a coin, neither side empty; reorders so that the left ones come first. */
  private drawLevels(order: Uint16Array, rng: Rng): [number, number] {
    let taken = 0;
    for (let k = 0; k < order.length; k++) {
      if (rng.uniform() >= 0.5) continue;
      const code = order[k];
      order[k] = order[taken];
      order[taken++] = code;
    }
    return [Math.min(Math.max(taken, 1), order.length - 1), NaN];
  }

  /** Writes the node's test and moves its left rows to the front; how many there are. */
  private divide(node: number, part: Int32Array): number {
    const { best, builder, ranked } = this;
    const j = best.feature;
    builder.feature[node] = j;
    builder.missingLeft[node] = best.missingLeft ? 1 : 0;
    const codes = ranked.codes.subarray(j * ranked.rows, (j + 1) * ranked.rows);
    let goesLeft: (code: number) => boolean = (code) => code <= best.code;
    if (ranked.categorical[j] === 1) {
      const slots = ranked.offsets[j + 1] - ranked.offsets[j];
      const first = builder.addSet(slots);
      builder.threshold[node] = first;
      // A level that isn't in this node goes where a missing value goes.
      const inLeft = new Uint8Array(slots).fill(best.missingLeft ? 1 : 0);
      for (let k = 0; k < best.present; k++) inLeft[this.bestOrder[k]] = k < best.taken ? 1 : 0;
      for (let code = 0; code < slots; code++)
        if (inLeft[code]) builder.sets[first + (code >> 5)] |= 1 << (code & 31);
      goesLeft = (code) => inLeft[code] === 1;
    } else builder.threshold[node] = best.threshold;
    // Stable on both sides: the order of rows is part of what the kernel repeats.
    const right: number[] = [];
    let taken = 0;
    for (const row of part) {
      const code = codes[row];
      if (code === MISSING ? best.missingLeft : goesLeft(code)) part[taken++] = row;
      else right.push(row);
    }
    part.set(right, taken);
    return taken;
  }
}
