import { check, checkInteger, checkNumber, checkOneOf } from "../../core/checks";
import type { Labelled, Matrix } from "../../core/matrix";
import type { Fit, Model, ModelJson, Watch } from "../../core/model";
import { defaultThreads } from "../../core/pool";
import type { Rng } from "../../core/rng";
import { checkLabelled } from "../check-rows";
import { type ClassWeights, checkClassWeights, classFactors } from "../class-weights";
import { holdOut } from "../hold-out";
import { layBins } from "../trees/bin-layout";
import { findBins, MOST_BINS } from "../trees/binning";
import { expectedLeaves, treeContributions } from "../trees/tree-shap";
import { leafSums } from "../trees/tree-sums";
import type { Trees } from "../trees/trees";
import { numbers, record, treesFromJSON, treesToJSON } from "../trees/trees-json";
import type { BoostData, BoostEngine, BoostRules } from "./boosting-engine";
import { KernelEngine } from "./boosting-kernel";
import { type Loss, type LossName, lossNamed } from "./boosting-losses";
import { PlainEngine } from "./boosting-plain";
import { boost, type RoundRules, type Rounds } from "./boosting-train";

export interface GradientBoostingOptions {
  /** Most trees; defaults to 100. Early stopping keeps fewer. */
  readonly trees?: number;
  /** How far each tree moves the prediction, in (0, 1]; defaults to 0.1. Halve it and double `trees`. */
  readonly learnRate?: number;
  /**
   * What is lowered: "logistic" (default) for classes 0 and 1; "squared", "absolute" or "quantile" for numbers;
   * "poisson" for counts; "tweedie" for amounts that are often zero.
   */
  readonly loss?: LossName;
  /** The quantile of the "quantile" loss, in (0, 1); defaults to 0.5. */
  readonly quantile?: number;
  /** The power of the "tweedie" loss's variance, in (1, 2); defaults to 1.5. */
  readonly power?: number;
  /**
   * "leaf" (default) splits the leaf of greatest gain next; "depth" splits level by level, which makes more even
   * trees.
   */
  readonly growth?: "leaf" | "depth";
  /** Most leaves of a tree, 2 to 65,536; defaults to 31, or to what `depth` allows when growing by depth. */
  readonly leaves?: number;
  /** Most splits on a way from root to leaf; defaults to no limit, or to 6 when growing by depth. */
  readonly depth?: number;
  /** Fewest rows in a leaf, as far as their hessians tell (as in LightGBM); defaults to 20. */
  readonly minRows?: number;
  /** Least sum of hessians in a leaf; defaults to 0.001. */
  readonly minHessian?: number;
  /** Least gain of a split; defaults to 0. */
  readonly minGain?: number;
  /** L1 and L2 penalty on leaf values; both default to 0. They shrink the values of small leaves. */
  readonly l1?: number;
  readonly l2?: number;
  /** Share of rows drawn for each tree, in (0, 1]; defaults to 1. */
  readonly rowShare?: number;
  /** Share of columns drawn for each tree, in (0, 1]; defaults to 1. */
  readonly columnShare?: number;
  /**
   * Gradient-based one-side sampling: trees see the share `top` of rows of largest gradients, and the share `other`
   * of the rest. Off by default; faster on many rows, at some loss of accuracy. Excludes `rowShare`.
   */
  readonly goss?: { readonly top: number; readonly other: number };
  /** How predictions must go with a column, by its name: 1 never falls, −1 never rises as the column rises. */
  readonly monotone?: Readonly<Record<string, -1 | 1>>;
  /** What rows of class 0 and of class 1 count; "balanced" makes both count the same. Defaults to 1 and 1. */
  readonly classWeights?: ClassWeights;
  /**
   * Rows to stop early by: a share of the training rows that is then held out of training, drawn at random (for
   * classes from each of them), or rows of one's own. Defaults to none: all trees are grown.
   */
  readonly validation?: number | Labelled;
  /** Stop after so many trees without a better validation loss, and keep the best; defaults to 20. */
  readonly patience?: number;
  /** Most bins of a column, 2 to 255; defaults to 255. */
  readonly bins?: number;
  /** Threads; defaults to the processors from 200,000 rows on, else 1. The trees are the same. */
  readonly threads?: number;
  /** Grow in plain TypeScript even where WebAssembly runs; for tests. The trees are the same. */
  readonly plain?: boolean;
}

/** Boosted trees: a base score plus the leaves of all trees, turned into a prediction by the loss. */
export interface BoostedTrees extends Model {
  readonly kind: "boosted-trees";
  readonly loss: LossName;
  readonly base: number;
  readonly trees: Trees;
  /** Per column, its share of the gains of all splits; they sum to 1. */
  readonly importances: Float64Array;
  /** The mean validation loss after each tree grown, if there were rows to validate on. */
  readonly validationLosses: readonly number[];
  /** The sum of base and leaves: log-odds for the logistic loss, log-mean for poisson and tweedie. */
  score(x: Matrix): Float64Array;
  /** The mean score over the training rows, from which contributions count. */
  readonly expected: number;
  /** What each column adds to each row's score beyond `expected`: exact SHAP values. */
  contributions(x: Matrix): Matrix;
}

/** Rows from which on a second thread saves more than it costs to start. */
const WORTH_THREADS = 200_000;

/**
 * Gradient boosting over histograms, as LightGBM does it (Ke et al., 2017), with gradients rounded at random to
 * integers (Shi et al., 2022) whose sums are exact: the trees do not depend on the number of threads.
 */
export function gradientBoosting(options: GradientBoostingOptions = {}): Fit<BoostedTrees> {
  const action = "fit gradient boosting";
  const name = options.loss ?? "logistic";
  checkOptions(options, action);
  checkClassWeights(options.classWeights, name === "logistic", action);
  const loss = lossNamed(name, options.quantile ?? 0.5, options.power ?? 1.5);
  const growth = options.growth ?? "leaf";
  const depth = options.depth ?? (growth === "depth" ? 6 : Infinity);
  const roundRules: RoundRules = {
    trees: options.trees ?? 100,
    learnRate: options.learnRate ?? 0.1,
    rowShare: options.rowShare ?? 1,
    columnShare: options.columnShare ?? 1,
    goss: options.goss,
    patience: options.patience ?? 20,
    ownGradients: name === "logistic" && !options.goss,
  };

  return async (train: Labelled, rng: Rng, watch?: Watch): Promise<BoostedTrees> => {
    checkTrain(train, loss, action);
    checkMonotone(options.monotone, train.x, action);
    const { validation } = options;
    if (typeof validation === "object") checkTrain(validation, loss, action);
    const { fitted, held } = holdOut(train, validation, name === "logistic", rng.fork("validation"), action);
    const weights = weighted(fitted, options.classWeights);
    const { x, y } = fitted;
    const base = loss.base(y, weights);
    const bins = findBins(x, options.bins ?? MOST_BINS, action);
    const apart = new Set<number>();
    const most = options.leaves ?? (growth === "depth" ? 2 ** Math.min(depth, 16) : 31);
    const threads = options.threads ?? (x.rows >= WORTH_THREADS ? defaultThreads() : 1);
    let data: BoostData;
    let engine: BoostEngine;
    do {
      const layout = layBins(x, bins, apart);
      const rules: BoostRules = {
        leaves: Math.max(2, Math.min(most, x.rows)),
        depth,
        byDepth: growth === "depth",
        minRows: options.minRows ?? 20,
        minHessian: options.minHessian ?? 1e-3,
        minGain: options.minGain ?? 0,
        l1: options.l1 ?? 0,
        l2: options.l2 ?? 0,
        monotone: Int8Array.from(
          layout.places,
          (place) => options.monotone?.[x.features[place.column].name] ?? 0,
        ),
        // LightGBM's defaults: min_data_per_group, max_cat_threshold, max_cat_to_onehot, cat_smooth, cat_l2.
        levelRows: 100,
        mostLevels: 32,
        oneAgainstRest: 4,
        levelSmooth: 10,
        levelL2: 10,
        logistic: roundRules.ownGradients,
        listRows: loss.residualQuantile !== undefined,
      };
      data = { x, layout, y, weights, base };
      const fast = options.plain ? undefined : KernelEngine.on(data, rules, threads);
      engine = fast ?? new PlainEngine(data, rules);
      for (const column of engine.conflicts) apart.add(column);
      if (engine.conflicts.length > 0) await engine.close();
    } while (engine.conflicts.length > 0);
    let rounds: Rounds;
    try {
      rounds = await boost(engine, data, loss, roundRules, held, rng, watch);
    } finally {
      await engine.close();
    }
    const total = rounds.gains.reduce((sum, value) => sum + value, 0);
    const importances = rounds.gains.map((value) => (total > 0 ? value / total : 0));
    return boostedTrees(name, base, rounds.trees, importances, rounds.validationLosses, loss);
  };
}

function boostedTrees(
  name: LossName,
  base: number,
  trees: Trees,
  importances: Float64Array,
  validationLosses: readonly number[],
  loss: Loss,
): BoostedTrees {
  const add = leafSums(trees, "predict by boosted trees");
  const score = (x: Matrix): Float64Array => {
    const out = new Float64Array(x.rows).fill(base);
    add(x, out);
    return out;
  };
  return {
    kind: "boosted-trees",
    loss: name,
    base,
    trees,
    importances,
    validationLosses,
    score,
    get expected(): number {
      return base + expectedLeaves(trees);
    },
    contributions: (x) => treeContributions(trees, x, { scale: 1, action: "explain with boosted trees" }),
    predict(x: Matrix): Float64Array {
      const out = score(x);
      for (let i = 0; i < out.length; i++) out[i] = loss.predicted(out[i]);
      return out;
    },
    toJSON(): ModelJson {
      return {
        kind: "boosted-trees",
        version: 1,
        loss: name,
        base,
        importances: Array.from(importances),
        validationLosses,
        trees: treesToJSON(trees),
      };
    },
  };
}

/** The model that `toJSON` wrote, predicting the same to the last bit; throws on anything unsound. */
export function boostedTreesFromJSON(json: unknown): BoostedTrees {
  const action = "load boosted trees";
  const from = record(json, action, "the model");
  check(from.kind === "boosted-trees", action, 'kind must be "boosted-trees"', from.kind);
  check(from.version === 1, action, "version must be 1", from.version);
  const name = from.loss as string;
  checkOneOf(name, LOSSES, action, "loss");
  check(Number.isFinite(from.base), action, "base must be a finite number", from.base);
  const trees = treesFromJSON(from.trees, action);
  const importances = numbers(from.importances, action, "importances");
  check(
    importances.length === trees.features.length,
    action,
    "importances must be one per column",
    importances.length,
  );
  const losses = Array.from(numbers(from.validationLosses, action, "validationLosses"));
  // What a score means does not depend on the quantile or the power.
  return boostedTrees(name, from.base as number, trees, importances, losses, lossNamed(name, 0.5, 1.5));
}

const LOSSES = ["logistic", "squared", "absolute", "quantile", "poisson", "tweedie"] as const;

function checkOptions(options: GradientBoostingOptions, action: string): void {
  const { goss } = options;
  checkOneOf(options.loss ?? "logistic", LOSSES, action, "loss");
  checkOneOf(options.growth ?? "leaf", ["leaf", "depth"], action, "growth");
  checkInteger(options.trees ?? 100, 1, 1e6, action, "trees");
  checkNumber(options.learnRate ?? 0.1, 0, 1, action, "learnRate", "low");
  checkNumber(options.quantile ?? 0.5, 0, 1, action, "quantile", "both");
  checkNumber(options.power ?? 1.5, 1, 2, action, "power", "both");
  checkInteger(options.leaves ?? 31, 2, 65536, action, "leaves");
  if (options.depth !== undefined && options.depth !== Infinity)
    checkInteger(options.depth, 1, 2 ** 31 - 1, action, "depth");
  checkInteger(options.minRows ?? 20, 1, 2 ** 31 - 1, action, "minRows");
  checkNumber(options.minHessian ?? 1e-3, 0, Infinity, action, "minHessian");
  checkNumber(options.minGain ?? 0, 0, Infinity, action, "minGain");
  checkNumber(options.l1 ?? 0, 0, Infinity, action, "l1");
  checkNumber(options.l2 ?? 0, 0, Infinity, action, "l2");
  checkNumber(options.rowShare ?? 1, 0, 1, action, "rowShare", "low");
  checkNumber(options.columnShare ?? 1, 0, 1, action, "columnShare", "low");
  checkInteger(options.bins ?? MOST_BINS, 2, MOST_BINS, action, "bins");
  checkInteger(options.patience ?? 20, 1, 1e6, action, "patience");
  if (options.threads !== undefined) checkInteger(options.threads, 1, 64, action, "threads");
  if (typeof options.validation === "number")
    checkNumber(options.validation, 0, 0.9, action, "validation", "low");
  if (!goss) return;
  checkNumber(goss.top, 0, 1, action, "goss.top", "both");
  checkNumber(goss.other, 0, 1 - goss.top, action, "goss.other", "low");
  check((options.rowShare ?? 1) === 1, action, "goss and rowShare exclude each other", options.rowShare);
}

function checkTrain(train: Labelled, loss: Loss, action: string): void {
  checkLabelled(train, action);
  check(train.x.columns > 0, action, "there must be columns", 0);
  loss.checkTargets(train.y, action);
}

function checkMonotone(monotone: GradientBoostingOptions["monotone"], x: Matrix, action: string): void {
  for (const [name, direction] of Object.entries(monotone ?? {})) {
    const feature = x.features.find((one) => one.name === name);
    check(feature !== undefined, action, "monotone must name columns of the matrix", name);
    check(!feature.levels, action, "a categorical column has no order to be monotone in", name);
    check(direction === 1 || direction === -1, action, `monotone must be 1 or −1 for ${name}`, direction);
  }
}

/** The rows' weights times their classes', undefined if they are all the same. */
function weighted(train: Labelled, classWeights: ClassWeights | undefined): Float64Array | undefined {
  const [zero, one] = classFactors(classWeights, train.y);
  const weights = train.y.map(
    (value, i) => (value === 1 ? one : zero) * (train.weights ? train.weights[i] : 1),
  );
  return weights.every((weight) => weight === weights[0]) ? undefined : weights;
}
