import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import Database from "libsql";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Fit } from "../../../../src/core/model";
import { normal, type Rng, seeded } from "../../../../src/core/rng";
import { parseCsv, readCsv } from "../../../../src/data/read/read-csv";
import type { Schema } from "../../../../src/data/schema";
import { dropColumns } from "../../../../src/data/table";
import { target } from "../../../../src/data/target";
import { encode } from "../../../../src/features/encode";
import { gradientBoosting } from "../../../../src/models/boosting/boosting";
import { pipelineSql } from "../../../../src/models/export/sql/pipeline-sql";
import { logisticRegression } from "../../../../src/models/linear/logistic";
import { type Pipeline, pipeline } from "../../../../src/models/pipeline";
import { readingSchema } from "../../../../src/services/predict/saved-model";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "own-reading-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Columns that engines take for truth values, numbers, times or text. */
const plain = ["customer", "plan", "Internet", "code", "flag", "age", "tenure", "joined", "churn"];
const styled = [...plain, "amount", "share", "talk", "balance", "since"];

/** Rows of a file; `odd` ones hold what training did not: other spellings, blanks, and cells that are no numbers. */
function rows(names: readonly string[], n: number, odd: boolean, rng: Rng): string {
  const one = <T>(of: readonly T[]): T => of[Math.floor(of.length * rng.uniform())];
  const strange = (share: number, of: readonly string[], usual: string): string =>
    odd && rng.uniform() < share ? one(of) : usual;
  const lines = Array.from({ length: n }, (_, i) => {
    const amount = 2000 + 900 * normal(rng);
    const marked = Math.abs(amount)
      .toFixed(2)
      .replace(".", ",")
      .replace(/\B(?=(\d{3})+,)/g, ".");
    const plan = one(["Month-to-month", "One year", "Two year"]);
    const internet = one(odd ? ["Yes", "No"] : ["Yes", "No", "No internet service"]);
    const leaves =
      amount / 900 + (plan === "One year" ? 1 : 0) + (internet === "No" ? 2 : 0) + normal(rng) > 2.5;
    const row: Record<string, string> = {
      customer: `c${i}`,
      plan: strange(0.3, [plan.toUpperCase(), ` ${plan} `, "?", "", "#N/A", "Ten year"], plan),
      Internet: internet,
      code: one(["01", "02", "11"]),
      flag: strange(0.2, ["true", "0", ""], one(["t", "f"])),
      age: strange(
        0.04,
        ["old", "1_000", "nan", "inf", "1e999", ""],
        String(20 + Math.floor(60 * rng.uniform())),
      ),
      tenure: rng.uniform() < 0.1 ? "-999" : String(Math.floor(70 * rng.uniform())),
      churn: leaves ? "Yes" : "No",
      amount: strange(0.1, ["1.2,3 €", "12.34"], `${amount < 0 ? "-" : ""}${marked} €`),
      share: `${(100 * rng.uniform()).toFixed(1)} %`,
      talk: `${one([0, 1, 9])}:${one([10, 59])}:${one([11, 42])}`,
      joined: `20${one([19, 23])}-${one(["01", "12"])}-${one(["02", "28"])}`,
      since: strange(0.05, ["31.2.", ""], `${one([11, 12, 30])}.${one([10, 12])}.20${one([19, 23])}`),
      balance: amount < 1500 ? `(${Math.abs(amount).toFixed(1)})` : amount.toFixed(1),
    };
    return names.map((name) => (/[,"]/.test(row[name]) ? `"${row[name]}"` : row[name])).join(",");
  });
  return [names.join(","), ...lines, ""].join("\n");
}

async function fitted(names: readonly string[], learner: Fit): Promise<{ model: Pipeline; schema: Schema }> {
  const file = join(folder, "train.csv");
  writeFileSync(file, rows(names, 500, false, seeded(1)));
  const read = readCsv(file, { missing: ["-999"] });
  const model = await pipeline({ encode: encode({ dates: "parts" }), learner })(
    dropColumns(read.table, ["churn", "customer"]),
    target(read.table, "churn"),
    seeded(2),
  );
  return { model, schema: readingSchema(model, read.schema) };
}

/** What the model says of a file's rows, read as `telelink predict` reads them. */
function expected({ model, schema }: { model: Pipeline; schema: Schema }, text: string): Float64Array {
  return model.predict(parseCsv(Buffer.from(text), { schema, badCells: "missing" }).table);
}

/** The greatest distance from what was expected; infinite where a row has no score. */
const worst = (expected: Float64Array, found: readonly unknown[]): number =>
  Math.max(
    ...expected.map((value, i) => Math.abs(value - (typeof found[i] === "number" ? found[i] : Infinity))),
  );

const learners = [
  ["logistic regression", logisticRegression()],
  ["boosted trees", gradientBoosting({ trees: 20 })],
] as const;

test.each(learners)("pipelineSql of %s scores what DuckDB read from the file itself", async (_, learner) => {
  const fit = await fitted(styled, learner);
  const database = await DuckDBInstance.create(":memory:");
  const connection = await database.connect();
  await connection.run("CREATE SCHEMA crm");
  for (const [name, odd] of [
    ["usual", false],
    ["odd", true],
  ] as const) {
    const text = rows(styled, 400, odd, seeded(3));
    const file = join(folder, `${name}.csv`);
    writeFileSync(file, text);
    await connection.run(`CREATE TABLE crm."${name}.csv" AS FROM '${file}'`);
    const types = await connection.runAndReadAll(
      `SELECT TYPEOF(flag), TYPEOF(Internet), TYPEOF(talk) FROM crm."${name}.csv"`,
    );
    // What makes it hard: truth values and times of the engine's own.
    expect(types.getRowsJS()[0]).toEqual([odd ? "VARCHAR" : "BOOLEAN", odd ? "BOOLEAN" : "VARCHAR", "TIME"]);
    const query = pipelineSql(fit.model, {
      table: `crm."${name}.csv"`,
      keep: ["customer"],
      schema: fit.schema,
    });
    const answer = (await connection.runAndReadAll(query)).getRowsJS();
    expect(answer[1][0]).toBe("c1");
    expect(
      worst(
        expected(fit, text),
        answer.map((row) => row[1]),
      ),
    ).toBeLessThan(1e-9);
  }
  database.closeSync();
});

test.each(learners)("pipelineSql of %s scores text and typed columns in SQLite", async (_, learner) => {
  const fit = await fitted(plain, learner);
  const text = rows(plain, 400, true, seeded(4));
  const lines = text
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.split(","));
  for (const types of ["TEXT", "NUMERIC"]) {
    const database = new Database(":memory:");
    database.exec(`CREATE TABLE customers (${plain.map((name) => `"${name}" ${types}`).join(", ")})`);
    const insert = database.prepare(`INSERT INTO customers VALUES (${plain.map(() => "?").join(", ")})`);
    for (const line of lines) insert.run(line);
    const query = pipelineSql(fit.model, { table: "main.customers", schema: fit.schema, dialect: "sqlite" });
    const answer = database.prepare(query).raw().all() as number[][];
    expect(
      worst(
        expected(fit, text),
        answer.map((row) => row[0]),
      ),
    ).toBeLessThan(1e-9);
    database.close();
  }
});

test("pipelineSql refuses what an engine would answer wrongly", async () => {
  const { model, schema } = await fitted(styled, logisticRegression());
  expect(() => pipelineSql(model, { table: "t", schema, dialect: "sqlite" })).toThrow(
    'Cannot write SQL: the times in column "talk" must be',
  );
  expect(() => pipelineSql(model, { table: "a..b", schema })).toThrow("names with points between them");
  const twins = await pipeline({ learner: logisticRegression() })(
    parseCsv(Buffer.from("Age,age\n1,2\n2,5\n4,1\n")).table,
    Float64Array.of(0, 1, 0),
    seeded(1),
  );
  expect(() => pipelineSql(twins, { table: "t" })).toThrow("must differ by more than letter case");
  expect(pipelineSql(twins, { table: "t", dialect: "postgres" })).toContain('t."Age"');
});
