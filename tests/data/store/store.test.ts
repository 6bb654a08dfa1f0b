import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  addJob,
  addJobEvent,
  endJob,
  jobEvents,
  jobWith,
  listJobs,
  requeueOrphans,
  startNextJob,
} from "../../../src/data/store/jobs";
import { migrations } from "../../../src/data/store/migrations";
import { findModel, listModels, modelContent, saveModel, setAlias } from "../../../src/data/store/models";
import { openStore, type Store, StoreError, transaction, waitingAtMost } from "../../../src/data/store/open";

let folder: string;
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "telelink-store-"));
  store = openStore(join(folder, "deep", "store.db"), { busyMs: 100 });
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("openStore(file)", () => {
  test("makes the folder, uses WAL, and opens again what it made", () => {
    expect(store.db.pragma("journal_mode")).toEqual([{ journal_mode: "wal" }]);
    addJob(store, "train", {});
    const again = openStore(store.file);
    expect(listJobs(again)).toHaveLength(1);
    again.close();
  });

  test("refuses a file that is not a database, and says so", () => {
    const file = join(folder, "notes.txt");
    writeFileSync(file, "not a database, but long enough to be read as one".repeat(40));
    expect(() => openStore(file)).toThrow(
      /Cannot open the store .*notes\.txt: the file is not a SQLite database/,
    );
  });

  test("says what it cannot open, and what to look at", () => {
    expect(() => openStore(folder)).toThrow(
      new StoreError(
        `Cannot open the store ${folder}: the file cannot be opened; check the folder and its rights`,
        "SQLITE_CANTOPEN",
      ),
    );
  });

  test("refuses a store of a newer version", () => {
    store.db.pragma("user_version = 99");
    expect(() => openStore(store.file)).toThrow(
      `its version must be at most ${migrations.length}, that of this program, got 99`,
    );
  });

  test("brings a store of the first version up to date, and leads its predictions back to the models they name", () => {
    const file = join(folder, "old.db");
    const old = new Database(file);
    old.exec(migrations[0]);
    old.exec(`INSERT INTO telelink_models (name, version, kind, sha256, metadata, content, at) VALUES ('churn', 2, 'k', '', '{}', x'', '');
      INSERT INTO telelink_predictions (model, probability, risk, action, at) VALUES ('churn@2', .5, 'High', 'x', ''), ('desk (bigml)', .5, 'High', 'x', '')`);
    old.pragma("user_version = 1");
    old.close();
    const opened = openStore(file);
    expect(
      opened.db
        .prepare("SELECT model, model_id AS id FROM telelink_predictions ORDER BY telelink_predictions.id")
        .all(),
    ).toEqual([
      { model: "churn@2", id: 1 },
      { model: "desk (bigml)", id: null },
    ]);
    opened.close();
  });

  test("waits for another writer as long as is said, and as before once that is over", () => {
    const own = openStore(store.file);
    store.db.exec("BEGIN IMMEDIATE");
    const began = performance.now();
    const write = (): void => void addJob(own, "train", {});
    expect(() => waitingAtMost(own, 20, write)).toThrow(/another process is writing to it/);
    expect(performance.now() - began).toBeLessThan(4000);
    expect(own.db.pragma("busy_timeout")).toEqual([{ timeout: 5000 }]);
    store.db.exec("ROLLBACK");
    waitingAtMost(own, 20, write);
    expect(listJobs(own)).toHaveLength(1);
    own.close();
  });

  test("says that another process is writing", () => {
    const other = new Database(store.file);
    other.exec("BEGIN IMMEDIATE");
    expect(() => addJob(store, "train", {})).toThrow(StoreError);
    expect(() => addJob(store, "train", {})).toThrow(/another process is writing to it/);
    other.exec("ROLLBACK");
    other.close();
    expect(addJob(store, "train", {}).id).toBe(1);
  });

  test("a transaction that throws leaves nothing", () => {
    expect(() =>
      transaction(store, "try", () => {
        store.db
          .prepare("INSERT INTO telelink_jobs (kind, state, input, created) VALUES ('x', 'queued', '{}', '')")
          .run();
        throw new Error("halfway");
      }),
    ).toThrow("halfway");
    expect(listJobs(store)).toEqual([]);
  });
});

describe("jobs", () => {
  test("run one at a time, oldest first", () => {
    const first = addJob(store, "train", { epochs: 3 });
    const second = addJob(store, "train", {});
    expect(startNextJob(store)).toMatchObject({ id: first.id, state: "running", input: { epochs: 3 } });
    expect(startNextJob(store)).toBeUndefined();
    endJob(store, first.id, "done", { result: { loss: 0.5 } });
    expect(jobWith(store, first.id)).toMatchObject({ state: "done", result: { loss: 0.5 } });
    expect(startNextJob(store)?.id).toBe(second.id);
  });

  test("a job that has ended stays as it ended", () => {
    const { id } = addJob(store, "train", {});
    endJob(store, id, "stopped");
    expect(endJob(store, id, "done", { result: 1 })).toMatchObject({ state: "stopped" });
    expect(() => jobWith(store, 77)).toThrow("its number must be known, got 77");
  });

  test("what a dead server left running is put back into the queue, and given up after the third time", () => {
    addJob(store, "train", {});
    const dead = (): boolean => false;
    for (const state of ["queued", "queued", "interrupted"]) {
      startNextJob(store, "a");
      expect(requeueOrphans(store, () => true)).toEqual([]);
      expect(requeueOrphans(store, dead)).toMatchObject([{ state }]);
      expect(requeueOrphans(store, dead)).toEqual([]);
    }
    expect(listJobs(store)).toMatchObject([{ attempts: 3, error: expect.stringContaining("ended 3 times") }]);
  });

  test("events are numbered without gaps and read on from any number", () => {
    const { id } = addJob(store, "train", {});
    expect([1, 2, 3].map((epoch) => addJobEvent(store, id, { epoch }))).toEqual([1, 2, 3]);
    expect(jobEvents(store, id, 1)).toEqual([
      { number: 2, event: { epoch: 2 } },
      { number: 3, event: { epoch: 3 } },
    ]);
  });
});

describe("models", () => {
  const model = { name: "churn", kind: "forest", content: Buffer.from("{}"), metadata: { seed: 1 } };

  test("versions count up; name, name@version and alias find them", () => {
    const first = saveModel(store, model);
    const second = saveModel(store, model);
    setAlias(store, "champion", first.id);
    expect(findModel(store, "churn")?.version).toBe(2);
    expect(findModel(store, "churn@1")).toMatchObject({
      id: first.id,
      aliases: ["champion"],
      metadata: { seed: 1 },
    });
    expect(findModel(store, "champion")?.id).toBe(first.id);
    setAlias(store, "champion", second.id);
    expect(findModel(store, "champion")?.id).toBe(second.id);
    expect(findModel(store, "nobody")).toBeUndefined();
    expect(listModels(store).map((one) => one.version)).toEqual([2, 1]);
    expect(Buffer.from(modelContent(store, first.id)).toString()).toBe("{}");
  });

  test("bytes that changed on disk are refused with both hashes", () => {
    const { id } = saveModel(store, model);
    store.db.prepare("UPDATE telelink_models SET content = ? WHERE id = ?").run(Buffer.from("[]"), id);
    expect(() => modelContent(store, id)).toThrow(/must have the SHA-256 [0-9a-f]{64}, got [0-9a-f]{64}/);
  });

  test("a name that could be taken for markup or a path is refused", () => {
    for (const name of ["", "../up", "<b>", "a".repeat(101)])
      expect(() => saveModel(store, { ...model, name })).toThrow("its name must begin");
  });
});
