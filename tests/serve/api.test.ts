import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seeded } from "../../src/core/rng";
import { openStore, type Store } from "../../src/data/store/open";
import { buildApp } from "../../src/serve/app";
import type { App } from "../../src/serve/context";
import { type Settings, settings } from "../../src/serve/settings";
import { churnData } from "../../src/services/churn-data";
import type { Desk } from "../../src/services/score/desk";
import { fitDesk } from "../../src/services/score/fit-desk";
import { realData } from "../support";
import { quietSettings } from "./quiet-settings";

const customer = {
  account_length: 101,
  state: "OH",
  area_code: 415,
  international_plan: "No",
  voice_mail_plan: true,
  number_vmail_messages: 26,
  total_day_calls: 110,
  total_eve_calls: 99,
  total_night_calls: 91,
  total_intl_calls: 3,
  customer_service_calls: 1,
};

describe.skipIf(!realData)("the API, with a desk trained on the real churn-bigml customers", () => {
  let app: App;
  let store: Store;
  let desk: Desk;
  const chosen: Settings = quietSettings();
  const start = async (given: Partial<Settings> = {}): Promise<App> =>
    buildApp({
      settings: { ...chosen, ...given },
      store,
      desk: () => desk,
      version: "0.0.0",
      started: new Date(),
    });
  beforeAll(async () => {
    store = openStore(":memory:");
    desk = await fitDesk(await churnData(), "test", seeded("test"));
    app = await start();
  });
  afterAll(async () => {
    await app.close();
    store.close();
  });
  const post = (url: string, payload: unknown, headers: Record<string, string> = {}) =>
    app.inject({
      method: "POST",
      url,
      headers: { "content-type": "application/json", ...headers },
      payload: typeof payload === "string" || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload),
    });

  test("GET /online and /health say that all is well", async () => {
    expect((await app.inject("/online")).json()).toEqual({ status: "online" });
    expect((await app.inject("/health")).json()).toMatchObject({
      status: "ok",
      model_loaded: true,
      store_writable: true,
    });
  });

  test("POST /predict answers probability, risk, value, action and profit", async () => {
    const reply = await post("/predict", { ...customer, customer_id: "c-1" });
    expect(reply.statusCode).toBe(200);
    const said = reply.json();
    expect(said).toMatchObject({ customer_id: "c-1", simulated_value: true });
    expect(said.clv_interval[0]).toBeLessThan(said.clv);
    expect(said.clv_interval[1]).toBeGreaterThan(said.clv);
    expect(said.risk_level).toBe(
      said.churn_probability > 0.3 ? "High" : said.churn_probability > 0.15 ? "Medium" : "Low",
    );
  });

  test("more service calls and an international plan raise the probability", async () => {
    const calm = (await post("/predict", customer)).json().churn_probability;
    const upset = (
      await post("/predict", { ...customer, customer_service_calls: 6, international_plan: true })
    ).json().churn_probability;
    expect(upset).toBeGreaterThan(calm + 0.2);
  });

  test("minutes, where given, are used", async () => {
    const minutes = {
      total_day_minutes: 320,
      total_eve_minutes: 250,
      total_night_minutes: 240,
      total_intl_minutes: 10,
    };
    const heavy = (
      await post("/predict", { ...customer, voice_mail_plan: false, number_vmail_messages: 0, ...minutes })
    ).json();
    expect(heavy.churn_probability).toBeGreaterThan(0.6);
  });

  test("POST /predict gives as many reasons as asked for, 3 unless told, by the API's own names", async () => {
    const upset = { ...customer, customer_service_calls: 6, international_plan: true };
    const { reasons } = (await post("/predict", upset)).json();
    expect(reasons).toHaveLength(3);
    expect(reasons.map((one: { field: string }) => one.field)).toContain("customer_service_calls");
    expect(reasons.find((one: { field: string }) => one.field === "customer_service_calls")).toMatchObject({
      value: "6",
    });
    expect((await post("/predict?reasons=0", upset)).json()).not.toHaveProperty("reasons");
    expect((await post("/predict?reasons=-1", upset)).statusCode).toBe(400);
    const batch = (await post("/batch-predict?reasons=2", [upset, customer])).json();
    expect(batch.predictions.map((one: { reasons: unknown[] }) => one.reasons.length)).toEqual([2, 2]);
  });

  test("POST /explain's contributions add up to the probability, and its changes are what /predict says of them", async () => {
    const minutes = {
      total_day_minutes: 300,
      total_eve_minutes: 250,
      total_night_minutes: 240,
      total_intl_minutes: 10,
    };
    for (const one of [
      { ...customer, customer_service_calls: 5, international_plan: true },
      { ...customer, ...minutes, voice_mail_plan: false, number_vmail_messages: 0 },
    ]) {
      const said = (await post("/explain", one)).json();
      expect(said).toMatchObject({ unit: "log odds", method: "exact" });
      const score = said.prediction.reasons.reduce(
        (sum: number, { contribution }: { contribution: number }) => sum + contribution,
        said.expected,
      );
      expect(1 / (1 + Math.exp(-score))).toBeCloseTo(said.prediction.churn_probability, 3);
      expect(said.changes.length).toBeGreaterThan(0);
      for (const { field, from, to, churn_probability, risk_level } of said.changes) {
        // What an agent can change: never the past, and nobody is to take the international plan.
        expect(["international_plan", "voice_mail_plan"]).toContain(field);
        expect([field, to]).not.toEqual(["international_plan", "Yes"]);
        expect((one as Record<string, unknown>)[field] ?? from).not.toBe(to);
        expect(churn_probability).toBeLessThan(said.prediction.churn_probability);
        const messages = field === "voice_mail_plan" ? { number_vmail_messages: to === "Yes" ? 28 : 0 } : {};
        const again = (await post("/predict", { ...one, [field]: to, ...messages })).json();
        expect(again).toMatchObject({ churn_probability, risk_level });
      }
    }
  });

  test("each wrong field is named with its rule, as problem+json", async () => {
    const reply = await post("/predict", {
      ...customer,
      account_length: -1,
      state: "XX",
      area_code: "999",
      customer_service_calls: 1.5,
      extra: 1,
    });
    expect(reply.statusCode).toBe(400);
    expect(reply.headers["content-type"]).toContain("application/problem+json");
    const rules = Object.fromEntries(
      reply.json().errors.map((one: { field: string; rule: string }) => [one.field, one.rule]),
    );
    expect(rules).toMatchObject({
      account_length: "must be at least 0",
      state: "must be one of the listed values",
      area_code: "must be one of 408, 415, 510",
      customer_service_calls: "must be a whole number",
      body: 'must not have "extra"',
    });
    const missing = (await post("/predict", { ...customer, state: undefined })).json();
    expect(missing.errors).toEqual([{ field: "state", rule: "must be given" }]);
  });

  test("malformed JSON, other forms of body and unknown pages are problems, never 5xx", async () => {
    expect((await post("/predict", "{nope")).statusCode).toBe(400);
    expect((await post("/predict", "a=1", { "content-type": "text/plain" })).statusCode).toBe(415);
    expect((await post("/batch-predict", "null")).statusCode).toBe(400);
    expect((await app.inject({ method: "POST", url: "/batch-predict" })).statusCode).toBe(400);
    expect((await post("/batch-predict", "[]", { "content-encoding": "gzip" })).statusCode).toBe(415);
    expect((await app.inject("/nowhere")).json()).toMatchObject({ status: 404 });
    const wrong = await app.inject({ method: "DELETE", url: "/predict?x=1" });
    expect([wrong.statusCode, wrong.headers.allow]).toEqual([405, "POST"]);
    expect(wrong.json().detail).toBe("POST is served here, not DELETE");
    expect((await app.inject({ method: "PUT", url: "/jobs/7" })).headers.allow).toBe("GET, HEAD");
    expect((await post("/predict", `{"state":"${"x".repeat(100_000)}"}`)).body.length).toBeLessThan(4000);
  });

  test("POST /batch-predict reads churn-bigml's own CSV and keeps its order", async () => {
    const csv = readFileSync(join(realData as string, "churn-bigml-20.csv"));
    const said = (await post("/batch-predict", csv, { "content-type": "text/csv" })).json();
    expect(said.summary).toMatchObject({ rows: 667, predicted: 667, rejected: 0 });
    const test = (await churnData()).test;
    const mean = (label: number): number => {
      const some = said.predictions.filter((_: unknown, i: number) => test.labels[i] === label);
      return (
        some.reduce((sum: number, one: { churn_probability: number }) => sum + one.churn_probability, 0) /
        some.length
      );
    };
    expect(mean(1)).toBeGreaterThan(mean(0) + 0.3);
  });

  test("a batch with bad rows answers the good ones and names the others", async () => {
    const said = (
      await post("/batch-predict", [
        customer,
        { ...customer, state: "ZZ" },
        { ...customer, total_day_calls: -3 },
        customer,
      ])
    ).json();
    expect(said.summary).toMatchObject({ rows: 4, predicted: 2, rejected: 2 });
    expect(said.errors).toEqual([
      { row: 2, field: "state", rule: 'must be one of the listed values, got "ZZ"' },
      { row: 3, field: "total_day_calls", rule: "must be at least 0, got -3" },
    ]);
    const header = Object.keys(customer).join(",");
    const row = Object.values({ ...customer, voice_mail_plan: "Yes" }).join(",");
    const csv = (
      await post("/batch-predict", `${header}\n${row}\n${row.replace("OH", "ZZ")}\n`, {
        "content-type": "text/csv",
      })
    ).json();
    expect(csv.summary).toMatchObject({ rows: 2, predicted: 1, rejected: 1 });
    expect(csv.errors[0]).toMatchObject({ row: 2, field: "state" });
  });

  test("a batch comes back as CSV when asked, with formulas made harmless", async () => {
    const reply = await post("/batch-predict", [{ ...customer, customer_id: "=cmd|'/c calc'!A1" }], {
      accept: "text/csv",
    });
    expect(reply.headers["content-type"]).toContain("text/csv");
    expect(reply.body.split("\n")[0]).toMatch(
      /^row,customer_id,account_length,.*,churn_probability,risk_level/,
    );
    expect(reply.body).toContain("'=cmd");
  });

  test("a CSV comes back with its own columns as they were sent, those of refused rows too", async () => {
    const header = `note;clv;${Object.keys(customer).join(";")}`;
    const row = Object.values({ ...customer, voice_mail_plan: "yes" }).join(";");
    const csv = `${header}\n"a;b";-007;${row}\nshort\n=x;;${row.replace("OH", "ZZ")}\n`;
    const sent = { "content-type": "text/csv", accept: "text/csv" };
    const lines = (await post("/batch-predict", csv, sent)).body.trimEnd().split("\n");
    const own = Object.values({ ...customer, voice_mail_plan: "yes" }).join(",");
    expect(lines[0]).toBe(
      `row,note,sent_clv,${Object.keys(customer).join(",")},churn_probability,risk_level,clv,clv_low,clv_high,recommended_action,expected_profit,reasons,model,error`,
    );
    expect(lines[1]).toMatch(new RegExp(`^1,a;b,-007,${own},0\\.\\d+,(High|Medium|Low),`));
    expect(lines[2]).toMatch(/^2,,,.*field/);
    expect(lines[3]).toMatch(new RegExp(`^3,'=x,,${own.replace("OH", "ZZ")},,.*"state must`));
    const { summary } = (await post("/batch-predict", csv, { "content-type": "text/csv" })).json();
    expect(summary).toMatchObject({ unused_columns: ["note", "clv"] });
    expect(summary.missing_columns).toContain("total_day_minutes");
  });

  test("a CSV without the needed columns says which are missing", async () => {
    const reply = await post("/batch-predict", "state,account_length\nOH,1\n", {
      "content-type": "text/csv",
    });
    expect(reply.statusCode).toBe(422);
    expect(reply.json().detail).toContain("area_code, international_plan");
  });

  test("GET /stats counts what was predicted", async () => {
    const before = (await app.inject("/stats")).json().predictions;
    await post("/predict", customer);
    expect((await app.inject("/stats")).json().predictions).toBe(before + 1);
  });

  test("GET /docs/json describes every route, and /metrics counts by route", async () => {
    const document = (await app.inject("/docs/json")).json();
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(["/online", "/health", "/predict", "/batch-predict", "/stats"]),
    );
    const page = await app.inject("/docs");
    expect(page.statusCode).toBe(200);
    expect(page.headers).toMatchObject({
      "content-security-policy": expect.stringMatching(
        /^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'/,
      ),
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    });
    expect((await app.inject("/metrics")).body).toMatch(
      /telelink_requests_total\{method="POST",route="\/predict",status="200"\} \d+/,
    );
  });
});

test("settings come from what is given, then the environment, then the defaults, and are checked", () => {
  expect(settings({ port: 1 }, { TELELINK_PORT: "2", TELELINK_RISK_HIGH: "0.5" })).toMatchObject({
    port: 1,
    riskHigh: 0.5,
    clvHigh: 40_000,
  });
  expect(() => settings({}, { TELELINK_PORT: "many" })).toThrow(/Cannot start the server: port/);
  expect(() => settings({ riskHigh: 0.1 })).toThrow("must not lie above the high ones");
  expect(() => settings({ host: "0.0.0.0" })).toThrow("needs an API key");
  expect(settings({ host: "0.0.0.0", apiKey: "0123456789abcdef" }).host).toBe("0.0.0.0");
});
