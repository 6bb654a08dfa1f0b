import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "../../src/cli/main";
import { openStore, type Store } from "../../src/data/store/open";
import { endRun, listSchedules, setSchedule, takeDue } from "../../src/data/store/schedules";
import { captured } from "../cli/captured";
import { startReal } from "./real-server";

let folder: string;
let store: Store;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "telelink-schedules-"));
  store = openStore(join(folder, "store.db"));
});
afterAll(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});
const night = {
  name: "night",
  cron: "0 2 * * *",
  zone: "Europe/Berlin",
  command: ["score"],
  folder: "/",
  minutes: 5,
};
const all = (): boolean => true;

test("what is due is taken once, in its zone; times without a run are counted, and dead servers' runs given up", () => {
  const set = setSchedule(store, night, new Date("2026-03-28T12:00:00Z"));
  // The clock goes forward on 29 March: 02:00 is not there, and the run is at 03:00 summer time.
  expect([set.due, set.missed]).toEqual(["2026-03-29T01:00:00.000Z", 0]);
  expect(takeDue(store, "a", all, new Date("2026-03-29T00:59:59Z"))).toEqual([]);
  expect(takeDue(store, "a", all, new Date("2026-03-29T01:00:00Z")).map((one) => one.name)).toEqual([
    "night",
  ]);
  expect(takeDue(store, "b", all, new Date("2026-03-29T01:00:01Z"))).toEqual([]);
  expect(listSchedules(store)[0]).toMatchObject({ owner: "a", due: "2026-03-30T00:00:00.000Z", missed: 0 });
  // It is still at work the next night: that one is missed.
  expect(takeDue(store, "b", all, new Date("2026-03-30T00:00:00Z"))).toEqual([]);
  expect(listSchedules(store)[0]).toMatchObject({ owner: "a", missed: 1 });
  expect(takeDue(store, "b", (owner) => owner !== "a", new Date("2026-03-30T06:00:00Z"))).toEqual([]);
  const [given] = listSchedules(store);
  expect([given.owner, given.exitCode, given.said]).toEqual([
    undefined,
    undefined,
    expect.stringContaining("server ended"),
  ]);
  // Nobody was there for three nights.
  expect(takeDue(store, "b", all, new Date("2026-04-02T06:00:00Z"))).toHaveLength(1);
  endRun(store, night, 0, "401 customers scored");
  // Nobody was there for a year, and it was due every minute: the store is not held while all are counted.
  setSchedule(store, { ...night, name: "minute", cron: "* * * * *" }, new Date("2025-01-01T00:00:00Z"));
  const began = process.cpuUsage().user;
  expect(takeDue(store, "b", all, new Date("2026-01-01T00:00:30Z")).map((one) => one.name)).toEqual([
    "minute",
  ]);
  expect(process.cpuUsage().user - began).toBeLessThan(1_000_000);
  expect(listSchedules(store)[0]).toMatchObject({ due: "2026-01-01T00:01:00.000Z", missed: 999 });
  expect(listSchedules(store)[1]).toMatchObject({ missed: 3, exitCode: 0, said: "401 customers scored" });
});

test("a schedule that can't run is refused, with what is wrong", async () => {
  const refused =
    (more: object): (() => unknown) =>
    () =>
      setSchedule(store, { ...night, ...more });
  expect(refused({ cron: "61 * * * *" })).toThrow(/cron line .*got "61 \* \* \* \*"/);
  expect(refused({ cron: "0 0 30 2 *" })).toThrow(/time to come/);
  expect(refused({ zone: "Mars/Base" })).toThrow(/Mars\/Base/);
  expect(refused({ command: ["serve"] })).toThrow(/command must be one of score, /);
  expect(refused({ command: ["score", "--every", "1d"] })).toThrow(/end by itself/);
  expect(refused({ command: ["score", "--data", "postgresql://a:b@c/d?table=t"] })).toThrow(/no password/);
  expect(refused({ name: "../x" })).toThrow(/name/);
  const none = await captured(() =>
    run(["schedule", "remove", "nobody", "--store", join(folder, "store.db")]),
  );
  expect([none.code, none.err]).toEqual([1, expect.stringContaining("there must be one of that name")]);
});

test("a run that is killed is told of by what killed it: its time, or something else", async () => {
  const { Schedules } = require(
    resolve(__dirname, "..", "..", "dist", "serve", "jobs", "schedules.js"),
  ) as typeof import("../../src/serve/jobs/schedules");
  const own = openStore(join(folder, "killed.db"));
  const said = async (minutes: number, kill: boolean): Promise<string> => {
    setSchedule(own, { ...night, minutes }, new Date("2026-01-01"));
    return new Promise((done) => {
      const schedules = new Schedules(own, {
        owner: "a",
        lives: all,
        ended: (_name, _code, words) => done(words),
      });
      schedules.look();
      const [child] = (schedules as unknown as { running: Map<string, ChildProcess> }).running.values();
      if (kill) child.kill("SIGKILL");
    });
  };
  expect(await said(5, true)).toBe("ended by SIGKILL: ");
  expect(await said(0.0001, false)).toBe("ended by SIGKILL after 0.0001 minutes: ");
  own.close();
});

test("a server runs what is due and tells how it went", async () => {
  const server = await startReal();
  try {
    const file = join(server.folder, "store.db");
    writeFileSync(join(server.folder, "bad.csv"), "a,b\n1,2\n");
    const set = await captured(() =>
      run([
        "schedule",
        "set",
        "bad",
        "* * * * *",
        "--store",
        file,
        "--",
        "score",
        "--data",
        join(server.folder, "bad.csv"),
        "--out",
        join(server.folder, "o.csv"),
      ]),
    );
    expect([set.code, set.out]).toEqual([0, expect.stringContaining("first at ")]);
    const own = openStore(file);
    own.db.prepare("UPDATE telelink_schedules SET due = '2026-01-01T00:00:00.000Z'").run();
    own.close();
    const found = async (): Promise<{ exit_code?: number; said?: string; running: boolean }> =>
      (await (await fetch(`${server.address}/schedules`)).json())[0];
    for (let i = 0; i < 200 && (await found()).exit_code === undefined; i++)
      await new Promise((done) => setTimeout(done, 200));
    expect(await found()).toMatchObject({
      exit_code: 1,
      running: false,
      said: expect.stringContaining("must be there"),
    });
    expect(server.said()).toContain("a command by schedule has ended");
    const listed = await captured(() => run(["schedule", "list", "--store", file]));
    expect(listed.out).toContain("exit code 1: telelink: Cannot score");
  } finally {
    await server.end();
  }
}, 120_000);

test("a command by schedule works on the store of its server, where it names none", async () => {
  const { scoreCommand } = await import("../../src/cli/commands/models/score");
  const { trainCommand } = await import("../../src/cli/commands/models/train");
  const { ingestCommand } = await import("../../src/cli/commands/data/ingest");
  for (const command of [scoreCommand(), trainCommand(), ingestCommand()]) {
    const store = command.options.find((one) => one.long === "--store" || one.long === "--db");
    expect([command.name(), store?.envVar]).toEqual([command.name(), "TELELINK_STORE"]);
  }
});
