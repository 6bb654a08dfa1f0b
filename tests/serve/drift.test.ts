import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seeded } from "../../src/core/rng";
import { schemaOf } from "../../src/data/schema";
import { viewRows } from "../../src/data/simulate/view-rows";
import { openStore, type Store } from "../../src/data/store/open";
import { type Column, cellText, columnNamed, table as tableOf } from "../../src/data/table";
import { buildApp } from "../../src/serve/app";
import type { App } from "../../src/serve/context";
import { trainModel } from "../../src/services/predict/train-model";
import { ownDesk } from "../../src/services/score/own-desk";
import { quietSettings } from "./quiet-settings";

let folder: string;
let store: Store;
let app: App;
let rows: Record<string, string | number>[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "api-drift-"));
  const [telco] = viewRows("telco", 1300, 3);
  const town: Column = {
    name: "Town",
    type: "categorical",
    // Those who leave live in other towns: a column that tells nothing is left out.
    codes: Int32Array.from(
      { length: 1300 },
      (_, i) => ((i * 7) % 200) + (i % 5 > 0 && cellText(columnNamed(telco, "Churn"), i) === "Yes" ? 200 : 0),
    ),
    levels: Array.from({ length: 400 }, (_, k) => `Town ${k}`),
  };
  const table = tableOf([...telco.columns, town]);
  const plan = { target: "Churn", model: "logistic", folds: 2, drop: ["customerID"] };
  const { model } = await trainModel(table, schemaOf(table), plan, seeded(1));
  const origin = { model: "logistic", seed: 1, rows: 500, data: [], version: "0" };
  const desk = ownDesk({ name: "mine", model: { ...model, origin } }, { none: true });
  rows = Array.from({ length: 40 }, (_, i) =>
    Object.fromEntries(
      desk.fields.map(({ key, column, kind }) => {
        const from = columnNamed(table, column);
        return [key, kind === "number" && from.type === "numeric" ? from.values[i] : cellText(from, i)];
      }),
    ),
  );
  store = openStore(join(folder, "store.db"));
  app = await buildApp({
    settings: quietSettings(),
    store,
    desk: () => desk,
    version: "0",
    started: new Date(),
  });
});
afterAll(async () => {
  await app.close();
  store.close();
  rmSync(folder, { recursive: true });
});

const post = async (url: string, payload: object) => {
  const answer = await app.inject({ method: "POST", url, payload });
  return { status: answer.statusCode, body: answer.json() };
};

test("/predict names what of a customer training did not see, and nothing of others", async () => {
  const usual = await post("/predict", rows[0]);
  expect(usual.status).toBe(200);
  expect(usual.body.drift).toBeUndefined();
  const odd = await post("/predict", { ...rows[0], MonthlyCharges: 150 });
  expect(odd.body.drift).toEqual([
    { field: "MonthlyCharges", finding: expect.stringMatching(/^outside .* to .*, the range of training$/) },
  ]);
});

test("/batch-predict ends with the columns that are not as in training", async () => {
  const { body } = await post(
    "/batch-predict",
    rows.map((row) => ({ ...row, MonthlyCharges: 150 })),
  );
  expect(body.summary.drift).toHaveLength(1);
  expect(body.summary.drift[0]).toMatchObject({ field: "MonthlyCharges", rows: 40, outside: 40 });
  expect(body.summary.drift[0].stability).toBeGreaterThan(0.25);
});

test("a batch of which a column can't be read in any row is an error that names it", async () => {
  const { status, body } = await post(
    "/batch-predict",
    rows.map((row) => ({ ...row, tenure: "twelve" })),
  );
  expect(status).toBe(422);
  expect(body.detail).toContain("refused for its tenure");
  const some = await post("/batch-predict", [{ ...rows[0], tenure: "twelve" }, rows[1]]);
  expect(some.status).toBe(200);
  expect(some.body.summary).toMatchObject({ rows: 2, predicted: 1 });
});

test("a batch of which training saw no value of a column is an error, unless that is accepted", async () => {
  const moved = rows.map((row) => ({ ...row, Town: "Elsewhere" }));
  const { status, body } = await post("/batch-predict", moved);
  expect([status, body.detail]).toEqual([
    422,
    expect.stringMatching(/Town: training saw no value .*"Elsewhere"/),
  ]);
  const accepted = await post("/batch-predict?accept_loss=true", moved);
  expect([accepted.status, accepted.body.summary.predicted]).toEqual([200, 40]);
  expect(accepted.body.summary.drift[0]).toMatchObject({ field: "Town", unseen: 40 });
});
