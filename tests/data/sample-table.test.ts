import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "../../src/cli/main";
import { readModelFile } from "../../src/cli/support/model-file";
import { seeded } from "../../src/core/rng";
import { parquetCounts } from "../../src/data/frames";
import { readTable, readTableBatches } from "../../src/data/read/read-table";
import { sampleTable } from "../../src/data/read/sample-table";
import { viewRows } from "../../src/data/simulate/view-rows";
import { cellText, columnNamed, type Table, table, takeTableRows } from "../../src/data/table";
import { writeCsv } from "../../src/data/write/write-csv";
import { writeParquet } from "../../src/data/write/write-parquet";
import { captured } from "../cli/captured";

let folder: string;
let many: string;
const [customers] = viewRows("telco", 900, 1);
const part = (from: number, to: number) =>
  takeTableRows(
    customers,
    Int32Array.from({ length: to - from }, (_, i) => from + i),
  );
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "sample-"));
  many = join(folder, "customers");
  mkdirSync(join(many, "more"), { recursive: true });
  await writeParquet(part(0, 400), join(many, "a.parquet"));
  await writeParquet(part(400, 650), join(many, "more", "b.parquet"));
  await writeParquet(part(650, 900), join(many, "z.parquet"));
  writeFileSync(join(many, "_SUCCESS"), "");
  writeFileSync(join(many, "notes.txt"), "of last week");
});
afterAll(() => rmSync(folder, { recursive: true }));

const ids = (read: { table: typeof customers }): string[] => {
  const one = columnNamed(read.table, "customerID");
  return "codes" in one ? Array.from(one.codes, (code) => one.levels[code]) : Array.from(one.values, String);
};

test("readTable(folder) reads Parquet files and those of its folders as one table, and says what it left out", async () => {
  const read = await readTable(many);
  await writeParquet(customers, join(folder, "whole.parquet"));
  const whole = await readTable(join(folder, "whole.parquet"));
  expect(read.table).toEqual(whole.table);
  expect(read.remarks.map((one) => one.text)).toEqual(
    expect.arrayContaining([
      "left out, as they are not Parquet: notes.txt",
      "read as one table: 3 Parquet files",
    ]),
  );
  let rows = 0;
  for await (const batch of await readTableBatches(many)) rows += batch.rows;
  expect(rows).toBe(900);
});

test("parquetCounts(files, …, by, most) counts each value of a file of any size, and of too many values the rows alone", async () => {
  const rows = 150_000;
  const file = join(folder, "long.parquet");
  const codes = Int32Array.from({ length: rows }, (_, i) => (i % 1000 === 7 ? -1 : Number(i < 140_000)));
  const numbers = Float64Array.from(codes, (_, i) => i);
  const levels = ["no", "yes"];
  await writeParquet(
    table([
      { name: "plan", type: "categorical", codes, levels },
      { name: "use", type: "numeric", values: numbers },
    ]),
    file,
  );
  expect(await parquetCounts([file, file], "x", "plan", 100)).toEqual(
    new Map([
      ["yes", 2 * 139_860],
      ["no", 2 * 9_990],
      [null, 300],
    ]),
  );
  for (const by of ["use", "none", undefined])
    expect(await parquetCounts([file, file], "x", by, 100)).toEqual(new Map([[null, 2 * rows]]));
});

test("sampleTable(folder, rows, rng) draws so many rows in their order, the same by the same seed, all alike", async () => {
  const all = ids(await readTable(many));
  const one = await sampleTable(many, 300, seeded(1));
  expect([one.table.rows, one.total]).toEqual([300, 900]);
  const places = ids(one).map((id) => all.indexOf(id));
  expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
  expect((await sampleTable(many, 300, seeded(1))).table).toEqual(one.table);
  expect(ids(await sampleTable(many, 300, seeded(2)))).not.toEqual(ids(one));
  expect((await sampleTable(many, 5000, seeded(1))).table).toEqual((await readTable(many)).table);
  // Of 900 rows each is among 300 of them in a third of the draws: within four standard deviations.
  const counts = new Int32Array(3);
  for (let seed = 0; seed < 10; seed++)
    for (const id of ids(await sampleTable(many, 90, seeded(seed))))
      counts[Math.floor(all.indexOf(id) / 300)]++;
  for (const count of counts)
    expect(Math.abs(count - 300)).toBeLessThan(4 * Math.sqrt(900 * (1 / 3) * (2 / 3)));
});

test("sampleTable(…, {by}) gives each value its share, and others() the rows that were not drawn", async () => {
  const all = await readTable(many);
  const leavers = ({ table }: { table: typeof customers }): number => {
    const churn = columnNamed(table, "Churn");
    return "codes" in churn
      ? churn.codes.reduce((sum, code) => sum + Number(churn.levels[code] === "Yes"), 0)
      : NaN;
  };
  for (const seed of [1, 2]) {
    const part = await sampleTable(many, 90, seeded(seed), { by: "Churn" });
    expect([part.table.rows, part.strata]).toEqual([90, 2]);
    expect(Math.abs(leavers(part) - leavers(all) / 10)).toBeLessThan(1);
    const rest: string[] = [];
    for await (const batch of await part.others()) rest.push(...ids({ table: batch }));
    expect([...rest, ...ids(part)].sort()).toEqual(ids(all).sort());
    // Of very many others a part judges, spread over all files.
    const some: string[] = [];
    const few = await sampleTable(many, 90, seeded(seed), { by: "Churn", mostOthers: 200 });
    for await (const batch of await few.others()) some.push(...ids({ table: batch }));
    expect([few.otherRows, some.length, ids(few)]).toEqual([200, 200, ids(part)]);
    expect(rest).toEqual(expect.arrayContaining(some));
    expect(some.filter((id) => rest.indexOf(id) < 405).length).toBeGreaterThan(70);
  }
  // A number has too many values to be one's share, and a column that is not there is refused where it is needed.
  expect((await sampleTable(many, 90, seeded(1), { by: "MonthlyCharges" })).strata).toBeUndefined();
  expect((await sampleTable(many, 90, seeded(1), { by: "nothing" })).table.rows).toBe(90);
});

test("judgeOthers judges on the rows that a sample left, without customers that were learned from", async () => {
  const again = join(folder, "again");
  mkdirSync(again);
  await writeParquet(part(0, 600), join(again, "a.parquet"));
  await writeParquet(part(0, 600), join(again, "b.parquet"));
  const out = join(folder, "again.tlm");
  const args = ["train", "--data", again, "--target", "Churn", "--model", "logistic", "--folds", "2"];
  const said = await captured(() => run([...args, "--sample", "300", "--accept-loss", "--out", out]));
  const [, judged, learned] =
    /judged on (\d+) rows .*, without (\d+) whose customer was learned from/.exec(said.out) ?? [];
  expect(Number(judged) + Number(learned)).toBe(900);
  // A row's other one was drawn too in about a quarter of the cases.
  expect(Number(learned)).toBeGreaterThan(180);
  expect(Number(learned)).toBeLessThan(270);
});

test.each<[string, () => Promise<void>, string]>([
  [
    "others.txt alone",
    async () => writeFileSync(join(folder, "bad", "x.txt"), "x"),
    "a folder must hold Parquet files",
  ],
  [
    "a file of other columns",
    async () => {
      await writeParquet(part(0, 5), join(folder, "bad", "a.parquet"));
      const { columns } = part(5, 9);
      await writeParquet({ rows: 4, columns: columns.slice(1) }, join(folder, "bad", "b.parquet"));
    },
    'all its files must have the same columns, got "customerID" in some',
  ],
  [
    "folders named by values",
    async () => {
      mkdirSync(join(folder, "bad", "year=2025"));
      await writeParquet(part(0, 5), join(folder, "bad", "year=2025", "a.parquet"));
    },
    "its folders must not be named by a column's values, got year=2025",
  ],
])("readTable(folder) and sampleTable refuse %s", async (_, make, words) => {
  mkdirSync(join(folder, "bad"));
  try {
    await make();
    await expect(readTable(join(folder, "bad"))).rejects.toThrow(words);
    await expect(sampleTable(join(folder, "bad"), 3, seeded(1))).rejects.toThrow(words);
  } finally {
    rmSync(join(folder, "bad"), { recursive: true });
  }
});

test.each(["customers", "all.csv", "all.csv.gz"])(
  "telelink train --sample learns from a part of %s, says of how much, and judges by the others",
  async (name) => {
    writeCsv(customers, join(folder, "all.csv"));
    writeFileSync(join(folder, "all.csv.gz"), gzipSync(readFileSync(join(folder, "all.csv"))));
    const out = join(folder, "m.tlm");
    const args = ["train", "--target", "Churn", "--id", "customerID", "--model", "logistic", "--folds", "2"];
    const data = join(folder, name);
    const said = await captured(() => run([...args, "--data", data, "--sample", "400", "--out", out]));
    expect(said.code).toBe(0);
    expect(said.err).toContain(
      "learns from 400 of 900 rows, drawn by --seed, each of 2 values of Churn with its share; the others judge the model",
    );
    expect(said.out).toMatch(/judged on 500 rows that it did not learn from:\nfigure .*\nROC AUC +0\.[78]/);
    expect(readModelFile(out).origin).toMatchObject({ rows: 400, sampledFrom: 900 });
  },
);

test("sampleTable(CSV, rows, rng, {by}) draws of the rows that can be read, by levels that are missing in some, and gives the others once", async () => {
  const file = join(folder, "odd.csv");
  // One row in 100 has a field too many; of the 990 others 90 have no plan, 10 one that hardly any has.
  const lines = Array.from({ length: 1000 }, (_, i) => {
    const plan = i % 11 === 0 ? "" : i % 110 === 5 ? "rare" : ["basic", "plus"][i % 2];
    return i % 100 === 99 ? `c${i},${plan},1,2` : `c${i},${plan},${(i * 7) % 50}`;
  });
  writeFileSync(file, `id,plan,use\n${lines.join("\n")}\n`);
  const one = await sampleTable(file, 99, seeded(1), { by: "plan" });
  expect([one.table.rows, one.drawn, one.total, one.rows, one.rejected]).toEqual([99, 99, 990, 1000, 10]);
  expect(one.strata).toBe(4);
  const own = (table: Table, name: string): string[] => {
    const column = columnNamed(table, name);
    return Array.from({ length: table.rows }, (_, i) => cellText(column, i));
  };
  const plans = own(one.table, "plan");
  expect(plans.filter((plan) => plan === "").length).toBe(9);
  expect(plans.filter((plan) => plan === "rare").length).toBe(1);
  const rest: string[] = [];
  for await (const batch of await one.others()) rest.push(...own(batch, "id"));
  const readable = lines.filter((line) => line.split(",").length === 3).map((line) => line.split(",")[0]);
  expect([...rest, ...own(one.table, "id")].sort()).toEqual(readable.sort());
  expect((await sampleTable(file, 99, seeded(1), { by: "plan" })).table).toEqual(one.table);
  // Levels that no drawn row has are not known, as nothing is learnt of them.
  const few = await sampleTable(file, 5, seeded(1), { by: "plan" });
  expect(few.schema.columns.find(({ name }) => name === "plan")).toMatchObject({ levels: ["basic", "plus"] });
  const all = await sampleTable(file, 5000, seeded(1));
  expect(all.table).toEqual((await readTable(file)).table);
  await expect(sampleTable("-", 5, seeded(1))).rejects.toThrow(
    "must be in a file, which can be read once more",
  );
});

test("sampleTable(folder) lets go of the frames of a folder whose rows, read at once, would take 2.5 gigabytes", async () => {
  const rows = 130_000;
  const one = join(folder, "numbers.parquet");
  const numbers = Array.from({ length: 40 }, (_, k) => ({
    ...{ kind: "numeric", name: `x${k}`, missing: 0 },
    values: Float64Array.from({ length: rows }, (_, i) => (i * (k + 1)) % 1009),
  }));
  await writeParquet(table(numbers as never), one);
  const copies = join(folder, "copies");
  mkdirSync(copies);
  for (let k = 0; k < 60; k++) linkSync(one, join(copies, `${k}.parquet`));
  const dist = resolve(__dirname, "..", "..", "dist");
  const sampled = `
    const { sampleTable } = require(${JSON.stringify(join(dist, "data", "read", "sample-table.js"))});
    const { seeded } = require(${JSON.stringify(join(dist, "core", "rng.js"))});
    sampleTable(process.argv[1], 100, seeded(1)).then(({ total }) => console.log(total, process.resourceUsage().maxRSS / 1024));`;
  const [total, megabytes] = execFileSync(process.execPath, ["-e", sampled, copies])
    .toString()
    .split(" ")
    .map(Number);
  expect(total).toBe(60 * rows);
  expect(megabytes).toBeLessThan(800);
});
