import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import polars from "nodejs-polars";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "../../../src/cli/main";
import { closeThreads } from "../../../src/core/pool";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { viewRows } from "../../../src/data/simulate/view-rows";
import { type Table, takeTableRows } from "../../../src/data/table";
import { csvText, writeCsv } from "../../../src/data/write/write-csv";
import { churnData } from "../../../src/services/churn-data";
import { fitDesk } from "../../../src/services/score/fit-desk";
import { captured } from "../captured";

let folder: string;
let customers: Table;
const at = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "score-"));
  [customers] = viewRows("churn-bigml", 3000, 5);
  const ids = {
    name: "CustomerID",
    type: "id" as const,
    values: Array.from({ length: 3000 }, (_, i) => `c-${i}`),
  };
  customers = { rows: 3000, columns: [ids, ...customers.columns] };
  writeCsv(customers, at("customers.csv"));
});
afterAll(async () => {
  await closeThreads();
  rmSync(folder, { recursive: true });
});

const telelink = (...argv: string[]): Promise<{ code: number; out: string; err: string }> =>
  captured(() => run(argv));
const score = (data: string, out: string, ...more: string[]): ReturnType<typeof telelink> =>
  telelink("score", "--data", data, "--out", out, "--store", at("none.db"), ...more);
const read = (name: string): string => readFileSync(at(name), "utf8");

test("telelink score gives each customer what the desk says of it, in the file's order", async () => {
  const { code, err } = await score(at("customers.csv"), at("scores.csv"));
  expect(err).toMatch(/^3000 customers scored by desk/);
  expect(code).toBe(0);
  const { table } = parseCsv(readFileSync(at("scores.csv")));
  expect(table.columns.map((one) => one.name)).toEqual([
    ...[
      "CustomerID",
      "churn_probability",
      "risk_level",
      "clv",
      "recommended_action",
      "expected_profit",
      "model",
    ],
  ]);
  const desk = await fitDesk(await churnData(), "desk 1", seeded("desk 1"));
  // As the file says it: numbers with the digits written.
  const { probability, value } = desk.score(parseCsv(csvText(customers)).table);
  const lines = read("scores.csv").trim().split("\n").slice(1);
  const profits = table.columns[5].type === "numeric" ? table.columns[5].values : [];
  expect(lines.length).toBe(3000);
  for (let i = 0; i < 3000; i += 97) {
    // Who leaves is kept in three of ten cases, whoever stays takes the offer of 10 too, a contact costs 1.
    const [p, v] = [probability[i], value[i]];
    const expectedProfit = 0.3 * p * v - 10 * (0.3 * p + 1 - p) - 1;
    const risk = p > 0.3 ? "High" : p > 0.15 ? "Medium" : "Low";
    const line = lines[i];
    const said = line.split(",");
    expect(said.slice(0, 3)).toEqual([`c-${i}`, p.toFixed(6), risk]);
    expect(Number(said[3])).toBeCloseTo(v, 1);
    expect(line).toContain(expectedProfit > 0 ? "Contact with a retention offer" : "No offer: it would cost");
    expect(profits[i]).toBeCloseTo(expectedProfit, 1);
  }
});

test("telelink score answers the same from CSV, Parquet and a table of the store, on one thread or two", async () => {
  await score(at("customers.csv"), at("a.csv"), "--threads", "1");
  expect(read("a.csv")).toBe(read("scores.csv"));
  polars.readCSV(at("customers.csv"), { inferSchemaLength: 3000 }).writeParquet(at("customers.parquet"));
  await score(at("customers.parquet"), at("b.csv"));
  expect(read("b.csv")).toBe(read("scores.csv"));
  const twice = read("customers.csv") + csvText(takeTableRows(customers, [4]), { header: false });
  writeFileSync(at("twice.csv"), twice);
  await telelink("ingest", at("twice.csv"), "--table", "people", "--db", at("people.db"));
  const { err } = await score(at("people.db"), at("c.csv"), "--table", "people");
  expect(err).toContain("3000 customers scored");
  expect(err).toContain("1 duplicate customers left out");
  expect(read("c.csv")).toBe(read("scores.csv"));
});

test("telelink score writes Parquet with the same rows", async () => {
  await score(at("customers.csv"), at("scores.parquet"));
  const frame = polars.readParquet(at("scores.parquet"));
  const { table } = parseCsv(readFileSync(at("scores.csv")));
  expect(frame.columns).toEqual(table.columns.map((one) => one.name));
  const p = table.columns[1];
  expect(frame.getColumn("churn_probability").toArray()).toEqual(p.type === "numeric" ? [...p.values] : []);
  expect(frame.getColumn("CustomerID").get(2999)).toBe("c-2999");
  expect(readdirSync(folder).filter((name) => /\.part$|parquet\.csv$/.test(name))).toEqual([]);
});

test("telelink score takes bad cells for missing, leaves out broken rows, and names both by line", async () => {
  const lines = read("customers.csv").split("\n").slice(0, 12);
  const cells = lines[3].split(",");
  cells[2] = "many";
  lines[3] = cells.join(",");
  lines[5] = "c-4,OH";
  // Minutes unknown: the model without them answers.
  const unknown = lines[7].split(",");
  unknown[7] = "";
  lines[7] = unknown.join(",");
  writeFileSync(at("bad.csv"), lines.join("\n"));
  const { code, err } = await score(at("bad.csv"), at("bad-scores.csv"), "--json");
  // One row of eleven is lost: more than the budget.
  expect(code).toBe(3);
  expect(err).toMatch(/bad\.csv:4.*Account length.*many/);
  expect(err).toMatch(/bad\.csv:6/);
  const said = read("bad-scores.csv").trim().split("\n").slice(1);
  expect(said.map((line) => line.split(",")[0])).toEqual([
    "c-0",
    "c-1",
    "c-2",
    "c-3",
    "c-5",
    "c-6",
    "c-7",
    "c-8",
    "c-9",
    "c-10",
  ]);
  expect(said.every((line) => /,0\.\d{6},(High|Medium|Low),/.test(line))).toBe(true);
});

test("telelink score numbers customers without a name, and reads the form's own keys", async () => {
  const first = read("customers.csv").split("\n").slice(0, 3);
  const keys = first[0]
    .replace("CustomerID", "who")
    .replace("Account length", "account_length")
    .replace("State", "state");
  writeFileSync(at("keys.csv"), [keys, ...first.slice(1)].join("\n"));
  await score(at("keys.csv"), at("keys-scores.csv"), "--id", "who", "State");
  expect(read("keys-scores.csv").split("\n")[0]).toMatch(/^who,State,churn_probability/);
  writeCsv({ rows: 3000, columns: customers.columns.slice(1) }, at("nameless.csv"));
  await score(at("nameless.csv"), at("nameless-scores.csv"));
  const said = read("nameless-scores.csv").trim().split("\n");
  expect(said[0]).toMatch(/^row,churn_probability/);
  expect(said.slice(1).map((line) => line.slice(line.indexOf(",")))).toEqual(
    read("scores.csv")
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.slice(line.indexOf(","))),
  );
  expect(said[3000]).toMatch(/^3000,/);
});

test("telelink score uses a trained model, with the desk's value where its columns are the desk's", async () => {
  const train = ["train", "--data", at("customers.csv"), "--target", "Churn", "--model", "logistic"];
  await telelink(...train, "--out", at("m.json"), "--id", "CustomerID");
  const { err } = await score(at("customers.csv"), at("own.csv"), "--model", at("m.json"));
  expect(err).toContain("3000 customers scored by m.json");
  await telelink(
    "predict",
    at("m.json"),
    "--data",
    at("customers.csv"),
    "--id",
    "CustomerID",
    "--out",
    at("p.csv"),
  );
  const own = read("own.csv").split("\n").slice(1, 50);
  const predicted = read("p.csv").split("\n").slice(1, 50);
  const desk = read("scores.csv").split("\n").slice(1, 50);
  own.forEach((line, i) => {
    const [, probability, , value] = line.split(",");
    expect(Number(probability)).toBeCloseTo(Number(predicted[i].split(",")[1]), 5);
    expect(value).toBe(desk[i].split(",")[3]);
  });
  // Charges follow from minutes, so a file without them can be scored too.
  const narrow = customers.columns.filter((one) => !/charge/.test(one.name));
  writeCsv({ rows: 3000, columns: narrow }, at("narrow.csv"));
  await score(at("narrow.csv"), at("narrow-scores.csv"), "--model", at("m.json"));
  expect(read("narrow-scores.csv").split("\n").length).toBe(3002);
});

test("telelink score values customers of other columns by a column or a model of theirs", async () => {
  const [telco] = viewRows("telco", 500, 3);
  writeCsv(telco, at("telco.csv"));
  await telelink(
    ...[
      "train",
      "--data",
      at("telco.csv"),
      "--target",
      "Churn",
      "--model",
      "logistic",
      "--out",
      at("t.json"),
    ],
    ...["--id", "customerID"],
  );
  const plain = await score(at("telco.csv"), at("x.csv"), "--model", at("t.json"));
  expect(plain).toMatchObject({ code: 2 });
  expect(plain.err).toContain("--value-column names a column of the data");
  await score(at("telco.csv"), at("t.csv"), "--model", at("t.json"), "--value-column", "TotalCharges");
  const total = telco.columns.find((one) => one.name === "TotalCharges");
  const said = parseCsv(readFileSync(at("t.csv"))).table.columns[3];
  expect(said.type === "numeric" && said.values).toEqual(total?.type === "numeric" && total.values);
});

test("telelink score says what it can't do, and leaves no file", async () => {
  writeFileSync(at("thin.csv"), "State,Account length\nOH,1\n");
  const thin = await score(at("thin.csv"), at("y.csv"));
  expect(thin.code).toBe(1);
  expect(thin.err).toContain("the columns Area code, International plan");
  expect((await score(at("customers.csv"), at("y.csv"), "--model", "nobody")).code).toBe(2);
  expect((await score(at("customers.csv"), at("y.csv"), "--id", "nobody")).code).toBe(2);
  expect((await score(at("missing.csv"), at("y.csv"))).code).toBe(1);
  expect((await score(at("missing.db"), at("y.csv"))).code).toBe(1);
  writeFileSync(at("cut.parquet"), "PAR1 and nothing else");
  expect((await score(at("cut.parquet"), at("y.csv"))).err).toContain("it must be a whole Parquet file");
  expect(readdirSync(folder).filter((name) => /^y\.csv|missing|\.part$/.test(name))).toEqual([]);
});
