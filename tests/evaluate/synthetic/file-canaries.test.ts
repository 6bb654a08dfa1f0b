import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { integer, permutation, seeded } from "../../../src/core/rng";
import { parseCsv, readCsv } from "../../../src/data/read/read-csv";
import { type Table, takeTableRows } from "../../../src/data/table";
import { csvText } from "../../../src/data/write/write-csv";
import { type Canaries, fileCanaries } from "../../../src/evaluate/synthetic/privacy/canaries";
import { verdictOf } from "../../../src/evaluate/synthetic/privacy/verdict";
import { syntheticReport } from "../../../src/evaluate/synthetic/report";
import { copula } from "../../../src/synthesis/copula/copula";
import { type Method, methodNames, netMethods, privateMethods } from "../../../src/synthesis/method-names";
import { synthesis } from "../../../src/synthesis/methods";
import { realData } from "../../support";

/** The table's rows in two parts, shuffled. */
function parts(table: Table, rows: number): readonly Table[] {
  const order = permutation(seeded(1), table.rows);
  return [order.subarray(0, rows), order.subarray(rows, 2 * rows)].map((own) => takeTableRows(table, own));
}

/** What the file of a method's model holds of the rows that it learnt from. */
async function searched(table: Table, method: Method, rows: number): Promise<Canaries> {
  const [train, holdout] = parts(table, rows);
  const options = netMethods.includes(method) ? { epochs: 1 } : {};
  const model = await synthesis(method, options)(train, seeded(1));
  return fileCanaries(train, holdout, JSON.parse(JSON.stringify(model.toJSON())));
}

/** What chance finds: means on a regular grid are somebody's value in one of a hundred cases. */
function most({ planted, strangers }: Canaries): number {
  const chance = planted * (0.01 + (strangers.found + 1) / (strangers.planted + 1));
  return chance + 3 * Math.sqrt(chance);
}

test("fileCanaries(train, holdout, file) finds rare numbers, levels and dates wherever they stand, usual ones not", () => {
  const lines = Array.from({ length: 60 }, (_, i) => {
    const day = i === 7 ? "2019-03-05" : "2020-01-01";
    return `${i < 7 ? 1000.25 + i : 5000},${i === 3 ? "Xanthippe" : "Anna"},${day}`;
  });
  const { table } = parseCsv(`income,name,since\n${lines.join("\n")}\n`);
  const none = takeTableRows(table, new Int32Array(0));
  const file = {
    knots: [[1002.25, 5000], { at: "= 1003.25" }],
    levels: ["basic / Xanthippe", "Anna"],
    cut: Date.parse("2019-03-05") / 86_400_000,
  };
  expect(fileCanaries(table, none, file)).toMatchObject({
    planted: 9,
    found: 4,
    columns: [
      { column: "income", planted: 7, found: 2 },
      { column: "name", planted: 1, found: 1 },
      { column: "since", planted: 1, found: 1 },
    ],
  });
  expect(fileCanaries(none, table, file).strangers).toEqual({ planted: 9, found: 4 });
  // A list of more numbers than a call takes arguments.
  const long = { ...file, counts: Array.from({ length: 200_000 }, () => 0.5) };
  expect(fileCanaries(table, none, long).found).toBe(4);
});

/** Amounts that one customer each has, in cents, prices of which a few have the same, dates of which hardly two are the same. */
function amounts(rows: number): Table {
  const draw = seeded(2);
  const lines = Array.from({ length: rows }, () => {
    const income = Math.round(1e5 * Math.exp(3 * draw.uniform())) / 100;
    const price = draw.uniform() < 0.4 ? 1999 : 1000 + 7 * integer(draw, 400);
    const day = new Date(Date.UTC(2010, 0, 1 + integer(draw, 4000))).toISOString().slice(0, 10);
    return `${income},${price / 100},${day},${["a", "b"][integer(draw, 2)]},${income > 5000 || draw.uniform() < 0.1}`;
  });
  return parseCsv(`income,price,since,plan,rich\n${lines.join("\n")}\n`).table;
}

test("syntheticReport({…, refit}) and verdictOf() name a file that holds the rows learnt from, and one that holds others not", async () => {
  const [real, holdout] = parts(amounts(240), 120);
  const reportOf = (file: unknown) =>
    syntheticReport(
      { real, holdout, synthetic: holdout, refit: { method: "copula", fit: copula(), file } },
      seeded(1),
    );
  const [told, other] = [await reportOf(csvText(real).split(/[,\n]/)), await reportOf(["nothing", 1234.5])];
  expect(told.inFile?.planted).toBeGreaterThan(200);
  expect(told.inFile?.found).toBe(told.inFile?.planted);
  expect(verdictOf(told).beyondChance).toContain("canaries in the model's file");
  expect(other.inFile).toMatchObject({ planted: told.inFile?.planted, found: 0 });
  expect(verdictOf(other).beyondChance).not.toContain("canaries in the model's file");
});

test.each(methodNames.filter((name) => !privateMethods.includes(name)))(
  "the file of %s holds no single customer's number or date but by chance",
  async (method) => {
    const found = await searched(amounts(1200), method, 600);
    expect(found.planted).toBeGreaterThan(900);
    expect(found.found).toBeLessThan(most(found));
  },
);

describe.skipIf(!realData)("on real tables", () => {
  test.each(
    methodNames
      .filter((name) => !privateMethods.includes(name))
      .flatMap((method) =>
        ["tables/insurance", "tables/ibm-hr", "churn-bigml-80"].map((name) => [method, name] as const),
      ),
  )("so of %s on %s", async (method, name) => {
    const found = await searched(readCsv(join(realData as string, `${name}.csv`)).table, method, 600);
    expect(found.planted).toBeGreaterThan(500);
    expect(found.found).toBeLessThan(most(found));
  });
});
