import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkTableName, ingest, readTable, tableNames } from "../../../src/data/store/ingest";
import { openStore, type Store } from "../../../src/data/store/open";
import { columnNamed, table } from "../../../src/data/table";
import { writeParquet } from "../../../src/data/write/write-parquet";
import { realData } from "../../support";

let folder: string;
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "telelink-ingest-"));
  store = openStore(join(folder, "store.db"));
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

describe("ingest(store, file, table)", () => {
  const csv = "CustomerID,Tenure,Contract\n1,5,Monthly\n2,x,Monthly\n1,7,Yearly\n3,,Yearly\n";
  const schema = {
    columns: [
      { name: "CustomerID", type: "id" as const },
      { name: "Tenure", type: "numeric" as const },
    ],
  };

  test("adds good rows, keeps bad ones with line, rule and value, and marks a customer's second row", async () => {
    const done = await ingest(store, file("a.csv", csv), "customers", { schema });
    expect(done).toMatchObject({ known: false, rows: 3, rejected: 1, duplicates: 1 });
    expect(store.db.prepare("SELECT line, column_name, value FROM telelink_rejects").all()).toMatchObject([
      { line: 3, column_name: "Tenure", value: "x" },
    ]);
    const { table, duplicates } = readTable(store, "customers");
    expect(duplicates).toBe(1);
    expect(columnNamed(table, "CustomerID")).toMatchObject({ type: "id", values: ["1", "3"] });
    expect(columnNamed(table, "Tenure")).toMatchObject({ values: Float64Array.of(5, Number.NaN) });
  });

  test("reads Parquet by the rules of CSV, once", async () => {
    const path = join(folder, "a.parquet");
    await writeParquet(
      table([
        { name: "CustomerID", type: "id", values: ["1", "2", "1"] },
        { name: "Tenure", type: "numeric", values: Float64Array.of(5, Number.NaN, 7) },
      ]),
      path,
    );
    expect(await ingest(store, path, "customers", { schema })).toMatchObject({ rows: 3, duplicates: 1 });
    expect(await ingest(store, path, "customers", { schema })).toMatchObject({ known: true });
    expect(columnNamed(readTable(store, "customers").table, "Tenure")).toMatchObject({
      values: Float64Array.of(5, Number.NaN),
    });
  });

  test("adds the same bytes once, and another file's customers after them", async () => {
    const path = file("a.csv", csv);
    await ingest(store, path, "customers", { schema });
    expect(await ingest(store, file("copy.csv", csv), "customers", { schema })).toMatchObject({
      known: true,
      rows: 0,
    });
    const more = await ingest(
      store,
      file("b.csv", "CustomerID,Tenure,Contract\n3,1,Monthly\n9,2,Monthly\n"),
      "customers",
    );
    expect(more).toMatchObject({ rows: 2, duplicates: 1 });
    expect(readTable(store, "customers").table.rows).toBe(3);
    expect(tableNames(store)).toEqual(["customers"]);
  });

  test("says that the disk is full, and leaves the table as it was", async () => {
    await ingest(store, file("a.csv", csv), "customers", { schema });
    const { pages } = store.db.prepare("SELECT page_count AS pages FROM pragma_page_count").get() as {
      pages: number;
    };
    store.db.pragma(`max_page_count = ${pages + 20}`);
    const rows = Array.from({ length: 20_000 }, (_, i) => `${i + 10},5,Monthly`);
    const large = file("large.csv", `CustomerID,Tenure,Contract\n${rows.join("\n")}\n`);
    await expect(ingest(store, large, "customers", { schema })).rejects.toThrow(
      /Cannot write to the store .*: the disk is full; nothing of this step was kept/,
    );
    expect(readTable(store, "customers").table.rows).toBe(2);
    store.db.pragma("max_page_count = 1000000");
    expect(await ingest(store, large, "customers", { schema })).toMatchObject({ rows: 20_000, known: false });
  });

  test("refuses other columns, and leaves the table as it was", async () => {
    await ingest(store, file("a.csv", csv), "customers", { schema });
    await expect(ingest(store, file("b.csv", "CustomerID,Tenure\n9,2\n"), "customers")).rejects.toThrow();
    expect(readTable(store, "customers").table.rows).toBe(2);
    expect(store.db.inTransaction).toBe(false);
  });

  test("column names that are SQL come out as they went in", async () => {
    const nasty = 'a"; DROP TABLE telelink_files; --';
    await ingest(store, file("n.csv", `"${nasty.replaceAll('"', '""')}",select\n1,2\n3,4\n`), "nasty");
    expect(readTable(store, "nasty").table.columns.map((one) => one.name)).toEqual([nasty, "select"]);
  });

  test.each(["", "1st", "a b", "telelink_jobs", 'x"y', "a".repeat(64)])(
    "refuses the table name %j",
    (name) => {
      expect(() => checkTableName(name)).toThrow("its name must begin with a letter");
    },
  );

  test.skipIf(!realData)("takes the real sets as they are, and gives them back to the cell", async () => {
    for (const name of ["Telco-Customer-Churn.csv", "churn-bigml-80.csv", "telecom_customer_data.csv"]) {
      const path = join(realData as string, name);
      const done = await ingest(store, path, name.replace(/\W/g, "_").slice(0, 20));
      const lines = readFileSync(path, "utf8").trimEnd().split("\n").length - 1;
      expect(done.rows + done.rejected).toBe(lines);
    }
    // Ids repeat in the reference's own file: dropped for analysis, and counted.
    const { table, duplicates } = readTable(store, "telecom_customer_data".slice(0, 20));
    expect(table.rows + duplicates).toBe(1000);
  });
});

test("a process killed at any moment of an ingest leaves all of a file or nothing, and what was confirmed", async () => {
  // Processes that each add one file of 20,000 rows: one that is left alone, then each is killed a little later in its work.
  const rows = Array.from({ length: 20_000 }, (_, i) => `${i},${i % 7},Monthly`).join("\n");
  const child = resolve(__dirname, "ingest-child.cjs");
  const path = join(folder, "killed.db");
  const csv = (k: number): string =>
    file(`k${k}.csv`, `CustomerID,Tenure,Contract\n${rows}\n${k},1,run${k}\n`);
  const whole = await ingested(child, path, csv(0));
  expect(whole.confirmed).toBe(true);
  const times = 20;
  let confirmed = 1;
  for (let k = 1; k <= times; k++)
    confirmed += Number((await ingested(child, path, csv(k), (k * 1.2 * whole.ms) / times)).confirmed);
  const after = openStore(path);
  const files = after.db.prepare("SELECT id, rows FROM telelink_files").all() as {
    id: number;
    rows: number;
  }[];
  expect(files.length).toBeGreaterThanOrEqual(confirmed);
  for (const { id, rows: told } of files) {
    expect(told).toBe(20_001);
    expect(after.db.prepare("SELECT count(*) AS n FROM customers WHERE _file = ?").get(id)).toMatchObject({
      n: 20_001,
    });
  }
  expect(after.db.prepare("SELECT integrity_check AS said FROM pragma_integrity_check").get()).toMatchObject({
    said: "ok",
  });
  // Some were killed before they had ended: else the test would say nothing.
  expect(confirmed).toBeLessThan(times);
  after.close();
}, 120_000);

/** Runs one ingest in a process of its own, and kills it so many milliseconds after its beginning where they are given. */
function ingested(
  child: string,
  store: string,
  csv: string,
  after?: number,
): Promise<{ readonly confirmed: boolean; readonly ms: number }> {
  return new Promise((done) => {
    const process_ = spawn(process.execPath, [child, store, csv], { stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    let begun = 0;
    let ms = 0;
    process_.stdout.on("data", (piece: Buffer) => {
      said += piece.toString();
      if (begun === 0) {
        begun = performance.now();
        if (after !== undefined) setTimeout(() => process_.kill("SIGKILL"), after);
      }
      if (said.includes("confirmed")) ms = performance.now() - begun;
    });
    process_.on("close", () => done({ confirmed: said.includes("confirmed"), ms }));
  });
}
