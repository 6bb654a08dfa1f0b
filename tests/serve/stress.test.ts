import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { get, request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { openStore } from "../../src/data/store/open";
import { predictionStats } from "../../src/data/store/predictions";
import { deskFields } from "../../src/services/score/columns";
import { type RealServer, startReal } from "./real-server";

const customer = Object.fromEntries(deskFields.map((field) => [field.key, field.example]));
const json = { "content-type": "application/json" };
const post = (server: RealServer, path: string, body: unknown): Promise<Response> =>
  fetch(`${server.address}${path}`, { method: "POST", headers: json, body: JSON.stringify(body) });

/** Sends a request with its whole body and, 200 ms after the answer, another on the same connection: both status codes. */
function twoOnOneConnection(port: number, head: string, body: string): Promise<string[]> {
  return new Promise((done, fail) => {
    const socket = connect(port, "127.0.0.1");
    let said = "";
    let asked = false;
    const codes = (): string[] => [...said.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, code]) => code);
    const late = setTimeout(() => {
      socket.destroy();
      done(codes());
    }, 5000);
    socket.on("data", (bytes) => {
      said += bytes;
      if (!asked && said.includes("\r\n\r\n")) {
        asked = true;
        setTimeout(() => socket.write("GET /online HTTP/1.1\r\nhost: localhost\r\n\r\n"), 200);
      }
      if (codes().length === 2) {
        clearTimeout(late);
        socket.destroy();
        done(codes());
      }
    });
    socket.on("error", fail);
    socket.write(`${head}\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  });
}

test("an answer that comes before the end of a body leaves the connection to the next request", async () => {
  const server = await startReal();
  try {
    const wrong = `a,b,c\n${"1,2,3\n".repeat(150_000)}`;
    const batch = "POST /batch-predict HTTP/1.1\r\ncontent-type:";
    expect(await twoOnOneConnection(server.port, `${batch} text/csv`, wrong)).toEqual(["422", "200"]);
    expect(await twoOnOneConnection(server.port, `${batch} application/json`, `"${wrong}`)).toEqual([
      "400",
      "200",
    ]);
    expect(await twoOnOneConnection(server.port, `${batch} application/x`, wrong)).toEqual(["415", "200"]);
    const upload = "PUT /synth/files/..%2Fx.csv HTTP/1.1\r\ncontent-type: text/csv";
    expect(await twoOnOneConnection(server.port, upload, wrong)).toEqual(["422", "200"]);
  } finally {
    await server.end();
  }
}, 60_000);

test("SIGTERM ends the server within its deadline, however slow a download, an upload or a stream is", async () => {
  const server = await startReal({ env: { TELELINK_SHUTDOWN_SECONDS: "2" } });
  const slow = request(
    { port: server.port, path: "/synth/sample", method: "POST", headers: json },
    (answer) => answer.pause(),
  );
  slow.on("error", () => {});
  slow.end(JSON.stringify({ model: "pretrained telco-sequential", rows: 1_000_000 }));
  const upload = connect(server.port, "127.0.0.1");
  upload.on("error", () => {});
  upload.write(
    "POST /batch-predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/csv\r\ntransfer-encoding: chunked\r\n\r\n4\r\nacco\r\n",
  );
  await sleep(1500);
  const begun = Date.now();
  server.child.kill("SIGTERM");
  expect(await server.exited).toBe(0);
  expect(Date.now() - begun).toBeLessThan(15_000);
  upload.destroy();
  await server.end();
}, 60_000);

test("of kill -9 at any moment no prediction is lost that was confirmed, and none is kept twice", async () => {
  const folder = mkdtempSync(join(tmpdir(), "telelink-kill-"));
  let confirmed = 0;
  for (let k = 0; k < 3; k++) {
    const server = await startReal({ folder });
    const stop = Date.now() + 300 + 150 * k;
    const ask = async (): Promise<void> => {
      while (Date.now() < stop) {
        const id = `c${confirmed}-${k}-${Math.trunc(performance.now() * 1000)}`;
        const reply = await post(server, "/predict?reasons=0", { ...customer, customer_id: id });
        if (reply.status === 200) confirmed++;
        await reply.text();
      }
    };
    await Promise.all([ask(), ask(), ask()]);
    server.child.kill("SIGKILL");
    await server.exited;
  }
  const last = await startReal({ folder });
  await sleep(1500);
  await last.end();
  const store = openStore(join(folder, "store.db"));
  const { n } = store.db.prepare("SELECT count(*) AS n FROM telelink_predictions").get() as { n: number };
  expect(n).toBe(confirmed);
  expect(predictionStats(store).predictions).toBe(confirmed);
  expect(readdirSync(join(folder, "store.db-predictions"))).toEqual([]);
  store.close();
  rmSync(folder, { recursive: true, force: true });
}, 120_000);

test("while a file is ingested predictions are kept, trainings are taken on, and all is well", async () => {
  const server = await startReal();
  let ingest: ChildProcess | undefined;
  try {
    const csv = join(server.folder, "many.csv");
    writeFileSync(csv, "CustomerID,a,plan\n");
    for (let k = 0; k < 20; k++)
      appendFileSync(
        csv,
        Array.from({ length: 20_000 }, (_, i) => `C${k}-${i},${i % 97},${"ABC"[i % 3]}\n`).join(""),
      );
    const main = resolve(__dirname, "..", "..", "dist", "cli", "main.js");
    ingest = spawn(process.execPath, [main, "ingest", csv, "--db", join(server.folder, "store.db")]);
    let code: number | null | undefined;
    ingest.once("close", (ended) => {
      code = ended;
    });
    let asked = 0;
    const health: number[] = [];
    while (code === undefined) {
      expect((await post(server, "/predict?reasons=0", customer)).status).toBe(200);
      asked++;
      health.push((await fetch(`${server.address}/health`)).status);
      await sleep(30);
    }
    expect(code).toBe(0);
    expect(health.filter((one) => one !== 200)).toEqual([]);
    await sleep(1500);
    const stats = await (await fetch(`${server.address}/stats`)).json();
    const failures = server
      .said()
      .split("\n")
      .filter((line) => line.includes("request failed"));
    expect(failures).toEqual([]);
    expect(stats).toMatchObject({
      predictions: asked,
      waiting: 0,
    });
    expect(await (await fetch(`${server.address}/metrics`)).text()).toContain(
      "telelink_predictions_lost_total 0",
    );
  } finally {
    if (ingest && ingest.exitCode === null) {
      const gone = once(ingest, "close");
      ingest.kill("SIGKILL");
      await gone;
    }
    await server.end();
  }
}, 120_000);

const mounts = join(tmpdir(), `telelink-mount-${process.pid}`);
mkdirSync(mounts, { recursive: true });
const mount = (folder: string, size: string): boolean => {
  mkdirSync(folder, { recursive: true });
  return spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder]).status === 0;
};
const mayMount =
  mount(join(mounts, "probe"), "64k") && spawnSync("umount", [join(mounts, "probe")]).status === 0;
const fill = (folder: string): void => {
  try {
    for (;;) appendFileSync(join(folder, "filler"), Buffer.alloc(4096));
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).toBe("ENOSPC");
  }
};

test.skipIf(!mayMount)(
  "a disk that is really full: 507 for what changes something, answers go on, after a restart too",
  async () => {
    const folder = join(mounts, "store");
    mount(folder, "8m");
    try {
      writeFileSync(join(folder, "few.csv"), "a,b\n1,2\n");
      for (const run of ["running when it filled up", "started on the full disk"]) {
        const server = await startReal({ folder });
        if (run.startsWith("running")) fill(folder);
        const status = async (path: string, body: unknown): Promise<[string, number]> => [
          run,
          (await post(server, path, body)).status,
        ];
        expect(await status("/synth/train", { path: "few.csv" })).toEqual([run, 507]);
        expect(await status("/synth/sample", { model: "pretrained telco-sequential", rows: 5 })).toEqual([
          run,
          507,
        ]);
        const upload = await fetch(`${server.address}/synth/files/new.csv`, {
          method: "PUT",
          headers: { "content-type": "text/csv" },
          body: `a,b\n${"1,2\n".repeat(5000)}`,
        });
        expect([run, upload.status]).toEqual([run, 507]);
        expect(await status("/predict", customer)).toEqual([run, 200]);
        expect([run, (await fetch(`${server.address}/live`)).status]).toEqual([run, 200]);
        expect([run, (await fetch(`${server.address}/ready`)).status]).toEqual([run, 200]);
        expect(await server.end()).toBe(0);
      }
    } finally {
      spawnSync("umount", [folder]);
    }
  },
  120_000,
);

test.skipIf(!mayMount)(
  "a log whose disk is full holds nothing up, not even the end; what was dropped is counted",
  async () => {
    const folder = join(mounts, "log");
    mount(folder, "32k");
    const server = await startReal({ log: join(folder, "out.log") });
    const { port } = server;
    const status = (path: string): Promise<number | undefined> =>
      new Promise((done) => {
        const asking = get({ port, path, timeout: 3000 }, (answer) => {
          answer.resume();
          done(answer.statusCode);
        });
        asking.on("error", () => done(undefined));
        asking.on("timeout", () => asking.destroy());
      });
    try {
      for (let k = 0; k < 300; k++) expect(await status("/online")).toBe(200);
      // Lines are counted as lost once writing them has failed, which is a moment after the answers.
      let dropped = 0;
      for (let k = 0; k < 100 && dropped <= 100; k++) {
        const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
        dropped = Number(/^telelink_log_lines_dropped_total (\d+)/m.exec(metrics)?.[1]);
        if (dropped <= 100) await sleep(100);
      }
      expect(dropped).toBeGreaterThan(100);
      expect(await server.end()).toBe(0);
    } finally {
      await server.end();
      spawnSync("umount", [folder]);
    }
  },
  60_000,
);
