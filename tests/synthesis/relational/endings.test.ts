import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import type { Table } from "../../../src/data/table";
import { csvText } from "../../../src/data/write/write-csv";
import { notLearntByBoth, notLearntByUnits } from "../../../src/services/synthetic/not-learnt";
import { type RelatedTables, relational } from "../../../src/synthesis/relational/relational";
import { units, unitsIn, withUnits } from "../../../src/synthesis/relational/units";
import { linesOf } from "./lines-of";

const id = { schema: { columns: [{ name: "key", type: "id" as const }] } };

/** Customers and their months; who leaves has fewer, and uses a tenth less in each of the last two, or (`alike`) does as all others. */
function customers(alike = false): RelatedTables {
  const rng = seeded("leavers");
  const below = (n: number): number => Math.floor(n * rng.uniform());
  const [parents, children]: [string[], string[]] = [[], []];
  for (let i = 0; i < 500; i++) {
    const key = `K${1000 + 7 * i}`;
    const leaves = rng.uniform() < 0.3;
    const months = 3 + below(leaves && !alike ? 6 : 12);
    let level = 20 + 30 * (i % 3) + 20 * rng.uniform();
    for (let k = 0; k < months; k++) {
      level *= 0.95 + 0.1 * rng.uniform();
      if (leaves && !alike && k >= months - 2) level *= 0.9;
      const month = new Date(Date.UTC(2022, k, 1)).toISOString().slice(0, 10);
      children.push(`${key},${month},${level.toFixed(1)}`);
    }
    parents.push(`${key},${"SML"[i % 3]},${leaves ? "Yes" : "No"}`);
  }
  return {
    parents: parseCsv(`key,plan,leaves\n${parents.join("\n")}\n`, id).table,
    children: parseCsv(`key,month,usage\n${children.join("\n")}\n`, id).table,
  };
}

/** What the last month is of the third last on average: of those who leave, and of others. */
function lastMonths({ parents, children }: RelatedTables): number[] {
  const rows = linesOf(csvText(children));
  return ["Yes", "No"].map((level) => {
    const some = linesOf(csvText(parents)).filter((one) => one[2] === level);
    const ratios = some.flatMap(([key]) => {
      const own = rows.filter((row) => row[0] === key).map((row) => Number(row[2]));
      return own.length > 2 ? [own[own.length - 1] / own[own.length - 3]] : [];
    });
    return ratios.reduce((a, b) => a + b, 0) / ratios.length;
  });
}

test("the last rows of parents differ by the level of the parent that tells it: who leaves uses less before", async () => {
  const tables = customers();
  const [real, others] = lastMonths(tables);
  expect(real).toBeCloseTo(0.81, 1);
  const model = await relational({ key: "key", threads: 1 })(tables, seeded(1));
  const shares = { column: "leaves", shares: new Map([["Yes", 0.5]]) };
  const made = model.sampleBoth(1000, seeded(2), { shares });
  expect(linesOf(csvText(made.parents)).filter((one) => one[2] === "Yes")).toHaveLength(500);
  const [leaving, staying] = lastMonths(made);
  // Without the last rows by level the two were .95 and .97.
  expect(Math.abs(leaving - real)).toBeLessThan(0.03);
  expect(Math.abs(staying - others)).toBeLessThan(0.03);
});

test("notLearntByBoth(model, real) says that the number of children and what they change by at the end are lost, and nothing where they are not", async () => {
  const alike = customers(true);
  const model = await relational({ key: "key", threads: 1 })(alike, seeded(1));
  const said = async (real: RelatedTables): Promise<string[]> =>
    (await notLearntByBoth(model, real, seeded(2), "key")).lost.map(({ text }) => text);
  expect(await said(alike)).toEqual([]);
  const lost = await said(customers());
  expect(lost).toContainEqual(expect.stringMatching(/^the mean of number of children /));
  expect(lost).toContainEqual(
    expect.stringMatching(/^the mean of each parent's change of usage at the end comes out as/),
  );
});

test("notLearntByUnits(units, real) says the same of the rows of units", async () => {
  const asOne = ({ parents, children }: RelatedTables): Table => {
    const own = new Map(linesOf(csvText(parents)).map(([key, ...cells]) => [key, cells]));
    const rows = linesOf(csvText(children)).map((row) => [...row, ...(own.get(row[0]) ?? [])].join());
    return withUnits(parseCsv(`key,month,usage,plan,leaves\n${rows.join("\n")}\n`, id).table, "key");
  };
  const [alike, real] = [asOne(customers(true)), asOne(customers())];
  const model = await units({ key: "key", threads: 1 })(alike, seeded(1));
  const { lost } = await notLearntByUnits(model, real, seeded(2), unitsIn(real, "key"));
  expect(lost.map(({ text }) => text)).toContainEqual(
    expect.stringMatching(/^the mean of each parent's change of usage at the end comes out as/),
  );
});

test("rows of a parent in any order are learnt in that of the whole number that each has once", async () => {
  const rng = seeded("visits");
  const lines: string[] = [];
  const parents = Array.from({ length: 120 }, (_, i) => {
    let from = 0;
    for (let visit = 1; visit <= 2 + (i % 4); visit++) {
      const to = from + 1 + Math.floor(90 * rng.uniform());
      lines.push(`K${1000 + 7 * i},${from},${to},${visit}`);
      from = to;
    }
    return `K${1000 + 7 * i},${20 + (i % 31)}`;
  });
  const shuffled = lines.map((line) => ({ line, at: rng.uniform() })).sort((a, b) => a.at - b.at);
  const tables = {
    parents: parseCsv(`key,age\n${parents.join("\n")}\n`, id).table,
    children: parseCsv(`key,from,to,visit\n${shuffled.map(({ line }) => line).join("\n")}\n`, id).table,
  };
  const model = await relational({ key: "key", threads: 1 })(tables, seeded(1));
  expect(model.by).toBe("visit");
  const rows = linesOf(csvText(model.sampleBoth(200, seeded(2)).children));
  const torn = rows.filter(
    ([key, from, , visit], k) =>
      (rows[k - 1]?.[0] === key ? rows[k - 1][2] : "0") !== from ||
      Number(visit) !== (rows[k - 1]?.[0] === key ? Number(rows[k - 1][3]) + 1 : 1),
  );
  // A row that another one follows may end where no next one can begin; as they stood in the file nearly all were torn.
  expect(torn.length).toBeLessThan(0.02 * rows.length);
});

test("a level that the row before tells, too, is that of its own row: first rows have none before", async () => {
  const rng = seeded("schools");
  const lines: string[] = [];
  const parents = Array.from({ length: 150 }, (_, i) => {
    const years = 8 + Math.floor(13 * rng.uniform());
    for (let year = 0; year < 2 + (i % 4); year++)
      lines.push(
        `K${1000 + 7 * i},${2000 + year},${years},${years < 14 ? "no" : "yes"},${years < 14 ? 1 : years < 17 ? 2 : 5}`,
      );
    return `K${1000 + 7 * i},${20 + (i % 31)}`;
  });
  const tables = {
    parents: parseCsv(`key,age\n${parents.join("\n")}\n`, id).table,
    children: parseCsv(`key,year,schooling,degree,grade\n${lines.join("\n")}\n`, id).table,
  };
  const model = await relational({ key: "key", threads: 1 })(tables, seeded(1));
  const rows = linesOf(csvText(model.sampleBoth(200, seeded(2)).children));
  // Read off the schooling of the row before they were missing in each first row.
  expect(rows.filter(([, , years, degree]) => degree !== (Number(years) < 14 ? "no" : "yes"))).toEqual([]);
  const gradeOf = (years: number): number => (years < 14 ? 1 : years < 17 ? 2 : 5);
  expect(rows.filter(([, , years, , grade]) => Number(grade) !== gradeOf(Number(years)))).toEqual([]);
});

test("parents that nearly all begin on one day have their rows from it on", async () => {
  const rng = seeded("years");
  // One in twenty begins later, each in another year.
  const begin = (i: number): number => (i % 20 === 7 ? 1991 + i / 20 : 1990);
  const lines = Array.from({ length: 200 }, (_, i) =>
    Array.from(
      { length: 12 },
      (_, k) => `K${1000 + 7 * i},${Math.floor(begin(i)) + k}-12-31,${(3 + rng.uniform()).toFixed(2)}`,
    ).join("\n"),
  );
  const parents = Array.from({ length: 200 }, (_, i) => `K${1000 + 7 * i},${"AB"[i % 2]}`);
  const tables = {
    parents: parseCsv(`key,zone\n${parents.join("\n")}\n`, id).table,
    children: parseCsv(`key,year,rate\n${lines.join("\n")}\n`, id).table,
  };
  const model = await relational({ key: "key", threads: 1 })(tables, seeded(1));
  const rows = linesOf(csvText(model.sampleBoth(100, seeded(2)).children));
  expect(rows).toHaveLength(1200);
  const years = Array.from({ length: 12 }, (_, k) => `${1990 + k}-12-31`);
  expect(rows.filter(([, year], i) => year !== years[i % 12])).toEqual([]);
});
