import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { viewRows } from "../../src/data/simulate/view-rows";
import { saveModel, setAlias } from "../../src/data/store/models";
import { openStore } from "../../src/data/store/open";
import { csvText } from "../../src/data/write/write-csv";
import { type RealServer, startReal } from "./real-server";

const customer = {
  ...{ account_length: 101, state: "OH", area_code: "415", international_plan: false, voice_mail_plan: true },
  ...{ number_vmail_messages: 26, total_day_calls: 110, total_eve_calls: 99, total_night_calls: 91 },
  ...{ total_intl_calls: 3, customer_service_calls: 1 },
};

/** What the tests ask of a server. */
function client({ address }: RealServer) {
  const post = (
    path: string,
    body: string | Buffer,
    headers: Record<string, string> = {},
  ): Promise<Response> =>
    fetch(address + path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: body as string,
    });
  const ask = (path: string, body: unknown): Promise<Response> => post(path, JSON.stringify(body));
  const job = async (
    id: number,
  ): Promise<{ state: string; error?: string; started?: string; ended?: string }> =>
    (await fetch(`${address}/jobs/${id}`)).json();
  const ended = async (id: number): Promise<Awaited<ReturnType<typeof job>>> => {
    for (let waited = 0; waited < 600; waited++) {
      const found = await job(id);
      if (found.state !== "queued" && found.state !== "running") return found;
      await sleep(100);
    }
    throw new Error(`job ${id} did not end`);
  };
  return { post, ask, job, ended };
}

describe("a server in a process of its own", () => {
  let server: RealServer;
  let asked: ReturnType<typeof client>;
  beforeAll(async () => {
    server = await startReal();
    asked = client(server);
    const rows = Array.from({ length: 300 }, (_, i) => `${i % 3 ? "=cmd|'/c calc'!A1" : "@plain"},${i % 50}`);
    writeFileSync(join(server.folder, "formulas.csv"), `Contract,Months\n${rows.join("\n")}\n`);
  });
  afterAll(() => server?.end());

  test("at rest it needs less than 250 MB", async () => {
    await sleep(2000);
    expect(server.memory()).toBeLessThan(250);
  });

  test.each([
    ["malformed JSON", '{"state": ', "body"],
    ["a list where an object must be", "[1]", "body"],
    ["a wrong type", JSON.stringify({ ...customer, account_length: "many" }), "account_length"],
    ["an unknown state", JSON.stringify({ ...customer, state: "ZZ" }), "state"],
    ["a negative count", JSON.stringify({ ...customer, total_day_calls: -1 }), "total_day_calls"],
    ["a half call", JSON.stringify({ ...customer, total_day_calls: 1.5 }), "total_day_calls"],
    [
      "a number beyond all bounds",
      JSON.stringify({ ...customer, total_day_calls: 1e300 }),
      "total_day_calls",
    ],
    ["a field that there is not", JSON.stringify({ ...customer, nothing: 1 }), "body"],
    [
      "a field's name that is JavaScript's own",
      `{"__proto__": {}, ${JSON.stringify(customer).slice(1)}`,
      "body",
    ],
  ])("%s is a problem that names the field, for one customer and in a batch", async (_, body, field) => {
    const one = await asked.post("/predict", body);
    expect(one.status).toBe(400);
    expect(one.headers.get("content-type")).toContain("application/problem+json");
    const said = await one.json();
    expect(said).toMatchObject({ status: 400, title: expect.any(String), detail: expect.any(String) });
    if (said.errors) expect(said.errors[0].field).toBe(field);
    const many = await asked.post("/batch-predict", `${JSON.stringify(customer)}\n${body}\n`, {
      "content-type": "application/x-ndjson",
    });
    expect(many.status).toBe(200);
    expect(await many.json()).toMatchObject({ summary: { rows: 2, predicted: 1, rejected: 1 } });
  });

  test("10 MB strings and bodies that unpack to more are refused, and cost no memory", async () => {
    const before = server.memory();
    const long = JSON.stringify({ ...customer, state: "x".repeat(10_000_000) });
    // The server answers and closes; a client that is still sending may see no more than that.
    const refusal = (path: string, body: string): Promise<number | string> =>
      asked.post(path, body).then(
        ({ status }) => status,
        (error) => error.cause?.code,
      );
    for (const path of ["/predict", "/explain", "/synth/check", "/batch-predict"])
      expect([413, "EPIPE", "ECONNRESET"]).toContain(await refusal(path, `[${long}]`));
    const bomb = gzipSync(Buffer.alloc(200 << 20, 32), { level: 9 });
    for (const [path, type] of [
      ["/predict", "application/json"],
      ["/batch-predict", "text/csv"],
    ]) {
      const headers = { "content-type": type, "content-encoding": "gzip" };
      const { status } = await asked.post(path, bomb, headers);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
    }
    expect(server.memory() - before).toBeLessThan(120);
  });

  test("no path leads out of the data folder", async () => {
    const outside = join(server.folder, "..", "outside.csv");
    mkdirSync(join(server.folder, "deep"));
    symlinkSync("/etc", join(server.folder, "deep", "etc"));
    for (const path of [outside, "../outside.csv", "deep/../../x.csv", "/etc/passwd", "deep/etc/passwd"]) {
      for (const route of ["/synth/check", "/synth/train"]) {
        const said = await asked.ask(route, { path });
        expect(said.status, path).toBe(422);
        expect(await said.text()).not.toContain("root:");
      }
    }
  });

  test("what a spreadsheet would run is made harmless in every CSV download", async () => {
    const batch = await asked.post("/batch-predict", JSON.stringify([{ ...customer, customer_id: "=1+1" }]), {
      accept: "text/csv",
    });
    expect(await batch.text()).toContain(",'=1+1,");
    const trained = await asked.ask("/synth/train", { path: "formulas.csv", name: "formulas" });
    expect(await asked.ended((await trained.json()).id)).toMatchObject({ state: "done" });
    const made = await (await asked.ask("/synth/sample", { model: "formulas", rows: 60 })).text();
    const lines = made.trim().split("\n").slice(1);
    expect(lines).toHaveLength(60);
    for (const line of lines) expect(line).toMatch(/^'[=@]/);
  });

  test("of a CSV with one bad row in a hundred the others are answered, each in its line", async () => {
    const [rows] = viewRows("churn-bigml", 2000, 4);
    const lines = csvText(rows).trim().split("\n");
    const bad = Array.from({ length: 20 }, (_, k) => 50 + 100 * k);
    for (const [k, row] of bad.entries())
      lines[row] = [lines[row].replace(/^[A-Z]+/, "ZZ"), "too,few", `${lines[row]},more`, "\u0000"][k % 4];
    const headers = { "content-type": "text/csv", accept: "text/csv" };
    const said = await (await asked.post("/batch-predict", lines.join("\n"), headers)).text();
    const [header, ...answers] = said.trim().split("\n");
    const chance = header.split(",").indexOf("churn_probability");
    expect(answers.map((line) => Number(line.split(",")[0]))).toEqual(Array.from(answers, (_, i) => i + 1));
    const empty = answers
      .filter((line) => line.split(",")[chance] === "")
      .map((line) => Number(line.split(",")[0]));
    expect(empty).toEqual(bad);
  });

  test("while another process holds the store customers are answered, changes wait, and nothing breaks", async () => {
    const other = openStore(join(server.folder, "store.db"));
    other.db.exec("BEGIN IMMEDIATE");
    try {
      expect((await asked.ask("/predict", customer)).status).toBe(200);
      const train = await asked.ask("/synth/train", { path: "formulas.csv" });
      expect(train.status).toBe(503);
      expect(await train.json()).toMatchObject({
        detail: expect.stringContaining("Another process is writing"),
      });
      expect((await fetch(`${server.address}/health`)).status).toBe(503);
      // A heartbeat gives up at its first write: each further one would keep customers waiting.
      await expect.poll(() => server.said(), { timeout: 30_000 }).toContain("lease of the store could not");
      await sleep(500);
      expect(server.said()).not.toContain("counts of inputs wait for the store");
    } finally {
      other.db.exec("ROLLBACK");
      other.close();
    }
    expect((await fetch(`${server.address}/health`)).status).toBe(200);
  });

  test("of two trainings asked for at once the second waits for the first", async () => {
    const train = async (): Promise<number> =>
      (await (await asked.ask("/synth/train", { path: "formulas.csv", name: "twice" })).json()).id;
    const [first, second] = await Promise.all([train(), train()]);
    const [one, two] = [await asked.ended(first), await asked.ended(second)].sort((a, b) =>
      (a.started as string) < (b.started as string) ? -1 : 1,
    );
    expect([one.state, two.state]).toEqual(["done", "done"]);
    expect(Date.parse(two.started as string)).toBeGreaterThanOrEqual(Date.parse(one.ended as string));
  });

  test("its log is JSON and names routes, never customers", async () => {
    const body = JSON.stringify({ ...customer, customer_id: "Jane-4711" });
    await asked.post("/predict?reasons=2", body, { "x-api-key": "tl_hush", cookie: "telelink_session=hush" });
    const { instance } = await (await fetch(`${server.address}/nothing`)).json();
    await sleep(100);
    const lines = server
      .said()
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line));
    expect(lines.some((one) => one.req?.route === "/predict")).toBe(true);
    expect(server.said()).not.toMatch(/Jane-4711|reasons=2|remoteAddress|hush/);
    // What was wrong is found by the number that the answer has.
    expect(lines.some((one) => `urn:request:${one.reqId}` === instance)).toBe(true);
  });
});

test("on a full disk customers are answered, what can't be kept is said, and the server lives on", async () => {
  const server = await startReal({ fileKb: 1200 });
  const { ask, post, job, ended } = client(server);
  try {
    const rows = Array.from({ length: 4000 }, (_, i) => `${i % 7},${i % 13},${i * 7}`);
    writeFileSync(join(server.folder, "large.csv"), `a,b,c\n${rows.join("\n")}\n`);
    const lines = `${JSON.stringify(customer)}\n`.repeat(30_000);
    const batch = await post("/batch-predict", lines, {
      "content-type": "application/x-ndjson",
      accept: "text/csv",
    });
    expect(batch.status).toBe(200);
    await batch.text();
    expect((await ask("/predict", customer)).status).toBe(200);
    await fetch(`${server.address}/stats`);
    const health = await fetch(`${server.address}/health`);
    expect(health.status).toBe(503);
    expect(await health.json()).toMatchObject({ store_writable: false, model_loaded: true });
    expect(server.said()).toContain("predictions could not be kept");
    const train = await ask("/synth/train", { path: "large.csv" });
    if (train.status === 202) {
      const { id } = await train.json();
      // One that can't even be marked as begun waits in the queue for the disk.
      await ended(id).catch(() => undefined);
      expect((await job(id)).state).toMatch(/done|failed|queued/);
      expect((await job(id)).error ?? "").not.toMatch(/undefined|\[object/);
    } else expect(train.status).toBe(507);
    expect((await ask("/predict", customer)).status).toBe(200);
  } finally {
    await server.end();
  }
}, 120_000);

test("a champion whose bytes are damaged is told of, and the desk answers", async () => {
  const server = await startReal();
  try {
    const store = openStore(join(server.folder, "store.db"));
    const { id } = saveModel(store, {
      name: "bad",
      kind: "telelink-model",
      content: Buffer.from("{cut off"),
    });
    setAlias(store, "champion", id);
    store.close();
    for (let waited = 0; waited < 100; waited++) {
      const health = await (await fetch(`${server.address}/health`)).json();
      if (health.model_problem) break;
      await sleep(100);
    }
    const health = await (await fetch(`${server.address}/health`)).json();
    expect(health).toMatchObject({ status: "ok", model: "desk@1", model_source: "desk" });
    expect(health.model_problem).toContain("it must be JSON text");
    const { ask } = client(server);
    expect(await (await ask("/predict", customer)).json()).toMatchObject({ model: "desk@1" });
  } finally {
    await server.end();
  }
}, 60_000);

test("asked to end, it answers what it has begun and then goes; too many requests are told to wait", async () => {
  const server = await startReal({ env: { TELELINK_RATE_LIMIT: "20" } });
  const { ask } = client(server);
  const body = JSON.stringify({ model: "pretrained telco-sequential", rows: 25_000 });
  let bytes = 0;
  const whole = new Promise<boolean>((done, fail) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const asking = request(
      { port: server.port, path: "/synth/sample", method: "POST", headers },
      (answer) => {
        answer.once("data", () => server.child.kill("SIGTERM"));
        answer.on("data", (piece: Buffer) => {
          bytes += piece.length;
        });
        answer.on("end", () => done(answer.complete));
        answer.on("error", fail);
      },
    );
    asking.on("error", fail);
    asking.end(body);
  });
  expect(await whole).toBe(true);
  expect(bytes).toBeGreaterThan(1_500_000);
  expect(await server.exited).toBe(0);
  await server.end();
  await expect(ask("/predict", customer)).rejects.toThrow();

  const limited = await startReal({ env: { TELELINK_RATE_LIMIT: "20" } });
  try {
    const asked = client(limited);
    const answers = await Promise.all(Array.from({ length: 30 }, () => asked.ask("/predict", customer)));
    const refused = answers.filter((one) => one.status === 429);
    expect(refused).toHaveLength(10);
    expect(Number(refused[0].headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await refused[0].json()).toMatchObject({ title: "Too many requests", status: 429 });
    expect((await fetch(`${limited.address}/health`)).status).toBe(200);
  } finally {
    await limited.end();
  }
}, 60_000);
