import { type Task, task } from "../../core/pool";
import { fromKey, integer, type Rng } from "../../core/rng";
import { bag } from "../forest/forest-task";
import { between, MISSING, type Ranked } from "../trees/ranks";
import { TreeBuilder, type TreePart } from "../trees/trees";

/** Lifetimes on the grid of event times: the last index at which each row is at risk, and the last before its entry. */
export interface OnGrid {
  readonly last: Int32Array;
  readonly before?: Int32Array;
  readonly event: Uint8Array;
  readonly weights?: Float64Array;
  /** How many times the grid has. */
  readonly times: number;
}

/** Some trees of a survival forest to grow: one per key. */
export interface SurvivalTask extends OnGrid {
  readonly ranked: Ranked;
  readonly keys: readonly Rng["key"][];
  readonly tried: number;
  readonly minRows: number;
  readonly depth: number;
}

/** Leaves in the order of their nodes: what hazard each has at which times of the grid. */
export interface LeafHazards {
  /** Where each leaf's entries begin; one more holds their number. */
  readonly starts: Int32Array;
  readonly time: Int32Array;
  readonly hazard: Float64Array;
}

/** Grows trees; what a thread runs. */
export const growSurvivalTrees: Task<SurvivalTask, { part: TreePart; hazards: LeafHazards[] }> = task(
  "models/survival/survival-forest-task",
  "growSurvivalTrees",
  (input: SurvivalTask) => {
    const builder = new TreeBuilder();
    const hazards = input.keys.map((key) => {
      const drawn = bag(key, { ranked: input.ranked, bootstrap: true, share: 1 });
      const weight = input.weights
        ? drawn.map((times, i) => times * (input.weights as Float64Array)[i])
        : drawn;
      return growTree(input, builder, weight, fromKey(key));
    });
    return { part: builder.finish(), hazards };
  },
);

interface Split {
  readonly column: number;
  readonly goesLeft: (code: number) => boolean;
  readonly threshold: number;
  readonly levels?: readonly number[];
  readonly missingLeft: boolean;
  readonly gain: number;
}

/** Grows one tree into `builder`; returns the hazards of its leaves in the order of their nodes. */
function growTree(input: SurvivalTask, builder: TreeBuilder, weight: Float64Array, rng: Rng): LeafHazards {
  const { ranked, last, before, event, times, minRows, depth } = input;
  const rows = Int32Array.from(weight.keys()).filter((i) => weight[i] > 0);
  const scratch = new Int32Array(rows.length);
  const residual = new Float64Array(weight.length);
  const [ended, atRisk] = [new Float64Array(times), new Float64Array(times + 1)];
  const leaves: { node: number; time: number[]; hazard: number[] }[] = [];
  const root = builder.add(1);
  builder.roots.push(root);
  const open = [{ node: root, from: 0, to: rows.length, depth: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, from, to } = next;
    // The node's risk table and cumulative hazard, and each row's log-rank score: events less what was to be expected.
    ended.fill(0);
    atRisk.fill(0);
    let cover = 0;
    for (let r = from; r < to; r++) {
      const i = rows[r];
      cover += weight[i];
      if (last[i] < 0) continue;
      atRisk[last[i]] += weight[i];
      if (before && before[i] >= 0) atRisk[before[i]] -= weight[i];
      if (event[i] === 1) ended[last[i]] += weight[i];
    }
    for (let k = times - 2; k >= 0; k--) atRisk[k] += atRisk[k + 1];
    const leaf = { node, time: [] as number[], hazard: [] as number[] };
    const cumulative = new Float64Array(times + 1);
    for (let k = 0; k < times; k++) {
      const hazard = ended[k] > 0 ? ended[k] / atRisk[k] : 0;
      cumulative[k + 1] = cumulative[k] + hazard;
      if (hazard === 0) continue;
      leaf.time.push(k);
      leaf.hazard.push(hazard);
    }
    let split: Split | undefined;
    if (cover >= 2 * minRows && next.depth < depth && leaf.time.length > 0) {
      for (let r = from; r < to; r++) {
        const i = rows[r];
        const lived = cumulative[last[i] + 1] - (before ? cumulative[before[i] + 1] : 0);
        residual[i] = weight[i] * (event[i] - lived);
      }
      split = bestSplit(input, rows.subarray(from, to), weight, residual, rng);
    }
    if (!split) {
      builder.leaf(node, 0, cover);
      leaves.push(leaf);
      continue;
    }
    let [left, right] = [from, 0];
    const codes = ranked.codes.subarray(split.column * ranked.rows, (split.column + 1) * ranked.rows);
    for (let r = from; r < to; r++) {
      const code = codes[rows[r]];
      if (code === MISSING ? split.missingLeft : split.goesLeft(code)) rows[left++] = rows[r];
      else scratch[right++] = rows[r];
    }
    rows.set(scratch.subarray(0, right), left);
    const children = builder.add(2);
    builder.feature[node] = split.column;
    builder.left[node] = children;
    builder.missingLeft[node] = split.missingLeft ? 1 : 0;
    builder.cover[node] = cover;
    builder.threshold[node] = split.threshold;
    if (split.levels) {
      const slots = ranked.offsets[split.column + 1] - ranked.offsets[split.column];
      const first = builder.addSet(slots);
      builder.threshold[node] = first;
      for (const slot of split.levels) builder.sets[first + (slot >> 5)] |= 1 << (slot & 31);
    }
    open.push({ node: children + 1, from: left, to, depth: next.depth + 1 });
    open.push({ node: children, from, to: left, depth: next.depth + 1 });
  }
  return inOrder(leaves);
}

/** The best cut of the node's rows over columns drawn until `tried` of them vary here; undefined if none separates. */
function bestSplit(
  input: SurvivalTask,
  rows: Int32Array,
  weight: Float64Array,
  residual: Float64Array,
  rng: Rng,
): Split | undefined {
  const { ranked, tried } = input;
  const columns = Int32Array.from({ length: ranked.columns }, (_, j) => j);
  let best: Split | undefined;
  for (let left = columns.length, asked = 0; left > 0 && asked < tried; ) {
    const at = integer(rng, left);
    const column = columns[at];
    columns[at] = columns[--left];
    const found = bestCut(input, column, rows, weight, residual);
    if (found === "constant") continue;
    asked++;
    if (found && found.gain > (best?.gain ?? 1e-9)) best = found;
  }
  return best;
}

/**
 * The cut of one column with the largest log-rank score statistic, S² (1 / W_left + 1 / W_right), where S sums the scores
 * on the left; levels are taken in the order of their mean score, missing values by the better side.
 */
function bestCut(
  { ranked, minRows }: SurvivalTask,
  column: number,
  rows: Int32Array,
  weight: Float64Array,
  residual: Float64Array,
): Split | "constant" | undefined {
  const offset = ranked.offsets[column];
  const bins = ranked.offsets[column + 1] - offset;
  const codes = ranked.codes.subarray(column * ranked.rows, (column + 1) * ranked.rows);
  const weightOf = new Float64Array(bins);
  const scoreOf = new Float64Array(bins);
  let [lostWeight, lostScore, whole, total] = [0, 0, 0, 0];
  for (const i of rows) {
    const code = codes[i];
    whole += weight[i];
    total += residual[i];
    if (code === MISSING) {
      lostWeight += weight[i];
      lostScore += residual[i];
    } else {
      weightOf[code] += weight[i];
      scoreOf[code] += residual[i];
    }
  }
  const present: number[] = [];
  for (let code = 0; code < bins; code++) if (weightOf[code] > 0) present.push(code);
  if (present.length + (lostWeight > 0 ? 1 : 0) < 2) return "constant";
  const categorical = ranked.categorical[column] === 1;
  if (categorical) present.sort((a, b) => scoreOf[a] / weightOf[a] - scoreOf[b] / weightOf[b] || a - b);
  let best: { place: number; missingLeft: boolean; gain: number } | undefined;
  for (const missingLeft of lostWeight > 0 ? [false, true] : [false]) {
    let [left, score] = missingLeft ? [lostWeight, lostScore] : [0, 0];
    for (let place = 0; place + (lostWeight > 0 && !missingLeft ? 0 : 1) < present.length; place++) {
      left += weightOf[present[place]];
      score += scoreOf[present[place]];
      if (left < minRows || whole - left < minRows) continue;
      // The scores of a node sum to 0 but for rounding and rows whose time comes before the first event.
      const centred = score - (total * left) / whole;
      const gain = centred ** 2 * (1 / left + 1 / (whole - left));
      if (!best || gain > best.gain) best = { place, missingLeft, gain };
    }
  }
  if (!best) return undefined;
  const { place, gain } = best;
  const leftward = new Set(present.slice(0, place + 1));
  const upper = present[place + 1] ?? present[place];
  const threshold = categorical
    ? 0
    : place + 1 < present.length
      ? between(ranked.high[offset + present[place]], ranked.low[offset + upper])
      : ranked.high[offset + present[place]];
  const leftWeight = [...leftward].reduce((sum, code) => sum + weightOf[code], 0);
  return {
    column,
    gain,
    threshold,
    goesLeft: categorical ? (code) => leftward.has(code) : (code) => code <= present[place],
    ...(categorical && { levels: [...leftward] }),
    missingLeft: lostWeight > 0 ? best.missingLeft : 2 * leftWeight >= whole,
  };
}

function inOrder(leaves: { node: number; time: number[]; hazard: number[] }[]): LeafHazards {
  leaves.sort((a, b) => a.node - b.node);
  const starts = new Int32Array(leaves.length + 1);
  leaves.forEach(({ time }, k) => {
    starts[k + 1] = starts[k] + time.length;
  });
  return {
    starts,
    time: Int32Array.from(leaves.flatMap(({ time }) => time)),
    hazard: Float64Array.from(leaves.flatMap(({ hazard }) => hazard)),
  };
}
