import { z } from "zod";
import { check } from "../../core/checks";
import { type Calibrator, calibratorFromJSON, fitCalibrator } from "../calibrate/calibrator";
import { linked } from "./probabilities";

/** The ways to correct the probabilities of several classes. */
export const classCalibrations = ["temperature", "sigmoid", "beta", "isotonic"] as const;
export type ClassCalibrationMethod = (typeof classCalibrations)[number];

/** A correction of several classes' probabilities. */
export type ClassCalibrationJson =
  /** softmax(log p / temperature). */
  | { readonly method: "temperature"; readonly temperature: number }
  /** A calibrator a class, against the others; what they say is scaled to sum to 1. */
  | {
      readonly method: "one-vs-rest";
      readonly calibrators: readonly ReturnType<Calibrator["toJSON"]>[];
    };

export interface ClassCalibration {
  readonly method: ClassCalibrationJson["method"];
  /** The corrected probabilities, one array a class. */
  apply(probabilities: readonly Float64Array[]): Float64Array[];
  toJSON(): ClassCalibrationJson;
}

/** The probability that a logarithm takes at least. */
export const leastChance = 2 ** -52;

/**
 * Fits a correction to probabilities of rows that their model did not see: one temperature (Guo, Pleiss, Sun and
 * Weinberger, 2017), which keeps the order of the classes, or a calibrator of each class against the others (Zadrozny and
 * Elkan, 2002), as scikit-learn's `CalibratedClassifierCV` does.
 */
export function fitClassCalibration(
  method: ClassCalibrationMethod,
  probabilities: readonly Float64Array[],
  y: Float64Array,
): ClassCalibration {
  if (method === "temperature") return byTemperature(bestTemperature(probabilities, y));
  return oneVsRest(
    probabilities.map((own, k) =>
      fitCalibrator(
        method,
        own,
        y.map((label) => Number(label === k)),
      ),
    ),
  );
}

function oneVsRest(calibrators: readonly Calibrator[]): ClassCalibration {
  return {
    method: "one-vs-rest",
    apply: (probabilities) =>
      linked(
        probabilities.map((own, k) => calibrators[k].apply(own)),
        "shares",
      ),
    toJSON: () => ({ method: "one-vs-rest", calibrators: calibrators.map((one) => one.toJSON()) }),
  };
}

function byTemperature(temperature: number): ClassCalibration {
  return {
    method: "temperature",
    apply: (probabilities) =>
      linked(
        logarithms(probabilities).map((own) => own.map((value) => value / temperature)),
        "softmax",
      ),
    toJSON: () => ({ method: "temperature", temperature }),
  };
}

function logarithms(probabilities: readonly Float64Array[]): Float64Array[] {
  return probabilities.map((own) => own.map((p) => Math.log(Math.max(leastChance, p))));
}

/** Newton steps at most; four to eight are usual. */
const mostSteps = 100;
/** The inverse temperature stays between these, scikit-learn's e⁻¹⁰ and e¹⁰. */
const [coldest, hottest] = [Math.exp(10), Math.exp(-10)];

/** The temperature of least log loss, which is convex in its inverse: Newton steps, halved where one leaves the bracket. */
function bestTemperature(probabilities: readonly Float64Array[], y: Float64Array): number {
  const z = logarithms(probabilities);
  let [low, high] = [hottest, coldest];
  let inverse = 1;
  for (let step = 0; step < mostSteps; step++) {
    const p = linked(
      z.map((own) => own.map((value) => inverse * value)),
      "softmax",
    );
    let [slope, curvature] = [0, 0];
    for (let i = 0; i < y.length; i++) {
      let [mean, square] = [0, 0];
      for (let k = 0; k < z.length; k++) {
        mean += p[k][i] * z[k][i];
        square += p[k][i] * z[k][i] ** 2;
      }
      slope += mean - z[y[i]][i];
      curvature += square - mean * mean;
    }
    if (slope > 0) high = inverse;
    else low = inverse;
    const next = inverse - slope / curvature;
    const inside = next > low && next < high ? next : Math.sqrt(low * high);
    if (Math.abs(inside - inverse) <= 1e-12 * inverse) break;
    inverse = inside;
  }
  return 1 / inverse;
}

const json = z.discriminatedUnion("method", [
  z.strictObject({ method: z.literal("temperature"), temperature: z.number().min(1e-5).max(1e5) }),
  z.strictObject({ method: z.literal("one-vs-rest"), calibrators: z.array(z.unknown()).min(3).max(1000) }),
]);

/** The correction of so many classes that `toJSON` described. */
export function classCalibrationFromJSON(from: unknown, classes: number): ClassCalibration {
  const action = "load calibration of classes";
  const read = json.safeParse(from);
  check(read.success, action, read.success ? "" : z.prettifyError(read.error));
  if (read.data.method === "temperature") return byTemperature(read.data.temperature);
  const { calibrators } = read.data;
  check(calibrators.length === classes, action, `there must be one a class, ${classes}`, calibrators.length);
  return oneVsRest(calibrators.map(calibratorFromJSON));
}
