import { describe, expect, test, vi } from "vitest";
import { expit } from "../../../src/core/math/special";
import { matrix } from "../../../src/core/matrix";
import { integer, normal, seeded } from "../../../src/core/rng";
import { table } from "../../../src/data/table";
import { brierLoss, calibrationError, logLoss } from "../../../src/evaluate/probability";
import { calibrated, calibratedPipeline } from "../../../src/models/calibrate/calibrate";
import { calibratorFromJSON, fitCalibrator, plattScaling } from "../../../src/models/calibrate/calibrator";
import { logisticRegression } from "../../../src/models/linear/logistic";
import { pipeline } from "../../../src/models/pipeline";
import { smote } from "../../../src/resample/smote";
import { reference } from "../../support";

/** How often fits have looked at all their rows. */
const looks = vi.hoisted(() => ({ taken: 0 }));
vi.mock(import("../../../src/models/linear/logistic-loss"), async (original) => {
  const { scoresLoss, ...others } = await original();
  return {
    ...others,
    scoresLoss: (...given) => {
      const loss = scoresLoss(...given);
      return (...at) => {
        looks.taken++;
        return loss(...at);
      };
    },
  };
});

interface Fitted {
  platt: [number, number];
  isotonic: number[];
  beta: number[];
}
interface Golden {
  f: number[];
  p: number[];
  y: number[];
  w: number[];
  at: number[];
  plain: Fitted;
  weighted: Fitted;
}
const golden = reference<Golden>("calibration");
const [f, p, y, w, at] = [golden.f, golden.p, golden.y, golden.w, golden.at].map((v) => Float64Array.from(v));

describe.each([
  ["plain", golden.plain, undefined],
  ["weighted", golden.weighted, w],
] as const)("calibrators, %s", (_, expected, weights) => {
  test("plattScaling(scores, y, weights) agrees with sklearn.calibration._SigmoidCalibration", () => {
    const [slope, intercept] = plattScaling(f, y, weights ?? new Float64Array(y.length).fill(1));
    // The peer stops L-BFGS at its own tolerance.
    expect(slope).toBeCloseTo(expected.platt[0], 4);
    expect(intercept).toBeCloseTo(expected.platt[1], 4);
  });

  test("fitCalibrator('isotonic') agrees with sklearn.isotonic.IsotonicRegression", () => {
    const found = fitCalibrator("isotonic", p, y, weights).apply(at);
    expected.isotonic.forEach((value, i) => {
      expect(found[i]).toBeCloseTo(value, 12);
    });
  });

  test("fitCalibrator('beta') is a logistic regression on ln p and −ln(1 − p)", () => {
    const json = fitCalibrator("beta", p, y, weights).toJSON();
    expect(json.method).toBe("beta");
    if (json.method !== "beta") return;
    [json.a, json.b, json.intercept].forEach((value, k) => {
      expect(value).toBeCloseTo(expected.beta[k], 5);
    });
  });
});

test("every calibrator is monotone and stays in [0, 1], also where ranks are upside down", () => {
  const upsideDown = y.map((label) => 1 - label);
  for (const labels of [y, upsideDown])
    for (const method of ["sigmoid", "beta", "isotonic"] as const) {
      const mapped = fitCalibrator(method, p, labels).apply(at);
      for (let i = 1; i < mapped.length; i++) {
        expect(mapped[i] >= 0 && mapped[i] <= 1).toBe(true);
        if (method !== "sigmoid" || labels === y)
          expect(mapped[i]).toBeGreaterThanOrEqual(mapped[i - 1] - 1e-15);
      }
    }
});

test("calibratorFromJSON(toJSON()) maps bit for bit the same, and refuses steps that fall", () => {
  for (const method of ["sigmoid", "beta", "isotonic"] as const) {
    const one = fitCalibrator(method, p, y);
    expect(calibratorFromJSON(JSON.parse(JSON.stringify(one))).apply(at)).toEqual(one.apply(at));
  }
  expect(() => calibratorFromJSON({ method: "isotonic", at: [0, 1], values: [0.5, 0.4] })).toThrow(
    "Cannot load calibration: the steps must rise",
  );
  expect(() => calibratorFromJSON({ method: "isotonic", at: [0], values: [] })).toThrow(
    "Cannot load calibration",
  );
});

test("fitCalibrator says what was wrong", () => {
  expect(() =>
    fitCalibrator(
      "beta",
      p,
      y.map(() => 1),
    ),
  ).toThrow("Cannot fit beta calibration: both classes must occur, got only 1");
  expect(() =>
    fitCalibrator(
      "beta",
      p.map((v) => v * 2),
      y,
    ),
  ).toThrow("probabilities must be from 0 to 1");
});

const draw = seeded("customers");
const n = 1200;
const x = matrix(
  n,
  2,
  Float64Array.from({ length: 2 * n }, () => normal(draw)),
);
const churn = Float64Array.from({ length: n }, (_, i) =>
  draw.uniform() < expit(1.3 * x.values[i] - 2) ? 1 : 0,
);
const half = Array.from({ length: n / 2 }, (_, i) => i);
const people = table([
  { name: "a", type: "numeric", values: x.values.slice(0, n) },
  { name: "b", type: "numeric", values: x.values.slice(n) },
]);

test("calibratedPipeline undoes what SMOTE does to probabilities", async () => {
  const fit = pipeline({ resample: smote(), learner: logisticRegression() });
  const plain = (await fit(people, churn, seeded(1))).predict(people);
  expect(calibrationError(churn, plain)).toBeGreaterThan(0.15);
  for (const method of ["sigmoid", "beta", "isotonic"] as const) {
    const model = await calibratedPipeline(fit, { method })(people, churn, seeded(1));
    const mended = model.predict(people);
    expect(calibrationError(churn, mended)).toBeLessThan(0.04);
    expect(logLoss(churn, mended)).toBeLessThan(logLoss(churn, plain) - 0.1);
  }
});

test("calibrated(learner) fits the calibrator to predictions of rows the model did not see", async () => {
  // A "learner" that knows its rows by heart: in-sample it is certain and right, elsewhere it guesses.
  const memory = async (train: { x: { values: Float64Array; rows: number }; y: Float64Array }) => {
    const known = new Map(Array.from(train.y, (label, i) => [train.x.values[i], label]));
    return {
      kind: "memory",
      predict: (rows: { values: Float64Array; rows: number }) =>
        Float64Array.from({ length: rows.rows }, (_, i) => known.get(rows.values[i]) ?? 0.5),
      toJSON: () => ({ kind: "memory", version: 1 }),
    };
  };
  const model = await calibrated(memory)({ x, y: churn }, seeded(2));
  const share = churn.reduce((sum, label) => sum + label, 0) / n;
  const stranger = model.predict(matrix(1, 2, Float64Array.from([99, 99])));
  // Out of fold every prediction was 0.5, so that nothing but the share of class 1 could be learned.
  expect(stranger[0]).toBeCloseTo(share, 2);
  const weights = churn.map((label) => (label === 1 ? 3 : 1));
  const heavy = await calibrated(memory)({ x, y: churn, weights }, seeded(2));
  expect(heavy.predict(matrix(1, 1, Float64Array.of(99)))[0]).toBeCloseTo((3 * share) / (1 + 2 * share), 2);
});

test("calibrated(learner) keeps a good model good and honours weights", async () => {
  const learner = calibrated(logisticRegression(), { method: "beta", folds: 3 });
  const model = await learner({ x, y: churn }, seeded(integer(seeded(1), 9)));
  const plain = await logisticRegression()({ x, y: churn }, seeded(1));
  expect(brierLoss(churn, model.predict(x))).toBeLessThan(brierLoss(churn, plain.predict(x)) + 0.002);
  const weights = Float64Array.from({ length: n }, (_, i) => (i < half.length ? 1 : 0));
  const some = await learner({ x, y: churn, weights }, seeded(3));
  expect(some.predict(x)).not.toEqual(model.predict(x));
  expect(() => calibrated(logisticRegression(), { method: "magic" as "beta" })).toThrow(
    "method must be one of",
  );
});

test("a correction of many rows is found in a few looks at them, although rounding hides its last steps", () => {
  const draws = seeded(6);
  const rows = 20_000;
  // As a forest says it, certain at times; this seed's sum falls by chance, a hair at a time, for 6,600 looks.
  const said = Float64Array.from({ length: rows }, () => Math.round(150 * draws.uniform() ** 3) / 150);
  const labels = said.map((p) =>
    Number(draws.uniform() < expit(0.8 * Math.log((p + 0.01) / (1.01 - p)) + 0.3)),
  );
  looks.taken = 0;
  fitCalibrator("sigmoid", said, labels);
  expect(looks.taken).toBeLessThan(14);
});
