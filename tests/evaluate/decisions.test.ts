import { expect, test } from "vitest";
import { seeded } from "../../src/core/rng";
import { bootstrapIntervals } from "../../src/evaluate/bootstrap";
import { gainTable } from "../../src/evaluate/curves";
import { brierLoss } from "../../src/evaluate/probability";
import { rocAuc } from "../../src/evaluate/ranking";
import { chooseThreshold } from "../../src/evaluate/threshold";
import { reference } from "../support";

interface Golden {
  y: number[];
  p: number[];
  fBeta: Record<string, number>;
  recallAtLeast: Record<string, number>;
  cost: number;
  bands: Record<"positives" | "rate" | "lift" | "gain" | "cumulativeLift", number[]>;
  aucInterval: [number, number];
  brierInterval: [number, number];
}
const golden = reference<Golden>("thresholds");
const y = Float64Array.from(golden.y);
const p = Float64Array.from(golden.p);

test("chooseThreshold finds the best F-beta, precision above a recall floor, and mean cost that scikit-learn's metrics give at any cut", () => {
  // max over cuts of sklearn.metrics.fbeta_score(y, p >= cut, beta=…)
  for (const [beta, value] of Object.entries(golden.fBeta))
    expect(chooseThreshold(y, p, { fBeta: Number(beta) }).value).toBeCloseTo(value, 12);
  // max of sklearn.metrics.precision_score over cuts with recall_score >= floor
  for (const [floor, value] of Object.entries(golden.recallAtLeast))
    expect(chooseThreshold(y, p, { recallAtLeast: Number(floor) }).value).toBeCloseTo(value, 12);
  // min of 3 fp + 20 fn + 5 tp over sklearn.metrics.confusion_matrix(y, p >= cut)
  const costs = { falsePositive: 3, falseNegative: 20, truePositive: 5 };
  expect(chooseThreshold(y, p, { costs }).value).toBeCloseTo(golden.cost, 12);
});

test("gainTable(labels, scores) has pandas' tenths of the sorted rows", () => {
  const table = gainTable(y, p);
  for (const key of ["positives", "rate", "lift", "gain", "cumulativeLift"] as const)
    table.forEach((band, b) => {
      expect(band[key]).toBeCloseTo(golden.bands[key][b], 12);
    });
});

test("bootstrapIntervals of ROC AUC and Brier agree with numpy's draws of rows", () => {
  const found = bootstrapIntervals(y, p, { auc: rocAuc, brier: brierLoss }, seeded(1), { samples: 4000 });
  // 4,000 samples leave each end a standard error of about 3 % of the width.
  for (const [{ low, high }, expected] of [
    [found.auc, golden.aucInterval],
    [found.brier, golden.brierInterval],
  ] as const) {
    const width = expected[1] - expected[0];
    expect(Math.abs(low - expected[0])).toBeLessThan(0.1 * width);
    expect(Math.abs(high - expected[1])).toBeLessThan(0.1 * width);
  }
});
