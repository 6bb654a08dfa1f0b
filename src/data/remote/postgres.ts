import { createReadStream, createWriteStream } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type postgres from "postgres";
import { check } from "../../core/checks";

/** What tables that this program wrote say of themselves: no other is written over. */
const mark = "written by telelink";

/** Saves a table or view as CSV, NULL as an empty cell. */
export async function saveTable(url: string, table: string, shown: string, file: string): Promise<void> {
  await connected(`read ${shown}`, url, async (sql) => {
    const columns = await columnsOf(sql, table);
    check(
      columns.length > 0,
      `read ${shown}`,
      "the table must be there, with columns that this user may read",
      table,
    );
    // Truth values as words: COPY would write t and f.
    const list = columns.map(({ name, type }) =>
      type === "boolean" ? `${quoted(name)}::text AS ${quoted(name)}` : quoted(name),
    );
    const copy = sql.unsafe(
      `COPY (SELECT ${list.join(", ")} FROM ${quotedTable(table)}) TO STDOUT WITH (FORMAT csv, HEADER)`,
    );
    await pipeline((await copy.readable()) as Readable, createWriteStream(file, { mode: 0o600 }));
  });
}

/**
 * Puts the rows of a CSV file with a header into a table, in place of those that were there: all of them, or none. The
 * table is made where there is none; one that this program did not write is left as it is.
 */
export async function putTable(
  url: string,
  table: string,
  shown: string,
  file: string,
  columns: readonly { readonly name: string; readonly numeric: boolean }[],
): Promise<void> {
  const action = `write ${shown}`;
  await connected(action, url, (sql) =>
    sql.begin(async (step) => {
      const there = await columnsOf(step, table);
      if (there.length > 0) {
        const [{ said }] = await step.unsafe<{ said: string | null }[]>(
          "SELECT obj_description(to_regclass($1)::oid, 'pg_class') AS said",
          [quotedTable(table)],
        );
        check(
          said === mark,
          action,
          `${table} must be new, or a table that telelink wrote: others are not written over`,
        );
      }
      const typed = columns.map(
        ({ name, numeric }) => `${quoted(name)} ${numeric ? "double precision" : "text"}`,
      );
      const alike = there.map(({ name, type }) => `${quoted(name)} ${type}`).join() === typed.join();
      // Rights and views stay where the columns do.
      if (alike) await step.unsafe(`DELETE FROM ${quotedTable(table)}`);
      else {
        await step.unsafe(`DROP TABLE IF EXISTS ${quotedTable(table)}`);
        await step.unsafe(`CREATE TABLE ${quotedTable(table)} (${typed.join(", ")})`);
        await step.unsafe(`COMMENT ON TABLE ${quotedTable(table)} IS '${mark}'`);
      }
      const copy = step.unsafe(`COPY ${quotedTable(table)} FROM STDIN WITH (FORMAT csv, HEADER)`);
      await pipeline(createReadStream(file), (await copy.writable()) as Writable);
    }),
  );
}

type Sql = postgres.Sql | postgres.TransactionSql;

async function columnsOf(sql: Sql, table: string): Promise<{ name: string; type: string }[]> {
  return await sql.unsafe<{ name: string; type: string }[]>(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
     WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [quotedTable(table)],
  );
}

/** Does the work on one connection, which ends with it; faults name what was to be done and no password. */
export async function connected<Out>(
  action: string,
  url: string,
  work: (sql: postgres.Sql) => Promise<Out>,
): Promise<Out> {
  const { default: connect } = (await import("postgres")) as { default: typeof postgres };
  const sql = connect(url, {
    max: 1,
    connect_timeout: 15,
    onnotice: () => {},
    connection: { application_name: "telelink" },
  });
  try {
    return await work(sql);
  } catch (error) {
    if (error instanceof RangeError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const why = message.split("\n")[0] || "the database does not answer";
    throw new Error(`Cannot ${action}: ${why}${code === undefined ? "" : ` (${code})`}`, { cause: error });
  } finally {
    await sql.end({ timeout: 5 });
  }
}

function quotedTable(table: string): string {
  return table.split(".").map(quoted).join(".");
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
