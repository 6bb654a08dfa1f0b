import type { Feature, Labelled } from "../../core/matrix";
import type { Watch } from "../../core/model";
import { chosenOf, integer, permutation, type Rng } from "../../core/rng";
import type { BinLayout } from "../trees/bin-layout";
import { addLeaves, joinTrees, TreeBuilder, type Trees } from "../trees/trees";
import { type BoostData, type BoostEngine, NODE_BYTES, node, quantisedRange } from "./boosting-engine";
import { type Loss, weightedQuantile } from "./boosting-losses";

/** What the rounds of boosting need beyond the engine: options after defaults. */
export interface RoundRules {
  readonly trees: number;
  readonly learnRate: number;
  readonly rowShare: number;
  readonly columnShare: number;
  /** Gradient-based one-side sampling: the share of rows of large gradients, and of the others. */
  readonly goss?: { readonly top: number; readonly other: number };
  /** Rounds without a better validation loss after which to stop. */
  readonly patience: number;
  /** Whether the engine makes the gradients. */
  readonly ownGradients: boolean;
}

export interface Rounds {
  readonly trees: Trees;
  /** Per column, the sum of the gains of its splits. */
  readonly gains: Float64Array;
  /** The mean validation loss after each round, if there were rows to validate on. */
  readonly validationLosses: readonly number[];
}

/** Lets the event loop turn at least this often. */
const TURN_MILLISECONDS = 40;

/** What the rounds work with. */
export interface Boosting {
  readonly engine: BoostEngine;
  readonly data: BoostData;
  readonly loss: Loss;
  readonly rules: RoundRules;
  /** The rows to learn from; absent: all. */
  readonly rows?: Int32Array;
  /** Rows to stop early by. */
  readonly validation?: Labelled;
}

/** Runs the rounds: gradients, a tree, its values into the scores; stops early where validation says so. */
export async function boost(boosting: Boosting, rng: Rng, watch?: Watch): Promise<Rounds> {
  return (await boostTogether([boosting], rng, watch))[0];
}

/** Runs the rounds of several, each growing a tree in each round after all have seen the same scores: a round a class. */
export async function boostTogether(all: readonly Boosting[], rng: Rng, watch?: Watch): Promise<Rounds[]> {
  const { trees } = all[0].rules;
  const growing = all.map((boosting) => new Growing(boosting));
  let turned = performance.now();
  for (let round = 0; round < trees; round++) {
    if (watch || performance.now() - turned > TURN_MILLISECONDS) {
      await new Promise(setImmediate);
      turned = performance.now();
      watch?.signal?.throwIfAborted();
    }
    const stream = rng.fork(round);
    const grown = growing.filter((growing, k) =>
      growing.grow(round, all.length === 1 ? stream : stream.fork(k)),
    );
    if (grown.length === 0) break;
    const figures = growing[0].judge?.losses.at(-1);
    watch?.progress?.({
      phase: "train",
      done: round + 1,
      total: trees,
      ...(figures !== undefined && { figures: { validationLoss: figures } }),
    });
    if (growing.some(({ judge, boosting }) => judge && round - judge.best >= boosting.rules.patience)) break;
  }
  return growing.map((growing) => growing.finish());
}

/** The trees of one score. */
class Growing {
  readonly judge: Judge | undefined;
  private readonly builder = new TreeBuilder();
  private readonly gains: Float64Array;

  constructor(readonly boosting: Boosting) {
    const { data, loss, validation } = boosting;
    this.gains = new Float64Array(data.x.columns);
    this.judge = validation && new Judge(validation, data.base, loss, data.x.features, data.layout);
  }

  /** Grows the round's tree; false where nothing is left to learn. */
  grow(round: number, stream: Rng): boolean {
    const { engine, data } = this.boosting;
    const nodes = growRound(this.boosting, round, stream);
    if (nodes === 0) return false;
    appendTree(engine.nodes, nodes, data.layout, this.builder, this.gains);
    this.judge?.add(engine.nodes, nodes);
    return true;
  }

  finish(): Rounds {
    const { x, layout } = this.boosting.data;
    const grown = joinTrees([this.builder.finish()], x.features, keptLevels(x.features, layout));
    return {
      trees: this.judge ? firstTrees(grown, this.judge.best + 1) : grown,
      gains: this.gains,
      validationLosses: this.judge?.losses ?? [],
    };
  }
}

/** Grows the round's tree in the engine and adds it to the scores of all rows; its nodes, or 0 where nothing is left to learn. */
export function growRound(boosting: Boosting, round: number, stream: Rng): number {
  const { engine, data, rules } = boosting;
  const chosen = chooseRows(boosting, stream);
  const scales = refresh(boosting, round, chosen, stream);
  if (!scales) return 0;
  const nodes = engine.grow(scales.rows, chooseColumns(rules, data.layout, stream), scales.g, scales.h);
  // A tree that can't split repeats what the base says; so would all that follow, unless rows are drawn anew.
  if (nodes === 1 && rules.rowShare === 1 && !rules.goss) return 0;
  setValues(boosting, nodes);
  engine.addTree();
  return nodes;
}

/** Quantises this round's gradients; undefined when nothing is left to learn. */
function refresh(
  { engine, data, loss, rules }: Boosting,
  round: number,
  chosen: Int32Array | undefined,
  rng: Rng,
): { g: number; h: number; rows: Int32Array | undefined } | undefined {
  const { y, weights, x } = data;
  const seed = integer(rng.fork("rounding"), 2 ** 32) | 0;
  let most: readonly [number, number];
  let rows = chosen;
  if (rules.ownGradients) {
    let heaviest = 1;
    if (weights) heaviest = weights.reduce((a, b) => Math.max(a, b), 0);
    most = [heaviest, heaviest / 4];
  } else {
    most = loss.gradients(engine.scores, y, weights, engine.gradients, engine.hessians);
    // The first rounds see all rows, as LightGBM's do: their gradients say little yet.
    if (rules.goss && round >= 1 / rules.learnRate) {
      rows = oneSide(engine, rules.goss, rng.fork("goss"));
      most = largest(engine, rows);
    }
  }
  if (!(most[0] > 0 && most[1] > 0)) return undefined;
  const [gRange, hRange] = quantisedRange(rows?.length ?? x.rows);
  const g = Math.fround(gRange / most[0]);
  // Where every hessian is 1, whole units make the sums counts.
  const exact = loss.unitHessian && !weights && !(rules.goss && rows);
  const h = exact ? 1 : Math.fround(hRange / most[1]);
  engine.refresh(rules.ownGradients, g, h, seed);
  return { g, h, rows };
}

function largest(engine: BoostEngine, rows: Int32Array): readonly [number, number] {
  let g = 0;
  let h = 0;
  for (const i of rows) {
    g = Math.max(g, Math.abs(engine.gradients[i]));
    h = Math.max(h, engine.hessians[i]);
  }
  return [g, h];
}

/** The rows drawn for a round, ascending: exactly the share; undefined for all there are. */
function chooseRows({ rules, data, rows: from }: Boosting, rng: Rng): Int32Array | undefined {
  if (rules.rowShare === 1) return from;
  const rows = from?.length ?? data.x.rows;
  const wanted = Math.max(1, Math.round(rules.rowShare * rows));
  const chosen = chosenOf(rows, wanted, rng.fork("rows"));
  return from ? chosen.map((i) => from[i]) : chosen;
}

function chooseColumns(rules: RoundRules, layout: BinLayout, rng: Rng): Uint8Array {
  const count = layout.places.length;
  if (rules.columnShare === 1) return new Uint8Array(count).fill(1);
  const wanted = Math.max(1, Math.round(rules.columnShare * count));
  const out = new Uint8Array(count);
  for (const j of permutation(rng.fork("columns"), count).subarray(0, wanted)) out[j] = 1;
  return out;
}

/**
 * Gradient-based one-side sampling (Ke et al., 2017, section 3): the rows of largest |gradient × hessian|, and some of
 * the others, whose derivatives are raised to stand for all of those.
 */
function oneSide(engine: BoostEngine, share: { top: number; other: number }, rng: Rng): Int32Array {
  const { gradients, hessians } = engine;
  const count = gradients.length;
  const sizes = new Float32Array(count);
  for (let i = 0; i < count; i++) sizes[i] = Math.abs(gradients[i]) * hessians[i];
  // Bits of positive floats are in the order of the floats: a histogram over the upper half finds the bar.
  const bits = new Uint32Array(sizes.buffer);
  const times = new Int32Array(65536);
  for (let i = 0; i < count; i++) times[bits[i] >>> 16]++;
  const top = Math.max(1, Math.floor(share.top * count));
  let above = 0;
  let bar = 65535;
  while (above + times[bar] < top) above += times[bar--];
  let atBar = top - above;
  const chance = share.other / (1 - share.top);
  const raise = 1 / chance;
  const out = new Int32Array(count);
  let taken = 0;
  for (let i = 0; i < count; i++) {
    const bucket = bits[i] >>> 16;
    if (bucket > bar || (bucket === bar && atBar-- > 0)) {
      out[taken++] = i;
      continue;
    }
    if (rng.uniform() >= chance) continue;
    gradients[i] *= raise;
    hessians[i] *= raise;
    out[taken++] = i;
  }
  return out.subarray(0, taken);
}

/** Makes the leaves' values what is added to scores: shrunk, or for losses of sides the residuals' quantile. */
function setValues({ engine, data, loss, rules }: Boosting, nodes: number): void {
  const { y, weights } = data;
  for (let k = 0; k < nodes; k++) {
    const at = k * NODE_BYTES;
    if (engine.nodes.getInt32(at + node.feature, true) >= 0) continue;
    let value = engine.nodes.getFloat64(at + node.value, true);
    if (loss.residualQuantile !== undefined) {
      const start = engine.nodes.getInt32(at + node.start, true);
      const count = engine.nodes.getInt32(at + node.count, true);
      const residuals = new Float64Array(count);
      const own = weights && new Float64Array(count);
      for (let i = 0; i < count; i++) {
        const row = nodes === 1 ? i : engine.rowIds[start + i];
        residuals[i] = y[row] - engine.scores[row];
        if (own) own[i] = weights[row];
      }
      if (!own || own.some((weight) => weight > 0))
        value = weightedQuantile(residuals, own, loss.residualQuantile);
    }
    engine.nodes.setFloat64(at + node.value, value * rules.learnRate, true);
  }
}

/** Adds the engine's tree to the model's, thresholds in the columns' own units. */
export function appendTree(
  records: DataView,
  nodes: number,
  layout: BinLayout,
  builder: TreeBuilder,
  gains?: Float64Array,
): void {
  const root = builder.add(nodes);
  builder.roots.push(root);
  for (let k = 0; k < nodes; k++) {
    const at = k * NODE_BYTES;
    const j = records.getInt32(at + node.feature, true);
    const count = records.getInt32(at + node.count, true);
    if (j < 0) {
      builder.leaf(root + k, records.getFloat64(at + node.value, true), count);
      continue;
    }
    const { column, bins } = layout.places[j];
    if (gains) gains[column] += records.getFloat64(at + node.gain, true);
    builder.feature[root + k] = column;
    builder.left[root + k] = root + records.getInt32(at + node.left, true);
    builder.missingLeft[root + k] = records.getInt32(at + node.missingLeft, true);
    builder.cover[root + k] = count;
    if (bins.levels) {
      const first = builder.addSet(bins.count);
      for (let bin = 0; bin < bins.count; bin++) {
        if ((records.getUint8(at + node.set + (bin >> 3)) >> (bin & 7)) & 1)
          builder.sets[first + (bin >> 5)] |= 1 << (bin & 31);
      }
      builder.threshold[root + k] = first;
    } else {
      const bin = records.getInt32(at + node.bin, true);
      // After the last bin there is no boundary: all values go left, missing ones right.
      builder.threshold[root + k] = bin < bins.upper.length ? bins.upper[bin] : Number.MAX_VALUE;
    }
  }
}

/** The levels with slots, per column: those with bins. */
export function keptLevels(features: readonly Feature[], layout: BinLayout): Trees["kept"] {
  const kept: (readonly number[] | undefined)[] = features.map((feature) =>
    feature.levels ? [] : undefined,
  );
  for (const { column, bins } of layout.places) if (bins.levels) kept[column] = bins.levels;
  return kept;
}

/** The first `count` trees alone. */
function firstTrees(trees: Trees, count: number): Trees {
  if (count >= trees.roots.length - 1) return trees;
  const nodes = trees.roots[count];
  return {
    ...trees,
    roots: trees.roots.slice(0, count + 1),
    feature: trees.feature.slice(0, nodes),
    threshold: trees.threshold.slice(0, nodes),
    left: trees.left.slice(0, nodes),
    missingLeft: trees.missingLeft.slice(0, nodes),
    cover: trees.cover.slice(0, nodes),
  };
}

/** Follows the loss on rows that no tree sees. */
class Judge {
  readonly losses: number[] = [];
  /** The round of least loss so far. */
  best = 0;
  private readonly scores: Float64Array;

  constructor(
    private readonly rows: Labelled,
    base: number,
    private readonly loss: Loss,
    private readonly features: readonly Feature[],
    private readonly layout: BinLayout,
  ) {
    this.scores = new Float64Array(rows.x.rows).fill(base);
  }

  /** Adds a tree and returns the mean loss with it. */
  add(records: DataView, nodes: number): number {
    const { rows, scores, loss } = this;
    const builder = new TreeBuilder();
    appendTree(records, nodes, this.layout, builder);
    const tree = joinTrees([builder.finish()], this.features, keptLevels(this.features, this.layout));
    addLeaves(tree, rows.x, scores, "validate boosting");
    let sum = 0;
    let total = 0;
    for (let i = 0; i < scores.length; i++) {
      const weight = rows.weights ? rows.weights[i] : 1;
      sum += weight * loss.of(rows.y[i], scores[i]);
      total += weight;
    }
    const mean = sum / total;
    this.losses.push(mean);
    if (mean < this.losses[this.best]) this.best = this.losses.length - 1;
    return mean;
  }
}
