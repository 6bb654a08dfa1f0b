import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { readCsv } from "../../../src/data/read/read-csv";
import { viewRows } from "../../../src/data/simulate/view-rows";
import { dropColumns, type Table } from "../../../src/data/table";
import { target } from "../../../src/data/target";
import { writeCsv } from "../../../src/data/write/write-csv";
import { encode } from "../../../src/features/encode";
import { gradientBoosting } from "../../../src/models/boosting/boosting";
import { pipelineSql } from "../../../src/models/export/sql/pipeline-sql";
import { logisticRegression } from "../../../src/models/linear/logistic";
import { type Pipeline, pipeline } from "../../../src/models/pipeline";
import { sparkPython as spark } from "./spark-python";

let folder: string;
let customers: string;
let table: Table;
let models: Readonly<Record<string, Pipeline>>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "engines-"));
  customers = join(folder, "customers.csv");
  const [rows] = viewRows("churn-bigml", 2000, 21);
  const number = {
    name: "number",
    type: "numeric" as const,
    decimals: 0,
    values: Float64Array.from({ length: 2000 }, (_, i) => i),
  };
  writeCsv({ rows: 2000, columns: [number, ...rows.columns] }, customers);
  ({ table } = readCsv(customers));
  const y = target(table, "Churn");
  const train = dropColumns(table, ["Churn", "number"]);
  models = {
    boosting: await pipeline({
      encode: encode({ categories: "codes" }),
      learner: gradientBoosting({ trees: 40, depth: 4 }),
    })(train, y, seeded(1)),
    logistic: await pipeline({ encode: encode(), learner: logisticRegression() })(train, y, seeded(1)),
  };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The scores in a folder or file of Parquet or by a query, in the customers' order. */
async function ask(query: string): Promise<number[]> {
  const connection = await (await DuckDBInstance.create()).connect();
  await connection.run(`CREATE VIEW customers AS SELECT * FROM read_csv('${customers}', all_varchar = true)`);
  const rows = await (await connection.runAndReadAll(query)).getRowsJS();
  connection.closeSync();
  return rows.map((row) => Number(row[0]));
}

function same(scores: readonly number[], model: Pipeline): void {
  const own = model.predict(table);
  expect(scores.length).toBe(2000);
  const worst = Math.max(...scores.map((score, i) => Math.abs(score - own[i])));
  expect(worst).toBeLessThan(1e-6);
}

test.each(["boosting", "logistic"])(
  "the SQL of a %s pipeline scores customers in DuckDB as it does itself",
  async (name) => {
    const query = pipelineSql(models[name], { table: "customers", keep: ["number"] });
    same(await ask(`SELECT score FROM (${query}) ORDER BY CAST(number AS INTEGER)`), models[name]);
  },
);

test.skipIf(!spark)(
  "the SQL of a boosting pipeline scores customers on Spark as it does itself (examples/spark/score.py)",
  async () => {
    const query = join(folder, "query.sql");
    const scores = join(folder, "scores.parquet");
    const { boosting } = models;
    writeFileSync(query, pipelineSql(boosting, { table: "customers", keep: ["number"], dialect: "spark" }));
    const script = resolve(__dirname, "..", "..", "..", "examples", "spark", "score.py");
    const done = spawnSync(spark as string, [script, customers, query, scores], {
      encoding: "utf8",
      env: { ...process.env, SPARK_LOCAL_IP: "127.0.0.1", SPARK_LOCAL_DIRS: folder },
      timeout: 600_000,
    });
    expect(done.status, done.stderr.slice(-2000)).toBe(0);
    same(await ask(`SELECT score FROM read_parquet('${scores}/*.parquet') ORDER BY number`), boosting);
  },
  700_000,
);
