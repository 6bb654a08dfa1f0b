import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Fit } from "../../../../src/core/model";
import { seeded } from "../../../../src/core/rng";
import { writeCsv } from "../../../../src/data/write/write-csv";
import { pipelineSql } from "../../../../src/models/export/sql/pipeline-sql";
import { pipeline } from "../../../../src/models/pipeline";
import { customers, exportCases, fitExport, rows, y } from "../../export-cases";

let folder: string;
let database: DuckDBInstance;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "sql-"));
  const file = join(folder, "customers.csv");
  writeCsv(customers, file);
  database = await DuckDBInstance.create(":memory:");
  const connection = await database.connect();
  await connection.run(`CREATE TABLE "the customers" AS SELECT * FROM read_csv('${file}')`);
});
afterAll(() => {
  database.closeSync();
  rmSync(folder, { recursive: true });
});

describe("pipelineSql(pipeline) scores 10,000 raw rows in DuckDB as the pipeline does", () => {
  test.each(exportCases)("%s", async (_, options, learner) => {
    const model = await fitExport(options, learner);
    const expected = model.predict(customers);
    const connection = await database.connect();
    const query = pipelineSql(model, { table: "the customers", keep: ["id"], score: "churn risk" });
    const answer = (await connection.runAndReadAll(query)).getRowObjectsJS() as {
      id: string;
      "churn risk": number;
    }[];
    expect(answer.length).toBe(rows);
    const found = new Map(answer.map((row) => [row.id, row["churn risk"]]));
    let worst = 0;
    expected.forEach((value, i) => {
      worst = Math.max(worst, Math.abs(value - (found.get(`c${i}`) ?? Number.NaN)));
    });
    expect(worst).toBeLessThanOrEqual(1e-9);
  });
});

test("pipelineSql says what it can't write", async () => {
  const learner: Fit = async () => ({
    kind: "oracle",
    predict: (x) => new Float64Array(x.rows),
    toJSON: () => ({ kind: "oracle", version: 1 }),
  });
  const model = await pipeline({ learner })(customers, y, seeded(1));
  expect(() => pipelineSql(model, { table: "t" })).toThrow(
    "Cannot write SQL: the model must be one of logistic-regression, spline-logistic, linear-regression",
  );
  expect(() => pipelineSql(model, { table: "t", keep: ["score"] })).toThrow("the score's name must differ");
});
