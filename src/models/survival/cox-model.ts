import { z } from "zod";
import { check, checkSameLength } from "../../core/checks";
import { type Coefficient, waldTable } from "../../core/math/inference";
import { chiSquaredUpper } from "../../core/math/special";
import { column, type Matrix, matrix } from "../../core/matrix";
import { checkColumns, checkNumbers } from "../check-rows";
import { checkAges, lastUpTo, type SurvivalModel } from "./censored";

/** The hazard of a row at the means, by the ties the model was fitted with. */
export interface CoxBaseline {
  /** The number of its stratum; absent where there are no strata. */
  readonly stratum?: number;
  /** The distinct times of events, and the cumulative hazard at each. */
  readonly times: Float64Array;
  readonly hazard: Float64Array;
  /**
   * The hazard per unit of time beyond the last training event: 0, or (`tail: "level"`) the mean over the last quarter
   * of the time before.
   */
  readonly tailHazard: number;
}

/** What a Cox model consists of. */
export interface CoxParts {
  readonly features: readonly string[];
  /** How events at one time were treated. */
  readonly ties: "efron" | "breslow";
  /** Change of the log hazard per unit of each column. */
  readonly coefficients: Float64Array;
  /** Inverse of the observed (penalised) information, row-major. */
  readonly covariance: Float64Array;
  /** Lin and Wei's sandwich, row-major, where it was asked for or rows came in clusters: the table then stands on it. */
  readonly robustCovariance?: Float64Array;
  /** The training means, at which the baseline stands. */
  readonly means: Float64Array;
  /** One baseline, or one a stratum by ascending number. */
  readonly baselines: readonly CoxBaseline[];
  /** Log partial likelihood at the coefficients (without the penalty) and at 0. */
  readonly logLikelihood: number;
  readonly nullLogLikelihood: number;
}

/**
 * Cox's proportional hazards, hazard(t | x) = h₀(t) exp(β · (x − means)). `predict` gives β · (x − means).
 */
export interface CoxModel extends SurvivalModel, CoxParts {
  readonly kind: "cox";
  /** As of every model of lifetimes; with strata, `strata` says the stratum of each row. */
  survivalAt(x: Matrix, times: ArrayLike<number>, strata?: ArrayLike<number>): Matrix;
  residualSurvivalAt(
    x: Matrix,
    age: Float64Array,
    times: ArrayLike<number>,
    strata?: ArrayLike<number>,
  ): Matrix;
  /** Coefficient, standard error, interval, z and p-value of each column; exp(coefficient) is the hazard ratio. */
  coefficientTable(level?: number): readonly Coefficient[];
  /** The likelihood-ratio test that no column matters. */
  likelihoodRatio(): { readonly statistic: number; readonly df: number; readonly pValue: number };
}

export function coxModel(parts: CoxParts): CoxModel {
  const { features, coefficients, means, baselines } = parts;
  const { logLikelihood, nullLogLikelihood } = parts;
  const predict = (x: Matrix): Float64Array => {
    checkColumns(x, coefficients.length, "predict by a Cox model");
    checkNumbers(x, "predict by a Cox model");
    const eta = new Float64Array(x.rows);
    for (let j = 0; j < x.columns; j++) {
      const values = column(x, j);
      const beta = coefficients[j];
      const mean = means[j];
      for (let i = 0; i < x.rows; i++) eta[i] += beta * (values[i] - mean);
    }
    return eta;
  };
  const curveOf = new Map(baselines.map((baseline) => [baseline.stratum, cumulativeHazard(baseline)]));
  /** The cumulative baseline hazard that each row lives under. */
  const curves = (x: Matrix, strata?: ArrayLike<number>): ((t: number) => number)[] => {
    const action = "predict by a Cox model";
    const known = baselines.flatMap(({ stratum }) => (stratum === undefined ? [] : [stratum]));
    check(
      !strata === (known.length === 0),
      action,
      known.length > 0 ? "the rows' strata must be given" : "the model has no strata",
    );
    if (strata) checkSameLength(strata.length, x.rows, action, "strata and rows");
    return Array.from({ length: x.rows }, (_, i) => {
      const curve = curveOf.get(strata?.[i]);
      check(
        curve !== undefined,
        action,
        `strata must be among those of the training rows (row ${i})`,
        strata?.[i],
      );
      return curve;
    });
  };
  return {
    ...parts,
    kind: "cox",
    predict,
    survivalAt: (x, times, strata) => {
      const ratio = predict(x).map(Math.exp);
      const curve = curves(x, strata);
      const values = new Float64Array(x.rows * times.length);
      for (let t = 0; t < times.length; t++)
        for (let i = 0; i < x.rows; i++) values[t * x.rows + i] = Math.exp(-curve[i](times[t]) * ratio[i]);
      return matrix(x.rows, times.length, values, timeFeatures(times));
    },
    residualSurvivalAt: (x, age, times, strata) => {
      checkAges(x, age, "predict by a Cox model");
      const ratio = predict(x).map(Math.exp);
      const curve = curves(x, strata);
      const values = new Float64Array(x.rows * times.length);
      const lived = age.map((a, i) => curve[i](a));
      for (let t = 0; t < times.length; t++) {
        for (let i = 0; i < x.rows; i++)
          values[t * x.rows + i] = Math.exp((lived[i] - curve[i](age[i] + times[t])) * ratio[i]);
      }
      return matrix(x.rows, times.length, values, timeFeatures(times));
    },
    coefficientTable: (level) =>
      waldTable(features, coefficients, parts.robustCovariance ?? parts.covariance, level),
    likelihoodRatio: () => {
      const statistic = 2 * (logLikelihood - nullLogLikelihood);
      return {
        statistic,
        df: features.length,
        pValue: chiSquaredUpper(Math.max(0, statistic), features.length),
      };
    },
    toJSON: () => ({
      kind: "cox",
      version: 1,
      features,
      ties: parts.ties,
      coefficients: [...coefficients],
      covariance: [...parts.covariance],
      ...(parts.robustCovariance && { robustCovariance: [...parts.robustCovariance] }),
      means: [...means],
      baselines: baselines.map((of) => ({ ...of, times: [...of.times], hazard: [...of.hazard] })),
      logLikelihood,
      nullLogLikelihood,
    }),
  };
}

const numbers = z.array(z.number()).max(10_000_000);
const curve = { times: numbers, hazard: numbers };
const shared = {
  kind: z.literal("cox"),
  version: z.literal(1),
  features: z.array(z.string()),
  // Files written before it was kept hold models by Efron, the default then too.
  ties: z.enum(["efron", "breslow"]).default("efron"),
  coefficients: numbers,
  covariance: numbers,
  means: numbers,
  logLikelihood: z.number(),
  nullLogLikelihood: z.number(),
};
const tailHazard = z.number().min(0);
const json = z.union([
  z.strictObject({
    ...shared,
    robustCovariance: numbers.optional(),
    baselines: z.array(z.strictObject({ stratum: z.int().optional(), ...curve, tailHazard })).min(1),
  }),
  // As files of 0.1 have it, before there were strata.
  z.strictObject({ ...shared, baseline: z.strictObject(curve), tailHazard }),
]);

/** The Cox model that `toJSON` described. */
export function coxFromJSON(from: unknown): CoxModel {
  const action = "load a Cox model";
  const read = json.safeParse(from);
  check(read.success, action, read.success ? "" : z.prettifyError(read.error));
  const { features, ties, coefficients, covariance, means, logLikelihood, nullLogLikelihood } = read.data;
  const [baselines, robust] =
    "baselines" in read.data
      ? [read.data.baselines, read.data.robustCovariance]
      : [[{ ...read.data.baseline, tailHazard: read.data.tailHazard }], undefined];
  const p = features.length;
  checkSameLength(coefficients.length, p, action, "coefficients and features");
  checkSameLength(means.length, p, action, "means and features");
  for (const square of [covariance, robust ?? covariance])
    checkSameLength(square.length, p * p, action, "the covariance and features squared");
  for (const { times, hazard } of baselines)
    checkSameLength(times.length, hazard.length, action, "the baseline's times and hazards");
  return coxModel({
    features,
    ties,
    coefficients: Float64Array.from(coefficients),
    covariance: Float64Array.from(covariance),
    ...(robust && { robustCovariance: Float64Array.from(robust) }),
    means: Float64Array.from(means),
    baselines: baselines.map((of) => ({
      ...of,
      times: Float64Array.from(of.times),
      hazard: Float64Array.from(of.hazard),
    })),
    logLikelihood,
    nullLogLikelihood,
  });
}

function cumulativeHazard({ times, hazard, tailHazard }: CoxBaseline): (t: number) => number {
  const last = times.length - 1;
  return (t) => {
    if (t > times[last]) return hazard[last] + tailHazard * (t - times[last]);
    const k = lastUpTo(times, t);
    return k < 0 ? 0 : hazard[k];
  };
}

/** Names of the columns of a survival matrix: "beyond 12". */
export function timeFeatures(times: ArrayLike<number>): { name: string }[] {
  return Array.from(times, (t) => ({ name: `beyond ${t}` }));
}
