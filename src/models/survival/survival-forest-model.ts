import { check } from "../../core/checks";
import { type Matrix, matrix } from "../../core/matrix";
import type { ModelJson } from "../../core/model";
import { checkColumns } from "../check-rows";
import { expectedLeaves, treeContributions } from "../trees/tree-shap";
import { leafSums } from "../trees/tree-sums";
import { slotted, type Trees, wayLeft } from "../trees/trees";
import { numbers, record, treesFromJSON, treesToJSON } from "../trees/trees-json";
import { checkAges, lastUpTo, type SurvivalModel } from "./censored";
import { timeFeatures } from "./cox-model";
import type { LeafHazards } from "./survival-forest-task";

/** What a random survival forest consists of. */
export interface SurvivalForestParts {
  /** A leaf's value is its mortality: how many of rows like these would end, summed over `times`. */
  readonly trees: Trees;
  readonly hazards: LeafHazards;
  /** The event times that hazards are told of, ascending. */
  readonly times: Float64Array;
}

/** A random survival forest. `predict` gives the ensemble mortality, the sum of the cumulative hazard over `times`. */
export interface SurvivalForest extends SurvivalModel, SurvivalForestParts {
  readonly kind: "survival-forest";
  /** Each training row's prediction by the trees that did not see it (NaN if all did); not saved with the model. */
  readonly outOfBag?: Float64Array;
  /** The mean prediction over the training rows, from which contributions count. */
  readonly expected: number;
  /** What each column adds to each row's prediction beyond `expected`: exact SHAP values. */
  contributions(x: Matrix): Matrix;
}

/** The model, and the mean mortality of each row over the trees that give it a weight. */
export function survivalForestModel(
  parts: SurvivalForestParts,
): SurvivalForest & { meanOfTrees(x: Matrix, weightsOf: (tree: number) => Float64Array): Float64Array } {
  const { hazards, times } = parts;
  const leaves = leafNumbers(parts.trees);
  const mortality = mortalities(hazards, times.length);
  const trees: Trees = {
    ...parts.trees,
    threshold: parts.trees.threshold.map((value, node) =>
      leaves[node] < 0 ? value : mortality[leaves[node]],
    ),
  };
  const count = trees.roots.length - 1;
  const sums = leafSums(trees, "predict by survival forest");
  /** Calls `visit` with each row's leaf in each tree. */
  const walk = (x: Matrix, visit: (tree: number, row: number, leaf: number) => void): void => {
    checkColumns(x, trees.features.length, "predict by survival forest");
    const values = slotted(trees, x);
    const { roots, feature, left } = trees;
    for (let t = 0; t < count; t++)
      for (let i = 0; i < x.rows; i++) {
        let node = roots[t];
        while (feature[node] >= 0)
          node = left[node] + (wayLeft(trees, node, values[feature[node] * x.rows + i]) ? 0 : 1);
        visit(t, i, leaves[node]);
      }
  };
  const survivalAt = (x: Matrix, at: ArrayLike<number>): Matrix => {
    const m = at.length;
    const byLeaf = leafSurvival(
      hazards,
      Int32Array.from(at, (t) => lastUpTo(times, t)),
    );
    const out = new Float64Array(x.rows * m);
    walk(x, (_, i, leaf) => {
      for (let k = 0; k < m; k++) out[k * x.rows + i] += byLeaf[leaf * m + k];
    });
    for (let k = 0; k < out.length; k++) out[k] /= count;
    return matrix(x.rows, m, out, timeFeatures(at));
  };
  return {
    kind: "survival-forest",
    trees,
    hazards,
    times,
    predict: (x) => {
      const out = new Float64Array(x.rows);
      sums(x, out);
      for (let i = 0; i < out.length; i++) out[i] /= count;
      return out;
    },
    survivalAt,
    residualSurvivalAt: (x, age, at) => {
      checkAges(x, age, "predict by survival forest");
      const grid = survivalAt(x, times);
      const aliveAt = (i: number, t: number): number => {
        const k = lastUpTo(times, t);
        return k < 0 ? 1 : grid.values[k * x.rows + i];
      };
      const out = new Float64Array(x.rows * at.length);
      for (let k = 0; k < at.length; k++)
        for (let i = 0; i < x.rows; i++) {
          const now = aliveAt(i, age[i]);
          out[k * x.rows + i] = now > 0 ? aliveAt(i, age[i] + at[k]) / now : at[k] > 0 ? 0 : 1;
        }
      return matrix(x.rows, at.length, out, timeFeatures(at));
    },
    get expected(): number {
      return expectedLeaves(trees) / count;
    },
    contributions: (x) =>
      treeContributions(trees, x, { scale: 1 / count, action: "explain with survival forest" }),
    meanOfTrees: (x, weightsOf) => {
      const [sum, seen] = [new Float64Array(x.rows), new Float64Array(x.rows)];
      // One tree's weights at a time: all trees' would be many times the rows.
      let tree = -1;
      let weights: Float64Array = sum;
      walk(x, (t, i, leaf) => {
        if (t !== tree) weights = weightsOf(t);
        tree = t;
        sum[i] += weights[i] * mortality[leaf];
        seen[i] += weights[i];
      });
      return sum.map((value, i) => (seen[i] > 0 ? value / seen[i] : NaN));
    },
    toJSON: (): ModelJson => ({
      kind: "survival-forest",
      version: 1,
      times: [...times],
      hazards: { starts: [...hazards.starts], time: [...hazards.time], hazard: [...hazards.hazard] },
      trees: treesToJSON(trees),
    }),
  };
}

/** Survival of each leaf at grid indices, Π (1 − hazard). */
function leafSurvival(hazards: LeafHazards, places: ArrayLike<number>): Float64Array {
  const m = places.length;
  const out = new Float64Array((hazards.starts.length - 1) * m);
  const order = Int32Array.from({ length: m }, (_, k) => k).sort((a, b) => places[a] - places[b]);
  for (let leaf = 0; leaf + 1 < hazards.starts.length; leaf++) {
    let alive = 1;
    let entry = hazards.starts[leaf];
    for (const k of order) {
      for (; entry < hazards.starts[leaf + 1] && hazards.time[entry] <= places[k]; entry++)
        alive *= 1 - hazards.hazard[entry];
      out[leaf * m + k] = alive;
    }
  }
  return out;
}

/** The leaves of each tree's hazards in the order of all nodes. */
export function joinHazards(parts: readonly LeafHazards[]): LeafHazards {
  const leaves = parts.reduce((sum, { starts }) => sum + starts.length - 1, 0);
  const entries = parts.reduce((sum, { time }) => sum + time.length, 0);
  const out = {
    starts: new Int32Array(leaves + 1),
    time: new Int32Array(entries),
    hazard: new Float64Array(entries),
  };
  let [leaf, entry] = [0, 0];
  for (const { starts, time, hazard } of parts) {
    for (let k = 1; k < starts.length; k++) out.starts[leaf + k] = entry + starts[k];
    out.time.set(time, entry);
    out.hazard.set(hazard, entry);
    leaf += starts.length - 1;
    entry += time.length;
  }
  return out;
}

/** The forest that `toJSON` wrote, predicting the same to the last bit; throws on anything unsound. */
export function survivalForestFromJSON(from: Record<string, unknown>): SurvivalForest {
  const action = "load survival forest";
  const trees = treesFromJSON(from.trees, action);
  const times = numbers(from.times, action, "times");
  check(
    times.length > 0 && times.every((t, k) => t >= 0 && (k === 0 || t > times[k - 1])),
    action,
    "times must ascend",
  );
  const json = record(from.hazards, action, "hazards");
  const starts = Int32Array.from(numbers(json.starts, action, "starts"));
  const time = Int32Array.from(numbers(json.time, action, "hazards' times"));
  const hazard = numbers(json.hazard, action, "hazards");
  const leaves = trees.feature.reduce((sum, j) => sum + (j < 0 ? 1 : 0), 0);
  const sound =
    starts.length === leaves + 1 &&
    starts[0] === 0 &&
    starts[leaves] === time.length &&
    starts.every((s, k) => k === 0 || s >= starts[k - 1]) &&
    hazard.length === time.length &&
    hazard.every((h) => h >= 0 && h <= 1) &&
    time.every((k) => k >= 0 && k < times.length);
  check(sound, action, "hazards must be from 0 to 1, at given times, for every leaf");
  const { meanOfTrees: _, ...model } = survivalForestModel({
    trees,
    hazards: { starts, time, hazard },
    times,
  });
  return model;
}

/** Each node's place among the leaves; −1 for inner nodes. */
function leafNumbers({ feature }: Trees): Int32Array {
  let next = 0;
  return feature.map((j) => (j < 0 ? next++ : -1));
}

/** The sum over the grid's times of each leaf's cumulative hazard. */
function mortalities({ starts, time, hazard }: LeafHazards, times: number): Float64Array {
  const out = new Float64Array(starts.length - 1);
  for (let leaf = 0; leaf < out.length; leaf++)
    for (let entry = starts[leaf]; entry < starts[leaf + 1]; entry++)
      out[leaf] += hazard[entry] * (times - time[entry]);
  return out;
}
