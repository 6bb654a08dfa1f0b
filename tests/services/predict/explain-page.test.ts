import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { schemaOf } from "../../../src/data/schema";
import { viewRows } from "../../../src/data/simulate/view-rows";
import { takeTableRows } from "../../../src/data/table";
import { explainRow } from "../../../src/services/predict/explain-model";
import { explainPage } from "../../../src/services/predict/explain-page";
import { trainModel } from "../../../src/services/predict/train-model";

test("explainRow(model, among) adds up from its base, and explainPage shows each step of it", async () => {
  const [rows] = viewRows("churn-bigml", 400, 5);
  const plan = { target: "Churn", model: "gradient-boosting", folds: 2, drop: [] };
  const { model } = await trainModel(rows, schemaOf(rows), plan, seeded(1));
  const saved = { ...model, origin: { model: "boosting", seed: 1, rows: 400, data: [], version: "0" } };
  const found = explainRow(saved, { row: takeTableRows(rows, [7]), others: rows }, seeded(1));
  expect(found.unit).toBe("log odds");
  const score = found.base + found.reasons.reduce((sum, reason) => sum + reason.contribution, 0);
  expect(1 / (1 + Math.exp(-score))).toBeCloseTo(found.prediction, 10);

  const source = { name: "customers.csv", sha256: "", rows: 400, simulated: false };
  const page = await explainPage(saved, { found, name: "row 8", source, seed: 1, top: 3 });
  for (const { column } of found.reasons.slice(0, 3)) expect(page).toContain(`${column} = `);
  expect(page).toContain(`${found.reasons.length - 3} other columns`);
  expect(page).toContain("base value");
  expect(page).not.toMatch(/NaN|undefined|\[object/);
});
