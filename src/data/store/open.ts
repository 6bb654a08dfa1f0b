import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { dirname, resolve } from "node:path";
import Database from "libsql";
import { check } from "../../core/checks";
import { attempt } from "../files";
import { takeBackLeftovers } from "./loading";
import { migrations } from "./migrations";

/** An open store: one SQLite file in WAL mode. What a call returned from is on disk. */
export interface Store {
  readonly file: string;
  readonly db: Database.Database;
  close(): void;
}

export interface StoreOptions {
  /** Milliseconds to wait for another process that is writing; then the call fails. @default 5000 */
  readonly busyMs?: number;
}

/**
 * Opens the store at `file` (":memory:" for one that is not kept), makes it where there is none, and brings an older
 * one up to date. An error says when the file is not a store, is newer than this version, or is locked.
 */
export function openStore(file: string, options: StoreOptions = {}): Store {
  const path = file === ":memory:" ? file : resolve(file);
  if (path !== ":memory:") makePrivate(path);
  let db: Database.Database | undefined;
  try {
    db = new Database(path, { timeout: options.busyMs ?? 5000 });
    db.pragma("journal_mode = WAL");
    // FULL: a confirmed write survives a power cut, not only a crash of the process.
    db.pragma("synchronous = FULL");
    db.pragma("foreign_keys = ON");
    migrate(db, path);
    takeBackLeftovers(db);
  } catch (error) {
    db?.close();
    throw storeError(error, "open", path);
  }
  const opened = db;
  return { file: path, db: opened, close: () => void opened.close() };
}

/** Runs `work` in one transaction: all of it is kept, or none. Inside another transaction it joins that one. */
export function transaction<T>(store: Store, action: string, work: () => T): T {
  const { db } = store;
  if (db.inTransaction) return work();
  try {
    db.exec("BEGIN IMMEDIATE");
    const done = work();
    db.exec("COMMIT");
    return done;
  } catch (error) {
    // A full disk ends the transaction by itself; rolling back once more would hide what happened.
    if (db.inTransaction) db.exec("ROLLBACK");
    throw storeError(error, action, store.file);
  }
}

/**
 * The same without waiting for the disk: a crash of the process loses nothing of it, a power cut may lose the last
 * moments. For what comes often and is told by what follows it.
 */
export function withoutWaiting<T>(store: Store, action: string, work: () => T): T {
  if (store.db.inTransaction) return work();
  store.db.pragma("synchronous = NORMAL");
  try {
    return transaction(store, action, work);
  } finally {
    store.db.pragma("synchronous = FULL");
  }
}

/** Runs `work`, which waits for another writer no longer than so many milliseconds: nothing else runs while it waits. */
export function waitingAtMost<T>({ db }: Store, ms: number, work: () => T): T {
  const { timeout } = db.prepare("PRAGMA busy_timeout").get() as { timeout: number };
  db.pragma(`busy_timeout = ${ms}`);
  try {
    return work();
  } finally {
    db.pragma(`busy_timeout = ${timeout}`);
  }
}

/** What SQLite's primary result codes mean here, and what to do. */
const faults: Readonly<Record<number, readonly [code: string, advice: string]>> = {
  5: ["SQLITE_BUSY", "another process is writing to it; wait for it to end, or raise the waiting time"],
  6: ["SQLITE_LOCKED", "another process holds it"],
  8: ["SQLITE_READONLY", "the file or its folder may not be written"],
  10: ["SQLITE_IOERR", "reading or writing the disk failed; nothing of this step was kept"],
  11: ["SQLITE_CORRUPT", "the file is damaged; restore a copy (telelink restore)"],
  13: ["SQLITE_FULL", "the disk is full; nothing of this step was kept"],
  14: ["SQLITE_CANTOPEN", "the file cannot be opened; check the folder and its rights"],
  26: ["SQLITE_NOTADB", "the file is not a SQLite database; name another file"],
};

/** Where the store cannot be used, an error that says so and what to do; anything else as it came. */
export function storeError(error: unknown, action: string, file: string): unknown {
  const { code, rawCode, message } = (error ?? {}) as { code?: unknown; rawCode?: unknown; message?: string };
  // Of a file that it cannot open the driver says the number alone, in its message.
  const unopened = /^ConnectionFailed\(.*: (\d+)"\)$/.exec(String(message))?.[1];
  if (unopened === undefined && !(typeof code === "string" && code.includes("SQLITE_"))) return error;
  // Extended codes hold the primary one in their lowest byte.
  const known =
    faults[Number(unopened) & 255] ??
    (typeof rawCode === "number" ? faults[rawCode & 255] : undefined) ??
    Object.values(faults).find(([name]) => code === name || String(code).startsWith(`${name}_`));
  if (!known) return error;
  return new StoreError(`Cannot ${action} the store ${file}: ${known[1]}`, known[0], { cause: error });
}

/** The store is locked, full, damaged or not a store. */
export class StoreError extends Error {
  constructor(
    message: string,
    readonly code: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "StoreError";
  }
}

/** The version of a store's layout, as it is. */
export function layoutVersion(db: Database.Database): number {
  return (db.prepare("SELECT user_version AS v FROM pragma_user_version").get() as { v: number }).v;
}

function migrate(db: Database.Database, file: string): void {
  const version = (): number => layoutVersion(db);
  check(
    version() <= migrations.length,
    `open the store ${file}`,
    `its version must be at most ${migrations.length}, that of this program`,
    version(),
  );
  const from = version();
  if (from === migrations.length) return;
  // A program of the version before does not open what is migrated: it gets back to work with this copy.
  if (from > 0 && file !== ":memory:") {
    const copy = copyBefore(file, from);
    if (!existsSync(copy)) vacuumInto(db, copy);
  }
  db.exec("BEGIN IMMEDIATE");
  try {
    // Read again inside: another process may have migrated meanwhile.
    for (let next = version(); next < migrations.length; next++) db.exec(migrations[next]);
    db.pragma(`user_version = ${migrations.length}`);
    db.exec("COMMIT");
  } catch (error) {
    if (db.inTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

/** Where the copy lies that is made before a store of that version is migrated. */
function copyBefore(file: string, version: number): string {
  return `${file}.before-version-${version + 1}`;
}

/** Writes a whole copy of an open store, readable by nobody else; others may go on writing to the store meanwhile. */
export function vacuumInto(db: Database.Database, to: string): void {
  // SQLite fills an empty file that is there already, and leaves its rights as they are.
  closeSync(openSync(to, "wx", 0o600));
  db.prepare("VACUUM INTO ?").run(to);
}

/** Makes the store's file and folder, where they are not there, so that nobody else can read them. */
function makePrivate(path: string): void {
  attempt(path, () => mkdirSync(dirname(path), { recursive: true, mode: 0o700 }));
  // A store that is there is never opened as a file: closing it would take from SQLite, in this process, every lock on it.
  if (!existsSync(path)) {
    try {
      closeSync(openSync(path, "wx", 0o600));
    } catch (error) {
      // Another process was quicker, or the folder can't be written: then SQLite says so.
      if (!["EEXIST", "EACCES", "EROFS", "ENOSPC"].includes((error as NodeJS.ErrnoException).code ?? ""))
        throw error;
    }
  }
  for (const one of [path, `${path}-wal`, `${path}-shm`]) {
    try {
      if (existsSync(one)) chmodSync(one, 0o600);
    } catch {
      // Another's file: telelink doctor tells of it.
    }
  }
}
