import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { judgedRows } from "../../src/cli/support/counted-rows";
import { seeded } from "../../src/core/rng";
import { evenRows } from "../../src/data/even-rows";
import { joinTables } from "../../src/data/join-tables";
import { readTable } from "../../src/data/read/read-table";
import { surveyTable } from "../../src/data/read/survey-table";
import type { Table } from "../../src/data/table";
import { evaluateBatches } from "../../src/services/predict/evaluate-model";
import { knownSchema } from "../../src/services/predict/saved-model";
import { trainModel } from "../../src/services/predict/train-model";
import { type PartName, partNames } from "../../src/services/prepare/division";
import { prepare, prepareBatches, recipeToJSON } from "../../src/services/prepare/recipe";

const folder = mkdtempSync(join(tmpdir(), "blocks-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, "customers.csv");
const lines = Array.from({ length: 600 }, (_, i) => {
  const months = i % 25 === 3 ? "" : (i * 7) % 60;
  return `c${i},${months},${["monthly", "yearly", "two years"][(i * 5) % 3]},${(i * 13) % 7 < 2 ? "Yes" : "No"}`;
});
// The last block has customers of before, an outcome that is missing and a level that no other has.
writeFileSync(
  file,
  ["id,months,contract,churn", ...lines, lines[5], "c700,3,monthly,", "c701,3,daily,Yes"].join("\n"),
);
const labelled = join(folder, "labelled.csv");
writeFileSync(labelled, ["id,months,contract,churn", ...lines, lines[5]].join("\n"));

test("prepare makes the same recipe and the same rows block by block", async () => {
  const { table, schema } = await readTable(labelled);
  const origin = { data: { name: "x", sha256: "0".repeat(64) }, version: "1" };
  const whole = prepare(table, schema, origin, "4", { target: "churn" }, seeded(4));
  await surveyTable(labelled, { blockRows: 50 }, async (survey) => {
    const columns = survey.columns.map(({ column }) => column);
    const batches = () => survey.batches();
    const options = { target: "churn" };
    const rows = { schema: survey.schema, columns, batches };
    const { recipe, parts } = await prepareBatches(rows, origin, "4", options, seeded(4));
    expect(recipeToJSON(recipe)).toEqual(recipeToJSON(whole.recipe));
    const found = new Map<PartName, Table[]>(partNames.map((name) => [name, []]));
    for await (const [name, part] of parts()) found.get(name)?.push(part);
    for (const name of partNames) expect(joinTables(found.get(name) ?? [])).toEqual(whole.parts[name]);
  });
});

test("evaluate and explain see the same rows block by block, and say the same of them", async () => {
  const { table, schema } = await readTable(labelled);
  const plan = { target: "churn", folds: 2, model: "logistic-regression" } as const;
  const training = await trainModel(table, schema, plan, seeded(1));
  const origin = { model: plan.model, seed: 1, rows: 601, data: [], version: "0" };
  const model = { ...training.model, origin };
  const seen = async (blockRows: number) =>
    surveyTable(file, { schema: knownSchema(model), blockRows }, async (survey) => {
      const judged = judgedRows(model, survey, { acceptLoss: true });
      const evaluation = await evaluateBatches(model, judged.batches(), seeded(2), { samples: 20 });
      return { evaluation, left: judged.left, rows: await evenRows(judged.batches(), 601, 97) };
    });
  const [small, large] = [await seen(20), await seen(1e6)];
  expect(large.left).toEqual({ duplicates: 1, unjudged: 1 });
  expect(small).toEqual(large);
});
