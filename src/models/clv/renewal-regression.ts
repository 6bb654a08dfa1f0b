import { check, checkNumber, checkOneOf } from "../../core/checks";
import { groupRows, membersOf } from "../../core/group-rows";
import type { Objective } from "../../core/math/optimise";
import { standardised } from "../../core/math/standardise";
import { column, type Matrix, matrix, row } from "../../core/matrix";
import { checkColumns, checkNumbers } from "../check-rows";
import {
  checkAges,
  checkSurvivalData,
  type FitSurvival,
  type SurvivalData,
  type SurvivalModel,
} from "../survival/censored";
import { timeFeatures } from "../survival/cox-model";
import {
  fitPositive,
  type PositiveFit,
  type PositiveParameter,
  positiveFitFromJSON,
  positiveFitJson,
  positiveTable,
} from "./positive-fit";
import { logSurvival, type Outcome, renewalLikelihood } from "./renewal-likelihood";

export interface RenewalRegressionOptions {
  /**
   * How a customer's own chance to leave moves with age: not at all ("shifted-beta-geometric"), or as renewal number to the
   * power c ("beta-discrete-weibull"). @default "shifted-beta-geometric"
   */
  readonly duration?: RenewalDuration;
  /** Time between two renewals in the unit of the times, above 0: 1 or 12 where times are months. @default 1 */
  readonly period?: number;
  /** L2 penalty ½ penalty Σ (sdⱼ · ln ratioⱼ)² on the log likelihood, at least 0. @default 0 */
  readonly penalty?: number;
}

export type RenewalDuration = "shifted-beta-geometric" | "beta-discrete-weibull";
const durations: readonly RenewalDuration[] = ["shifted-beta-geometric", "beta-discrete-weibull"];

/**
 * How long customers renew, by what is known of them. Its parameters are the odds of leaving at the first renewal and the
 * precision (how alike customers are) where all columns are 0, c of the beta-discrete-Weibull, and by what a unit of each
 * column multiplies odds and precision. `predict` gives the logarithm of a row's odds of leaving at the first renewal.
 */
export interface RenewalRegression extends SurvivalModel, PositiveFit {
  readonly kind: "renewal-regression";
  readonly duration: RenewalDuration;
  readonly period: number;
  readonly features: readonly string[];
  coefficientTable(level?: number): readonly PositiveParameter[];
  /** α and β of each row's beta distribution, and c, which all share: 1 of the shifted-beta-geometric. */
  parametersOf(x: Matrix): { readonly alpha: Float64Array; readonly beta: Float64Array; readonly c: number };
}

/**
 * A learner of the shifted-beta-geometric (Fader and Hardie, 2007) or beta-discrete-Weibull (Fader, Hardie et al., 2018)
 * with covariates: each customer's chance to leave is beta distributed about a mean whose logit, and with a precision
 * whose logarithm, is linear in the columns (Heckman and Willis, 1977; Smithson and Verkuilen, 2006). A column for each
 * cohort gives each its own model. With left truncation and case weights; times count in whole periods, that of an end up.
 *
 * @example
 * // Fader and Hardie's two cohorts, one model: high-end customers are as different among themselves, and stay longer.
 * const data = lifetimesOfCohorts(
 *   [[1000, 631, 468, 382, 326, 289, 262, 241], [1000, 869, 743, 653, 593, 551, 517, 491]],
 *   matrixFromRows([[0], [1]], [{ name: "high end" }]),
 * );
 * const model = await renewalRegression()(data, seeded(1));
 * model.names; // → ["odds of leaving", "precision", "odds of leaving × high end", "precision × high end"]
 * const { alpha, beta } = model.parametersOf(matrixFromRows([[0], [1]]));
 * alpha.map((v) => Math.round(1000 * v) / 1000); // → [0.704, 0.668]
 * beta.map((v) => Math.round(1000 * v) / 1000); // → [1.182, 3.806]
 */
export function renewalRegression(options: RenewalRegressionOptions = {}): FitSurvival<RenewalRegression> {
  const { duration = "shifted-beta-geometric", period = 1, penalty = 0 } = options;
  const action = "fit renewals";
  checkOneOf(duration, durations, action, "duration");
  checkNumber(period, 0, Infinity, action, "period", "low");
  checkNumber(penalty, 0, Infinity, action, "penalty");
  return async (train, _rng, watch) => {
    checkSurvivalData(train, action);
    const { x, means, scales } = standardised(train.x, train.weights, action);
    const kinds = kindsOf({ ...train, x }, period);
    const outcomes = kinds.flatMap((kind) => kind.outcomes);
    check(
      outcomes.some(({ ended }) => ended > 0) && outcomes.some(({ survived }) => survived > 0),
      action,
      "some customers must have left and some stayed, through whole periods that were watched",
    );
    const features = x.features.map((feature) => feature.name);
    const names = namesOf(duration, features);
    const base = names.length - 2 * features.length;
    const likelihood = likelihoodOf(kinds, base, features.length);
    const fit = fitPositive(
      (theta, gradient) => {
        watch?.signal?.throwIfAborted();
        return likelihood(theta, gradient);
      },
      {
        names,
        starts: [
          [0.5, 3, 1],
          [0.1, 6, 1.3],
          [0.25, 10, 0.7],
        ].map((start) => [...start.slice(0, base), ...new Array<number>(2 * features.length).fill(1)]),
        ratios: { count: 2 * features.length, penalty },
      },
      action,
    );
    return regressionModel(duration, period, features, inOwnUnits(fit, base, means, scales));
  };
}

/**
 * The lifetimes that cohorts tell of, weighted by how many customers had each: a row for each renewal at which some left,
 * and one for those who stayed. `x` has a row a cohort, none by default.
 *
 * @example
 * const { time, event, weights } = lifetimesOfCohorts([[1000, 631, 468]]);
 * time; // → [1, 2, 2]
 * event; // → [1, 1, 0]
 * weights; // → [369, 163, 468]
 */
export function lifetimesOfCohorts(
  cohorts: readonly (readonly number[])[],
  x: Matrix = matrix(cohorts.length, 0, new Float64Array(0)),
): SurvivalData & { readonly weights: Float64Array } {
  const action = "make lifetimes of cohorts";
  check(x.rows === cohorts.length, action, `x must have a row for each of ${cohorts.length} cohorts`, x.rows);
  const found: { of: number; time: number; event: number; weight: number }[] = [];
  cohorts.forEach((cohort, of) => {
    check(cohort.length > 1, action, `cohort ${of} must have counts at its start and after a renewal`);
    for (let t = 1; t < cohort.length; t++) {
      checkNumber(cohort[t], 0, cohort[t - 1], action, `the count ${t} of cohort ${of}`);
      found.push({ of, time: t, event: 1, weight: cohort[t - 1] - cohort[t] });
    }
    found.push({ of, time: cohort.length - 1, event: 0, weight: cohort[cohort.length - 1] });
  });
  const seen = found.filter(({ weight }) => weight > 0);
  const rows = Array.from({ length: x.columns }, (_, j) => seen.map(({ of }) => column(x, j)[of]));
  return {
    x: matrix(seen.length, x.columns, Float64Array.from(rows.flat()), x.features),
    time: Float64Array.from(seen, ({ time }) => time),
    event: Float64Array.from(seen, ({ event }) => event),
    weights: Float64Array.from(seen, ({ weight }) => weight),
  };
}

/** Customers of the same columns. */
interface Kind {
  readonly values: Float64Array;
  readonly outcomes: readonly Outcome[];
}

/** A whisker's slack, so that 0.3 / 0.1 counts as three periods. */
const slack = 1e-9;

/** What was seen of each kind of customer; of who entered or was last seen within a period only the whole ones count. */
function kindsOf({ x, time, event, entry, weights }: SurvivalData, period: number): Kind[] {
  const columns = Array.from({ length: x.columns }, (_, j) => column(x, j));
  const groups = groupRows(columns, x.rows);
  return membersOf(groups).map((rows, k) => {
    const counts = new Map<number, [ended: number, survived: number]>();
    const add = (renewal: number, which: 0 | 1, count: number): void => {
      const own = counts.get(renewal) ?? [0, 0];
      own[which] += count;
      counts.set(renewal, own);
    };
    for (const i of rows) {
      const weight = weights ? weights[i] : 1;
      const from = entry ? Math.ceil(entry[i] / period - slack) : 0;
      const reached = time[i] / period;
      const to = event[i] === 1 ? Math.max(1, Math.ceil(reached - slack)) : Math.floor(reached + slack);
      if (to <= from || weight === 0) continue;
      add(to, event[i] === 1 ? 0 : 1, weight);
      if (from > 0) add(from, 1, -weight);
    }
    const outcomes = Array.from(counts, ([renewal, [ended, survived]]) => ({ renewal, ended, survived }));
    return { values: row(x, groups.first[k]), outcomes };
  });
}

function namesOf(duration: RenewalDuration, features: readonly string[]): string[] {
  const each = ["odds of leaving", "precision"];
  return [
    ...each,
    ...(duration === "beta-discrete-weibull" ? ["c"] : []),
    ...each.flatMap((what) => features.map((name) => `${what} × ${name}`)),
  ];
}

/** α and β of log odds and log precision, whose bounds keep files of strangers from overflowing. */
function betaOf(odds: number, precision: number): [alpha: number, beta: number] {
  const [o, p] = [odds, precision].map((v) => Math.max(-40, Math.min(40, v)));
  return [Math.exp(p) / (1 + Math.exp(-o)), Math.exp(p) / (1 + Math.exp(o))];
}

/** Minus the log likelihood of all kinds, by the logarithms of base parameters and of ratios. */
function likelihoodOf(kinds: readonly Kind[], base: number, p: number): Objective {
  const slope = new Float64Array(3);
  return (theta, gradient) => {
    gradient.fill(0);
    const c = base === 3 ? Math.exp(theta[2]) : 1;
    let value = 0;
    for (const { values, outcomes } of kinds) {
      let [odds, precision] = theta;
      for (let j = 0; j < p; j++) {
        odds += theta[base + j] * values[j];
        precision += theta[base + p + j] * values[j];
      }
      const [alpha, beta] = betaOf(odds, precision);
      value += renewalLikelihood(outcomes, alpha, beta, c, slope);
      const byOdds = ((slope[0] - slope[1]) * alpha * beta) / (alpha + beta);
      const byPrecision = slope[0] * alpha + slope[1] * beta;
      gradient[0] += byOdds;
      gradient[1] += byPrecision;
      if (base === 3) gradient[2] += slope[2] * c;
      for (let j = 0; j < p; j++) {
        gradient[base + j] += byOdds * values[j];
        gradient[base + p + j] += byPrecision * values[j];
      }
    }
    return value;
  };
}

/** A fit to standardised columns as one to the given ones: ln ratio / sd, and the base gives up Σ ln ratio · mean / sd. */
function inOwnUnits(fit: PositiveFit, base: number, means: Float64Array, scales: Float64Array): PositiveFit {
  const n = fit.names.length;
  const p = means.length;
  const back = Array.from({ length: n }, (_, i) => Float64Array.from({ length: n }, (_, j) => +(i === j)));
  for (let j = 0; j < p; j++)
    for (const which of [0, 1]) {
      const at = base + which * p + j;
      back[at][at] = 1 / scales[j];
      back[which][at] = -means[j] / scales[j];
    }
  const through = (of: (k: number) => number, by: Float64Array): number =>
    by.reduce((sum, v, k) => (v === 0 ? sum : sum + v * of(k)), 0);
  const estimates = Float64Array.from(back, (by) => Math.exp(through((k) => Math.log(fit.estimates[k]), by)));
  const covariance = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const inLogs = (k: number, m: number): number =>
        fit.covariance[k * n + m] / (fit.estimates[k] * fit.estimates[m]);
      const sum = through((k) => through((m) => inLogs(k, m), back[j]), back[i]);
      covariance[i * n + j] = sum * estimates[i] * estimates[j];
    }
  return { ...fit, estimates, covariance };
}

function regressionModel(
  duration: RenewalDuration,
  period: number,
  features: readonly string[],
  fit: PositiveFit,
): RenewalRegression {
  const kind = "renewal-regression";
  const action = "predict renewals";
  const p = features.length;
  const base = fit.names.length - 2 * p;
  const logs = fit.estimates.map(Math.log);
  const c = base === 3 ? fit.estimates[2] : 1;
  const linear = (x: Matrix, which: 0 | 1): Float64Array => {
    const sum = new Float64Array(x.rows).fill(logs[which]);
    for (let j = 0; j < p; j++) {
      const values = column(x, j);
      const slope = logs[base + which * p + j];
      for (let i = 0; i < x.rows; i++) sum[i] += slope * values[i];
    }
    return sum;
  };
  const parametersOf = (x: Matrix): { alpha: Float64Array; beta: Float64Array; c: number } => {
    checkColumns(x, p, action);
    checkNumbers(x, action);
    const precision = linear(x, 1);
    const both = Array.from(linear(x, 0), (odds, i) => betaOf(odds, precision[i]));
    return {
      alpha: Float64Array.from(both, ([alpha]) => alpha),
      beta: Float64Array.from(both, ([, beta]) => beta),
      c,
    };
  };
  /** S(age + t) / S(age), in whole periods. */
  const residual = (x: Matrix, age: Float64Array, times: ArrayLike<number>): Matrix => {
    checkAges(x, age, action);
    const { alpha, beta } = parametersOf(x);
    const values = new Float64Array(x.rows * times.length);
    for (let i = 0; i < x.rows; i++) {
      const log = (t: number): number =>
        logSurvival(alpha[i], beta[i], c, Math.floor(Math.max(0, t) / period + slack));
      const lived = log(age[i]);
      for (let t = 0; t < times.length; t++)
        values[t * x.rows + i] = Math.min(1, Math.exp(log(age[i] + times[t]) - lived));
    }
    return matrix(x.rows, times.length, values, timeFeatures(times));
  };
  return {
    ...fit,
    kind,
    duration,
    period,
    features,
    predict: (x) => {
      checkColumns(x, p, action);
      checkNumbers(x, action);
      return linear(x, 0);
    },
    survivalAt: (x, times) => residual(x, new Float64Array(x.rows), times),
    residualSurvivalAt: residual,
    coefficientTable: (level) => positiveTable(fit, level),
    parametersOf,
    toJSON: () => ({ ...positiveFitJson(kind, fit), duration, period, features: [...features] }),
  };
}

/** The model that `toJSON` described. */
export function renewalRegressionFromJSON(from: unknown): RenewalRegression {
  const action = "load renewals";
  const { duration, period, features } = (from ?? {}) as Record<string, unknown>;
  checkOneOf(duration as RenewalDuration, durations, action, "duration");
  checkNumber(period as number, 0, Infinity, action, "period", "low");
  check(
    Array.isArray(features) && features.every((name) => typeof name === "string"),
    action,
    "features must be names",
  );
  const names = namesOf(duration as RenewalDuration, features);
  const fit = positiveFitFromJSON(from, "renewal-regression", names);
  if (names[2] === "c") checkNumber(fit.estimates[2], 1e-6, 50, action, "c");
  return regressionModel(duration as RenewalDuration, period as number, features, fit);
}
