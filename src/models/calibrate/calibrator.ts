import { z } from "zod";
import { check, checkSameLength } from "../../core/checks";
import { cholesky, choleskySolve } from "../../core/math/linear-algebra";
import { expit } from "../../core/math/special";
import { matrix } from "../../core/matrix";
import { checkClasses } from "../check-rows";
import { scoresLoss } from "../linear/logistic-loss";
import { type IsotonicSteps, interpolateSteps, isotonicFit } from "./isotonic";

/** A monotone correction of probabilities. */
export type CalibratorJson =
  /** expit(slope · logit p + intercept). */
  | { readonly method: "sigmoid"; readonly slope: number; readonly intercept: number }
  /** expit(a · ln p − b · ln(1 − p) + intercept). */
  | { readonly method: "beta"; readonly a: number; readonly b: number; readonly intercept: number }
  /** Linear between the steps' ends, constant outside. */
  | { readonly method: "isotonic"; readonly at: readonly number[]; readonly values: readonly number[] };
export type CalibrationMethod = CalibratorJson["method"];

export interface Calibrator {
  readonly method: CalibrationMethod;
  /** The corrected probabilities, in order. */
  apply(probabilities: Float64Array): Float64Array;
  toJSON(): CalibratorJson;
}

/** A sigmoid's slope at least: the order stays, and the probabilities lie all but level. */
const leastSlope = 0.01;

/**
 * Fits a correction, which never falls, to predictions of rows that their model did not see: Platt's sigmoid (1999, with his smoothed
 * targets) on the log odds, beta calibration (Kull, Silva Filho and Flach, 2017), or isotonic regression. The first
 * two hardly overfit; isotonic wants thousands of rows and makes ties.
 */
export function fitCalibrator(
  method: CalibrationMethod,
  probabilities: Float64Array,
  y: Float64Array,
  weights: Float64Array = new Float64Array(y.length).fill(1),
): Calibrator {
  const action = `fit ${method} calibration`;
  checkSameLength(probabilities.length, y.length, action, "probabilities and labels");
  checkClasses({ x: matrix(y.length, 1, probabilities), y, weights }, action);
  checkProbabilities(probabilities, action);
  if (method === "sigmoid") {
    const [slope, intercept] = plattScaling(probabilities.map(logit), y, weights, 1);
    if (slope >= leastSlope) return calibrator({ method, slope, intercept });
    // Chance alone gives held-out predictions of noise a falling slope; a correction must not turn the order round.
    const [, level] = plattScaling(new Float64Array(y.length), y, weights);
    return calibrator({ method, slope: leastSlope, intercept: level });
  }
  if (method === "beta") return calibrator(betaFit(probabilities, y, weights));
  const { at, values } = isotonicFit(probabilities, y, weights);
  return calibrator({ method, at: Array.from(at), values: Array.from(values) });
}

/** The slope and intercept that map scores to log odds, by Platt's smoothed targets; looked for from the slope `start` on. */
export function plattScaling(
  scores: Float64Array,
  y: Float64Array,
  weights: Float64Array,
  start = 0,
): readonly [slope: number, intercept: number] {
  const sums = [0, 0];
  for (let i = 0; i < y.length; i++) sums[y[i]] += weights[i];
  const low = 1 / (sums[0] + 2);
  const high = (sums[1] + 1) / (sums[1] + 2);
  const target = y.map((label) => (label === 1 ? high : low));
  const [slope, intercept] = logOdds([scores], target, weights, start);
  return [slope, intercept];
}

/** Beta calibration; a slope that would be negative, so that the map would fall, is left out and the other refitted. */
function betaFit(p: Float64Array, y: Float64Array, weights: Float64Array): CalibratorJson {
  const up = p.map((value) => Math.log(inside(value)));
  const down = p.map((value) => -Math.log1p(-inside(value)));
  const [a, b, intercept] = logOdds([up, down], y, weights, 1);
  if (a >= 0 && b >= 0) return { method: "beta", a, b, intercept };
  const kept = a < 0 ? down : up;
  const [slope, rest] = logOdds([kept], y, weights, 1);
  const positive = Math.max(0, slope);
  return { method: "beta", a: a < 0 ? 0 : positive, b: a < 0 ? positive : 0, intercept: rest };
}

/** Newton steps at most; four to eight are usual. */
const mostSteps = 200;

/**
 * The maximum-likelihood coefficients, the intercept last, of log odds for targets from 0 to 1, by Newton's method on
 * one or two columns and a constant. It starts from the same slope for each: 1 leaves log odds as they are, which is
 * near what most corrections do.
 */
function logOdds(
  columns: readonly Float64Array[],
  target: Float64Array,
  weights: Float64Array,
  start: number,
): Float64Array {
  const rows = target.length;
  const width = columns.length + 1;
  const two = columns.length === 2;
  let total = 0;
  for (const weight of weights) total += weight;
  // Without this trace of a penalty, classes that one score separates would send the slope to infinity.
  const penalty = 1e-9;
  const first = new Float64Array(width);
  const second = new Float64Array(width * width);
  // A second column that has no weight is as good as none.
  const loss = scoresLoss(columns[0], columns[columns.length - 1], target, weights);
  const sums = new Float64Array(9);
  /** The mean loss with its penalty; fills in its derivatives. */
  const value = (w: Float64Array): number => {
    let cost = loss(w[0], two ? w[1] : 0, w[width - 1], sums) / total;
    const [ga, gb, gc, aa, ab, bb, ac, bc, cc] = sums.map((sum) => sum / total);
    first.set(two ? [ga, gb, gc] : [ga, gc]);
    second.set(two ? [aa, ab, ac, ab, bb, bc, ac, bc, cc] : [aa, ac, ac, cc]);
    for (let k = 0; k < width - 1; k++) {
      cost += (penalty * w[k] * w[k]) / 2;
      first[k] += penalty * w[k];
      second[k * width + k] += penalty;
    }
    return cost;
  };
  let w = new Float64Array(width).fill(start, 0, width - 1);
  let lowest = value(w);
  for (let step = 0; step < mostSteps; step++) {
    // A fall smaller than the rounding of the sum can't be seen: the step is taken, and is the last.
    const unseen = Math.max(2e-14, rows * 2 ** -53 * lowest);
    let trace = 0;
    for (let k = 0; k < width; k++) trace += second[k * width + k];
    let factor = cholesky(second, width);
    // Columns that are constant, or one the other's multiple: the least addition that lets the factor exist.
    for (let ridge = 1e-12 * trace + Number.MIN_VALUE; !factor; ridge *= 10) {
      const firmer = Float64Array.from(second);
      for (let k = 0; k < width; k++) firmer[k * width + k] += ridge;
      factor = cholesky(firmer, width);
    }
    const change = choleskySolve(factor, width, first);
    let promised = 0;
    for (let k = 0; k < width; k++) promised += change[k] * first[k];
    let reached = false;
    for (let t = 1; t > 1e-10 && !reached; t /= 2) {
      const next = w.map((one, k) => one - t * change[k]);
      const cost = value(next);
      if (!(promised <= unseen || cost <= lowest - 1e-4 * t * promised)) continue;
      [w, lowest, reached] = [next, cost, true];
    }
    if (!reached || promised <= unseen) break;
  }
  return w;
}

const share = z.number().min(0).max(1);
const json = z.discriminatedUnion("method", [
  z.strictObject({ method: z.literal("sigmoid"), slope: z.number(), intercept: z.number() }),
  z.strictObject({
    method: z.literal("beta"),
    a: z.number().min(0),
    b: z.number().min(0),
    intercept: z.number(),
  }),
  z.strictObject({
    method: z.literal("isotonic"),
    at: z.array(z.number()).min(1).max(10_000_000),
    values: z.array(share).min(1).max(10_000_000),
  }),
]);

/** The calibrator that `toJSON` described. */
export function calibratorFromJSON(from: unknown): Calibrator {
  const action = "load calibration";
  const read = json.safeParse(from);
  check(read.success, action, read.success ? "" : z.prettifyError(read.error));
  if (read.data.method === "isotonic") {
    const { at, values } = read.data;
    checkSameLength(at.length, values.length, action, "positions and values of the steps");
    for (let k = 1; k < at.length; k++)
      check(at[k] > at[k - 1] && values[k] >= values[k - 1], action, "the steps must rise", k);
  }
  return calibrator(read.data);
}

function calibrator(state: CalibratorJson): Calibrator {
  const map = mapOf(state);
  return {
    method: state.method,
    apply(probabilities) {
      checkProbabilities(probabilities, "calibrate");
      return probabilities.map(map);
    },
    toJSON: () => state,
  };
}

function mapOf(state: CalibratorJson): (p: number) => number {
  if (state.method === "sigmoid") return (p) => expit(state.slope * logit(p) + state.intercept);
  if (state.method === "beta") {
    const { a, b, intercept } = state;
    return (p) => expit(a * Math.log(inside(p)) - b * Math.log1p(-inside(p)) + intercept);
  }
  const steps: IsotonicSteps = { at: Float64Array.from(state.at), values: Float64Array.from(state.values) };
  return (p) => interpolateSteps(steps, p);
}

/** Kept so far from 0 and 1 that logarithms stay finite. */
function inside(p: number): number {
  return Math.min(1 - 2 ** -52, Math.max(2 ** -52, p));
}

function logit(p: number): number {
  return Math.log(inside(p)) - Math.log1p(-inside(p));
}

function checkProbabilities(values: Float64Array, action: string): void {
  for (let i = 0; i < values.length; i++) {
    if (!(values[i] >= 0 && values[i] <= 1))
      check(false, action, `probabilities must be from 0 to 1, got ${values[i]} in row ${i}`);
  }
}
