import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  accuracy,
  balancedAccuracy,
  confusion,
  f1,
  fBeta,
  matthewsCorrelation,
  precision,
  recall,
  specificity,
} from "../../src/evaluate/confusion";
import { gainTable, precisionRecallCurve, rocCurve } from "../../src/evaluate/curves";
import { wilson } from "../../src/evaluate/intervals";
import {
  brierLoss,
  brierSkill,
  calibrationCurve,
  calibrationError,
  logLoss,
} from "../../src/evaluate/probability";
import {
  averagePrecision,
  kolmogorovSmirnov,
  normalizedGini,
  rocAuc,
  spearman,
} from "../../src/evaluate/ranking";
import {
  meanAbsoluteError,
  meanAbsolutePercentageError,
  pinballLoss,
  poissonDeviance,
  rootMeanSquaredError,
  rSquared,
  tweedieDeviance,
} from "../../src/evaluate/regression";
import { reference } from "../support";

interface Decisions {
  confusion: number[];
  [metric: string]: number | number[];
}
interface Figures {
  at5: Decisions;
  at3: Decisions;
  roc: number[][];
  pr: number[][];
  [metric: string]: unknown;
}
interface Golden {
  y: number[];
  p: number[];
  w: number[];
  target: number[];
  predicted: number[];
  plain: Figures;
  weighted: Figures;
  ks: number;
  spearman: number;
  uniform: number[][];
  quantile: number[][];
  wilson: number[];
}
const golden = reference<Golden>("metrics");
const { y, p, target, predicted } = golden;

describe.each([
  ["plain", golden.plain, undefined],
  ["weighted", golden.weighted, golden.w],
] as const)("metrics, %s", (_, expected, weights) => {
  test.each([
    ["at5", 0.5],
    ["at3", 0.3],
  ] as const)("decisions %s agree with scikit-learn", (name, threshold) => {
    const options = { weights, threshold };
    const c = confusion(y, p, options);
    const found = {
      accuracy: accuracy(y, p, options),
      precision: precision(y, p, options),
      recall: recall(y, p, options),
      specificity: specificity(y, p, options),
      f1: f1(y, p, options),
      f2: fBeta(y, p, 2, options),
      balancedAccuracy: balancedAccuracy(y, p, options),
      matthews: matthewsCorrelation(y, p, options),
    };
    close([c.truePositives, c.falsePositives, c.trueNegatives, c.falseNegatives], expected[name].confusion);
    for (const [metric, value] of Object.entries(found))
      expect(value).toBeCloseTo(expected[name][metric] as number, 12);
  });

  test("scores of ranks and probabilities agree with scikit-learn", () => {
    const options = { weights };
    const found = {
      rocAuc: rocAuc(y, p, options),
      averagePrecision: averagePrecision(y, p, options),
      logLoss: logLoss(y, p, options),
      brier: brierLoss(y, p, options),
      brierSkill: brierSkill(y, p, options),
      mae: meanAbsoluteError(target, predicted, options),
      rmse: rootMeanSquaredError(target, predicted, options),
      r2: rSquared(target, predicted, options),
      pinball: pinballLoss(target, predicted, 0.8, options),
      poisson: poissonDeviance(target, predicted, options),
      tweedie15: tweedieDeviance(target, predicted, 1.5, options),
    };
    for (const [metric, value] of Object.entries(found))
      expect(value).toBeCloseTo(expected[metric] as number, 11);
    const [t, q] = [target.slice(6), predicted.slice(6)];
    const rest = { weights: weights?.slice(6) };
    expect(meanAbsolutePercentageError(t, q, rest)).toBeCloseTo(expected.mape as number, 12);
    expect(tweedieDeviance(t, q, 2, rest)).toBeCloseTo(expected.gamma as number, 12);
    expect(tweedieDeviance(t, q, 3, rest)).toBeCloseTo(expected.inverse as number, 12);
  });

  test("rocCurve and precisionRecallCurve have scikit-learn's points", () => {
    const roc = rocCurve(y, p, { weights });
    expect(roc.thresholds[0]).toBe(Infinity);
    close(roc.falsePositiveRate, expected.roc[0]);
    close(roc.truePositiveRate, expected.roc[1]);
    close(roc.thresholds.subarray(1), expected.roc[2]);
    const pr = precisionRecallCurve(y, p, { weights });
    close(pr.precision, expected.pr[0]);
    close(pr.recall, expected.pr[1]);
    close(pr.thresholds, expected.pr[2]);
  });
});

test("kolmogorovSmirnov, spearman and wilson agree with scipy", () => {
  // scipy.stats.ks_2samp, spearmanr, binomtest(7, 40).proportion_ci(method="wilson")
  expect(kolmogorovSmirnov(y, p)).toBeCloseTo(golden.ks, 12);
  expect(spearman(target, predicted)).toBeCloseTo(golden.spearman, 12);
  close(wilson(7, 40), golden.wilson);
  expect(wilson(0, 10)[0]).toBe(0);
  expect(wilson(10, 10)[1]).toBe(1);
});

test("calibrationCurve has the bins of sklearn.calibration.calibration_curve", () => {
  const uniform = calibrationCurve(y, p);
  close(
    uniform.map((bin) => bin.observed),
    golden.uniform[0],
  );
  close(
    uniform.map((bin) => bin.meanPredicted),
    golden.uniform[1],
  );
  const quantile = calibrationCurve(y, p, { bins: 5, strategy: "quantile" });
  close(
    quantile.map((bin) => bin.observed),
    golden.quantile[0],
  );
  close(
    quantile.map((bin) => bin.meanPredicted),
    golden.quantile[1],
  );
});

test("calibrationError weighs the bins' gaps by their rows", () => {
  // Bins (0.1, 0.2] with 2 rows, gap .15 − .5, and (0.8, 0.9] with 2 rows, gap .85 − 1.
  expect(calibrationError([0, 1, 1, 1], [0.15, 0.15, 0.85, 0.85])).toBeCloseTo(0.25, 12);
  expect(calibrationError([0, 1], [0, 1])).toBe(0);
});

test("rocAuc(labels, scores) counts a tie as half", () => {
  // sklearn.metrics.roc_auc_score([0, 1], [0.5, 0.5])
  expect(rocAuc([0, 1], [0.5, 0.5])).toBe(0.5);
});

test("normalizedGini is 1 for the perfect order, 0 for a constant, and 2 AUC − 1 for labels", () => {
  expect(normalizedGini(target, target)).toBe(1);
  expect(normalizedGini(target, new Float64Array(target.length).fill(3))).toBeCloseTo(0, 12);
  expect(normalizedGini(y, p)).toBeCloseTo(2 * rocAuc(y, p) - 1, 12);
});

test("gainTable puts the best scores first and ends at all", () => {
  const table = gainTable([1, 1, 0, 1, 0, 0, 0, 0, 0, 0], [9, 8, 7, 6, 5, 4, 3, 2, 1, 0], { bands: 5 });
  expect(table.map((band) => band.positives)).toEqual([2, 1, 0, 0, 0]);
  expect(table[0]).toMatchObject({ band: 1, rows: 2, lowestScore: 8, rate: 1, gain: 2 / 3 });
  expect(table[0].lift).toBeCloseTo(1 / 0.3, 12);
  expect(table[4]).toMatchObject({ cumulativeRows: 1, gain: 1, cumulativeLift: 1, lowestScore: 0 });
});

test("gainTable shares ties between bands, whatever the rows' order", () => {
  const labels = [1, 0, 0, 1];
  const expected = [1, 1];
  for (const order of [
    [0, 1, 2, 3],
    [3, 2, 1, 0],
    [1, 3, 0, 2],
  ]) {
    const table = gainTable(
      order.map((i) => labels[i]),
      [0.5, 0.5, 0.5, 0.5],
      { bands: 2 },
    );
    close(
      table.map((band) => band.positives),
      expected,
    );
  }
});

test("metrics say what was wrong with their input", () => {
  expect(() => rocAuc([1, 1], [0.2, 0.3])).toThrow(
    "Cannot score ROC AUC: both classes must occur, got only 1",
  );
  expect(() => rocAuc([0, 2], [0.2, 0.3])).toThrow("labels must be 0 or 1, got 2 at position 1");
  expect(() => rocAuc([0, 1], [0.2, Number.NaN])).toThrow(
    "predictions must be finite numbers, got NaN at position 1",
  );
  expect(() => rocAuc([0, 1], [0.2])).toThrow(
    "labels and predictions must have the same length, got 2 and 1",
  );
  expect(() => rocAuc([], [])).toThrow("there must be rows");
  expect(() => logLoss([0, 1], [0.2, 1.2])).toThrow(
    "probabilities must be from 0 to 1, got 1.2 at position 1",
  );
  expect(() => f1([0, 1], [0.2, 0.3], { weights: [1, -1] })).toThrow(
    "weights must be finite and not negative",
  );
  expect(() => rSquared([2, 2], [1, 2])).toThrow("Cannot score R²: targets must not all be equal");
  expect(() => poissonDeviance([1, 2], [0, 2])).toThrow("predictions must be above 0, got 0 at position 0");
  expect(() => spearman([1, 2], [3, 3])).toThrow("neither side may be constant");
});

const scored = fc
  .array(fc.record({ y: fc.integer({ min: 0, max: 1 }), s: fc.integer({ min: 0, max: 9 }) }), {
    minLength: 2,
  })
  .filter((rows) => new Set(rows.map((row) => row.y)).size === 2);

test("rocAuc equals the share of pairs in order, and a weight of 2 equals the row twice", () => {
  fc.assert(
    fc.property(scored, (rows) => {
      const labels = rows.map((row) => row.y);
      const scores = rows.map((row) => row.s);
      let sum = 0;
      let pairs = 0;
      for (const a of rows)
        for (const b of rows)
          if (a.y === 1 && b.y === 0) {
            pairs++;
            sum += a.s > b.s ? 1 : a.s === b.s ? 0.5 : 0;
          }
      expect(rocAuc(labels, scores)).toBeCloseTo(sum / pairs, 10);
      const weights = rows.map((_, i) => 1 + (i % 2));
      const twice = [...rows, ...rows.filter((_, i) => i % 2 === 1)];
      for (const metric of [rocAuc, averagePrecision, kolmogorovSmirnov, normalizedGini]) {
        expect(metric(labels, scores, { weights })).toBeCloseTo(
          metric(
            twice.map((row) => row.y),
            twice.map((row) => row.s),
          ),
          10,
        );
      }
    }),
  );
});

function close(found: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(found.length).toBe(expected.length);
  for (let i = 0; i < found.length; i++) expect(found[i]).toBeCloseTo(expected[i], 11);
}
