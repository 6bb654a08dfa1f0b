import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { afterEach, beforeEach, expect, test } from "vitest";
import { backupStore, restoreStore, storeVersion } from "../../../src/data/store/backup";
import { examineStore } from "../../../src/data/store/doctor";
import { forgetCustomer } from "../../../src/data/store/forget";
import { ingest, readTable } from "../../../src/data/store/ingest";
import { Journal, journalFolder } from "../../../src/data/store/journal";
import { migrations } from "../../../src/data/store/migrations";
import { addOutcomes, outcomeState, removeOutcomes } from "../../../src/data/store/monitoring/outcomes";
import { openStore, type Store } from "../../../src/data/store/open";
import {
  addPredictions,
  predictionStats,
  removeOldPredictions,
  type StoredPrediction,
} from "../../../src/data/store/predictions";
import { takeLease } from "../../../src/data/store/servers";

let folder: string;
let file: string;
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "telelink-backup-"));
  file = join(folder, "own", "store.db");
  store = openStore(file);
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});
const made = (customer: string): StoredPrediction => ({
  model: "m@1",
  customer,
  probability: 0.25,
  risk: "Medium",
  clv: 10,
  action: "none",
  at: "2026-01-02T00:00:00.000Z",
});

test("a copy holds what was confirmed: what is in the store and what still waits for it, each once", async () => {
  addPredictions(store, [made("a"), made("b")]);
  const journal = new Journal(journalFolder(file), "dead", "always");
  await journal.append([made("c"), made("d"), made("e")]);
  await journal.close();
  const copy = join(folder, "copy.db");
  // While another process writes.
  const other = openStore(file);
  other.db.exec("BEGIN IMMEDIATE");
  expect(backupStore(file, copy)).toMatchObject({ predictions: 5, replayed: 3 });
  other.db.exec("ROLLBACK");
  other.close();
  expect(statSync(copy).mode & 0o777).toBe(0o600);
  expect(() => backupStore(file, copy)).toThrow("the copy must not replace a file");
  expect(readdirSync(folder).sort()).toEqual(["copy.db", "own"]);
});

test("a restored copy is the store as it was, and what was there is kept", () => {
  addPredictions(store, [made("a")]);
  const copy = join(folder, "copy.db");
  backupStore(file, copy);
  addPredictions(store, [made("b")]);
  store.close();
  const { before } = restoreStore(copy, file);
  store = openStore(file);
  expect(predictionStats(store)).toMatchObject({ predictions: 1 });
  const old = openStore(before as string);
  expect(predictionStats(old)).toMatchObject({ predictions: 2 });
  old.close();
});

test("neither a damaged copy nor a file of another kind takes the store's place", () => {
  writeFileSync(join(folder, "text.db"), "hello, I am no database at all".repeat(100));
  expect(() => restoreStore(join(folder, "text.db"), file)).toThrow("it must be a store of telelink");
  writeFileSync(join(folder, "empty.db"), "");
  expect(() => restoreStore(join(folder, "empty.db"), file)).toThrow("it must be a store of telelink");
  expect(existsSync(file)).toBe(true);
});

test("before a store is migrated a copy of it is made that the program before can read", () => {
  const old = join(folder, "old.db");
  const db = new Database(old);
  for (const one of migrations.slice(0, 2)) db.exec(one);
  db.pragma("user_version = 2");
  db.exec(
    "INSERT INTO telelink_predictions (model, probability, risk, clv, action, at) VALUES ('m@1', .5, 'High', 4, 'x', '2026-01-01')",
  );
  db.close();
  // A backup leaves the version as it is.
  backupStore(old, join(folder, "plain.db"));
  expect([storeVersion(old), storeVersion(join(folder, "plain.db"))]).toEqual([2, 2]);
  const migrated = openStore(old);
  expect(predictionStats(migrated)).toMatchObject({ predictions: 1, probability: 0.5, clv: 4 });
  migrated.close();
  expect(storeVersion(`${old}.before-version-3`)).toBe(2);
  expect(storeVersion(old)).toBe(migrations.length);
});

test("the doctor finds a store well, and names what is not", async () => {
  addPredictions(store, [made("a")]);
  const wrong = (): string[] => examineStore(file).flatMap((one) => (one.ok ? [] : [one.what]));
  expect(wrong()).toEqual([]);
  store.db.exec("UPDATE telelink_totals SET n = 7");
  const journal = new Journal(journalFolder(file), "dead", "never");
  await journal.append([made("b")]);
  await journal.close();
  expect(wrong()).toEqual(["totals", "waiting"]);
  expect(examineStore(join(folder, "none.db"))).toMatchObject([{ ok: false, what: "store" }]);
});

test("forgetting a customer removes predictions, those on their way too, and rows of tables; others stay", async () => {
  addPredictions(store, [made("a"), made("b"), made("a")]);
  const journal = new Journal(journalFolder(file), "dead", "never");
  await journal.append([made("a"), made("c")]);
  await journal.close();
  const csv = join(folder, "t.csv");
  writeFileSync(csv, `CustomerID,x\n${["a", "b", "c"].map((id, i) => `${id},${i}`).join("\n")}\n`);
  const schema = {
    columns: [
      { name: "CustomerID", type: "id" as const },
      { name: "x", type: "numeric" as const },
    ],
  };
  await ingest(store, csv, "customers", { schema });
  expect(forgetCustomer(file, "a")).toEqual({
    customer: "a",
    predictions: 3,
    outcomes: 0,
    tables: [{ table: "customers", rows: 1 }],
    shared: false,
  });
  expect(predictionStats(store)).toMatchObject({ predictions: 2, probability: 0.25 });
  expect(readTable(store, "customers").table.rows).toBe(2);
  expect(forgetCustomer(file, "a")).toMatchObject({ predictions: 0, tables: [] });
});

test("what was made before a time is removed, predictions and outcomes; what came after stays", () => {
  const before = "2026-03-01T00:00:00.000Z";
  const late = "2026-06-01T00:00:00.000Z";
  addPredictions(store, [made("a"), { ...made("b"), at: late }, { ...made("c"), at: before }]);
  addOutcomes(store, [
    { customer: "a", churned: true, at: made("a").at },
    { customer: "b", churned: false, at: late },
  ]);
  expect([removeOldPredictions(store, before), removeOutcomes(store, { before })]).toEqual([1, 1]);
  expect(predictionStats(store)).toMatchObject({ predictions: 2 });
  expect(outcomeState(store)).toMatchObject({ outcomes: 1, left: 0 });
});

test("a store that a server uses is not replaced", () => {
  mkdirSync(join(folder, "more"));
  const copy = join(folder, "more", "copy.db");
  backupStore(file, copy);
  const lease = takeLease(store);
  lease.renew();
  expect(() => restoreStore(copy, file, 0)).toThrow("the servers that use the store must be stopped first");
  lease.end();
});
