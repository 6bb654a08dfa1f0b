import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { run } from "../../src/cli/main";
import { seeded } from "../../src/core/rng";
import { viewRows } from "../../src/data/simulate/view-rows";
import { openStore, type Store } from "../../src/data/store/open";
import { columnNamed, isCategorical, type Table, takeTableRows } from "../../src/data/table";
import { writeCsv } from "../../src/data/write/write-csv";
import { buildApp } from "../../src/serve/app";
import { Champion } from "../../src/serve/champion";
import type { App } from "../../src/serve/context";
import { churnData } from "../../src/services/churn-data";
import { fitDesk } from "../../src/services/score/fit-desk";
import { captured } from "../cli/captured";
import { quietSettings } from "./quiet-settings";

let folder: string;
let store: Store;
let app: App;
let hook: Server;
const posted: { text: string; alerts: { what: string }[]; ended: { what: string }[] }[] = [];
let customers: Record<string, unknown>[];
let left: boolean[];

/** Rows as the API takes customers. */
function asked(rows: Table): Record<string, unknown>[] {
  return Array.from({ length: rows.rows }, (_, i) =>
    Object.fromEntries(
      rows.columns
        .filter((one) => one.name !== "customerID" && one.name !== "Churn")
        .map((one) => [
          one.name,
          one.type === "numeric"
            ? one.values[i]
            : isCategorical(one)
              ? one.levels[one.codes[i]]
              : one.values[i],
        ]),
    ),
  );
}

async function train(rows: Table, name: string, ...more: string[]): Promise<void> {
  const data = join(folder, `${name}.csv`);
  writeCsv(rows, data);
  const { code, err } = await captured(() =>
    run([
      ...["train", "--data", data, "--target", "Churn", "--model", "logistic", "--folds", "2"],
      ...["--name", name, "--store", join(folder, "s.db"), ...more],
    ]),
  );
  expect(code, err).toBe(0);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "monitoring-"));
  const [rows] = viewRows("telco", 1400, 3);
  const range = (from: number, to: number): Int32Array =>
    Int32Array.from({ length: to - from }, (_, i) => from + i);
  await train(takeTableRows(rows, range(0, 900)), "good", "--alias", "champion");
  await train(takeTableRows(rows, range(0, 40)), "poor", "--alias", "candidate");
  const later = takeTableRows(rows, range(900, 1400));
  customers = asked(later).map((one, i) => ({ ...one, customer_id: `c${i}` }));
  const churn = columnNamed(later, "Churn");
  if (!isCategorical(churn)) throw new Error("Churn must have levels");
  left = Array.from(churn.codes, (code) => churn.levels[code] === "Yes");
  hook = createServer((request, reply) => {
    let body = "";
    request.on("data", (bytes) => {
      body += bytes;
    });
    request.on("end", () => {
      posted.push(JSON.parse(body));
      reply.end();
    });
  });
  await new Promise<void>((done) => hook.listen(0, "127.0.0.1", done));
  const { port } = hook.address() as AddressInfo;
  store = openStore(join(folder, "s.db"));
  const champion = new Champion(store, await fitDesk(await churnData(), "test", seeded("test")));
  app = await buildApp({
    settings: quietSettings({ alertUrl: `http://127.0.0.1:${port}/hook`, alertSeconds: 1 }),
    store,
    desk: () => champion.desk(),
    champion,
    version: "0.0.0",
    started: new Date(),
  });
}, 60_000);
afterAll(async () => {
  await app?.close();
  store?.close();
  hook?.close();
  rmSync(folder, { recursive: true });
});

const send = (method: "PUT" | "POST" | "DELETE", url: string, payload?: unknown) =>
  app.inject({ method, url, ...(payload === undefined ? {} : { payload: payload as object }) });
const get = async (url: string) => (await app.inject(url)).json();
const batch = async (some: unknown): Promise<{ predictions: { model: string }[] }> =>
  (await send("POST", "/batch-predict", some)).json();

test("PUT /models/challenger refuses what can't be asked of the same customers, and who answers already", async () => {
  expect((await app.inject("/models/challenger")).statusCode).toBe(404);
  expect((await app.inject("/models/comparison")).statusCode).toBe(404);
  expect((await send("PUT", "/models/challenger", { model: "nobody" })).statusCode).toBe(404);
  const other = await send("PUT", "/models/challenger", { model: "desk" });
  expect(other.statusCode).toBe(422);
  expect(other.json().detail).toContain("its columns must be among those of the model that answers");
  expect((await send("PUT", "/models/challenger", { model: "good" })).json().detail).toContain(
    "it must not be the model that answers",
  );
});

test("a challenger in shadow is asked beside the champion, answers nobody and is not counted in /stats", async () => {
  const made = await send("PUT", "/models/challenger", { model: "poor", reason: "a try" });
  expect(made.json()).toMatchObject({ model: "poor@1", mode: "shadow", share: 0, failures: 0 });
  const said = await batch(customers.slice(0, 300));
  expect(new Set(said.predictions.map((one) => one.model))).toEqual(new Set(["good@1"]));
  expect(await get("/stats")).toMatchObject({ predictions: 300 });
  expect(await get("/models/comparison")).toMatchObject({
    champion: { model: "good@1", answered: 300, shadow: 0, outcomes: 0 },
    challenger: { model: "poor@1", answered: 0, shadow: 300 },
    agreement: { customers: 300 },
    paired: { outcomes: 0, verdict: expect.stringContaining("Too few outcomes") },
  });
});

test("a challenger by share answers its share, the same customers each time, and the champion is asked beside", async () => {
  await send("PUT", "/models/challenger", { model: "poor", mode: "share", share: 0.3 });
  const models = async (): Promise<string[]> =>
    (await batch(customers.slice(300))).predictions.map((one) => one.model);
  const first = await models();
  expect(first.filter((one) => one === "poor@1").length).toBeGreaterThan(35);
  expect(first.filter((one) => one === "poor@1").length).toBeLessThan(90);
  expect(await models()).toEqual(first);
  await app.inject("/stats");
  const { champion, challenger } = await get("/models/comparison");
  expect(champion.answered + champion.shadow).toBe(challenger.answered + challenger.shadow);
  const { reasons, model } = (
    await send("POST", "/predict", customers[300 + first.indexOf("poor@1")])
  ).json();
  expect(model).toBe("poor@1");
  expect(reasons).toHaveLength(3);
});

test("POST /outcomes takes what became of customers; a bad row costs itself", async () => {
  const rows = [
    ...customers.map((one, i) => ({ customer_id: one.customer_id, churned: left[i] })),
    ...[{ customer_id: "a\0b", churned: true }, { customer_id: null, churned: true }, null],
    ...[
      { customer_id: "x", churned: "perhaps" },
      { customer_id: "x", churned: 1, at: "3026-01-01" },
    ],
    { customer_id: "y", churned: "Yes", at: "2020-02-02" },
  ];
  const said = (await send("POST", "/outcomes", { outcomes: rows })).json();
  expect(said).toMatchObject({ kept: 501, replaced: 0, rejected: 5 });
  expect(said.errors.map((one: { row: number; field: string }) => [one.row, one.field])).toEqual([
    [501, "customer_id"],
    [502, "customer_id"],
    [503, "outcome"],
    [504, "churned"],
    [505, "at"],
  ]);
  const again = await send("POST", "/outcomes", { outcomes: rows.slice(-1) });
  expect(again.json()).toMatchObject({ kept: 1, replaced: 1 });
  expect((await send("POST", "/outcomes", { outcomes: [] })).statusCode).toBe(400);
});

test("POST /outcomes takes CSV too: cells as they are written, rows and columns that say nothing are told of", async () => {
  const post = (payload: string, type = "text/csv"): ReturnType<App["inject"]> =>
    app.inject({ method: "POST", url: "/outcomes", payload, headers: { "content-type": type } }) as never;
  const file =
    "CustomerID;Churn;Date;note\n007;Yes;2020-01-02;x\n008;no;;\n009;perhaps;;\n010\nNA;0;2020-01-02;\n";
  const said = await post(file);
  expect([said.statusCode, said.json()]).toEqual([
    200,
    {
      kept: 3,
      replaced: 0,
      rejected: 2,
      errors: [
        { row: 3, field: "churned", rule: "must be Yes or No, true or false, 1 or 0" },
        { row: 4, field: "outcome", rule: "must be an object" },
      ],
      unused_columns: ["note"],
    },
  ]);
  const kept = store.db
    .prepare(
      "SELECT customer, churned FROM telelink_outcomes WHERE customer IN ('007', '008', 'NA') ORDER BY customer",
    )
    .all();
  expect(kept).toEqual([
    { customer: "007", churned: 1 },
    { customer: "008", churned: 0 },
    { customer: "NA", churned: 0 },
  ]);
  expect((await post(file)).json().replaced).toBe(2);
  const bad = await post("customer_id,churned\n1,perhaps\n2,who knows\n");
  expect([bad.statusCode, bad.json().detail]).toEqual([422, expect.stringContaining("Each of the 2")]);
  for (const text of ["id,left\n1,Yes\n", "", "customer_id\n1\n", "a,customer_id,CustomerID,churned\n"])
    expect((await post(text)).statusCode).toBe(400);
  store.db.prepare("DELETE FROM telelink_outcomes WHERE customer IN ('007', '008', 'NA')").run();
});

test("GET /models/comparison tells by outcomes who was right, with intervals", async () => {
  const { champion, challenger, paired } = await get("/models/comparison");
  expect(champion.outcomes).toBe(500);
  expect(champion.churned).toBe(left.filter(Boolean).length);
  expect(paired.outcomes).toBe(500);
  expect(paired.differences.log_loss.high).toBeLessThan(0);
  expect(paired.differences.log_loss.estimate).toBeCloseTo(
    champion.figures.log_loss.estimate - challenger.figures.log_loss.estimate,
    9,
  );
  expect(paired.verdict).toContain("The champion is better");
});

test("GET /monitoring/report tells of no drift where there is none, and of calibration", async () => {
  const report = await get("/monitoring/report");
  expect(report).toMatchObject({ model: "good@1", comparable: true });
  expect(report.columns.map((one: { column: string }) => one.column)).toContain("MonthlyCharges");
  expect(report.columns.flatMap((one: { findings: string[] }) => one.findings)).toEqual([]);
  for (const { psi } of report.columns) {
    expect(psi.low).toBeLessThanOrEqual(psi.estimate);
    expect(psi.estimate).toBeLessThan(0.1);
  }
  expect(report.predictions).toMatchObject({ reference: "training", days: [{ rows: report.rows }] });
  expect(report.outcomes.calibration.length).toBe(5);
  expect(report.outcomes.figures.roc_auc.estimate).toBeGreaterThan(0.6);
  // Nothing of a single customer is kept.
  const kept = store.db.prepare("SELECT group_concat(counts) AS counts FROM telelink_inputs").get();
  expect(JSON.stringify(kept)).not.toContain("c17");
});

test("customers who differ from training are told of, in the report, /metrics and by the alert's address, once", async () => {
  await vi.waitUntil(async () => (await get("/monitoring/report")).alerts !== undefined);
  const odd = customers.map((one) => ({ ...one, MonthlyCharges: 500, Contract: "Two year" }));
  for (let k = 0; k < 3; k++) await batch(odd);
  const report = await get("/monitoring/report");
  const charges = report.columns.find((one: { column: string }) => one.column === "MonthlyCharges");
  expect(charges.psi.low).toBeGreaterThan(0.25);
  expect(charges.ks.estimate).toBeGreaterThan(0.5);
  expect(charges.findings.join()).toContain("outside");
  expect((await app.inject("/metrics")).body).toMatch(/telelink_input_psi\{column="MonthlyCharges"\} \d/);
  await vi.waitUntil(
    () => posted.some((one) => one.alerts.some(({ what }) => what === "column MonthlyCharges")),
    {
      timeout: 10_000,
    },
  );
  await vi.waitUntil(async () =>
    (await get("/monitoring/report")).alerts.every((one: { sent: boolean }) => one.sent),
  );
  const told = posted.flatMap((one) => one.alerts.map(({ what }) => what));
  expect(told.filter((what) => what === "column MonthlyCharges")).toHaveLength(1);
  expect(posted.map((one) => one.text).join()).not.toMatch(/\bc\d+\b/);
});

test("DELETE /models/challenger ends the trial, and a promotion of the challenger too", async () => {
  expect((await send("DELETE", "/models/challenger?reason=enough")).json()).toMatchObject({
    model: "poor@1",
  });
  expect((await app.inject("/models/challenger")).statusCode).toBe(404);
  await send("PUT", "/models/challenger", { model: "poor" });
  await send("PUT", "/models/champion", { model: "poor", reason: "to see" });
  expect((await app.inject("/models/challenger")).statusCode).toBe(404);
  const audit = store.db.prepare("SELECT action, detail FROM telelink_audit").all() as { action: string }[];
  expect(audit.map((one) => one.action)).toContain("end challenger");
});
