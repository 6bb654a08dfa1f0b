import { check } from "../../core/checks";
import type { Labelled, Matrix } from "../../core/matrix";
import type { Fit, Watch } from "../../core/model";
import { defaultThreads, mapThreads, watched } from "../../core/pool";
import type { Rng } from "../../core/rng";
import { checkLabelled } from "../check-rows";
import { checkClassWeights, classFactors } from "../class-weights";
import { withDefaults } from "../options";
import { rank } from "../trees/ranks";
import { addLeaves, joinTrees, type Trees } from "../trees/trees";
import { type GrowRules, sparsity } from "./forest-kernel";
import { type Forest, forestModel } from "./forest-model";
import { type ForestOptions, forestOptions } from "./forest-options";
import { bag, type GrowTask, growTrees } from "./forest-task";

/**
 * A random forest (Breiman, 2001) by scikit-learn's rules: bootstrapped rows, columns drawn at each node, constant
 * ones passed over, thresholds half-way between neighbours. Beyond those it splits categorical columns by sets of
 * levels, found in the order of their means, and learns for each node where missing values go.
 *
 * @example
 * const x = matrix(80, 1, Float64Array.from({ length: 80 }, (_, i) => i));
 * const y = x.values.map((value) => Number(value > 39));
 * const model = await randomForest({ trees: 20 })({ x, y }, seeded(1));
 * model.predict(matrixFromRows([[10], [70]])).map(Math.round); // → [0, 1]
 */
export function randomForest(options: ForestOptions = {}): Fit<Forest> {
  return forest("random-forest", options, "fit random forest");
}

/**
 * Extremely randomised trees (Geurts, Ernst and Wehenkel, 2006): thresholds are drawn, rows are not.
 *
 * @example
 * const x = matrix(80, 1, Float64Array.from({ length: 80 }, (_, i) => i));
 * const y = x.values.map((value) => Number(value > 39));
 * const model = await extraTrees({ trees: 20 })({ x, y }, seeded(1));
 * model.predict(matrixFromRows([[10], [70]])).map(Math.round); // → [0, 1]
 */
export function extraTrees(options: ForestOptions = {}): Fit<Forest> {
  return forest("extra-trees", options, "fit extra trees");
}

// A fixed number of trees for each piece of work: sums over pieces then don't depend on the number of threads.
const PIECE = 10;

function forest(kind: Forest["kind"], options: ForestOptions, action: string): Fit<Forest> {
  const asked = withDefaults(forestOptions, options, action);
  const { criterion, trees: count, bins, bootstrapShare: share } = asked;
  const randomThresholds = kind === "extra-trees";
  const bootstrap = asked.bootstrap ?? !randomThresholds;
  checkClassWeights(asked.classWeights, criterion !== "squared", action);
  check(
    !asked.outOfBag || bootstrap || share < 1,
    action,
    "outOfBag needs rows left out: bootstrap or a share below 1",
  );

  return async (train: Labelled, rng: Rng, watch?: Watch): Promise<Forest> => {
    const { x, y } = train;
    checkTrain(train, criterion, action);
    const centre = criterion === "squared" ? y.reduce((sum, value) => sum + value, 0) / y.length : 0;
    const ranked = rank(x, bins, action);
    const rules: GrowRules = {
      criterion,
      depth: asked.depth ?? Infinity,
      minRows: asked.minRows,
      minSplit: asked.minSplit,
      tried: triedColumns(asked.maxFeatures ?? (criterion === "squared" ? "all" : "sqrt"), x.columns),
      randomThresholds,
      classFactors: classFactors(asked.classWeights, y),
      centre,
    };
    const shared: Omit<GrowTask, "keys"> = {
      ranked,
      known: sparsity(ranked),
      target: y.map((value) => value - centre),
      weights: train.weights,
      rules,
      bootstrap,
      share,
    };
    const keys = Array.from({ length: count }, (_, t) => rng.fork(t).key);
    const pieces: GrowTask[] = [];
    for (let t = 0; t < count; t += PIECE) pieces.push({ ...shared, keys: keys.slice(t, t + PIECE) });
    const threads = asked.threads ?? worthwhileThreads(x.rows, rules.tried, count);
    const told = watched(watch, "train", count, (index) => pieces[index].keys.length);
    const grown = await mapThreads(growTrees, pieces, threads, told);
    const kept = x.features.map((feature, j) =>
      feature.levels ? Array.from(ranked.low.subarray(ranked.offsets[j], ranked.offsets[j + 1])) : undefined,
    );
    const trees = joinTrees(
      grown.map((piece) => piece.part),
      x.features,
      kept,
    );
    const importances = new Float64Array(x.columns);
    for (const piece of grown)
      piece.importances.forEach((value, j) => {
        importances[j] += value;
      });
    const total = importances.reduce((sum, value) => sum + value, 0);
    if (total > 0) for (let j = 0; j < x.columns; j++) importances[j] /= total;
    const outOfBag = asked.outOfBag ? predictOutOfBag(trees, x, shared, keys) : undefined;
    return forestModel({ kind, criterion, trees, importances, outOfBag });
  };
}

function checkTrain(train: Labelled, criterion: string, action: string): void {
  checkLabelled(train, action);
  check(train.x.columns > 0, action, "there must be columns", 0);
  if (criterion === "squared") return;
  for (const value of train.y)
    check(value === 0 || value === 1, action, `targets must be 0 or 1 for ${criterion}`, value);
}

/** How many columns `maxFeatures` draws at each node: scikit-learn's rule. */
export function triedColumns(value: "sqrt" | "log2" | "all" | number, columns: number): number {
  if (value === "all") return columns;
  if (value === "sqrt") return Math.max(1, Math.floor(Math.sqrt(columns)));
  if (value === "log2") return Math.max(1, Math.floor(Math.log2(columns)));
  return value < 1 ? Math.max(1, Math.floor(value * columns)) : Math.min(value, columns);
}

/** All processors if one would take long compared with the 25 ms that a thread takes to start. */
function worthwhileThreads(rows: number, tried: number, trees: number): number {
  const seconds = 1e-8 * rows * Math.log2(rows + 1) * tried * trees;
  return seconds > 0.3 ? defaultThreads() : 1;
}

function predictOutOfBag(
  trees: Trees,
  x: Matrix,
  shared: Omit<GrowTask, "keys">,
  keys: readonly Rng["key"][],
): Float64Array {
  const sums = new Float64Array(x.rows);
  const counts = new Float64Array(x.rows);
  addLeaves(trees, x, sums, "predict out of bag", (t) => {
    const drawn = bag(keys[t], shared);
    for (let i = 0; i < x.rows; i++) if (drawn[i] === 0) counts[i]++;
    return drawn;
  });
  return sums.map((sum, i) => (counts[i] > 0 ? sum / counts[i] : NaN));
}
