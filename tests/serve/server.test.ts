import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { addJob, jobWith, startNextJob } from "../../src/data/store/jobs";
import { listModels } from "../../src/data/store/models";
import { openStore, storeError } from "../../src/data/store/open";
import { liveServers } from "../../src/data/store/servers";
import { JobQueue } from "../../src/serve/jobs/queue";
import { startServer } from "../../src/serve/server";
import { settings } from "../../src/serve/settings";

const folder = mkdtempSync(join(tmpdir(), "telelink-server-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a server that can't open its store or listen says so before it trains anything", async () => {
  const said: string[] = [];
  const start = (more: Record<string, string>): Promise<unknown> =>
    startServer(
      settings({ store: join(folder, "s.db"), port: "0", logLevel: "silent", ...more }, {}),
      "0.0.0",
      (line) => said.push(line),
    );
  writeFileSync(join(folder, "file"), "no store");
  await expect(start({ store: join(folder, "file", "s.db") })).rejects.toThrow(
    /a file stands where a folder/,
  );
  await expect(start({ store: join(folder, "file") })).rejects.toThrow(/not a SQLite database/);
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const port = String((other.address() as AddressInfo).port);
  await expect(start({ port })).rejects.toThrow(`Cannot listen on 127.0.0.1:${port}: no other program may`);
  other.close();
  expect(said).toEqual([]);
  // As the driver tells of a file that may only be read.
  const unwritable = { code: "UNKNOWN_SQLITE_ERROR_1544", rawCode: 1544, message: "attempt to write" };
  expect(storeError(unwritable, "open", "s.db")).toMatchObject({ code: "SQLITE_READONLY" });
});

test("a clock that jumps makes no server of this machine dead, and a job that was taken over is kept once", () => {
  const store = openStore(join(folder, "clock.db"));
  const add = (id: string, host: string, pid: number, minutes: number): void => {
    const seen = new Date(Date.now() + 60_000 * minutes).toISOString();
    store.db
      .prepare("INSERT INTO telelink_servers (id, host, pid, started, seen) VALUES (?, ?, ?, ?, ?)")
      .run(id, host, pid, seen, seen);
  };
  // The parent lives; so does what another machine said of itself a moment ago.
  add("forward", hostname(), process.ppid, -2);
  add("back", hostname(), process.ppid, 2);
  add("number given again", hostname(), process.ppid, -60);
  add("far", "elsewhere", 1, 0);
  add("far and silent", "elsewhere", 1, -1);
  add("far and ahead", "elsewhere", 1, 60);
  expect([...liveServers(store)].sort()).toEqual(["back", "far", "forward"]);

  addJob(store, "train synthesiser", {});
  const job = startNextJob(store, "a");
  store.db.exec("UPDATE telelink_jobs SET owner = 'b'");
  const model = { name: "m", kind: "k", file: join(folder, "model"), metadata: {} };
  writeFileSync(model.file, "{}");
  const queue = new JobQueue(store, { owner: "a", lives: () => true }) as unknown as {
    end(...told: unknown[]): void;
  };
  queue.end(job, { type: "done", result: { model } }, false, "");
  expect([jobWith(store, 1).state, jobWith(store, 1).owner, listModels(store)]).toEqual(["running", "b", []]);
  store.close();
});
