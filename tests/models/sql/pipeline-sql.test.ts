import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Fit } from "../../../src/core/model";
import { normal, seeded } from "../../../src/core/rng";
import { type Table, table, takeTableRows } from "../../../src/data/table";
import { writeCsv } from "../../../src/data/write-csv";
import { type EncodeOptions, encode } from "../../../src/features/encode";
import { calibrated } from "../../../src/models/calibrate";
import { randomForest } from "../../../src/models/forest";
import { ridge } from "../../../src/models/linear";
import { logisticRegression } from "../../../src/models/logistic";
import { pipeline } from "../../../src/models/pipeline";
import { pipelineSql } from "../../../src/models/sql/pipeline-sql";

const rows = 10_000;
const rng = seeded("customers");
const plans = ["Month-to-month", "One year", "Two year", 'it\'s "quoted"'];
const missing = (share: number, value: number): number => (rng.uniform() < share ? Number.NaN : value);
const customers: Table = table([
  { name: "id", type: "id", values: Array.from({ length: rows }, (_, i) => `c${i}`) },
  {
    name: "minutes",
    type: "numeric",
    values: Float64Array.from({ length: rows }, () => 180 + 50 * normal(rng)),
  },
  {
    name: "Total charges",
    type: "numeric",
    values: Float64Array.from({ length: rows }, () => missing(0.1, Math.exp(normal(rng)))),
  },
  {
    name: "calls",
    type: "numeric",
    values: Float64Array.from({ length: rows }, () => Math.floor(5 * rng.uniform())),
  },
  {
    name: "plan",
    type: "categorical",
    codes: Int32Array.from({ length: rows }, () =>
      rng.uniform() < 0.05 ? -1 : Math.floor(4 * rng.uniform()),
    ),
    levels: plans,
  },
  {
    name: "paperless",
    type: "boolean",
    codes: Int32Array.from({ length: rows }, () => (rng.uniform() < 0.5 ? 0 : 1)),
    levels: ["False", "True"],
  },
  {
    name: "state",
    type: "categorical",
    codes: Int32Array.from({ length: rows }, () => Math.floor(40 * rng.uniform() ** 2)),
    levels: Array.from({ length: 40 }, (_, k) => `S${k}`),
  },
]);
const minutes = customers.columns[1].type === "numeric" ? customers.columns[1].values : new Float64Array();
const y = minutes.map((value) => (value + 60 * normal(rng) > 220 ? 1 : 0));

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

const cases: [string, EncodeOptions, Fit][] = [
  ["logistic regression", {}, logisticRegression()],
  ["ridge behind robust scaling and pooled levels", { scale: "robust", maxLevels: 6 }, ridge()],
  ["forest on codes", { categories: "codes", maxLevels: 20 }, randomForest({ trees: 10, depth: 8 })],
  ["forest behind one-hot", { missing: "mean" }, randomForest({ trees: 10, depth: 8 })],
  ["sigmoid calibration", {}, calibrated(logisticRegression())],
  ["beta calibration", {}, calibrated(randomForest({ trees: 10, depth: 5 }), { method: "beta" })],
  [
    "isotonic calibration",
    {},
    calibrated(logisticRegression({ penalty: "l1", C: 0.01 }), { method: "isotonic" }),
  ],
];

describe("pipelineSql(pipeline) scores 10,000 raw rows in DuckDB as the pipeline does", () => {
  test.each(cases)("%s", async (_, options, learner) => {
    // Fitted to some rows, so that others have levels that training did not see.
    const train = takeTableRows(
      customers,
      Array.from({ length: 600 }, (_, i) => i),
    );
    const model = await pipeline({ encode: encode(options), learner })(train, y.slice(0, 600), seeded(1));
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
    "Cannot write SQL: the model must be one of calibrated",
  );
  expect(() => pipelineSql(model, { table: "t", keep: ["score"] })).toThrow("the score's name must differ");
});
