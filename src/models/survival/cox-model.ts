import { z } from "zod";
import { check, checkSameLength } from "../../core/checks";
import { type Coefficient, waldTable } from "../../core/math/inference";
import { chiSquaredUpper } from "../../core/math/special";
import { column, type Matrix, matrix } from "../../core/matrix";
import { checkColumns, checkNumbers } from "../check-rows";
import { checkAges, lastUpTo, type SurvivalModel } from "./censored";

/** What a Cox model consists of. */
export interface CoxParts {
  readonly features: readonly string[];
  /** How events at one time were treated. */
  readonly ties: "efron" | "breslow";
  /** Change of the log hazard per unit of each column. */
  readonly coefficients: Float64Array;
  /** Inverse of the observed (penalised) information, row-major. */
  readonly covariance: Float64Array;
  /** The training means, at which the baseline stands. */
  readonly means: Float64Array;
  /** Cumulative hazard of a row at the means, by the ties the model was fitted with, at the distinct times of events. */
  readonly baseline: { readonly times: Float64Array; readonly hazard: Float64Array };
  /**
   * The baseline's hazard per unit of time beyond the last training event: 0, or (`tail: "level"`) the mean over the
   * last quarter of the time before.
   */
  readonly tailHazard: number;
  /** Log partial likelihood at the coefficients (without the penalty) and at 0. */
  readonly logLikelihood: number;
  readonly nullLogLikelihood: number;
}

/**
 * Cox's proportional hazards, hazard(t | x) = h₀(t) exp(β · (x − means)). `predict` gives β · (x − means).
 */
export interface CoxModel extends SurvivalModel, CoxParts {
  readonly kind: "cox";
  /** Coefficient, standard error, interval, z and p-value of each column; exp(coefficient) is the hazard ratio. */
  coefficientTable(level?: number): readonly Coefficient[];
  /** The likelihood-ratio test that no column matters. */
  likelihoodRatio(): { readonly statistic: number; readonly df: number; readonly pValue: number };
}

export function coxModel(parts: CoxParts): CoxModel {
  const { features, coefficients, covariance, means, baseline, tailHazard } = parts;
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
  const { times: eventTimes, hazard: baselineHazard } = baseline;
  const last = eventTimes.length - 1;
  const cumulative = (t: number): number => {
    if (t > eventTimes[last]) return baselineHazard[last] + tailHazard * (t - eventTimes[last]);
    const k = lastUpTo(eventTimes, t);
    return k < 0 ? 0 : baselineHazard[k];
  };
  return {
    ...parts,
    kind: "cox",
    predict,
    survivalAt: (x, times) => {
      const ratio = predict(x).map(Math.exp);
      const values = new Float64Array(x.rows * times.length);
      for (let t = 0; t < times.length; t++) {
        const hazard = cumulative(times[t]);
        for (let i = 0; i < x.rows; i++) values[t * x.rows + i] = Math.exp(-hazard * ratio[i]);
      }
      return matrix(x.rows, times.length, values, timeFeatures(times));
    },
    residualSurvivalAt: (x, age, times) => {
      checkAges(x, age, "predict by a Cox model");
      const ratio = predict(x).map(Math.exp);
      const values = new Float64Array(x.rows * times.length);
      const lived = age.map(cumulative);
      for (let t = 0; t < times.length; t++) {
        for (let i = 0; i < x.rows; i++)
          values[t * x.rows + i] = Math.exp((lived[i] - cumulative(age[i] + times[t])) * ratio[i]);
      }
      return matrix(x.rows, times.length, values, timeFeatures(times));
    },
    coefficientTable: (level) => waldTable(features, coefficients, covariance, level),
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
      covariance: [...covariance],
      means: [...means],
      baseline: { times: [...baseline.times], hazard: [...baseline.hazard] },
      tailHazard,
      logLikelihood,
      nullLogLikelihood,
    }),
  };
}

const numbers = z.array(z.number()).max(10_000_000);
const json = z.strictObject({
  kind: z.literal("cox"),
  version: z.literal(1),
  features: z.array(z.string()),
  // Files written before it was kept hold models by Efron, the default then too.
  ties: z.enum(["efron", "breslow"]).default("efron"),
  coefficients: numbers,
  covariance: numbers,
  means: numbers,
  baseline: z.strictObject({ times: numbers.min(1), hazard: numbers }),
  tailHazard: z.number().min(0),
  logLikelihood: z.number(),
  nullLogLikelihood: z.number(),
});

/** The Cox model that `toJSON` described. */
export function coxFromJSON(from: unknown): CoxModel {
  const action = "load a Cox model";
  const read = json.safeParse(from);
  check(read.success, action, read.success ? "" : z.prettifyError(read.error));
  const { features, coefficients, covariance, means, baseline, ...rest } = read.data;
  const p = features.length;
  checkSameLength(coefficients.length, p, action, "coefficients and features");
  checkSameLength(means.length, p, action, "means and features");
  checkSameLength(covariance.length, p * p, action, "the covariance and features squared");
  checkSameLength(baseline.times.length, baseline.hazard.length, action, "the baseline's times and hazards");
  return coxModel({
    features,
    ties: rest.ties,
    coefficients: Float64Array.from(coefficients),
    covariance: Float64Array.from(covariance),
    means: Float64Array.from(means),
    baseline: { times: Float64Array.from(baseline.times), hazard: Float64Array.from(baseline.hazard) },
    tailHazard: rest.tailHazard,
    logLikelihood: rest.logLikelihood,
    nullLogLikelihood: rest.nullLogLikelihood,
  });
}

/** Names of the columns of a survival matrix: "beyond 12". */
export function timeFeatures(times: ArrayLike<number>): { name: string }[] {
  return Array.from(times, (t) => ({ name: `beyond ${t}` }));
}
