import { hostname } from "node:os";
import type Database from "libsql";
import { isAlive } from "../processes";
import { quotedName } from "./names";
import { countOf, rowsOf } from "./rows";

/** A file that is being added to a table in parts: its rows are those from `firstRow` on, and count for nothing yet. */
export interface Loading {
  readonly table: string;
  readonly fileId: number;
  readonly firstRow: number;
  readonly host: string;
  readonly pid: number;
}

/** What is being added to the table now. */
export function loadingOf(db: Database.Database, table: string): Loading | undefined {
  return all(db).find((loading) => loading.table === table);
}

/** Whether a process that lives is adding a file now. */
export function isLoading(db: Database.Database): boolean {
  return all(db).some(loaderLives);
}

/** Whether the process that began is still there; of another machine's this can't be known. */
export function loaderLives({ host, pid }: Pick<Loading, "host" | "pid">): boolean {
  return host !== hostname() || isAlive(pid);
}

/** Rows removed in one transaction. */
const together = 20_000;

/** Takes back what was added of a file that will not be whole. */
export function takeBack(db: Database.Database, { table, fileId, firstRow }: Loading): void {
  const name = quotedName(table);
  const others = countOf({ db }, "telelink_files WHERE table_name = ? AND id <> ?", table, fileId);
  const step = (work: () => void): void => {
    db.exec("BEGIN IMMEDIATE");
    try {
      work();
      db.exec("COMMIT");
    } catch (error) {
      if (db.inTransaction) db.exec("ROLLBACK");
      throw error;
    }
  };
  if (others > 0)
    for (;;) {
      const { last } = db.prepare(`SELECT max(_row) AS last FROM ${name}`).get() as { last: number | null };
      if (last === null || last < firstRow) break;
      const from = Math.max(firstRow, last - together + 1);
      step(() => db.prepare(`DELETE FROM ${name} WHERE _row >= ?`).run(from));
    }
  step(() => {
    if (others === 0) db.exec(`DROP TABLE IF EXISTS ${name}`);
    db.prepare("DELETE FROM telelink_loading WHERE file_id = ?").run(fileId);
    db.prepare("DELETE FROM telelink_rejects WHERE file_id = ?").run(fileId);
    db.prepare("DELETE FROM telelink_files WHERE id = ?").run(fileId);
  });
}

/** Takes back what processes left that are no more; returns how many files they were. */
export function takeBackLeftovers(db: Database.Database): number {
  const left = all(db).filter((loading) => !loaderLives(loading));
  for (const one of left) takeBack(db, one);
  return left.length;
}

function all(db: Database.Database): Loading[] {
  const columns = 'table_name AS "table", file_id AS fileId, first_row AS firstRow, host, pid';
  return rowsOf<Loading>({ db }, `SELECT ${columns} FROM telelink_loading`);
}
