import { check, checkOneOf } from "../../core/checks";
import { timesVector } from "../../core/math/linear-algebra";
import { chiSquaredUpper } from "../../core/math/special";
import { checkSurvivalData, type SurvivalData } from "./censored";
import { partialLikelihoods } from "./cox-likelihood";
import type { CoxModel } from "./cox-model";
import { kaplanMeier } from "./kaplan-meier";

export interface ProportionalHazardsTestOptions {
  /**
   * Against which function of time a drift of the effect is sought: "rank" (default) of the events, those of one time
   * sharing their mean, robust to long tails; "km", one minus survival; "identity" and "log".
   */
  readonly transform?: "rank" | "km" | "identity" | "log";
}

/** The test, for one column, that its effect does not drift with time. A small p-value speaks against the model. */
export interface ProportionalHazardsTest {
  readonly name: string;
  readonly statistic: number;
  readonly pValue: number;
}

/**
 * Grambsch and Therneau's test (1994) of each column by the correlation of its scaled Schoenfeld residuals with time,
 * in the form that takes the residuals' variance as constant; `data` are the training rows. A row of weight 2 counts as two.
 *
 * @example
 * const x = matrixFromRows([[0], [0], [1], [0], [1], [1], [0], [1]]);
 * const data = { x, time: Float64Array.of(2, 4, 5, 9, 8, 15, 22, 30), event: new Float64Array(8).fill(1) };
 * const [found] = proportionalHazardsTest(await cox()(data, seeded(1)), data);
 * [found.name, found.pValue > 0.05]; // → ["x0", true]
 */
export function proportionalHazardsTest(
  model: CoxModel,
  data: SurvivalData,
  options: ProportionalHazardsTestOptions = {},
): readonly ProportionalHazardsTest[] {
  const { transform = "rank" } = options;
  const action = "test proportional hazards";
  checkOneOf(transform, ["rank", "km", "identity", "log"], action, "transform");
  checkSurvivalData(data, action, "groups");
  const p = model.features.length;
  check(data.x.columns === p, action, `the data must have the model's ${p} columns`, data.x.columns);
  const { rows, residuals } = schoenfeldResiduals(model, data);
  const n = rows.length;
  check(n > 1, action, "there must be at least two events", n);
  const weights = Float64Array.from(rows, (i) => data.weights?.[i] ?? 1);
  const events = weights.reduce((sum, w) => sum + w, 0);
  const clock = clockOf(data, rows, weights, transform);
  const mean = clock.reduce((sum, g, e) => sum + weights[e] * g, 0) / events;
  const drift = new Float64Array(p);
  let spread = 0;
  clock.forEach((g, e) => {
    spread += weights[e] * (g - mean) ** 2;
    for (let j = 0; j < p; j++) drift[j] += weights[e] * (g - mean) * residuals[e * p + j];
  });
  check(spread > 0, action, "the events must not all fall on one time");
  const scaled = timesVector(model.covariance, p, drift).map((v) => v * events);
  return model.features.map((name, j) => {
    const statistic = scaled[j] ** 2 / (events * model.covariance[j * p + j] * spread);
    return { name, statistic, pValue: chiSquaredUpper(statistic, 1) };
  });
}

/**
 * The Schoenfeld residuals: at each event the row's columns minus their weighted mean over the risk set, ties as
 * the model was fitted. `rows` are the rows that ended, by time; their residuals lie row by row in `residuals`.
 */
export function schoenfeldResiduals(
  model: CoxModel,
  data: SurvivalData,
): { readonly rows: Int32Array; readonly residuals: Float64Array } {
  const { x, time, event, weights } = data;
  check(
    !data.strata && model.baselines.every(({ stratum }) => stratum === undefined),
    "take Schoenfeld's residuals",
    "model and data must have no strata (test each stratum by itself)",
  );
  const p = x.columns;
  const efron = model.ties === "efron";
  const [{ eventTimes, ties, riskSums }] = partialLikelihoods([data], efron).likelihoods;
  const { atRisk, ending, width } = riskSums(model.coefficients);
  const rows = Int32Array.from(time.keys())
    .filter((i) => event[i] === 1 && (!weights || weights[i] > 0))
    .sort((a, b) => time[a] - time[b] || a - b);
  const residuals = new Float64Array(rows.length * p);
  let k = 0;
  const mean = new Float64Array(p);
  rows.forEach((i, e) => {
    while (eventTimes[k] < time[i]) k++;
    if (e === 0 || time[rows[e - 1]] !== time[i]) {
      mean.fill(0);
      for (let l = 0; l < ties[k]; l++) {
        const share = efron ? l / ties[k] : 0;
        const of = (j: number): number => atRisk[k * width + j] - share * ending[k * width + j];
        for (let j = 0; j < p; j++) mean[j] += of(j) / (of(p) * ties[k]);
      }
    }
    for (let j = 0; j < p; j++) residuals[e * p + j] = x.values[j * x.rows + i] - mean[j];
  });
  return { rows, residuals };
}

function clockOf(
  data: SurvivalData,
  rows: Int32Array,
  weights: Float64Array,
  transform: string,
): Float64Array {
  const times = Float64Array.from(rows, (i) => data.time[i]);
  if (transform === "rank") return midRanks(times, weights);
  if (transform === "log") return times.map(Math.log);
  if (transform === "km") {
    const curve = kaplanMeier(data);
    return times.map((t) => 1 - curve.at(t));
  }
  return times;
}

/** Ranks of sorted times, equal ones sharing their mean; a weight of 2 counts as two. */
function midRanks(times: Float64Array, weights: Float64Array): Float64Array {
  const ranks = new Float64Array(times.length);
  let below = 0;
  for (let from = 0, to = 0; from < times.length; from = to) {
    let tied = 0;
    for (; to < times.length && times[to] === times[from]; to++) tied += weights[to];
    ranks.fill(below + (tied + 1) / 2, from, to);
    below += tied;
  }
  return ranks;
}
