import { check, checkInteger, checkNumber, checkOneOf } from "../../core/checks";
import type { Labelled, Matrix } from "../../core/matrix";
import type { Fit, Model, ModelJson, Watch } from "../../core/model";
import { defaultThreads, mapThreads } from "../../core/pool";
import type { Rng } from "../../core/rng";
import { checkLabelled } from "../check-rows";
import { type ClassWeights, checkClassWeights, classFactors } from "../class-weights";
import { rank } from "../trees/ranks";
import { expectedLeaves, treeContributions } from "../trees/tree-shap";
import { leafSums } from "../trees/tree-sums";
import { addLeaves, joinTrees, type Trees } from "../trees/trees";
import { numbers, record, treesFromJSON, treesToJSON } from "../trees/trees-json";
import type { GrowRules } from "./forest-grow";
import { sparsity } from "./forest-kernel";
import { bag, type GrowTask, growTrees } from "./forest-task";

export interface ForestOptions {
  /** How many trees; defaults to 300. More are never worse, only slower. */
  readonly trees?: number;
  /**
   * What a split reduces: "gini" (default) or "entropy" for classes 0 and 1, whose forest predicts the probability
   * of class 1; "squared" for a regression.
   */
  readonly criterion?: "gini" | "entropy" | "squared";
  /** Most splits on a way from root to leaf; defaults to no limit. */
  readonly depth?: number;
  /** Fewest rows in a leaf; defaults to 1. A larger one smooths the probabilities. */
  readonly minRows?: number;
  /** Fewest rows of a node that is split; defaults to 2. */
  readonly minSplit?: number;
  /**
   * How many columns are drawn at each node: "sqrt" or "log2" of their number, "all", a share below 1 or a whole
   * number. Defaults to "sqrt" for classes and "all" for a regression. Fewer make trees more different.
   */
  readonly maxFeatures?: "sqrt" | "log2" | "all" | number;
  /** What rows of class 0 and of class 1 count; "balanced" makes both classes count the same. Defaults to 1 and 1. */
  readonly classWeights?: ClassWeights;
  /** Whether each tree sees rows drawn with replacement; defaults to true for forests, false for extra trees. */
  readonly bootstrap?: boolean;
  /** How many rows each tree draws, as a share of all, in (0, 1]; defaults to 1. */
  readonly bootstrapShare?: number;
  /** Also predict every training row by the trees that did not see it; defaults to false. Needs `bootstrap`. */
  readonly outOfBag?: boolean;
  /** How many bins a numeric column may have, 2 to 65,534 (default): up to as many distinct values are exact. */
  readonly bins?: number;
  /** Threads; defaults to the processors for work worth starting threads, else 1. The forest is the same. */
  readonly threads?: number;
}

/** A forest of decision trees: predicts the mean of its trees' leaves. */
export interface Forest extends Model {
  readonly kind: "forest";
  readonly criterion: "gini" | "entropy" | "squared";
  readonly trees: Trees;
  /** Per column, the share of the impurity decrease that it brought, averaged over trees; they sum to 1. */
  readonly importances: Float64Array;
  /** Each training row's prediction by the trees that did not see it (NaN if all did); not saved with the model. */
  readonly outOfBag?: Float64Array;
  /** The mean prediction over the training rows, from which contributions count. */
  readonly expected: number;
  /** What each column adds to each row's prediction beyond `expected`: exact SHAP values. */
  contributions(x: Matrix): Matrix;
}

/**
 * A random forest (Breiman, 2001) by scikit-learn's rules: bootstrapped rows, columns drawn at each node, constant
 * ones passed over, thresholds half-way between neighbours. Beyond those it splits categorical columns by sets of
 * levels, found in the order of their means, and learns for each node where missing values go.
 */
export function randomForest(options: ForestOptions = {}): Fit<Forest> {
  return forest(options, false, "fit random forest");
}

/** Extremely randomised trees (Geurts, Ernst and Wehenkel, 2006): thresholds are drawn, rows are not. */
export function extraTrees(options: ForestOptions = {}): Fit<Forest> {
  return forest({ bootstrap: false, ...options }, true, "fit extra trees");
}

// A fixed number of trees for each piece of work: sums over pieces then don't depend on the number of threads.
const PIECE = 10;

function forest(options: ForestOptions, randomThresholds: boolean, action: string): Fit<Forest> {
  const criterion = options.criterion ?? "gini";
  const count = options.trees ?? 300;
  const bins = options.bins ?? 65534;
  const bootstrap = options.bootstrap ?? true;
  const share = options.bootstrapShare ?? 1;
  checkOneOf(criterion, ["gini", "entropy", "squared"], action, "criterion");
  checkInteger(count, 1, 1e6, action, "trees");
  checkInteger(bins, 2, 65534, action, "bins");
  checkNumber(share, 0, 1, action, "bootstrapShare", "low");
  if (options.depth !== undefined && options.depth !== Infinity)
    checkInteger(options.depth, 1, 2 ** 31 - 1, action, "depth");
  checkInteger(options.minRows ?? 1, 1, 2 ** 31 - 1, action, "minRows");
  checkInteger(options.minSplit ?? 2, 2, 2 ** 31 - 1, action, "minSplit");
  checkMaxFeatures(options.maxFeatures, action);
  checkClassWeights(options.classWeights, criterion !== "squared", action);
  if (options.threads !== undefined) checkInteger(options.threads, 1, 1024, action, "threads");
  check(
    !options.outOfBag || bootstrap || share < 1,
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
      depth: options.depth ?? Infinity,
      minRows: options.minRows ?? 1,
      minSplit: options.minSplit ?? 2,
      tried: triedColumns(options.maxFeatures ?? (criterion === "squared" ? "all" : "sqrt"), x.columns),
      randomThresholds,
      classFactors: classFactors(options.classWeights, y),
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
    const threads = options.threads ?? worthwhileThreads(x.rows, rules.tried, count);
    let done = 0;
    const grown = await mapThreads(growTrees, pieces, threads, {
      signal: watch?.signal,
      finished: (index) => {
        done += pieces[index].keys.length;
        watch?.progress?.({ phase: "train", done, total: count });
      },
    });
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
    const outOfBag = options.outOfBag ? predictOutOfBag(trees, x, shared, keys) : undefined;
    return forestModel(criterion, trees, importances, outOfBag);
  };
}

function forestModel(
  criterion: Forest["criterion"],
  trees: Trees,
  importances: Float64Array,
  outOfBag?: Float64Array,
): Forest {
  const add = leafSums(trees, "predict by forest");
  return {
    kind: "forest",
    criterion,
    trees,
    importances,
    ...(outOfBag && { outOfBag }),
    get expected(): number {
      return expectedLeaves(trees) / (trees.roots.length - 1);
    },
    contributions: (x) =>
      treeContributions(trees, x, { scale: 1 / (trees.roots.length - 1), action: "explain with forest" }),
    predict(x: Matrix): Float64Array {
      const out = new Float64Array(x.rows);
      add(x, out);
      const count = trees.roots.length - 1;
      for (let i = 0; i < out.length; i++) out[i] /= count;
      return out;
    },
    toJSON(): ModelJson {
      return {
        kind: "forest",
        version: 1,
        criterion,
        importances: Array.from(importances),
        trees: treesToJSON(trees),
      };
    },
  };
}

/** The forest that `toJSON` wrote, predicting the same to the last bit; throws on anything unsound. */
export function forestFromJSON(json: unknown): Forest {
  const action = "load forest";
  const from = record(json, action, "the model");
  check(from.kind === "forest", action, 'kind must be "forest"', from.kind);
  check(from.version === 1, action, "version must be 1", from.version);
  checkOneOf(from.criterion as string, ["gini", "entropy", "squared"] as const, action, "criterion");
  const trees = treesFromJSON(from.trees, action);
  const importances = numbers(from.importances, action, "importances");
  check(
    importances.length === trees.features.length,
    action,
    "importances must be one per column",
    importances.length,
  );
  return forestModel(from.criterion as Forest["criterion"], trees, importances);
}

function checkTrain(train: Labelled, criterion: string, action: string): void {
  checkLabelled(train, action);
  check(train.x.columns > 0, action, "there must be columns", 0);
  if (criterion === "squared") return;
  for (const value of train.y)
    check(value === 0 || value === 1, action, `targets must be 0 or 1 for ${criterion}`, value);
}

function checkMaxFeatures(value: ForestOptions["maxFeatures"], action: string): void {
  if (value === undefined) return;
  if (typeof value === "string") checkOneOf(value, ["sqrt", "log2", "all"], action, "maxFeatures");
  else
    check(
      (value > 0 && value < 1) || (Number.isInteger(value) && value >= 1),
      action,
      "maxFeatures must be a share below 1 or a whole number",
      value,
    );
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
  const leaves = new Float64Array(x.rows);
  keys.forEach((key, t) => {
    const seen = bag(key, shared);
    leaves.fill(0);
    addLeaves(oneTree(trees, t), x, leaves, "predict out of bag");
    for (let i = 0; i < x.rows; i++) {
      if (seen[i] > 0) continue;
      sums[i] += leaves[i];
      counts[i]++;
    }
  });
  return sums.map((sum, i) => (counts[i] > 0 ? sum / counts[i] : NaN));
}

function oneTree(trees: Trees, t: number): Trees {
  return { ...trees, roots: trees.roots.subarray(t, t + 2) };
}
