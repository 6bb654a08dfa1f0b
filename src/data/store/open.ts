import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import Database from "libsql";
import { check } from "../../core/checks";
import { migrations } from "./migrations";

/** An open store: one SQLite file in WAL mode. What a call returned from is on disk. */
export interface Store {
  readonly file: string;
  readonly db: Database.Database;
  close(): void;
}

export interface StoreOptions {
  /** Milliseconds to wait for another process that is writing; then the call fails. Defaults to 5000. */
  readonly busyMs?: number;
}

/**
 * Opens the store at `file` (":memory:" for one that is not kept), makes it where there is none, and brings an older
 * one up to date. An error says when the file is not a store, is newer than this version, or is locked.
 */
export function openStore(file: string, options: StoreOptions = {}): Store {
  const path = file === ":memory:" ? file : resolve(file);
  if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true });
  let db: Database.Database | undefined;
  try {
    db = new Database(path, { timeout: options.busyMs ?? 5000 });
    db.pragma("journal_mode = WAL");
    // FULL: a confirmed write survives a power cut, not only a crash of the process.
    db.pragma("synchronous = FULL");
    db.pragma("foreign_keys = ON");
    migrate(db, path);
  } catch (error) {
    db?.close();
    throw storeError(error, "open", path);
  }
  const opened = db;
  return { file: path, db: opened, close: () => void opened.close() };
}

/** Runs `work` in one transaction: all of it is kept, or none. Inside another transaction it joins that one. */
export function transaction<T>(store: Store, action: string, work: () => T): T {
  if (store.db.inTransaction) return work();
  try {
    return store.db.transaction(work).immediate();
  } catch (error) {
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

/** Where the store cannot be used, an error that says so and what to do; anything else as it came. */
export function storeError(error: unknown, action: string, file: string): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== "string" || !code.startsWith("SQLITE_")) return error;
  const advice: Record<string, string> = {
    SQLITE_BUSY: "another process is writing to it; wait for it to end, or raise the waiting time",
    SQLITE_LOCKED: "another process holds it",
    SQLITE_NOTADB: "the file is not a SQLite database; name another file",
    SQLITE_CORRUPT: "the file is damaged; restore a copy",
    SQLITE_FULL: "the disk is full; nothing of this step was kept",
    SQLITE_READONLY: "the file or its folder may not be written",
    SQLITE_CANTOPEN: "the file cannot be opened; check the folder and its rights",
    SQLITE_IOERR: "reading or writing the disk failed; nothing of this step was kept",
  };
  const known = Object.keys(advice).find((one) => code === one || code.startsWith(`${one}_`));
  if (!known) return error;
  return new StoreError(`Cannot ${action} the store ${file}: ${advice[known]}`, known, { cause: error });
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

function migrate(db: Database.Database, file: string): void {
  const version = (): number =>
    (db.prepare("SELECT user_version AS v FROM pragma_user_version").get() as { v: number }).v;
  check(
    version() <= migrations.length,
    `open the store ${file}`,
    `its version must be at most ${migrations.length}, that of this program`,
    version(),
  );
  if (version() === migrations.length) return;
  db.transaction(() => {
    // Read again inside: another process may have migrated meanwhile.
    for (let next = version(); next < migrations.length; next++) db.exec(migrations[next]);
    db.pragma(`user_version = ${migrations.length}`);
  }).immediate();
}
