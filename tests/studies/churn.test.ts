import { beforeAll, describe, expect, test } from "vitest";
import { takeValues } from "../../src/core/matrix";
import { takeTableRows } from "../../src/data/table";
import { type ChurnData, type Customers, churnData } from "../../src/services/churn-data";
import { columnsTable, driversChart } from "../../src/studies/churn/data-views";
import { churnFigures } from "../../src/studies/churn/figures";
import { gainChart, liftTable } from "../../src/studies/churn/gain-views";
import { chosenModel, type HonestModel, honestProtocol } from "../../src/studies/churn/honest";
import { honestTable, thresholdChart } from "../../src/studies/churn/honest-views";
import { type ReferenceModel, referenceProtocol } from "../../src/studies/churn/reference";
import { referenceTable } from "../../src/studies/churn/reference-views";
import { realData } from "../support";

/** The first customers. */
function few({ rows, labels }: Customers, count: number): Customers {
  const first = Int32Array.from({ length: count }, (_, i) => i);
  return { rows: takeTableRows(rows, first), labels: takeValues(labels, first) };
}

test("chosenModel(models) takes the best on training customers, whatever the test customers say, and none with SMOTE", () => {
  const of = (name: string, validated: number, tested: number, resampled = false) =>
    ({
      name,
      resampled,
      validation: { averagePrecision: validated },
      test: { averagePrecision: { estimate: tested } },
    }) as unknown as HonestModel;
  const models = [of("a", 0.8, 0.7), of("b", 0.7, 0.9), of("a", 0.9, 0.95, true)];
  expect(chosenModel(models)).toBe(models[0]);
});

describe.skipIf(!realData)("the churn study on the real churn-bigml customers", () => {
  let data: ChurnData;
  let reference: ReferenceModel[];
  let honest: HonestModel[];
  beforeAll(async () => {
    data = await churnData();
    reference = await referenceProtocol(data, { seeds: 2, tunedSeeds: 1, trees: 100, draws: 1 });
    const only = ["Logistic regression", "Random forest", "Deep network", "Automatic blend"];
    honest = await honestProtocol(data, { trees: 150, folds: 3, resamples: 200, only });
  }, 400_000);

  test("has 2,666 customers to learn from and 667 to be judged on, 95 of whom left", () => {
    expect([data.train.rows.rows, data.test.rows.rows]).toEqual([2666, 667]);
    expect(data.test.labels.reduce((a, b) => a + b)).toBe(95);
    expect(data.simulated).toBe(false);
  });

  test("the reference protocol gives what scikit-learn gives with other draws", () => {
    // LogisticRegression(max_iter=1000) after SMOTE, seeds 42, 0, 1, 2: F1 .3779, .3766, .375, .3831, ROC AUC .7105–.7168;
    // a seed moves F1 by ± .02 and the area by ± .01.
    const [logistic, forest, tuned, deep, boosting] = reference;
    expect(Math.abs(logistic.band.f1.median - 0.378)).toBeLessThan(0.02);
    expect(Math.abs(logistic.band.rocAuc.median - 0.714)).toBeLessThan(0.01);
    expect(forest.band.f1.median).toBeGreaterThan(0.33);
    expect(forest.band.f1.median).toBeLessThan(0.4);
    // RandomizedSearchCV(n_iter=10, cv=3, scoring="f1"): F1 .377, ROC AUC .748.
    expect(tuned.band.rocAuc.median).toBeGreaterThan(0.72);
    expect(tuned.runs).toHaveLength(1);
    expect(tuned.verdict.reason).toMatch(/^too few seeds for a verdict: 1 of 20/);
    // Published: recall .632, precision .258 from 0.3 on; 20 seeds of ours give .526 to .779 and .186 to .243.
    expect(deep.threshold).toBe(0.3);
    expect(deep.band.recall.median).toBeGreaterThan(0.5);
    expect(deep.band.precision.median).toBeGreaterThan(0.18);
    expect(boosting.published).toBeUndefined();
    expect(boosting.verdict.reason).toBe("not in the published table");
  });

  test("the honest protocol reaches what the libraries of record reach", () => {
    const by = (name: string, resampled = false) =>
      honest.find((one) => one.name === name && one.resampled === resampled)!;
    // scikit-learn 1.9.1, all features: LR ROC AUC .814, PR AUC .426, Brier .1011; RF .925, .855, .0578.
    const logistic = by("Logistic regression").test;
    expect(logistic.rocAuc.estimate).toBeCloseTo(0.814, 2);
    expect(logistic.averagePrecision.estimate).toBeCloseTo(0.426, 2);
    expect(logistic.brier.estimate).toBeCloseTo(0.1011, 3);
    const forest = by("Random forest").test;
    expect(forest.rocAuc.estimate).toBeGreaterThanOrEqual(0.92);
    expect(forest.averagePrecision.estimate).toBeGreaterThanOrEqual(0.85);
    // LightGBM .878 and .0351; with the total charge given to it about .906 and .0206. The blend has to find that itself.
    const blend = by("Automatic blend");
    expect(blend.test.averagePrecision.estimate).toBeGreaterThanOrEqual(0.9);
    expect(blend.test.brier.estimate).toBeLessThanOrEqual(0.02);
    expect(blend.test.f1.estimate).toBeGreaterThanOrEqual(0.92);
    expect(blend.notes.join()).toContain(
      "Total day charge + Total eve charge + Total night charge + Total intl charge",
    );
    // The strong net on all training rows has .93, .88 and .036; here it leaves a part of them to stop by.
    const deep = by("Deep network").test;
    expect(deep.rocAuc.estimate).toBeGreaterThanOrEqual(0.92);
    expect(deep.averagePrecision.estimate).toBeGreaterThanOrEqual(0.86);
    expect(deep.brier.estimate).toBeLessThanOrEqual(0.042);
    expect(by("Random forest", true).test.calibrationError.estimate).toBeGreaterThan(
      forest.calibrationError.estimate,
    );
  });

  test("thresholds come from training customers: other test rows leave them as they are", async () => {
    const some = { ...data, train: few(data.train, 900) };
    const half = { ...some, test: { ...data.test, labels: data.test.labels.map((v) => 1 - v) } };
    const quick = { trees: 10, folds: 2, resamples: 10, only: ["Logistic regression", "Random forest"] };
    const [a, b] = [await honestProtocol(some, quick), await honestProtocol(half, quick)];
    expect(b.map((one) => one.threshold)).toEqual(a.map((one) => one.threshold));
  });

  test("networkSearch: 2 takes the better of two nets, by folds of the training customers", async () => {
    const some = { ...data, train: few(data.train, 900) };
    const asked = { only: ["Deep network"], networkSearch: 2, folds: 2, resamples: 10 };
    const [found] = await honestProtocol(some, asked);
    expect(found.test.rocAuc.estimate).toBeGreaterThan(0.75);
    await expect(honestProtocol(data, { networkSearch: -1 })).rejects.toThrow(
      "Cannot run the honest protocol: networkSearch must be a whole number from 0 to 10000, got -1",
    );
  }, 60_000);

  test("views say numbers, never NaN or undefined; every figure has a name of its own", async () => {
    const views = [
      columnsTable(data),
      await driversChart(data),
      referenceTable(reference),
      honestTable(honest),
      await thresholdChart(honest[0], data.train),
      await gainChart(honest, data.test),
      liftTable(honest[0], data.test),
    ];
    for (const view of views) expect(view).not.toMatch(/NaN|undefined|\[object/);
    const { figures, finding } = churnFigures(data, reference, honest);
    expect(new Set(figures.map((one) => one.name)).size).toBe(figures.length);
    expect(figures.filter((one) => one.key)).toHaveLength(4);
    expect(finding).toMatch(/^Of 667 customers, .* of the 95 who left/);
  });

  test("on simulated customers the verdict is 'not comparable'", async () => {
    const some = { ...data, train: few(data.train, 300), simulated: true };
    const [model] = await referenceProtocol(some, { seeds: 1, trees: 5, draws: 1 });
    expect(model.verdict).toMatchObject({
      inside: undefined,
      reason: expect.stringContaining("not comparable"),
    });
  });
});
