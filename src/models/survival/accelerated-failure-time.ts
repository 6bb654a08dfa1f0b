import { z } from "zod";
import { check, checkNumber, checkOneOf, checkSameLength } from "../../core/checks";
import { type Coefficient, waldTable } from "../../core/math/inference";
import { symmetricInverse } from "../../core/math/linear-algebra";
import { type CurvedObjective, newton } from "../../core/math/optimise";
import { standardised } from "../../core/math/standardise";
import { column, type Matrix, matrix } from "../../core/matrix";
import { checkColumns, checkNumbers } from "../check-rows";
import {
  checkAges,
  checkSurvivalData,
  type FitSurvival,
  type SurvivalData,
  type SurvivalModel,
} from "./censored";
import { timeFeatures } from "./cox-model";
import { type LogTime, logTimes } from "./log-times";

export interface AcceleratedFailureTimeOptions {
  /**
   * Shape of the log times' errors; defaults to "weibull", the only one that also has proportional hazards. The hazard
   * of "log-normal" and "log-logistic" rises and then falls.
   */
  readonly distribution?: "weibull" | "log-normal" | "log-logistic";
  /** L2 penalty ½ penalty Σ (sdⱼ βⱼ)² on the log likelihood, at least 0. @default 0 */
  readonly penalty?: number;
}

export interface Parts {
  readonly distribution: "weibull" | "log-normal" | "log-logistic";
  readonly features: readonly string[];
  /** Change of the expected log time per unit of each column. */
  readonly coefficients: Float64Array;
  readonly intercept: number;
  /** σ, the spread of log times; a Weibull's shape is 1 / σ and its scale exp(intercept + β · x). */
  readonly scale: number;
  /** Covariance of coefficients, intercept and ln σ, in this order, row-major. */
  readonly covariance: Float64Array;
  readonly logLikelihood: number;
}

/** log t = intercept + β · x + σ ε. `predict` gives minus the linear part: higher means an earlier end. */
export interface AcceleratedFailureTimeModel extends SurvivalModel, Parts {
  readonly kind: "accelerated-failure-time";
  /** The time beyond which the share `alive` of each row's likes live; 0.5 gives medians. */
  timeAt(x: Matrix, alive: number): Float64Array;
  /** The table of coefficients, intercept and ln σ. */
  coefficientTable(level?: number): readonly Coefficient[];
}

/**
 * A learner of parametric accelerated failure times by maximum likelihood (Kalbfleisch and Prentice, 2002, chapter 3),
 * with left truncation and case weights. Times must be above 0. A matrix without columns fits one distribution to all.
 *
 * @example
 * const x = matrixFromRows([[0], [0], [0], [0], [1], [1], [1], [1]]);
 * const time = Float64Array.of(2, 4, 5, 9, 8, 15, 22, 30);
 * const fit = acceleratedFailureTime({ distribution: "weibull" });
 * const model = await fit({ x, time, event: new Float64Array(8).fill(1) }, seeded(1));
 * const [short, long] = model.timeAt(matrixFromRows([[0], [1]]), 0.5);
 * long > 2 * short; // → true
 */
export function acceleratedFailureTime(
  options: AcceleratedFailureTimeOptions = {},
): FitSurvival<AcceleratedFailureTimeModel> {
  const { distribution = "weibull", penalty = 0 } = options;
  const action = "fit accelerated failure times";
  checkOneOf(distribution, ["weibull", "log-normal", "log-logistic"], action, "distribution");
  checkNumber(penalty, 0, Infinity, action, "penalty");
  return async (train, _rng, watch) => {
    checkSurvivalData(train, action);
    const early = train.time.findIndex((t) => t <= 0);
    check(early < 0, action, `times must be above 0, got ${train.time[early]} in row ${early}`);
    const { x, means, scales } = standardised(train.x, train.weights, action);
    const p = x.columns;
    const likelihood = logLikelihoodOf({ ...train, x }, logTimes[distribution]);
    const found = newton(
      (theta, gradient, hessian) => {
        watch?.signal?.throwIfAborted();
        let value = likelihood(theta, gradient, hessian);
        for (let j = 0; j < p; j++) {
          value += 0.5 * penalty * theta[j] ** 2;
          gradient[j] += penalty * theta[j];
          hessian[j * (p + 2) + j] += penalty;
        }
        return value;
      },
      startFrom(train, p),
    );
    check(found.converged, action, "Newton's method must converge (set penalty above 0)");
    const m = p + 2;
    // From standardised columns back to the given ones: β / sd, and the intercept gives up Σ β mean / sd.
    const back = new Float64Array(m * m);
    for (let j = 0; j < p; j++) {
      back[j * m + j] = 1 / scales[j];
      back[p * m + j] = -means[j] / scales[j];
    }
    back[p * m + p] = 1;
    back[(m - 1) * m + m - 1] = 1;
    const theta = multiply(back, found.x, m, 1);
    const inverse = symmetricInverse(found.hessian, m, action);
    const covariance = multiply(multiply(back, inverse, m, m), transpose(back, m), m, m);
    const scratch = new Float64Array(m);
    return aftModel({
      distribution,
      features: train.x.features.map((f) => f.name),
      coefficients: theta.slice(0, p),
      intercept: theta[p],
      scale: Math.exp(theta[p + 1]),
      covariance,
      logLikelihood: -likelihood(found.x, scratch, new Float64Array(m * m)),
    });
  };
}

/** Minus the log likelihood of (β, intercept, ln σ) with derivatives. */
function logLikelihoodOf(data: SurvivalData, shape: LogTime): CurvedObjective {
  const { x, time, event, entry, weights } = data;
  const { rows, columns: p } = x;
  const m = p + 2;
  const logTime = time.map(Math.log);
  const logEntry = entry?.map(Math.log);
  const first = new Float64Array(rows);
  const second = new Float64Array(rows);
  const cross = new Float64Array(rows);
  return (theta, gradient, hessian) => {
    const mu = new Float64Array(rows).fill(theta[p]);
    for (let j = 0; j < p; j++) {
      const values = column(x, j);
      for (let i = 0; i < rows; i++) mu[i] += theta[j] * values[i];
    }
    const sigma = Math.exp(theta[p + 1]);
    gradient.fill(0);
    hessian.fill(0);
    let value = 0;
    for (let i = 0; i < rows; i++) {
      const weight = weights ? weights[i] : 1;
      const ended = event[i] === 1;
      const z = (logTime[i] - mu[i]) / sigma;
      const [log, slope, bend] = ended ? shape.density(z) : shape.survival(z);
      value -= weight * (log - (ended ? theta[p + 1] + logTime[i] : 0));
      let [byMu, byBoth, byMu2] = [slope, bend * z + slope, bend];
      let [bySigma, bySigma2] = [slope * z + (ended ? 1 : 0), bend * z * z + slope * z];
      if (logEntry && logEntry[i] > -Infinity) {
        const e = (logEntry[i] - mu[i]) / sigma;
        const [lived, lost, curve] = shape.survival(e);
        value += weight * lived;
        byMu -= lost;
        byMu2 -= curve;
        byBoth -= curve * e + lost;
        bySigma -= lost * e;
        bySigma2 -= curve * e * e + lost * e;
      }
      first[i] = (weight * byMu) / sigma;
      second[i] = (-weight * byMu2) / (sigma * sigma);
      cross[i] = (-weight * byBoth) / sigma;
      gradient[p] += first[i];
      gradient[p + 1] += weight * bySigma;
      hessian[p * m + p] += second[i];
      hessian[p * m + p + 1] += cross[i];
      hessian[(p + 1) * m + p + 1] -= weight * bySigma2;
    }
    const product = new Float64Array(rows);
    for (let j = 0; j < p; j++) {
      const xj = column(x, j);
      let [toMu, toIntercept, toSigma] = [0, 0, 0];
      for (let i = 0; i < rows; i++) {
        product[i] = second[i] * xj[i];
        toMu += first[i] * xj[i];
        toIntercept += product[i];
        toSigma += cross[i] * xj[i];
      }
      gradient[j] = toMu;
      hessian[j * m + p] = toIntercept;
      hessian[j * m + p + 1] = toSigma;
      for (let h = 0; h <= j; h++) {
        const xh = column(x, h);
        let sum = 0;
        for (let i = 0; i < rows; i++) sum += product[i] * xh[i];
        hessian[h * m + j] = sum;
      }
    }
    for (let i = 0; i < m; i++) for (let j = 0; j < i; j++) hessian[i * m + j] = hessian[j * m + i];
    return value;
  };
}

/** Zero coefficients, and the mean and spread of the log times that ended. */
function startFrom({ time, event }: SurvivalData, p: number): Float64Array {
  const ended = time.filter((_, i) => event[i] === 1).map(Math.log);
  const mean = ended.reduce((sum, v) => sum + v, 0) / ended.length;
  const square = ended.reduce((sum, v) => sum + (v - mean) ** 2, 0) / ended.length;
  const start = new Float64Array(p + 2);
  start[p] = mean;
  start[p + 1] = Math.log(Math.max(0.1, Math.sqrt(square)));
  return start;
}

function multiply(a: Float64Array, b: Float64Array, n: number, columns: number): Float64Array {
  const out = new Float64Array(n * columns);
  for (let i = 0; i < n; i++)
    for (let k = 0; k < n; k++)
      for (let j = 0; j < columns; j++) out[i * columns + j] += a[i * n + k] * b[k * columns + j];
  return out;
}

function transpose(a: Float64Array, n: number): Float64Array {
  return a.map((_, k) => a[(k % n) * n + Math.floor(k / n)]);
}

function aftModel(parts: Parts): AcceleratedFailureTimeModel {
  const { distribution, features, coefficients, intercept, scale, covariance } = parts;
  const shape = logTimes[distribution];
  const location = (x: Matrix): Float64Array => {
    const action = "predict by accelerated failure times";
    checkColumns(x, coefficients.length, action);
    checkNumbers(x, action);
    const mu = new Float64Array(x.rows).fill(intercept);
    for (let j = 0; j < x.columns; j++) {
      const values = column(x, j);
      for (let i = 0; i < x.rows; i++) mu[i] += coefficients[j] * values[i];
    }
    return mu;
  };
  return {
    ...parts,
    kind: "accelerated-failure-time",
    predict: (x) => location(x).map((mu) => intercept - mu),
    survivalAt: (x, times) => {
      const mu = location(x);
      const values = new Float64Array(x.rows * times.length);
      for (let t = 0; t < times.length; t++) {
        const log = Math.log(times[t]);
        for (let i = 0; i < x.rows; i++) {
          values[t * x.rows + i] = times[t] <= 0 ? 1 : Math.exp(shape.survival((log - mu[i]) / scale)[0]);
        }
      }
      return matrix(x.rows, times.length, values, timeFeatures(times));
    },
    residualSurvivalAt: (x, age, times) => {
      checkAges(x, age, "predict by accelerated failure times");
      const mu = location(x);
      const values = new Float64Array(x.rows * times.length);
      const log = (t: number, i: number): number =>
        t <= 0 ? 0 : shape.survival((Math.log(t) - mu[i]) / scale)[0];
      for (let i = 0; i < x.rows; i++) {
        const lived = log(age[i], i);
        for (let t = 0; t < times.length; t++)
          values[t * x.rows + i] = Math.exp(log(age[i] + times[t], i) - lived);
      }
      return matrix(x.rows, times.length, values, timeFeatures(times));
    },
    timeAt: (x, alive) => {
      checkNumber(alive, 0, 1, "predict lifetimes", "alive", "both");
      const z = shape.quantile(alive);
      return location(x).map((mu) => Math.exp(mu + scale * z));
    },
    coefficientTable: (level) =>
      waldTable(
        [...features, "intercept", "ln scale"],
        [...coefficients, intercept, Math.log(scale)],
        covariance,
        level,
      ),
    toJSON: () => ({
      kind: "accelerated-failure-time",
      version: 1,
      distribution,
      features,
      coefficients: [...coefficients],
      intercept,
      scale,
      covariance: [...covariance],
      logLikelihood: parts.logLikelihood,
    }),
  };
}

const numbers = z.array(z.number()).max(10_000_000);
const json = z.strictObject({
  kind: z.literal("accelerated-failure-time"),
  version: z.literal(1),
  distribution: z.enum(["weibull", "log-normal", "log-logistic"]),
  features: z.array(z.string()),
  coefficients: numbers,
  intercept: z.number(),
  scale: z.number().positive(),
  covariance: numbers,
  logLikelihood: z.number(),
});

/** The model that `toJSON` described. */
export function acceleratedFailureTimeFromJSON(from: unknown): AcceleratedFailureTimeModel {
  const action = "load accelerated failure times";
  const read = json.safeParse(from);
  check(read.success, action, read.success ? "" : z.prettifyError(read.error));
  const { distribution, features, coefficients, intercept, scale, covariance, logLikelihood } = read.data;
  checkSameLength(coefficients.length, features.length, action, "coefficients and features");
  checkSameLength(
    covariance.length,
    (features.length + 2) ** 2,
    action,
    "the covariance and parameters squared",
  );
  return aftModel({
    distribution,
    features,
    coefficients: Float64Array.from(coefficients),
    intercept,
    scale,
    covariance: Float64Array.from(covariance),
    logLikelihood,
  });
}
