import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { parseCsv } from "../../src/data/read/read-csv";
import { jobEvents } from "../../src/data/store/jobs";
import { openStore, type Store } from "../../src/data/store/open";
import { columnNamed, isCategorical } from "../../src/data/table";
import { buildApp } from "../../src/serve/app";
import type { App } from "../../src/serve/context";
import type { Desk } from "../../src/services/score/desk";
import { realData } from "../support";
import { quietSettings } from "./quiet-settings";

let folder: string;
let store: Store;
let app: App;
const rows = Array.from(
  { length: 600 },
  (_, i) => `${i % 3 ? "Monthly" : "Yearly"},${20 + (i % 7)},${(20 + (i % 7)) * (1 + (i % 12))}`,
);
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "telelink-jobs-"));
  mkdirSync(join(folder, "data"));
  writeFileSync(join(folder, "data", "customers.csv"), `Contract,Monthly,Total\n${rows.join("\n")}\n`);
  await start();
});
afterEach(async () => {
  await app.close();
  store.close();
  rmSync(folder, { recursive: true, force: true });
});
async function start(): Promise<void> {
  store = openStore(join(folder, "store.db"));
  const desk = (): Desk => {
    throw new Error("no desk here");
  };
  const chosen = quietSettings({
    data: join(folder, "data"),
    store: join(folder, "store.db"),
  });
  app = await buildApp({ settings: chosen, store, desk, version: "0.0.0", started: new Date() });
}
const post = (url: string, payload: object) => app.inject({ method: "POST", url, payload });
const events = async (id: number, after = 0): Promise<{ id: number; event: Record<string, unknown> }[]> => {
  const reply = await app.inject({ url: `/jobs/${id}/events`, headers: { "last-event-id": `${after}` } });
  return [...reply.body.matchAll(/id: (\d+)\ndata: (.*)\n/g)].map(([, number, data]) => ({
    id: Number(number),
    event: JSON.parse(data),
  }));
};

describe("training a generator", () => {
  test("goes from the queue through progress to a model that draws rows", async () => {
    const job = (await post("/synth/train", { path: "customers.csv", name: "mine" })).json();
    expect(job).toMatchObject({
      state: "queued",
      input: { file: "customers.csv", epochs: 60, heldOut: 0.2 },
    });
    expect(JSON.stringify(job)).not.toContain(folder);
    const all = await events(job.id);
    expect(all.map((one) => one.id)).toEqual(all.map((_, i) => i + 1));
    expect(all[0].event).toEqual({ state: "queued" });
    expect(all.some(({ event }) => event.phase === "read the data")).toBe(true);
    expect(all.at(-1)?.event).toMatchObject({
      state: "done",
      result: { model: "mine", version: 1, rows: 480, heldOut: 120 },
    });
    expect((await app.inject("/synth/models")).json()[0]).toMatchObject({
      name: "mine",
      kind: "synthesiser sequential",
      metadata: { rows: 480, heldOut: { share: 0.2, rows: 120 }, measured: { rows: { real: 480 } } },
    });

    const sample = await post("/synth/sample", { model: "mine", rows: 500, where: { Contract: "Yearly" } });
    const made = parseCsv(sample.body).table;
    const contract = columnNamed(made, "Contract");
    expect(made.rows).toBe(500);
    expect(
      isCategorical(contract) && contract.codes.every((code) => contract.levels[code] === "Yearly"),
    ).toBe(true);
    expect(
      (await post("/synth/sample", { model: "mine", rows: 500, where: { Contract: "Yearly" } })).body,
    ).toBe(sample.body);
    const preview = (
      await post("/synth/preview", { model: "mine", rows: 500, where: { Contract: "Yearly" } })
    ).json();
    expect(preview.rows).toHaveLength(10);
    expect(preview.rows[0].join(",")).toBe(sample.body.split("\n")[1]);
  });

  test("counts customers with several rows each as the command does, and says so where the data are looked at and in the answer", async () => {
    const lines = Array.from({ length: 600 }, (_, i) => {
      const k = (i * 7) % 150;
      return `C${1000 + k},${["basic", "plus"][k % 2]},${(i * 13) % 47},${20 + ((k * 31) % 90)}`;
    });
    writeFileSync(join(folder, "data", "bills.csv"), `customerID,plan,paid,age\n${lines.join("\n")}\n`);
    const said =
      "customerID names 150 customers with up to 4 rows each: what few share is counted in customers, not rows";
    const checked = (await post("/synth/check", { path: "bills.csv" })).json();
    expect(checked).toMatchObject({ rows: 600, duplicates: 0, notes: [said] });
    const { id } = (await post("/synth/train", { path: "bills.csv", name: "bills" })).json();
    const last = (await events(id)).at(-1)?.event;
    expect(last).toMatchObject({ state: "done" });
    const result = last?.result as Record<string, unknown>;
    expect(result).toMatchObject({ rows: 480, heldOut: 120, duplicates: 0 });
    expect(result.notes).toContain(said);
    const { metadata } = (await app.inject("/synth/models"))
      .json()
      .find(({ name }: { name: string }) => name === "bills");
    expect(metadata.learning.customers).toEqual({
      column: "customerID",
      values: 150,
      most: 4,
      found: "by its values",
    });
    const { id: own } = (await post("/synth/train", { path: "bills.csv", method: "mst" })).json();
    expect((await events(own)).at(-1)?.event).toMatchObject({
      result: {
        notes: ["customerID names customers with several rows each: ε is of one row, not of a customer"],
      },
    });
  });

  test("says in the answer and keeps what of the table it did not learn", async () => {
    const lines = Array.from({ length: 900 }, (_, i) => {
      const [x, y] = [(i * 37) % 101, (i * 53) % 97];
      return `${x},${y},${["basic", "plus"][i % 2]},${(x * x + 2 * y * y) / 10}`;
    });
    writeFileSync(join(folder, "data", "risk.csv"), `x,y,plan,risk\n${lines.join("\n")}\n`);
    const { id } = (await post("/synth/train", { path: "risk.csv", name: "risk" })).json();
    const notes = ((await events(id)).at(-1)?.event.result as { notes: string[] } | undefined)?.notes;
    const said = expect.stringMatching(/^risk follows from [xy] and [xy], to within .*: that is not learnt$/);
    expect(notes).toContainEqual(said);
    const { metadata } = (await app.inject("/synth/models"))
      .json()
      .find(({ name }: { name: string }) => name === "risk");
    expect(metadata.notLearnt).toEqual([said]);
  });

  test("events read on from any number, also after a restart", async () => {
    const { id } = (await post("/synth/train", { path: "customers.csv" })).json();
    const all = await events(id);
    expect(await events(id, 2)).toEqual(all.slice(2));
    await app.close();
    store.close();
    await start();
    expect(await events(id)).toEqual(all);
  });

  test("two jobs run one after the other; a queued one can be stopped", async () => {
    const first = (await post("/synth/train", { path: "customers.csv" })).json();
    const second = (await post("/synth/train", { path: "customers.csv" })).json();
    expect((await post(`/jobs/${second.id}/stop`, {})).statusCode).toBe(202);
    expect((await events(second.id)).at(-1)?.event).toEqual({ state: "stopped" });
    expect((await events(first.id)).at(-1)?.event).toMatchObject({ state: "done" });
  });

  test("a running job can be stopped, and the next one then runs", async () => {
    const { id } = (await post("/synth/train", { path: "customers.csv" })).json();
    while ((await app.inject(`/jobs/${id}`)).json().state === "queued")
      await new Promise((done) => setTimeout(done, 5));
    await post(`/jobs/${id}/stop`, {});
    expect((await events(id)).at(-1)?.event.state).toMatch(/stopped|done/);
    const next = (await post("/synth/train", { path: "customers.csv" })).json();
    expect((await events(next.id)).at(-1)?.event).toMatchObject({ state: "done" });
  });

  test("a job that fails says why", async () => {
    writeFileSync(join(folder, "data", "empty.csv"), "a,b\n");
    const { id } = (await post("/synth/train", { path: "empty.csv" })).json();
    expect((await events(id)).at(-1)?.event).toMatchObject({
      state: "failed",
      error: expect.stringMatching(/Cannot/),
    });
    expect((await app.inject(`/jobs/${id}`)).json()).toMatchObject({ state: "failed" });
  });

  test("a training whose server ends goes on with the next server", async () => {
    const { id } = (await post("/synth/train", { path: "customers.csv" })).json();
    while ((await app.inject(`/jobs/${id}`)).json().state === "queued")
      await new Promise((done) => setTimeout(done, 5));
    await app.close();
    store.close();
    await start();
    await vi.waitUntil(async () => (await app.inject(`/jobs/${id}`)).json().state === "done", 60_000);
  });
});

test("a net of ten thousand epochs is stopped at once, and what it had learnt by then is kept", async () => {
  const asked = { path: "customers.csv", method: "gan", epochs: 10_000, name: "stopped" };
  const { id } = (await post("/synth/train", asked)).json();
  for (;;) {
    const { body } = await app.inject({ url: "/jobs", method: "GET" });
    if (body.includes("running")) break;
    await new Promise((done) => setTimeout(done, 20));
  }
  const training = async (): Promise<boolean> =>
    jobEvents(store, id).some(({ event }) => (event as { phase?: string }).phase === "train");
  while (!(await training())) await new Promise((done) => setTimeout(done, 50));
  const used = performance.now();
  await post(`/jobs/${id}/stop`, {});
  const all = await events(id);
  // A process that does not stop by itself is ended after five seconds, and then leaves no model.
  expect(performance.now() - used).toBeLessThan(30_000);
  expect(all.at(-1)?.event).toMatchObject({ state: "stopped", result: { model: "stopped" } });
  expect((await post("/synth/sample", { model: "stopped", rows: 10 })).statusCode).toBe(200);
});

test("a net is trained for the epochs asked for, its losses told as it goes", async () => {
  const asked = { path: "customers.csv", method: "gan", epochs: 4, name: "net" };
  const { id } = (await post("/synth/train", asked)).json();
  const all = await events(id);
  const steps = all.map(({ event }) => event).filter(({ phase }) => phase === "train");
  expect(steps.at(-1)).toMatchObject({ done: 4, total: 4, figures: { moments: expect.any(Number) } });
  expect(all.at(-1)?.event).toMatchObject({ state: "done", result: { model: "net", backend: "simd" } });
  const [model] = (await app.inject("/synth/models")).json();
  expect(model).toMatchObject({
    kind: "synthesiser gan",
    metadata: { training: { epochs: 4, asked: 4, ended: "all epochs" } },
  });
  expect((await post("/synth/sample", { model: "net", rows: 20 })).statusCode).toBe(200);
});

test("a private generator keeps its ε and nothing else of the data", async () => {
  const asked = { path: "customers.csv", method: "mst", epsilon: 3, name: "private" };
  const last = (await events((await post("/synth/train", asked)).json().id)).at(-1)?.event;
  expect(last).toMatchObject({ state: "done", result: { model: "private", epsilon: 3 } });
  expect(Object.keys((last as { result: object }).result).sort()).toEqual([
    "epsilon",
    "model",
    "seconds",
    "version",
  ]);
  const [model] = (await app.inject("/synth/models")).json();
  expect(model.kind).toBe("synthesiser mst");
  expect(Object.keys(model.metadata).sort()).toEqual(["columns", "data", "method", "privacy"]);
  expect(model.metadata.privacy).toMatchObject({ epsilon: 3, noise: "secret" });
  expect((await post("/synth/sample", { model: "private", rows: 20 })).statusCode).toBe(200);
  const compared = await post("/synth/compare", { model: "private" });
  expect(compared.statusCode).toBe(422);
  expect(compared.json().detail).toContain("keeps nothing of its data");
  expect((await post("/synth/train", { ...asked, epsilon: 0 })).statusCode).toBe(400);
});

test("POST /synth/compare sets drawn rows beside those learned and those held out, as they were at the training", async () => {
  const train = (more: object) => post("/synth/train", { path: "customers.csv", ...more });
  await events((await train({ name: "mine" })).json().id);
  await events((await train({ name: "all", held_out: 0 })).json().id);
  const said = (await post("/synth/compare", { model: "mine" })).json();
  expect(said.rows).toEqual({ real: 480, synthetic: 2000, held_out: 120 });
  expect(said.held_out.privacy).toBeGreaterThanOrEqual(0);
  expect(said.held_out.privacy).toBeLessThanOrEqual(1);
  expect(said.held_out.quality).toBeGreaterThan(0.8);
  const without = (await post("/synth/compare", { model: "all" })).json();
  expect(without.rows).toMatchObject({ real: 600, held_out: 0 });
  expect(without).not.toHaveProperty("held_out");
  expect((await train({ held_out: 0.9 })).statusCode).toBe(400);
  // Another file under that name is not what the generator learned from.
  writeFileSync(join(folder, "data", "customers.csv"), "Contract,Monthly,Total\nMonthly,1,2\n");
  const changed = await post("/synth/compare", { model: "mine" });
  expect(changed.statusCode).toBe(422);
  expect(changed.json().detail).toContain(
    "customers.csv must be as it was when the generator learned from it",
  );
});

test("a pretrained generator is compared with what its own simulator makes, fresh customers among it", async () => {
  const said = (await post("/synth/compare", { model: "pretrained telco-sequential@1" })).json();
  expect(said.rows).toEqual({ real: 7043, synthetic: 2000, held_out: 3000 });
  expect(said.quality).toBeGreaterThan(0.9);
  expect(said.held_out.quality).toBeGreaterThan(0.95);
  expect(said.held_out.privacy).toBeGreaterThan(0.8);
});

test("pretrained generators are listed behind one's own and draw rows under conditions", async () => {
  const models: { name: string; kind: string; metadata: { rows: number } }[] = (
    await app.inject("/synth/models")
  ).json();
  const listed = models.filter((one) => one.name.startsWith("pretrained "));
  expect(listed.map((one) => one.name)).toContain("pretrained telco-gan");
  const asked = { model: "pretrained telco-gan@1", rows: 30, where: { Contract: "Two year" } };
  const made = parseCsv((await post("/synth/sample", asked)).body).table;
  expect(made.rows).toBe(30);
  const contract = columnNamed(made, "Contract");
  expect(
    isCategorical(contract) && contract.codes.every((code) => contract.levels[code] === "Two year"),
  ).toBe(true);
  expect((await post("/synth/preview", { model: "pretrained nobody" })).statusCode).toBe(404);
});

describe("bad input", () => {
  test.each([
    ["../store.db", "must stay inside the data folder"],
    ["/etc/passwd", "must stay inside the data folder"],
    ["nothing.csv", "There is no nothing.csv in the data folder. It holds customers.csv"],
    ["link.csv", "must stay inside the data folder"],
    ["notes.txt", "must end in .csv"],
    ["https://example.com/customers.csv", "There is no https://example.com/customers.csv in the data folder"],
    ["x\u0000.csv", "Name a CSV file"],
  ])("the path %j is refused: %s", async (path, words) => {
    writeFileSync(join(folder, "outside.csv"), "a\n1\n");
    writeFileSync(join(folder, "data", "notes.txt"), "x");
    symlinkSync(join(folder, "outside.csv"), join(folder, "data", "link.csv"));
    for (const url of ["/synth/check", "/synth/train"]) {
      const reply = await post(url, { path });
      expect(reply.statusCode).toBe(422);
      expect(reply.json().detail).toContain(words);
      expect(reply.body).not.toContain(folder);
    }
  });

  test("epochs, rows, methods and conditions out of range are named", async () => {
    const reply = await post("/synth/train", { path: "customers.csv", epochs: 0, method: "magic" });
    expect(reply.json().errors).toEqual(
      expect.arrayContaining([
        { field: "epochs", rule: "must be at least 1" },
        { field: "method", rule: expect.stringContaining("must be") },
      ]),
    );
    expect((await post("/synth/sample", { model: "nobody" })).statusCode).toBe(404);
    const { id } = (await post("/synth/train", { path: "customers.csv", name: "m" })).json();
    await events(id);
    const impossible = await post("/synth/sample", { model: "m", where: { Contract: "Weekly" } });
    expect(impossible.statusCode).toBe(422);
    expect(impossible.json().detail).toContain("Monthly");
    expect((await app.inject("/jobs/99")).statusCode).toBe(404);
  });

  test("everything that changes state asks for the key where one is set", async () => {
    await app.close();
    const chosen = quietSettings({
      data: join(folder, "data"),
      apiKey: "a secret of many letters",
    });
    app = await buildApp({
      settings: chosen,
      store,
      desk: () => ({}) as Desk,
      version: "0.0.0",
      started: new Date(),
    });
    for (const url of ["/synth/train", "/jobs/1/stop"])
      expect((await post(url, { path: "customers.csv" })).statusCode).toBe(401);
    const reply = await app.inject({
      method: "POST",
      url: "/synth/train",
      payload: { path: "customers.csv" },
      headers: { "x-api-key": "a secret of many letters" },
    });
    expect(reply.statusCode).toBe(202);
  });
});

test.skipIf(!realData)("POST /synth/check tells what IBM Telco holds", async () => {
  copyFileSync(join(realData as string, "Telco-Customer-Churn.csv"), join(folder, "data", "telco.csv"));
  expect((await app.inject("/synth/files")).json()).toEqual(["customers.csv", "telco.csv"]);
  const said = (await post("/synth/check", { path: "telco.csv" })).json();
  expect(said).toMatchObject({ rows: 7043, rejected: 0 });
  expect(said.columns.find((one: { name: string }) => one.name === "TotalCharges")).toMatchObject({
    type: "numeric",
    missing: 11,
  });
});

test("POST /synth/sample and /synth/preview say where identifiers repeat", async () => {
  const keyed = rows.slice(0, 300).map((row, i) => `É${300 + i},${row}`);
  writeFileSync(join(folder, "data", "keyed.csv"), `Nº_id,Contract,Monthly,Total\n${keyed.join("\n")}\n`);
  await events((await post("/synth/train", { path: "keyed.csv", name: "keyed" })).json().id);
  const said = [
    expect.stringMatching(/^Nº_id: only \d+ keys of its form are free, so that \d+ of 3000 rows/),
  ];
  const sample = await post("/synth/sample", { model: "keyed", rows: 3000 });
  expect(JSON.parse(decodeURIComponent(String(sample.headers["telelink-notes"])))).toEqual(said);
  expect((await post("/synth/preview", { model: "keyed", rows: 3000 })).json().notes).toEqual(said);
  const few = await post("/synth/sample", { model: "keyed", rows: 20 });
  expect(few.headers["telelink-notes"]).toBeUndefined();
});
