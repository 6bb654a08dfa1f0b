import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seeded } from "../../src/core/rng";
import { journalFolder, segmentNames } from "../../src/data/store/journal";
import { saveModel, setAlias } from "../../src/data/store/models";
import { openStore, type Store } from "../../src/data/store/open";
import { buildApp } from "../../src/serve/app";
import { Champion } from "../../src/serve/champion";
import type { App } from "../../src/serve/context";
import { churnData } from "../../src/services/churn-data";
import type { Desk } from "../../src/services/score/desk";
import { fitDesk } from "../../src/services/score/fit-desk";
import { deskTable } from "../../src/services/score/rows";
import { quietSettings } from "./quiet-settings";
import { train } from "./trained";

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

const trained = (view: "churn-bigml" | "telco", name: string, ...more: string[]): Promise<string> =>
  train(folder, file, view, name, ...more);

test("without a champion the desk answers, and /health says so", async () => {
  expect((await app.inject("/health")).json()).toMatchObject({
    model: "desk@1",
    model_source: "desk",
  });
});

test("telelink train --alias champion makes the model answer, charges reckoned from minutes", async () => {
  expect(await trained("churn-bigml", "plain", "--alias", "champion")).toMatch(
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

test("what was predicted is in the store once the server has closed, and no file waits for the next one", async () => {
  const own = openStore(join(folder, "closing.db"));
  const closing = await buildApp({
    settings: quietSettings(),
    store: own,
    desk: () => base,
    version: "0.0.0",
    started: new Date(),
  });
  for (let k = 0; k < 3; k++)
    await closing.inject({ method: "POST", url: "/predict", payload: { ...customer, customer_id: `c${k}` } });
  await closing.close();
  const kept = own.db.prepare("SELECT customer FROM telelink_predictions ORDER BY id").all();
  expect(kept).toEqual([0, 1, 2].map((k) => ({ customer: `c${k}` })));
  expect(segmentNames(journalFolder(own.file))).toEqual([]);
  own.close();
});

test("a model of other columns brings its own form, API and description; what is none is refused", async () => {
  await trained("telco", "other", "--alias", "candidate");
  expect((await promote("other")).statusCode).toBe(200);
  const form = (await app.inject("/")).body;
  expect(form).toContain('name="MonthlyCharges"');
  expect(form).toContain("<option>Month-to-month</option>");
  expect(form).not.toContain("account_length");
  // A usual value, and what training saw.
  expect(form).toMatch(
    /name="tenure"[^>]*placeholder="\d+"[^>]*>.{0,60}>1 to 72 in training; empty where not known</,
  );
  const { Customer } = (await app.inject("/docs/json")).json().components.schemas;
  expect(Customer.properties).toHaveProperty("Contract");
  const example = Object.fromEntries(
    Object.entries(Customer.properties as Record<string, { examples?: unknown[] }>)
      .filter(([key]) => key !== "customer_id")
      .map(([key, { examples = [] }]) => [key, examples[0]]),
  );
  const said = await predict(example);
  expect(said).toMatchObject({ model: "other@1", simulated_value: false });
  expect(Object.keys(said)).not.toContain("clv");
  // Not known is said, and an answer is given; what is left out, made up or out of the list is refused by name.
  expect(await predict({ ...example, MonthlyCharges: null, Contract: null })).toMatchObject({
    model: "other@1",
  });
  const { Contract: _, ...less } = example;
  expect(await predict(less)).toMatchObject({ errors: [{ field: "Contract", rule: "must be given" }] });
  const wrong = (await predict({ ...example, Contract: "Weekly", tariff: 1 })) as {
    errors: { field: string }[];
  };
  expect(wrong.errors.map((one) => one.field).sort()).toEqual(["Contract", "body"]);
  const names = Object.keys(example);
  const line = names.map((name) => String(example[name]));
  const csv = `customer_id,${names.join(",")}\nc1,${line.join(",")}\nc2,${line.map((one, j) => (names[j] === "Contract" ? "Weekly" : one)).join(",")}\n`;
  const batch = await app.inject({
    method: "POST",
    url: "/batch-predict",
    headers: { "content-type": "text/csv" },
    payload: csv,
  });
  expect(batch.json()).toMatchObject({
    predictions: [{ row: 1, customer_id: "c1", churn_probability: said.churn_probability }],
    errors: [{ row: 2, field: "Contract" }],
  });
  const why = await app.inject({ method: "POST", url: "/explain", payload: example });
  expect(why.json()).toMatchObject({
    changes: [],
    changes_note: expect.stringContaining("set TELELINK_CHANGES"),
    prediction: { model: "other@1" },
    what_to_say: [expect.any(String), expect.stringContaining("Speak of what raises the risk")],
  });
  expect((await promote("plain")).statusCode).toBe(200);
});

test("who promoted what and why is told, and the model before can be gone back to", async () => {
  const put = (payload: object) => app.inject({ method: "PUT", url: "/models/champion", payload });
  await put({ model: "plain", reason: "the form" });
  await put({ model: "other", reason: "the spring campaign" });
  const told = async () => (await app.inject("/models/champion")).json();
  expect(await told()).toMatchObject({
    model: "other@1",
    source: "champion",
  });
  expect((await told()).history.slice(0, 2)).toMatchObject([
    { who: "loopback", model: "other@1", before: "plain@1", reason: "the spring campaign" },
    { model: "plain@1", reason: "the form" },
  ]);
  const back = await app.inject({ method: "POST", url: "/models/champion/rollback", payload: {} });
  expect(back.json()).toMatchObject({ model: "plain@1" });
  expect((await told()).history[0]).toMatchObject({
    model: "plain@1",
    before: "other@1",
    reason: "rolled back",
  });
  expect((await app.inject("/models/described")).json()[0].metadata).toBeTypeOf("object");
});

test("what is no model is refused, and the one before goes on answering", async () => {
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
  await trained("churn-bigml", "broken", "--alias", "champion");
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
