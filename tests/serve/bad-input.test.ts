import { mkdtempSync, rmSync } from "node:fs";
import { get, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seeded } from "../../src/core/rng";
import { viewRows } from "../../src/data/simulate/view-rows";
import { openStore, type Store } from "../../src/data/store/open";
import { csvText } from "../../src/data/write/write-csv";
import { buildApp } from "../../src/serve/app";
import type { App } from "../../src/serve/context";
import { churnData } from "../../src/services/churn-data";
import { fitDesk } from "../../src/services/score/fit-desk";
import { quietSettings } from "./quiet-settings";

let folder: string;
let store: Store;
let app: App;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bad-input-"));
  store = openStore(join(folder, "s.db"), { busyMs: 50 });
  const desk = await fitDesk(await churnData(), "test", seeded("test"));
  app = await buildApp({
    settings: quietSettings({ data: folder }),
    store,
    desk: () => desk,
    version: "0.0.0",
    started: new Date(),
  });
});
afterAll(async () => {
  await app.close();
  store.close();
  rmSync(folder, { recursive: true });
});

const customer = {
  ...{ account_length: 101, state: "OH", area_code: "415", international_plan: false, voice_mail_plan: true },
  ...{ number_vmail_messages: 26, total_day_calls: 110, total_eve_calls: 99, total_night_calls: 91 },
  ...{ total_intl_calls: 3, customer_service_calls: 1 },
};
const post = (url: string, payload: string | Buffer, headers: Record<string, string> = {}) =>
  app.inject({ method: "POST", url, headers: { "content-type": "application/json", ...headers }, payload });

test("a string of 10 MB is refused in a few words, whether one is predicted or many", async () => {
  const long = JSON.stringify({ ...customer, state: "x".repeat(10_000_000) });
  for (const [url, body] of [
    ["/predict", long],
    ["/batch-predict", `[${long}]`],
  ]) {
    const said = await post(url, body);
    expect(said.statusCode).toBe(413);
    expect(said.body.length).toBeLessThan(1000);
    expect(said.json()).toMatchObject({ title: "The body is too large" });
  }
  // Where rows stand on lines of their own the long one alone is refused.
  const lines = `${JSON.stringify(customer)}\n${long}\n${JSON.stringify(customer)}\n`;
  const said = (await post("/batch-predict", lines, { "content-type": "application/x-ndjson" })).json();
  expect(said.summary).toMatchObject({ rows: 3, predicted: 2, rejected: 1 });
  expect(said.errors).toEqual([{ row: 2, field: "customer", rule: "must have at most 262144 bytes" }]);
});

test("a body that would grow a thousandfold when unpacked is not unpacked", async () => {
  const bomb = gzipSync(Buffer.alloc(50 << 20, 32), { level: 9 });
  for (const [url, type] of [
    ["/predict", "application/json"],
    ["/batch-predict", "text/csv"],
  ]) {
    const before = process.memoryUsage().arrayBuffers;
    const said = await post(url, bomb, { "content-type": type, "content-encoding": "gzip" });
    expect(said.statusCode).toBe(415);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 << 20);
  }
});

test("of a CSV with one bad row in a hundred the others are answered and the bad ones named", async () => {
  const [rows] = viewRows("churn-bigml", 1000, 4);
  const lines = csvText(rows).trim().split("\n");
  const bad = [50, 150, 250, 350, 450, 550, 650, 750, 850, 950];
  const breaks = [
    (line: string) => line.replace(/^[A-Z]+/, "ZZ"),
    (line: string) => line.replace(/^([A-Z]+),\d+/, "$1,-5"),
    (line: string) => line.split(",").slice(0, 7).join(","),
    (line: string) => line.replace(/,(Yes|No),/, ",Perhaps,"),
    (line: string) => `${line},more`,
  ];
  bad.forEach((row, k) => {
    lines[row] = breaks[k % breaks.length](lines[row]);
  });
  const said = (await post("/batch-predict", lines.join("\n"), { "content-type": "text/csv" })).json();
  expect(said.summary).toMatchObject({ rows: 1000, predicted: 990, rejected: 10 });
  expect(said.errors.map((one: { row: number }) => one.row)).toEqual(bad);
});

test("what is wrong with the file as a whole is told at its end, also of CSV where it is asked for", async () => {
  const [rows] = viewRows("churn-bigml", 3, 4);
  const lines = csvText(rows).trim().split("\n");
  const text = `${lines[0]},Größe\n${lines
    .slice(1)
    .map((line) => `${line},ü`)
    .join("\n")}\n`;
  const bytes = Buffer.from(text, "latin1");
  const type = { "content-type": "text/csv" };
  const summary = { unused_columns: expect.arrayContaining(["Größe"]), encoding: "windows-1252" };
  expect((await post("/batch-predict", bytes, type)).json().summary).toMatchObject(summary);
  const csv = (await post("/batch-predict?summary=true", bytes, { ...type, accept: "text/csv" })).body;
  const last = csv.trimEnd().split("\n").at(-1) as string;
  const cell = last.slice(last.indexOf("summary ") + 8, last.lastIndexOf('"')).replaceAll('""', '"');
  expect(JSON.parse(cell)).toMatchObject({ rows: 3, ...summary });
  expect((await post("/batch-predict", bytes, { ...type, accept: "text/csv" })).body).not.toContain(
    "summary",
  );
  expect((await post("/batch-predict", text, type)).json().summary).not.toHaveProperty("encoding");
});

test("rows of JSON are refused with the value found; paths that are no URL's and queries that nobody reads with a problem", async () => {
  const bad = [
    { ...customer, total_day_calls: 1e6 },
    { ...customer, state: "Atlantis" },
    { ...customer, area_code: null },
  ];
  const said = (await post("/batch-predict", JSON.stringify([customer, ...bad]))).json();
  expect(said.errors.map(({ rule }: { rule: string }) => rule)).toEqual([
    expect.stringMatching(/, got 1000000$/),
    expect.stringMatching(/, got "Atlantis"$/),
    expect.stringMatching(/, got null$/),
  ]);
  for (const url of ["/reports/%c0%ae", "/stats?since=2026", "/stats?__proto__=1"]) {
    const refused = await app.inject(url);
    expect([url, refused.statusCode, refused.headers["content-type"]]).toEqual([
      url,
      400,
      expect.stringContaining("application/problem+json"),
    ]);
    expect(refused.body).not.toContain("FST_");
  }
  expect((await app.inject("/live?probe=1")).statusCode).toBe(200);
});

test("a CSV of which nothing can be used costs no memory and ends, told of, past a hundred thousand rows", async () => {
  const [rows] = viewRows("churn-bigml", 1, 4);
  const text = `${csvText(rows).trim()}\n${"x\n".repeat(110_000)}`;
  const said = await post("/batch-predict", text, { "content-type": "text/csv" });
  expect([said.statusCode, said.json().detail]).toEqual([
    422,
    expect.stringMatching(/^\d+ of \d+ rows were refused/),
  ]);
});

test("while another process holds the store, customers are still answered and /health says that it is not well", async () => {
  const other = openStore(store.file);
  other.db.exec("BEGIN IMMEDIATE");
  try {
    expect((await post("/predict", JSON.stringify(customer))).statusCode).toBe(200);
    const health = await app.inject("/health");
    expect(health.statusCode).toBe(503);
    expect(health.json()).toMatchObject({ status: "failing", model_loaded: true, store_writable: false });
  } finally {
    other.db.exec("ROLLBACK");
    other.close();
  }
  expect((await app.inject("/health")).json()).toMatchObject({ status: "ok" });
});

test("a client that goes away in mid-stream ends the work for it", async () => {
  await app.listen({ port: 0, host: "127.0.0.1" });
  const { port } = app.server.address() as AddressInfo;
  const body = JSON.stringify({ model: "pretrained telco-sequential", rows: 10_000_000, seed: "1" });
  const begun = await new Promise<number>((done, fail) => {
    const asking = request(
      {
        port,
        path: "/synth/sample",
        method: "POST",
        headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body) },
      },
      (answer) => {
        answer.once("data", (bytes: Buffer) => {
          asking.destroy();
          done(bytes.length);
        });
        answer.on("error", () => {});
      },
    );
    asking.on("error", fail);
    asking.end(body);
  });
  expect(begun).toBeGreaterThan(0);
  await sleep(1500);
  const used = process.cpuUsage();
  await sleep(1000);
  const { user } = process.cpuUsage(used);
  // Drawing on would take all of that second.
  expect(user).toBeLessThan(400_000);
  const online = await new Promise<number | undefined>((done) =>
    get({ port, path: "/online" }, (answer) => {
      answer.resume();
      done(answer.statusCode);
    }),
  );
  expect(online).toBe(200);
}, 30_000);

test("what could be read in two ways is refused: a member twice, bytes that are no UTF-8, an unknown query", async () => {
  const one = JSON.stringify(customer).slice(1, -1);
  const twice = `{${one},"customer_service_calls":9}`;
  const torn = Buffer.concat([
    Buffer.from(`{${one},"customer_id":"a`),
    Buffer.from([0xff]),
    Buffer.from('"}'),
  ]);
  const good = `{${one},"customer_id":"good \\"}"}`;
  const ask = async (url: string, payload: string | Buffer, type = "application/json") => {
    const reply = await app.inject({ method: "POST", url, payload, headers: { "content-type": type } });
    return { status: reply.statusCode, ...reply.json() };
  };
  const rule = 'must not have "customer_service_calls" twice';
  for (const path of ["/predict", "/explain"]) {
    expect(await ask(path, twice)).toMatchObject({ status: 400, detail: `The body ${rule}` });
    expect(await ask(path, twice.replace("calls", "c\\u0061lls"))).toMatchObject({ status: 400 });
    expect(await ask(path, torn)).toMatchObject({ status: 400, detail: "The body must be UTF-8" });
    expect(await ask(`${path}?reason=0`, good)).toMatchObject({ status: 400 });
    const inherited = `{"__proto__":{"account_length":1},${one.replace(/"account_length":\d+,/, "")}}`;
    expect(await ask(path, inherited)).toMatchObject({
      status: 400,
      detail: "The body must not have __proto__",
    });
    expect(await ask(path, "")).toMatchObject({ status: 400, detail: "The body is empty" });
    expect(await ask(path, `\ufeff${good}`)).toMatchObject({ status: 200 });
  }
  const errors = [
    { row: 2, field: "customer", rule },
    { row: 3, field: "customer", rule: "must be UTF-8" },
  ];
  const bytes = (between: string, before = "", after = ""): Buffer =>
    Buffer.concat([Buffer.from(`${before}${good}${between}${twice}${between}`), torn, Buffer.from(after)]);
  for (const [body, type] of [
    [bytes(",", "\ufeff[", "]"), "application/json"],
    [bytes("\n", "\ufeff"), "application/x-ndjson"],
  ] as const)
    expect(await ask("/batch-predict", body, type)).toMatchObject({
      status: 200,
      predictions: [{ row: 1, customer_id: 'good "}' }],
      errors,
      summary: { rows: 3, predicted: 1, rejected: 2 },
    });
  // Members beside the list are passed over, and told of.
  expect(await ask("/batch-predict", `{"customers":[${good}],"model":"other@1"}`)).toMatchObject({
    summary: { predicted: 1, unused_columns: ["model"] },
  });
});
