import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { examineStore } from "../../src/data/store/doctor";
import { addJob } from "../../src/data/store/jobs";
import { openStore } from "../../src/data/store/open";
import { addPredictions } from "../../src/data/store/predictions";
import { listSchedules, setSchedule, takeDue } from "../../src/data/store/schedules";
import { type Running, startServer } from "../../src/serve/server";
import { quietSettings } from "./quiet-settings";

// What was found by treating a server badly by hand, in small.
const folder = mkdtempSync(join(tmpdir(), "telelink-adversary-"));
const file = join(folder, "private", "s.db");
let running: Running;
beforeAll(async () => {
  writeFileSync(join(folder, "customers.csv"), "a,b\n1,x\n2,y\n");
  const store = openStore(file);
  const said = { model: "m@1", probability: 0.5, risk: "Medium", action: "none" };
  const days = (back: number): string => new Date(Date.now() - 86_400_000 * back).toISOString();
  addPredictions(store, [
    { ...said, customer: "old", at: days(31) },
    { ...said, customer: "new", at: days(29) },
  ]);
  store.close();
  running = await startServer(
    quietSettings({ port: 0, data: folder, store: file, reports: folder, retentionDays: 30 }),
    "0.0.0",
  );
}, 60_000);
afterAll(async () => {
  await running.close();
  rmSync(folder, { recursive: true, force: true });
});
const raw = (text: string, wait = false): Promise<string> =>
  new Promise((done) => {
    const socket = connect(Number(new URL(running.address).port), "127.0.0.1", () => socket.write(text));
    socket.setTimeout(10_000, () => done("no answer"));
    socket.once("data", (bytes) => {
      done(String(bytes).slice(9, 12));
      socket.destroy();
    });
    socket.once("error", () => done("gone"));
    if (!wait) return;
    setTimeout(() => {
      socket.destroy();
      done("left");
    }, 5);
  });

test("predictions that are older than the settings allow are gone once the server has started", () => {
  const store = openStore(file);
  const left = store.db.prepare("SELECT customer FROM telelink_predictions WHERE model = 'm@1'").all();
  expect(left).toEqual([{ customer: "new" }]);
  store.close();
});

test("what is wrong with a request is said, and nothing of the inside: no body, name or type makes the server fail", async () => {
  const { paths } = (await (await fetch(`${running.address}/docs/json`)).json()) as {
    paths: Record<string, Record<string, unknown>>;
  };
  const bodies = [
    ...["", "{", "null", "[]", "[".repeat(50_000), '{"a":'.repeat(50_000), "\u0000".repeat(500)],
    ...['{"__proto__":{"a":1}}', '{"constructor":{"prototype":1}}', '{"customers":[{"__proto__":1}]}'],
    ...['{"path":"../s.db"}', '{"path":"__proto__"}', '{"path":"customers.csv","method":"constructor"}'],
    ...['{"model":"__proto__@1","rows":1}', '{"model":"desk@99999999999999999999"}', '{"key":"\\ud800"}'],
    ...[
      '{"model":"pretrained telco-gan","rows":1,"where":{"constructor":"x"}}',
      "customer_id,churned\n__proto__,yes\n",
    ],
  ];
  const names = [
    "99999999999999999999",
    "-1",
    "__proto__",
    "constructor",
    "..%2f..%2fetc%2fpasswd",
    "%00",
    "%ff",
  ];
  const failed: string[] = [];
  let asked = 0;
  for (const [path, methods] of Object.entries(paths))
    for (const method of Object.keys(methods)) {
      const ask = async (url: string, body?: string, type = "application/json"): Promise<void> => {
        const reply = await fetch(running.address + url, {
          method: method.toUpperCase(),
          ...(body === undefined ? {} : { body, headers: { "content-type": type } }),
          signal: AbortSignal.timeout(20_000),
        });
        const text = url.includes("/events") ? "" : await reply.text();
        await reply.body?.cancel().catch(() => {});
        asked++;
        if (
          (reply.status >= 500 && reply.status !== 503) ||
          text.includes("node_modules") ||
          text.includes(folder)
        )
          failed.push(`${method} ${url} ${body?.slice(0, 50)}: ${reply.status} ${text.slice(0, 100)}`);
      };
      const named = path.includes("{") ? names.map((name) => path.replace(/\{[^}]*\}/, name)) : [path];
      for (const url of named) await ask(url, method === "get" ? undefined : "{}");
      if (method === "get")
        await ask(`${named[0]}?days=1e99&limit=-1&reasons=__proto__&from=99999999999999999999`);
      else
        for (const body of bodies) {
          await ask(named[0], body);
          if (body.length < 100) await ask(named[0], body, "text/csv");
        }
    }
  expect(failed).toEqual([]);
  expect(asked).toBeGreaterThan(300);
}, 120_000);

test("a request of two hosts is refused, as a proxy may go by the other", async () => {
  expect(await raw("GET /online HTTP/1.1\r\nhost: localhost\r\n\r\n")).toBe("200");
  expect(await raw("GET /online HTTP/1.1\r\nhost: localhost\r\nHost: evil.example\r\n\r\n")).toBe("400");
});

test("uploads that are broken off at once leave nothing in the data folder", async () => {
  const begin = (i: number): string =>
    `PUT /synth/files/part${i}.csv HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100000\r\n\r\na,b\n`;
  await Promise.all(Array.from({ length: 40 }, (_, i) => raw(begin(i), true)));
  const left = (): string[] => readdirSync(folder).filter((name) => name.includes("part"));
  await expect.poll(left, { timeout: 10_000 }).toEqual([]);
});

test("a damaged row of the store costs itself: what else there is is listed, run and answered, and doctor names it", async () => {
  const store = openStore(file);
  const { id } = addJob(store, "train synthesiser", {});
  const line = { cron: "* * * * *", zone: "UTC", command: ["score"], folder, minutes: 1 };
  for (const name of ["a", "b", "c"]) setSchedule(store, { ...line, name });
  store.db.exec(`UPDATE telelink_jobs SET input = '{bad', state = 'failed' WHERE id = ${id};
    UPDATE telelink_models SET metadata = '{bad'; UPDATE telelink_schedules SET cron = 'never' WHERE name = 'a';
    UPDATE telelink_schedules SET command = '{bad' WHERE name = 'b';
    INSERT INTO telelink_models (name, version, kind, sha256, metadata, content, at) VALUES ('x', 1, 'churn', '', '{', x'00', '');
    INSERT INTO telelink_keys (name, scopes, sha256, created) VALUES ('k', '{', 'x', '');
    UPDATE telelink_keys SET revoked = '' WHERE name = 'k';
    INSERT INTO telelink_inputs VALUES (date('now'), 'desk@1', 'x', '{bad');`);
  for (const url of [
    "/jobs",
    "/models",
    "/synth/models",
    "/stats",
    "/schedules",
    "/monitoring/report",
    "/health",
  ])
    expect([url, (await fetch(running.address + url)).status]).toEqual([url, 200]);
  const due = takeDue(store, "test", () => true, new Date(Date.now() + 120_000));
  expect(due.map((one) => one.name)).toContain("c");
  expect(listSchedules(store)[0]).toMatchObject({ name: "a", said: expect.stringContaining('got "never"') });
  store.close();
  expect(examineStore(file).find((one) => one.what === "cells")).toMatchObject({
    ok: false,
    said: expect.stringContaining("telelink_models.metadata"),
  });
}, 30_000);
