import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import Database from "libsql";
import { check } from "../../core/checks";
import { journalFolder, readSegment, segmentNames } from "./journal";
import { layoutVersion, openStore, storeError, vacuumInto } from "./open";
import { addSegment, type StoredPrediction } from "./predictions";
import { countOf, rowsOf } from "./rows";
import { leaseMs, liveServers } from "./servers";

/** A copy of a store. */
export interface Backup {
  readonly file: string;
  readonly bytes: number;
  readonly version: number;
  readonly predictions: number;
  /** Predictions that waited in files beside the store and are in the copy. */
  readonly replayed: number;
}

/**
 * Writes a whole, checked copy of a store that may be in use: what was confirmed when it began is in it, predictions
 * that wait for the store in their files too. It appears under its name once it is whole, and never replaces a file.
 */
export function backupStore(from: string, to: string): Backup {
  const action = `back up ${from}`;
  check(existsSync(from), action, "there must be a store", from);
  const path = resolve(to);
  check(!existsSync(path), action, "the copy must not replace a file; name another", to);
  const part = join(dirname(path), `.${process.pid}.backup.part`);
  try {
    const folder = journalFolder(resolve(from));
    // First the files, then the store: what goes over meanwhile is known by its name, and counts once.
    const waiting = segmentNames(folder).map((name) => ({ name, rows: readSegment(folder, name).rows }));
    // Not opened as a store: a copy is made of an older program's as it is.
    const db = new Database(resolve(from), { timeout: 5000 });
    try {
      vacuumInto(db, part);
    } catch (error) {
      throw storeError(error, "back up", from);
    } finally {
      db.close();
    }
    const replayed = waiting.length === 0 ? 0 : replay(part, waiting);
    const found = checkCopy(part);
    const handle = openSync(part, "r");
    fsyncSync(handle);
    closeSync(handle);
    renameSync(part, path);
    return { file: path, bytes: statSync(path).size, ...found, replayed };
  } finally {
    for (const end of ["", "-wal", "-shm", "-journal"]) rmSync(`${part}${end}`, { force: true });
  }
}

/** Takes predictions into a copy that had not reached the store; returns how many they were. */
function replay(
  part: string,
  waiting: readonly { readonly name: string; readonly rows: readonly StoredPrediction[] }[],
): number {
  const copy = openStore(part);
  try {
    const before = countOf(copy, "telelink_predictions");
    for (const { name, rows } of waiting) addSegment(copy, name, rows);
    const replayed = countOf(copy, "telelink_predictions") - before;
    copy.db.pragma("wal_checkpoint(TRUNCATE)");
    copy.db.pragma("journal_mode = DELETE");
    return replayed;
  } finally {
    copy.close();
  }
}

/** What a copy restored. */
export interface Restored {
  readonly file: string;
  readonly version: number;
  readonly predictions: number;
  /** Where the store lies that was there before. */
  readonly before?: string;
}

/** How long to wait for servers that were killed to count as dead. */
const patienceMs = leaseMs + 5000;

/**
 * Puts a checked copy in the store's place; what was there is kept beside it. No server may be using the store: one that
 * was killed counts as dead after half a minute, for which this waits.
 */
export function restoreStore(copy: string, to: string, waitMs: number = patienceMs): Restored {
  const action = `restore ${to}`;
  check(existsSync(copy), action, "there must be a copy", copy);
  const found = checkCopy(copy);
  const path = resolve(to);
  let before: string | undefined;
  if (existsSync(path)) {
    const until = Date.now() + waitMs;
    while (serversOf(path) > 0 && Date.now() < until)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    const live = serversOf(path);
    check(live === 0, action, "the servers that use the store must be stopped first", `${live} that live`);
    before = `${path}.before-restore-${new Date().toISOString().replace(/[:.]/g, "-")}`;
  }
  const part = `${path}.part`;
  copyFileSync(copy, part);
  chmodSync(part, 0o600);
  for (const end of ["", "-wal", "-shm"]) {
    if (before !== undefined && existsSync(`${path}${end}`)) renameSync(`${path}${end}`, `${before}${end}`);
  }
  const folder = journalFolder(path);
  // Predictions that waited for the store that is put aside stay with it.
  if (before !== undefined && existsSync(folder)) renameSync(folder, journalFolder(before));
  renameSync(part, path);
  return { file: path, ...found, ...(before === undefined ? {} : { before }) };
}

/** The version of a store's layout, as it is. */
export function storeVersion(file: string): number {
  const db = new Database(resolve(file), { timeout: 5000 });
  try {
    return layoutVersion(db);
  } finally {
    db.close();
  }
}

/** Checks a copy without changing it; throws where it is none, or is damaged. */
function checkCopy(file: string): { readonly version: number; readonly predictions: number } {
  const action = `use the copy ${file}`;
  let db: Database.Database | undefined;
  try {
    db = new Database(file, { timeout: 5000 });
    const [said] = integrity({ db });
    check(said === "ok", action, "it must not be damaged", said);
    const version = layoutVersion(db);
    check(version > 0, action, "it must be a store of telelink");
    return { version, predictions: countOf({ db }, "telelink_predictions") };
  } catch (error) {
    if ((error as { code?: string }).code?.startsWith("SQLITE_"))
      check(false, action, "it must be a store of telelink that is not damaged", (error as Error).message);
    throw error;
  } finally {
    db?.close();
  }
}

/** What SQLite says of the pages: "ok", or what is wrong with them. */
export function integrity(store: Parameters<typeof rowsOf>[0]): string[] {
  const query = "SELECT integrity_check AS said FROM pragma_integrity_check";
  return rowsOf<{ said: string }>(store, query).map((row) => row.said);
}

/** The servers that use the store now; none where it can't be read any more, which is why one restores. */
function serversOf(path: string): number {
  const db = new Database(path, { timeout: 500 });
  try {
    return liveServers({ file: path, db, close: () => {} }).size;
  } catch {
    return 0;
  } finally {
    db.close();
  }
}
