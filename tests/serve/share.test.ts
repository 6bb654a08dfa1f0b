import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../../src/cli/main";
import { openStore } from "../../src/data/store/open";
import { deskFields } from "../../src/services/score/columns";
import { captured } from "../cli/captured";
import { noPostgres, type Postgres, startPostgres } from "../postgres";
import { type RealServer, startReal } from "./real-server";

const customer = Object.fromEntries(deskFields.map(({ key, example }) => [key, example]));

describe.skipIf(noPostgres)("two servers with a store each, on one PostgreSQL", () => {
  const folders = [0, 1].map(() => mkdtempSync(join(tmpdir(), "telelink-two-")));
  let database: Postgres;
  let servers: RealServer[] = [];
  beforeAll(async () => {
    database = await startPostgres();
    servers = await Promise.all(folders.map((folder) => startReal({ folder })));
  }, 120_000);
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.end()));
    await database?.end();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  const send = async (server: RealServer, path: string, body: unknown): Promise<void> => {
    const headers = { "content-type": "application/json" };
    const reply = await fetch(`${server.address}${path}`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    expect([path, reply.status, await reply.text()]).toEqual([path, 200, expect.anything()]);
  };
  /** Lets what is due every minute be due now. */
  const due = (): void => {
    for (const folder of folders) {
      const store = openStore(join(folder, "store.db"));
      store.db.exec("UPDATE telelink_schedules SET due = '2026-01-01T00:00:00.000Z'");
      store.close();
    }
  };
  /** Waits until both servers tell of this, after their schedules ran as often as it takes. */
  const both = async (wanted: unknown): Promise<void> => {
    let seen: unknown[] = [];
    for (let i = 0; i < 120; i++) {
      if (i % 4 === 0) due();
      seen = await Promise.all(servers.map(counts));
      if (JSON.stringify(seen) === JSON.stringify([wanted, wanted])) return;
      await new Promise((done) => setTimeout(done, 500));
    }
    expect(seen).toEqual([wanted, wanted]);
  };
  const counts = async (server: RealServer): Promise<{ predictions: number; outcomes: number }> => {
    const { predictions } = (await (await fetch(`${server.address}/stats`)).json()) as {
      predictions: number;
    };
    const { outcomes } = (await (await fetch(`${server.address}/monitoring/report`)).json()) as {
      outcomes: { outcomes: number };
    };
    return { predictions, outcomes: outcomes?.outcomes ?? 0 };
  };

  let asked = 0;
  const predict = async (server: RealServer, rows: number): Promise<void> => {
    for (let i = 0; i < rows; i++)
      await send(server, "/predict", { ...customer, customer_id: `C${asked++}` });
  };

  test("answer with one state by their schedules", async () => {
    for (const folder of folders) {
      const store = ["--store", join(folder, "store.db")];
      const set = await captured(() =>
        run(["schedule", "set", "share", "* * * * *", ...store, "--", "share", database.address]),
      );
      expect([set.code, set.err]).toEqual([0, ""]);
    }
    await predict(servers[0], 40);
    await predict(servers[1], 25);
    const later = new Date(Date.now() + 1000).toISOString();
    // What became of customers whom the other server was asked about.
    await send(servers[0], "/outcomes", { outcomes: [{ customer_id: "C50", churned: true, at: later }] });
    await send(servers[1], "/outcomes", { outcomes: [{ customer_id: "C3", churned: false, at: later }] });
    await both({ predictions: 65, outcomes: 2 });
  }, 120_000);

  test("where one is killed no row is lost, and none is there twice", async () => {
    // Killed while it may be sharing, with predictions that nobody has but its folder.
    await predict(servers[0], 10);
    due();
    await new Promise((done) => setTimeout(done, 3000));
    await predict(servers[0], 10);
    servers[0].child.kill("SIGKILL");
    await servers[0].exited;
    await predict(servers[1], 5);
    servers[0] = await startReal({ folder: folders[0] });
    // Its lease would end by itself, half a minute later.
    const store = openStore(join(folders[0], "store.db"));
    store.db.exec("UPDATE telelink_schedules SET owner = NULL");
    store.close();
    await both({ predictions: 90, outcomes: 2 });
    const [{ rows, once }] =
      await database.sql`SELECT count(*)::int AS rows, count(DISTINCT customer)::int AS once FROM telelink.predictions`;
    expect([rows, once]).toEqual([90, 90]);
  }, 120_000);
});
