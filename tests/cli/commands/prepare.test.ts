import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import polars from "nodejs-polars";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "../../../src/cli/main";
import { parseCsv } from "../../../src/data/read/read-csv";
import { columnNamed, type NumericColumn } from "../../../src/data/table";
import { captured } from "../captured";

let folder: string;
const at = (...names: string[]): string => join(folder, ...names);
const telelink = (...argv: string[]): ReturnType<typeof captured> => captured(() => run(argv));
const read = (...names: string[]) => parseCsv(readFileSync(at(...names))).table;
const numbers = (table: ReturnType<typeof read>, name: string): Float64Array =>
  (columnNamed(table, name) as NumericColumn).values;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "prepare-"));
  const rows = Array.from({ length: 500 }, (_, i) => {
    const tenure = i % 25 === 3 ? "" : (i * 7) % 60;
    return `c${i},${tenure},${["monthly", "yearly", "two years"][i % 3]},${i % 4 === 0 ? "Yes" : "No"}`;
  });
  const header = "CustomerID,Tenure,Contract,Churn";
  writeFileSync(at("customers.csv"), [header, ...rows, rows[5], rows[9]].join("\n"));
  writeFileSync(at("march.csv"), "Contract,CustomerID,Tenure\nyearly,d1,12\ndaily,d2,\nyearly,d1,13\n");
});
afterAll(() => rmSync(folder, { recursive: true }));

test("telelink prepare splits by class, fits on training rows alone, and keeps how as a recipe", async () => {
  const { code, out } = await telelink(
    "prepare",
    "--data",
    at("customers.csv"),
    "--target",
    "Churn",
    "--out",
    at("a"),
  );
  expect(code).toBe(0);
  expect(out).toContain("2 rows left out: their CustomerID is that of an earlier row");
  expect(out).toContain("300 rows to train on, 100 to choose by, 100 to judge by");
  expect(out).toMatch(/Contract +one-hot of 3 levels/);
  const parts = ["train", "validation", "test"].map((name) => read("a", `${name}.csv`));
  expect(parts.map((one) => one.rows)).toEqual([300, 100, 100]);
  for (const part of parts) {
    expect(part.columns.map((one) => one.name)).toEqual([
      ...["CustomerID", "Tenure", "Tenure is missing", "Contract=two years", "Contract=yearly", "Churn"],
    ]);
    const churn = columnNamed(part, "Churn");
    const ones = "codes" in churn ? churn.codes.reduce((sum, code) => sum + code, 0) : Number.NaN;
    expect(ones / part.rows).toBeCloseTo(0.25, 2);
  }
  // No customer stands in two parts.
  const ids = parts.flatMap(
    (part) => (columnNamed(part, "CustomerID") as { values: readonly string[] }).values,
  );
  expect(new Set(ids).size).toBe(500);
  // sklearn: StandardScaler().fit_transform(SimpleImputer(strategy="median").fit_transform(train))
  const scaled = numbers(parts[0], "Tenure");
  const mean = scaled.reduce((sum, value) => sum + value, 0) / 300;
  const variance = scaled.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 300;
  expect(mean).toBeCloseTo(0, 10);
  expect(variance).toBeCloseTo(1, 10);
  expect(Math.abs(numbers(parts[2], "Tenure").reduce((sum, value) => sum + value, 0) / 100)).toBeGreaterThan(
    1e-6,
  );
  const recipe = JSON.parse(readFileSync(at("a", "recipe.json"), "utf8"));
  expect(recipe).toMatchObject({
    kind: "telelink-recipe",
    id: ["CustomerID"],
    target: { column: "Churn", positive: "Yes" },
    split: { seed: "42", train: 300, validation: 100, test: 100, duplicates: 2 },
  });
  expect(recipe.origin.data.sha256).toMatch(/^[0-9a-f]{64}$/);
});

test("telelink prepare makes the same parts for the same seed, and others for another", async () => {
  const make = (out: string, seed: string) =>
    telelink("prepare", "--data", at("customers.csv"), "--target", "Churn", "--out", at(out), "--seed", seed);
  await make("b", "42");
  await make("c", "43");
  const text = (name: string): string => readFileSync(at(name, "train.csv"), "utf8");
  expect(text("b")).toBe(text("a"));
  expect(text("c")).not.toBe(text("a"));
});

test("telelink prepare --recipe prepares another file alike: other orders, levels never seen, no target", async () => {
  const { code, out, err } = await telelink(
    ...["prepare", "--data", at("march.csv"), "--recipe", at("a", "recipe.json"), "--out", at("march")],
  );
  expect(code).toBe(0);
  expect(err).toContain("1 rows left out: their CustomerID is that of an earlier row");
  expect(out).toContain("2 rows prepared");
  const recipe = JSON.parse(readFileSync(at("a", "recipe.json"), "utf8"));
  const [tenure] = recipe.encoder.parts;
  const lines = readFileSync(at("march", "data.csv"), "utf8").trim().split("\n");
  expect(lines[0]).toBe("CustomerID,Tenure,Tenure is missing,Contract=two years,Contract=yearly");
  expect(lines[1]).toBe(`d1,${(12 - tenure.center) / tenure.width},0,0,1`);
  expect(lines[2]).toBe(`d2,${(tenure.fill - tenure.center) / tenure.width},1,0,0`);
  // The training file's own rows come out as they did.
  await telelink(
    "prepare",
    "--data",
    at("customers.csv"),
    "--recipe",
    at("a", "recipe.json"),
    "--out",
    at("again"),
  );
  const again = new Set(readFileSync(at("again", "data.csv"), "utf8").trim().split("\n"));
  for (const line of readFileSync(at("a", "test.csv"), "utf8").trim().split("\n"))
    expect(again).toContain(line);
});

test("telelink prepare --categories codes --format parquet keeps missing numbers", async () => {
  await telelink(
    ...["prepare", "--data", at("customers.csv"), "--target", "Churn", "--out", at("codes")],
    ...["--categories", "codes", "--format", "parquet", "--validation", "0.1", "--test", "0.3"],
  );
  const frame = polars.readParquet(at("codes", "train.parquet"));
  expect(frame.columns).toEqual(["CustomerID", "Tenure", "Contract", "Churn"]);
  expect(frame.height).toBe(300);
  expect(frame.getColumn("Tenure").nullCount()).toBeGreaterThan(0);
  expect(new Set(frame.getColumn("Contract").toArray())).toEqual(new Set([0, 1, 2]));
});

test("telelink prepare says what it can't do", async () => {
  const fail = async (...more: string[]) => {
    const { code, err } = await telelink("prepare", "--data", at("customers.csv"), "--out", at("x"), ...more);
    return `${code} ${err}`;
  };
  expect(await fail("--target", "Left")).toMatch(/^2 .*must have a column "Left"/);
  expect(await fail("--validation", "0.6", "--test", "0.5")).toMatch(/^1 .*must leave rows to train on/);
  expect(await fail("--categories", "hashes")).toMatch(/^2 /);
  writeFileSync(at("other.json"), '{"kind":"telelink-model"}');
  expect(await fail("--recipe", at("other.json"))).toMatch(/^1 .*Cannot load/);
});
