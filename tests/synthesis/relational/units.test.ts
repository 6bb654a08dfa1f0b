import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, columnNamed, type Table } from "../../../src/data/table";
import { csvText } from "../../../src/data/write/write-csv";
import { loadSynthesiser } from "../../../src/synthesis/methods";
import { units } from "../../../src/synthesis/relational/units";
import { sampleCsv } from "../../../src/synthesis/sample-csv";

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

test("units({ key }) says how many units there must be, and which row is of none", async () => {
  await expect(units({ key: "firm" })(panel(12), seeded(1))).rejects.toThrow(
    "Cannot learn whole units: there must be 30 of them (leave out the key), got 12",
  );
  const { table } = parseCsv("firm,year\n1,1976\n,1977\n");
  await expect(units({ key: "firm" })(table, seeded(1))).rejects.toThrow(
    'each row must have a firm, got "none in row 2"',
  );
});
