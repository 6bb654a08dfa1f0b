import { expect, test } from "vitest";
import {
  averageRanks,
  criticalDifference,
  type TableComparison,
  tableComparison,
} from "../../../src/studies/tables/compare-tables";
import { judgeTable, mixedNumber } from "../../../src/studies/tables/judge-table";
import { tablesFigures, tablesTable } from "../../../src/studies/tables/views";
import { realData } from "../../support";

test("mixedNumber(i, salt) is that of scripts/reference/tables.py", () => {
  // [mixed(i, salt) for i, salt in ((0, 0), (1, 0), (123456, 3))] in Python
  expect([mixedNumber(0, 0), mixedNumber(1, 0), mixedNumber(123456, 3)]).toEqual([
    2943727151, 4035241487, 553478263,
  ]);
});

test("criticalDifference(learners, tables) is Nemenyi's", () => {
  // Demšar (2006), section 3.2.2: 4 classifiers on 14 data sets, 2.569 √(4 · 5 / (6 · 14)) = 1.25.
  expect(criticalDifference(4, 14)).toBeCloseTo(1.25, 2);
  expect(() => criticalDifference(11, 14)).toThrow("learners must be from 2 to 10, got 11");
});

test("averageRanks(comparison, figure) shares ranks among equals and leaves out tables that auto was tuned on", () => {
  const means = (a: number, b: number, c: number) =>
    Object.fromEntries(
      Object.entries({ a, b, c }).map(([name, value]) => [name, { logLoss: value, rocAuc: value }]),
    );
  const comparison = {
    learners: ["a", "b", "c"],
    tables: [
      { tuned: false, means: means(0.1, 0.2, 0.2) },
      { tuned: false, means: means(0.3, 0.2, 0.1) },
      { tuned: true, means: means(9, 1, 5) },
    ],
  } as unknown as TableComparison;
  expect([...averageRanks(comparison, "logLoss").values()]).toEqual([2, 2.25, 1.75]);
  expect(averageRanks(comparison, "rocAuc").get("a")).toBe(2);
});

test("the saved figures of ours and of the peers are of the same rows, and the views say numbers", () => {
  const comparison = tableComparison();
  expect(comparison.tables.length).toBeGreaterThanOrEqual(12);
  expect(comparison.learners).toContain("LightGBM, rounds by CV");
  expect(tablesTable(comparison)).not.toMatch(/NaN|undefined|\[object/);
  const { figures, finding } = tablesFigures(comparison, { name: "adult", saved: 0.3, sources: [] });
  expect(new Set(figures.map((one) => one.name)).size).toBe(figures.length);
  const { finding: checked } = tablesFigures(comparison, {
    name: "adult",
    saved: 0.3,
    logLoss: 0.3,
    sources: [],
  });
  expect(finding).toBe(
    `${checked} These are saved figures and none was judged anew: adult is not among the data here.`,
  );
});

test.skipIf(!realData)(
  "judgeTable(name, plan) judges logistic regression as scikit-learn does on the same folds",
  async () => {
    const { rows, positives, learners } = await judgeTable("german-credit", {
      rows: 3000,
      repeats: 1,
      learners: ["Logistic regression"],
    });
    expect([rows, positives]).toEqual([1000, 300]);
    const area = learners["Logistic regression"].reduce((sum, one) => sum + one.rocAuc, 0) / 2;
    // tables.py: .7715 with one-hot columns unscaled and none dropped.
    expect(Math.abs(area - 0.7715)).toBeLessThan(0.01);
  },
);
