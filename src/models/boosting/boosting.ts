import { check } from "../../core/checks";
import type { Labelled, Matrix } from "../../core/matrix";
import type { Fit, Watch } from "../../core/model";
import { defaultThreads } from "../../core/pool";
import type { Rng } from "../../core/rng";
import { checkLabelled } from "../check-rows";
import { type ClassWeights, checkClassWeights, classFactors } from "../class-weights";
import { holdOut } from "../hold-out";
import type { Filled } from "../options";
import { layBins } from "../trees/bin-layout";
import { type ColumnBins, findBins } from "../trees/binning";
import type { BoostData, BoostEngine, BoostRules } from "./boosting-engine";
import { boostEngine } from "./boosting-kernel";
import { type Loss, lossNamed } from "./boosting-losses";
import { type BoostedTrees, boostedTrees } from "./boosting-model";
import { type boostingOptions, checkedBoosting, type GradientBoostingOptions } from "./boosting-options";
import { boost, type RoundRules, type Rounds } from "./boosting-train";

/** Rows from which on a second thread saves more than it costs to start. */
const WORTH_THREADS = 200_000;

/**
 * Gradient boosting over histograms, as LightGBM does it (Ke et al., 2017), with gradients rounded at random to
 * integers (Shi et al., 2022) whose sums are exact: the trees do not depend on the number of threads.
 *
 * @example
 * const x = matrix(80, 1, Float64Array.from({ length: 80 }, (_, i) => i));
 * const y = x.values.map((value) => Number(value > 39));
 * const model = await gradientBoosting({ trees: 20, learnRate: 0.3 })({ x, y }, seeded(1));
 * model.predict(matrixFromRows([[10], [70]])).map(Math.round); // → [0, 1]
 * gradientBoosting({ trees: 0 }); // throws "trees"
 */
export function gradientBoosting(options: GradientBoostingOptions = {}): Fit<BoostedTrees> {
  const action = "fit gradient boosting";
  const asked = checkedBoosting(options, action);
  const name = asked.loss;
  checkClassWeights(asked.classWeights, name === "logistic", action);
  const loss = lossNamed(name, asked.quantile, asked.power);
  const roundRules: RoundRules = { ...asked, ownGradients: name === "logistic" && !asked.goss };

  return async (train: Labelled, rng: Rng, watch?: Watch): Promise<BoostedTrees> => {
    checkTrain(train, loss, action);
    checkMonotone(asked.monotone, train.x, action);
    const { validation } = asked;
    if (typeof validation === "object") checkTrain(validation, loss, action);
    const { fitted, held } = holdOut(train, validation, name === "logistic", rng.fork("validation"), action);
    const weights = weighted(fitted, asked.classWeights);
    const data = { x: fitted.x, y: fitted.y, weights, base: loss.base(fitted.y, weights) };
    const { engine, ...laid } = await engineFor(data, asked, loss);
    let rounds: Rounds;
    try {
      const parts = { engine, data: laid.data, loss, rules: roundRules, validation: held };
      rounds = await boost(parts, rng, watch);
    } finally {
      await engine.close();
    }
    const total = rounds.gains.reduce((sum, value) => sum + value, 0);
    const importances = rounds.gains.map((value) => (total > 0 ? value / total : 0));
    return boostedTrees({
      name,
      base: data.base,
      trees: rounds.trees,
      importances,
      validationLosses: rounds.validationLosses,
      loss,
    });
  };
}

/** An engine over `bins` of the rows; columns that can't share a bundle after all are laid apart. */
export async function engineFor(
  given: Omit<BoostData, "layout">,
  asked: Filled<typeof boostingOptions>,
  loss: Loss,
  bins: readonly ColumnBins[] = findBins(given.x, asked.bins, "fit gradient boosting"),
): Promise<{ readonly engine: BoostEngine; readonly data: BoostData }> {
  const { x } = given;
  const apart = new Set<number>();
  const byDepth = asked.growth === "depth";
  const depth = asked.depth ?? (byDepth ? 6 : Infinity);
  const most = asked.leaves ?? (byDepth ? 2 ** Math.min(depth, 16) : 31);
  const threads = asked.threads ?? (x.rows >= WORTH_THREADS ? defaultThreads() : 1);
  for (;;) {
    const layout = layBins(x, bins, apart);
    const { minRows, minHessian, minGain, l1, l2, monotone } = asked;
    const rules: BoostRules = {
      leaves: Math.max(2, Math.min(most, x.rows)),
      depth,
      byDepth,
      minRows,
      minHessian,
      minGain,
      l1,
      l2,
      monotone: Int8Array.from(layout.places, (place) => monotone?.[x.features[place.column].name] ?? 0),
      // LightGBM's defaults: min_data_per_group, max_cat_threshold, max_cat_to_onehot, cat_smooth, cat_l2.
      levelRows: 100,
      mostLevels: 32,
      oneAgainstRest: 4,
      levelSmooth: 10,
      levelL2: 10,
      logistic: asked.loss === "logistic" && !asked.goss,
      listRows: loss.residualQuantile !== undefined,
    };
    const data = { ...given, layout };
    const engine = boostEngine(data, rules, threads);
    if (engine.conflicts.length === 0) return { engine, data };
    for (const column of engine.conflicts) apart.add(column);
    await engine.close();
  }
}

function checkTrain(train: Labelled, loss: Loss, action: string): void {
  checkLabelled(train, action);
  check(train.x.columns > 0, action, "there must be columns", 0);
  loss.checkTargets(train.y, action);
}

function checkMonotone(monotone: GradientBoostingOptions["monotone"], x: Matrix, action: string): void {
  for (const name of Object.keys(monotone ?? {})) {
    const feature = x.features.find((feature) => feature.name === name);
    check(feature !== undefined, action, "monotone must name columns of the matrix", name);
    check(!feature.levels, action, "a categorical column has no order to be monotone in", name);
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
