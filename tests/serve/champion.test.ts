import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "../../src/cli/main";
import { seeded } from "../../src/core/rng";
import { viewRows } from "../../src/data/simulate/view-rows";
import { saveModel, setAlias } from "../../src/data/store/models";
import { openStore, type Store } from "../../src/data/store/open";
import { writeCsv } from "../../src/data/write-csv";
import { buildApp } from "../../src/serve/app";
import { Champion } from "../../src/serve/champion";
import type { App } from "../../src/serve/context";
import { churnData } from "../../src/services/churn-data";
import type { Desk } from "../../src/services/score/desk";
import { fitDesk } from "../../src/services/score/fit-desk";
import { deskTable } from "../../src/services/score/rows";
import { captured } from "../cli/captured";
import { quietSettings } from "./quiet-settings";

const customer = {
  ...{ account_length: 101, state: "OH", area_code: 415, international_plan: false, voice_mail_plan: true },
  ...{ number_vmail_messages: 26, total_day_calls: 110, total_eve_calls: 99, total_night_calls: 91 },
  ...{ total_intl_calls: 3, customer_service_calls: 1 },
};
const minutes = {
  ...{ total_day_minutes: 180, total_eve_minutes: 200, total_night_minutes: 200, total_intl_minutes: 10 },
};

let folder: string;
let file: string;
let base: Desk;
let store: Store;
let app: App;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "champion-"));
  file = join(folder, "store.db");
  base = await fitDesk(await churnData(), "test", seeded("test"));
  store = openStore(file);
  const champion = new Champion(store, base);
  app = await buildApp({
    settings: quietSettings(),
    store,
    desk: () => champion.desk(),
    champion,
    version: "0.0.0",
    started: new Date(),
  });
});
afterAll(async () => {
  await app.close();
  store.close();
  rmSync(folder, { recursive: true });
});

const predict = async (payload: unknown): Promise<Record<string, unknown>> =>
  (await app.inject({ method: "POST", url: "/predict", payload: payload as object })).json();
const promote = (model: string) => app.inject({ method: "PUT", url: "/models/champion", payload: { model } });

async function train(view: "churn-bigml" | "telco", name: string, ...more: string[]): Promise<string> {
  const [rows] = viewRows(view, 600, 3);
  const data = join(folder, `${view}.csv`);
  writeCsv(rows, data);
  const { code, out, err } = await captured(() =>
    run([
      ...["train", "--data", data, "--target", "Churn", "--model", "logistic", "--folds", "2"],
      ...["--name", name, "--store", file, ...more],
    ]),
  );
  expect(err.replace(/warning:.*\n/g, "")).toBe("");
  expect(code).toBe(0);
  return out;
}

test("without a champion the desk answers, and /health says so", async () => {
  expect((await app.inject("/health")).json()).toMatchObject({
    model: "desk@1",
    model_source: "desk",
  });
});

test("telelink train --alias champion makes the model answer, charges reckoned from minutes", async () => {
  expect(await train("churn-bigml", "plain", "--alias", "champion")).toMatch(
    /kept as plain@1 in .*; champion stands/,
  );
  const champion = new Champion(store, base);
  expect(champion.serving()).toEqual({ model: "plain@1", source: "champion" });
  expect((await promote("plain@1")).json()).toEqual({ model: "plain@1", source: "champion" });
  expect((await app.inject("/health")).json()).toMatchObject({ model: "plain@1", model_source: "champion" });
  const said = await predict({ ...customer, ...minutes });
  expect(said).toMatchObject({ model: "plain@1" });
  const rows = deskTable([{ ...customer, area_code: "415", ...minutes }]);
  expect(said.churn_probability).toBeCloseTo(champion.desk().score(rows).probability[0], 3);
  expect(said.churn_probability).not.toBeCloseTo(base.score(rows).probability[0], 3);
  // Without minutes the desk's own model without them goes on answering.
  const without = await predict(customer);
  expect(without.churn_probability).toBeGreaterThan(0);
  expect(without).toMatchObject({ model: "desk@1", model_id: 1 });
  expect(said).toMatchObject({
    model_id: 2,
    data: expect.stringMatching(/^churn-bigml\.csv \([0-9a-f]{8}\); /),
  });
  // Each prediction is kept with the number of the model that made it.
  await app.inject("/stats");
  const kept = store.db
    .prepare(
      "SELECT p.model AS model, m.name || '@' || m.version AS stored FROM telelink_predictions p JOIN telelink_models m ON m.id = p.model_id ORDER BY p.id DESC LIMIT 2",
    )
    .all();
  expect(kept).toEqual([
    { model: "desk@1", stored: "desk@1" },
    { model: "plain@1", stored: "plain@1" },
  ]);
});

test("a model of other columns is refused, and the one before goes on answering", async () => {
  await train("telco", "other", "--alias", "candidate");
  const refused = await promote("other");
  expect(refused.statusCode).toBe(422);
  expect(refused.json().detail).toContain("its columns must be those of the customer's form");
  expect((await promote("nobody")).statusCode).toBe(404);
  const made = saveModel(store, {
    name: "generator",
    kind: "synthesiser copula",
    content: Buffer.from("{}"),
  });
  expect((await promote("generator")).statusCode).toBe(422);
  expect((await app.inject("/health")).json()).toMatchObject({ model: "plain@1" });
  // Promoted past the API, it is told of, and the desk answers.
  setAlias(store, "champion", made.id);
  expect(new Champion(store, base).serving()).toMatchObject({
    source: "desk",
    problem: expect.stringContaining("it must be one that telelink train kept"),
  });
});

test("a champion whose bytes were damaged is told of, and the desk answers", async () => {
  await train("churn-bigml", "broken", "--alias", "champion");
  store.db.exec("UPDATE telelink_models SET content = x'00' WHERE name = 'broken'");
  const { source, problem } = new Champion(store, base).serving();
  expect(source).toBe("desk");
  expect(problem).toContain("its bytes must have the SHA-256");
});

test("the desk is kept in the store too, once, and can be promoted like any other", async () => {
  expect(new Champion(store, base).desk().origin).toMatchObject({ model: "desk@1", modelId: 1 });
  expect((await promote("desk@1")).json()).toEqual({ model: "desk@1", source: "champion" });
  const rows = deskTable([{ ...customer, area_code: "415", ...minutes }]);
  const said = await predict({ ...customer, ...minutes });
  expect(said).toMatchObject({ model: "desk@1", model_id: 1 });
  expect(said.churn_probability).toBeCloseTo(base.score(rows).probability[0], 3);
});

test("GET /models lists what the store has", async () => {
  const models = (await app.inject("/models")).json();
  expect(models.map((one: { name: string }) => one.name)).toEqual([
    "broken",
    "generator",
    "other",
    "plain",
    "desk",
  ]);
  expect(models[0]).not.toHaveProperty("content");
});
