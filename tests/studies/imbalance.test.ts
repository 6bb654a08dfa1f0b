import { beforeAll, describe, expect, test } from "vitest";
import { matrix } from "../../src/core/matrix";
import { seeded } from "../../src/core/rng";
import { againstMoving, meanOf, remediesOf, trialOf, verdict } from "../../src/studies/imbalance/compare";
import { imbalanceConclusion, imbalanceFigures } from "../../src/studies/imbalance/conclusion";
import { contact, foldFigures, payingProbability } from "../../src/studies/imbalance/fold-figures";
import { remedies } from "../../src/studies/imbalance/remedies";
import {
  imbalanceData,
  imbalanceStudy,
  type Market,
  type MarketStudy,
} from "../../src/studies/imbalance/run";
import { smoteNcOneHot } from "../../src/studies/imbalance/smote-nc-one-hot";
import {
  marketsTable,
  movedThresholdChart,
  probabilitiesTable,
  profitChart,
  promiseChart,
  remediesTable,
} from "../../src/studies/imbalance/views";
import { realData } from "../support";

describe("foldFigures(labels, scores, others, milliseconds)", () => {
  test("contacts pay from the probability at which a leaver's gain meets a stayer's cost", () => {
    // 0.3 × (200 − 10) − 1 and 10 + 1: 56 p = 11 (1 − p).
    expect([contact.leaver, contact.stayer]).toEqual([56, 11]);
    expect(payingProbability).toBeCloseTo(11 / 67, 12);
  });

  test("takes the threshold from the other folds, and counts what contacts earn", () => {
    const others = { labels: [0, 0, 1, 1], scores: [0.05, 0.2, 0.3, 0.4] };
    const out = foldFigures(Float64Array.of(0, 1, 1, 0), Float64Array.of(0.1, 0.2, 0.6, 0.3), others, 5);
    expect(out.threshold).toBeCloseTo(0.25, 12);
    // At .25: .6 and .3 are called, one of them rightly, and one leaver is missed.
    expect(out.f1).toBeCloseTo(0.5, 12);
    expect(out.f1AtHalf).toBeCloseTo(2 / 3, 12);
    // Above .164: .2, .6 and .3.
    expect(out.profit).toBeCloseTo((2 * 56 - 11) / 4, 12);
    expect(out.profitMoved).toBeCloseTo((56 - 11) / 4, 12);
    expect(out.recallAtHalfPrecision).toBe(1);
    expect(out.milliseconds).toBe(5);
  });
});

test("verdict(comparison, better) reads the interval's side", () => {
  const of = (low: number, high: number) => ({ difference: 0, standardError: 1, pValue: 1, low, high });
  expect(verdict(of(0.1, 0.2))).toBe("better");
  expect(verdict(of(0.1, 0.2), "lower")).toBe("worse");
  expect(verdict(of(-0.2, -0.1))).toBe("worse");
  expect(verdict(of(-0.1, 0.1))).toBe("no clear difference");
});

describe.skipIf(!realData)("imbalanceStudy(markets) on the real customers", () => {
  const only = ["Class weights", "Copy leavers", "SMOTE"];
  let markets: Market[];
  let studies: MarketStudy[];
  beforeAll(async () => {
    markets = await imbalanceData();
    studies = await imbalanceStudy(markets, { repeats: 1, only });
  });

  test("tries each remedy with each learner, doing nothing always", () => {
    expect(studies.map((one) => [one.name, one.trials.length])).toEqual([
      ["churn-bigml", 8],
      ["IBM Telco", 8],
    ]);
    expect(remediesOf(studies[0])).toEqual(["Nothing", ...only]);
    for (const { trials } of studies) for (const { folds } of trials) expect(folds.length).toBe(5);
  });

  test("says what the field says: F1 as good from moving the threshold, probabilities spoilt by resampling", () => {
    for (const study of studies) {
      for (const learner of ["Logistic regression", "Gradient boosting"]) {
        const nothing = trialOf(study, learner, "Nothing");
        expect(Math.abs(meanOf(nothing, "meanPredicted") - study.share)).toBeLessThan(0.02);
        for (const remedy of only) {
          const trial = trialOf(study, learner, remedy);
          expect(againstMoving(study, trial, "f1").low).toBeLessThan(0);
          expect(meanOf(trial, "brier")).toBeGreaterThan(meanOf(nothing, "brier"));
          expect(meanOf(trial, "meanPredicted")).toBeGreaterThan(study.share + 0.05);
        }
      }
    }
    // Five folds of IBM Telco: logistic regression .845 by scikit-learn, shrunken boosting .846.
    expect(meanOf(trialOf(studies[1], "Logistic regression", "Nothing"), "rocAuc")).toBeCloseTo(0.845, 2);
    expect(meanOf(trialOf(studies[1], "Gradient boosting", "Nothing"), "rocAuc")).toBeGreaterThan(0.844);
  });

  test("figures are the same at one thread", async () => {
    const [again] = await imbalanceStudy(markets.slice(0, 1), { repeats: 1, only: ["SMOTE"], threads: 1 });
    const without = (study: MarketStudy, remedy: string) =>
      trialOf(study, "Gradient boosting", remedy).folds.map((one) => ({ ...one, milliseconds: 0 }));
    for (const remedy of ["Nothing", "SMOTE"])
      expect(without(again, remedy)).toEqual(without(studies[0], remedy));
  });

  test("views say numbers, never NaN or undefined; every figure has a name of its own", async () => {
    const views = [marketsTable(markets), imbalanceConclusion(studies)];
    for (const study of studies) {
      views.push(remediesTable(study, "Logistic regression"), probabilitiesTable(study, "Gradient boosting"));
      for (const chart of [movedThresholdChart, profitChart, promiseChart])
        views.push(await chart(study, "Gradient boosting"));
    }
    for (const view of views) expect(view).not.toMatch(/NaN|undefined|\[object|true|false/);
    const { figures, finding } = imbalanceFigures(studies);
    expect(new Set(figures.map((one) => one.name)).size).toBe(figures.length);
    expect(figures.filter((one) => one.key)).toHaveLength(4);
    expect(finding).toMatch(
      /^With the threshold tuned on both sides, SMOTE finds leavers clearly better in 0, clearly worse in \d and/,
    );
  });

  test("every remedy works on the customers of churn-bigml", async () => {
    const rare = remedies
      .slice(1)
      .map((one) => one.name)
      .filter((name) => !only.includes(name));
    const [study] = await imbalanceStudy(markets.slice(0, 1), { repeats: 1, only: rare });
    for (const trial of study.trials) expect(meanOf(trial, "rocAuc")).toBeGreaterThan(0.75);
  });
});

test("smoteNcOneHot() gives each new row one level of a column, where SMOTE mixes them", () => {
  const rng = seeded("one-hot");
  const rows = 60;
  const x = matrix(rows, 3, new Float64Array(3 * rows), [
    { name: "u" },
    { name: "plan=b", source: "plan" },
    { name: "plan=c", source: "plan" },
  ]);
  for (let i = 0; i < rows; i++) {
    x.values[i] = rng.uniform();
    const level = Math.floor(3 * rng.uniform());
    if (level > 0) x.values[level * rows + i] = 1;
  }
  const y = Float64Array.from({ length: rows }, (_, i) => (i % 5 === 0 ? 1 : 0));
  const made = smoteNcOneHot()({ x, y }, seeded(1));
  expect(made.x.rows).toBe(96);
  expect(made.x.features).toEqual(x.features);
  for (let i = 0; i < 96; i++) {
    const levels = [made.x.values[96 + i], made.x.values[192 + i]];
    expect(levels.every((value) => value === 0 || value === 1)).toBe(true);
    expect(levels[0] + levels[1]).toBeLessThanOrEqual(1);
    if (i < rows)
      expect([made.x.values[i], ...levels]).toEqual([
        x.values[i],
        x.values[rows + i],
        x.values[2 * rows + i],
      ]);
  }
});

test("imbalanceStudy refuses what it does not know", async () => {
  await expect(imbalanceStudy([], { repeats: 0 })).rejects.toThrow(
    "repeats must be a whole number from 1 to 100",
  );
  await expect(imbalanceStudy([], { only: ["Prayer"] })).rejects.toThrow(
    "a remedy must be one of Nothing, Class weights",
  );
});
