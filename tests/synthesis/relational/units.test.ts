import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { type Column, cellText, columnNamed, type Table } from "../../../src/data/table";
import { csvText } from "../../../src/data/write/write-csv";
import { loadSynthesiser } from "../../../src/synthesis/methods";
import { crossed } from "../../../src/synthesis/relational/crossed";
import { units } from "../../../src/synthesis/relational/units";
import { sampleCsv } from "../../../src/synthesis/sample-csv";
import { withShares } from "../../../src/synthesis/shares";

/** Firms with a sector each and six to nine years in a row, whose staff goes on from the year before; the rows in any order. */
function panel(firms: number): Table {
  const rng = seeded(5);
  const lines = Array.from({ length: firms }, (_, firm) => {
    const [sector, first, years] = ["ABC"[firm % 3], 1976 + (firm % 3), 6 + (firm % 4)];
    let staff = Math.exp(3 + 2 * rng.uniform());
    return Array.from({ length: years }, (_, k) => {
      staff *= 0.95 + 0.1 * rng.uniform();
      return `${firm + 1},${first + k},${sector},${staff.toFixed(1)}`;
    });
  }).flat();
  const mixed = lines.map((_, i) => lines[(i * 7) % lines.length]);
  return parseCsv(`firm,year,sector,staff\n${(lines.length % 7 ? mixed : lines).join("\n")}\n`).table;
}

const cells = (from: Table, name: string): string[] =>
  Array.from({ length: from.rows }, (_, i) => cellText(columnNamed(from, name), i));

test("units({ key }) makes whole units: what is the same in all rows of one, what each has once and what goes on is kept", async () => {
  const real = panel(120);
  const model = await units({ key: "firm" })(real, seeded(1));
  for (const rows of [1, 90, 3000]) {
    const made = model.sample(rows, seeded(2));
    expect([made.rows, made.columns.map(({ name }) => name).join()]).toEqual([
      rows,
      "firm,year,sector,staff",
    ]);
    const [firm, year, sector] = ["firm", "year", "sector"].map((name) => cells(made, name));
    const pairs = (other: readonly string[]) => new Set(firm.map((name, i) => `${name} ${other[i]}`)).size;
    const many = new Set(firm).size;
    expect([pairs(year), pairs(sector)]).toEqual([rows, many]);
    expect(firm.filter((name) => Number(name) <= 120)).toEqual([]);
    // No gaps between years, and about as many rows a unit as real ones have.
    expect(
      firm.filter((name, i) => firm[i - 1] === name && Number(year[i]) !== Number(year[i - 1]) + 1),
    ).toEqual([]);
    if (rows === 3000) expect(Math.abs(rows / many - real.rows / 120)).toBeLessThan(0.3);
  }
});

test("units({ key }).sample keeps names apart in blocks, takes conditions on units alone, and is read back the same", async () => {
  const model = await units({ key: "firm" })(panel(120), seeded(1));
  const where = { sector: "B" };
  expect(new Set(cells(model.sample(200, seeded(3), { where }), "sector"))).toEqual(new Set(["B"]));
  const shared = withShares(model, { column: "sector", shares: new Map([["B", 0.5]]) }).sample(
    200,
    seeded(3),
  );
  const [firm, year] = ["firm", "year"].map((name) => cells(shared, name));
  expect(cells(shared, "sector").filter((one) => one === "B").length).toBe(100);
  expect(firm.filter((name, i) => firm.indexOf(name) < i && firm[i - 1] !== name)).toEqual([]);
  expect(year.filter((own, i) => firm[i - 1] === firm[i] && Number(own) !== Number(year[i - 1]) + 1)).toEqual(
    [],
  );
  expect(() => model.sample(9, seeded(3), { where: { year: 1980 } })).toThrow(
    'where must name columns that all rows of a firm have alike (firm, sector), got "year"',
  );
  const again = loadSynthesiser(JSON.parse(JSON.stringify(model)));
  const [threads, blockRows] = [1, 40];
  const pieces: Uint8Array[] = [];
  for await (const piece of sampleCsv(again, 200, seeded(3), { threads, blockRows })) pieces.push(piece);
  const { table } = parseCsv(Buffer.concat(pieces).toString("utf8"));
  const named = cells(table, "firm").map((name, i) => `${name} ${Math.floor(i / blockRows)}`);
  expect(new Set(named).size).toBe(new Set(cells(table, "firm")).size);
  expect(csvText(again.sample(200, seeded(3)))).toBe(csvText(model.sample(200, seeded(3))));
});

test("units({ key }).most is a whole number of rows that can be made, where few names are free", async () => {
  const { rows, columns } = panel(60);
  const named = columns.map((one): Column => {
    if (one.name !== "firm" || one.type !== "numeric") return one;
    return { name: "firm", type: "id", values: Array.from(one.values, (firm) => `F${firm + 10}`) };
  });
  const model = await units({ key: "firm" })({ rows, columns: named }, seeded(1));
  expect([Number.isInteger(model.most), model.most > 60, model.most < 400]).toEqual([true, true, true]);
  const made = cells(model.sample(model.most, seeded(2)), "firm");
  expect(made.filter((name) => cells({ rows, columns: named }, "firm").includes(name))).toEqual([]);
});

test("units({ key }) says how many units there must be, and which row is of none", async () => {
  await expect(units({ key: "firm" })(panel(12), seeded(1))).rejects.toThrow(
    "Cannot learn whole units: there must be 30 of them (leave out the key), got 12",
  );
  const { table } = parseCsv("firm,year\n1,1976\n,1977\n");
  await expect(units({ key: "firm" })(table, seeded(1))).rejects.toThrow(
    'each row must have a firm, got "none in row 2"',
  );
});

test("crossed({ key }) makes rows named as the real ones, each once, all else by what names them", async () => {
  const rng = seeded(6);
  const lines = Array.from({ length: 8 * 25 }, (_, i) => {
    const [firm, year] = [Math.floor(i / 25), i % 25];
    return `${[5, 3, 12, 7, 1, 9, 4, 8][firm]},${1990 + year},${"AB"[firm === 2 ? 0 : 1]},${(100 * (firm + 1) + year + 5 * rng.uniform()).toFixed(1)},R${1000 + 7 * i}`;
  });
  const { table: real } = parseCsv(`firm,year,kind,staff,row\n${lines.join("\n")}\n`);
  const model = await crossed({ key: ["firm", "year"] })(real, seeded(1));
  const names = (from: Table) => cells(from, "firm").map((firm, i) => `${firm} ${cells(from, "year")[i]}`);
  const made = model.sample(200, seeded(2));
  expect(names(made)).toEqual(names(real));
  expect(cells(made, "kind")).toEqual(cells(real, "kind"));
  const staff = (from: Table) => cells(from, "staff").map(Number);
  const far = staff(made).map((own, i) => Math.abs(own - staff(real)[i]));
  expect(far.reduce((sum, own) => sum + own, 0) / 200).toBeLessThan(40);
  expect(cells(made, "row").filter((row) => cells(real, "row").includes(row))).toEqual([]);
  // Fewer rows have different names, blocks go on where the one before ended, and more rows have each as often.
  const [first, second] = [0, 80].map((firstRow) => model.sample(80, seeded(3), { firstRow }));
  expect(new Set([...names(first), ...names(second)]).size).toBe(160);
  expect(new Set([...cells(first, "row"), ...cells(second, "row")]).size).toBe(160);
  const many = names(model.sample(1000, seeded(4)));
  expect(many.filter((name) => name === many[0]).length).toBe(5);
  const some = model.sample(50, seeded(5), { where: { firm: "12", year: { from: 2000 } } });
  expect(new Set(cells(some, "firm"))).toEqual(new Set(["12"]));
  expect(Math.min(...cells(some, "year").map(Number))).toBe(2000);
  expect(() => model.sample(5, seeded(5), { where: { staff: 5 } })).toThrow(
    "where must name firm or year or kind",
  );
  const again = loadSynthesiser(JSON.parse(JSON.stringify(model)));
  expect(csvText(again.sample(90, seeded(7)))).toBe(csvText(model.sample(90, seeded(7))));
  const wrong = { ...model.toJSON(), cells: [[0], [1990, 1991]] };
  expect(() => loadSynthesiser(wrong)).toThrow("it must have a cell of each column of its key for every row");
});

test("crossed({ key }) says which rows share a name, lack one, or have too rare a level", async () => {
  const of = (lines: readonly string[]) =>
    crossed({ key: ["firm", "year"] })(parseCsv(`firm,year,staff\n${lines.join("\n")}\n`).table, seeded(1));
  const lines = Array.from({ length: 100 }, (_, i) => `${i % 10},${1990 + Math.floor(i / 10)},${i % 17}`);
  await expect(of([...lines, "3,1991,5"])).rejects.toThrow(
    'no two rows may have the same, got "3 and 1991 in rows 14 and 101"',
  );
  await expect(of([...lines, ",1991,5"])).rejects.toThrow(
    'each row must have all of them, got "none in row 101"',
  );
  await expect(of([...lines, "77,1991,5"])).rejects.toThrow(
    'each level must have 5 rows and more (--key firm makes up others), got "firm = 77"',
  );
});
