import { expect, test } from "vitest";
import { beside, factsOf, type Model } from "../../src/serve/client/model-facts";

const described = (contract: readonly string[], more: object = {}): Model => ({
  name: "churn",
  version: 1,
  kind: "telelink-model",
  sha256: "0123456789abcdef",
  at: "2026-11-29T12:00:00Z",
  aliases: [],
  metadata: {
    target: { column: "Churn", kind: "classes", positive: "Yes" },
    schema: {
      columns: [
        { name: "tenure", type: "numeric" },
        { name: "Contract", type: "categorical", levels: contract },
      ],
    },
    threshold: 0.31144,
    profile: [{ name: "tenure", missing: 0 }],
    validation: [
      { name: "rocAuc", value: 0.84517, low: 0.82946, high: 0.85918 },
      { name: "madeUp", value: 2 },
    ],
    validationMethod: "5-fold cross-validation",
    origin: { model: "logistic-regression", seed: 42, rows: 7043, data: [{ name: "a.csv", sha256: "ab" }] },
    ...more,
  },
});

test("a model's figures come first, then where it comes from, then its columns; training's distributions are left out", () => {
  const facts = factsOf(described(["One year", "Two year"]));
  expect([...facts.keys()].slice(0, 7)).toEqual([
    ...["Kind", "Made", "SHA-256", "ROC AUC", "madeUp", "Judged by", "Threshold"],
  ]);
  expect(facts.get("ROC AUC")).toBe("0.8452 (0.8295 to 0.8592)");
  expect(Object.fromEntries(facts)).toMatchObject({
    ...{
      Learner: "logistic-regression",
      "Training rows": "7,043",
      "data a.csv sha256": "ab",
      Foretold: "Churn = Yes",
    },
    ...{ Columns: "2", "Column Contract": "categorical: One year, Two year", "Column tenure": "numeric" },
  });
  expect([...facts.keys()].join()).not.toContain("profile");
});

test("two models side by side tell of columns only where they differ, however many facts there are", () => {
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`fact ${i}`, i]));
  const rows = beside(described(["One year"], many), described(["Monthly"]));
  expect(rows.map(([fact]) => fact)).not.toContain("Column tenure");
  expect(rows).toContainEqual(["Column Contract", "categorical: One year", "categorical: Monthly"]);
  expect(rows).toContainEqual(["ROC AUC", "0.8452 (0.8295 to 0.8592)", "0.8452 (0.8295 to 0.8592)"]);
  const bare: Model = { ...described([]), kind: "telelink-desk", metadata: { seed: "desk 1" } };
  expect(beside(described(["One year"]), bare)).toContainEqual(["Column tenure", "numeric", "not used"]);
});
