import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, columnNamed, type Table } from "../../../src/data/table";
import { synthesis } from "../../../src/synthesis/methods";
import { sampledOrder } from "../../../src/synthesis/sampled-rows";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";
import { tamed } from "../../../src/synthesis/structure/ends";
import { gridOf } from "../../../src/synthesis/structure/grids";
import { peopleOf } from "../../../src/synthesis/structure/people";

/** 120 customers with three bills each, and one with twelve: alone in his town, with prices and words of his own. */
function bills(id: (customer: number) => string | number = (c) => `CU${1000 + c}`): Table {
  const draw = seeded(7);
  const lines = Array.from({ length: 372 }, (_, i) => {
    const own = i >= 360;
    const customer = own ? 500 : i % 120;
    const paid = own ? 90_000.125 + i : Math.round(2000 + 3000 * draw.uniform());
    const town = own ? "Atlantis" : ["Rome", "Paris", "Oslo"][i % 3];
    return `${id(customer)},${town},${paid},${own ? 77 : (i * 7) % 13},${own ? `Zanzibar ${i} x` : `note ${i % 97} y`}`;
  });
  return parseCsv(`cust,town,paid,visits,said\n${lines.join("\n")}\n`).table;
}

describe("where one customer has more rows than minCount", () => {
  test("discoverStructure(table) tells nothing of that customer alone: no level, end, repeated value, grid or word", () => {
    const from = bills();
    const structure = discoverStructure(from, seeded(1));
    expect(structure.customer).toBe("cust");
    const text = JSON.stringify(structure);
    for (const told of ["Atlantis", "Zanzibar", "CU1", "77", "0.125"]) expect(text).not.toContain(told);
    const paid = structure.columns[2];
    expect(paid).toMatchObject({ kind: "number", grid: { decimals: 0 } });
    expect(paid.kind === "number" && paid.high).toBeLessThan(8000);
    // Counting rows, all of it would be told.
    const rows = JSON.stringify(discoverStructure(from, seeded(1), { customer: false }));
    for (const told of ["Atlantis", "Zanzibar", "77"]) expect(rows).toContain(told);
  });

  test.each([
    ["sequential", undefined],
    ["trees", undefined],
    ["copula", (c: number) => 4000 + c],
  ] as const)("%s makes customers up, as many rows with the same one", async (method, id) => {
    const from = bills(id);
    const model = await synthesis(method)(from, seeded(1));
    const made = model.sample(372, seeded(2));
    const names = (rows: Table) =>
      Array.from({ length: rows.rows }, (_, i) => cellText(columnNamed(rows, "cust"), i));
    const real = new Set(names(from));
    const drawn = names(made);
    expect(drawn.filter((name) => real.has(name))).toEqual([]);
    expect(new Set(drawn).size).toBeGreaterThan(110);
    expect(new Set(drawn).size).toBeLessThan(140);
    const paid = columnNamed(made, "paid");
    expect(paid.type === "numeric" && Math.max(...paid.values)).toBeLessThan(8000);
    expect(JSON.stringify(model.toJSON())).not.toContain("Atlantis");
  });

  test("discoverStructure(table) needs twice minCount customers", () => {
    expect(() => discoverStructure(bills(), seeded(1), { minCount: 61 })).toThrow(
      "cust must name twice the 61 customers that share whatever is told (minCount), got 121",
    );
  });
});

test("tamed(values, least, people) and gridOf(…) count people", () => {
  const values = Float64Array.from({ length: 40 }, (_, i) => (i < 8 ? 1000.5 + i : i));
  const from = parseCsv(`who\n${Array.from(values, (_, i) => (i < 8 ? "a" : `b${i}`)).join("\n")}\n`).table;
  const people = peopleOf({ customer: "who" }, from);
  expect(tamed(values, 3).high).toBeGreaterThan(1000);
  expect(tamed(values, 3, people).high).toBeLessThan(150);
  expect(gridOf(values, 3)?.decimals).toBe(1);
  expect(gridOf(values, 3, people)?.decimals).toBe(0);
});

test("sampledOrder(…, { customer }) leaves customers out whole, and keeps their rows side by side", () => {
  const from = bills();
  const order = Int32Array.from({ length: from.rows }, (_, i) => (i * 101) % from.rows);
  const kept = [...sampledOrder(from, order, seeded(3), { customer: "cust" })];
  const people = peopleOf({ customer: "cust" }, from)?.of as Int32Array;
  const runs = kept.filter((i, at) => at === 0 || people[i] !== people[kept[at - 1]]).length;
  expect(runs).toBe(new Set(kept.map((i) => people[i])).size);
  // 120 customers of three rows: a customer is there with all of them or with none.
  expect(kept.filter((i) => i < 360).length % 3).toBe(0);
  expect(kept.length).toBeLessThan(from.rows);
});

test.each([
  [1, 1],
  [100, 100],
  [250, 260],
])("tamed(values, least) of values evenly up to %d ends at %d at the most", (most, end) => {
  const draw = seeded(2);
  for (let k = 0; k < 20; k++) {
    const values = Float64Array.from({ length: 600 }, () => most * draw.uniform());
    const { high, low, values: told } = tamed(values, 5);
    expect(Math.max(high, ...told)).toBeLessThanOrEqual(end);
    expect(high).toBeGreaterThan(0.97 * most);
    expect(low).toBeGreaterThanOrEqual(0);
    expect(
      tamed(
        values.map((value) => -value),
        5,
      ).low,
    ).toBeLessThan(-0.97 * most);
  }
});

test.each([
  [["4.95"], undefined],
  [["1", "1", "1"], undefined],
  [["2024-05-03", "2024-06-01", "2023-01-02"], undefined],
  [["4.95", "7.2", "3.1", "8.8", "1.2"], { kind: "number", grid: { decimals: 1, step: 1 } }],
  [["5", "5", "5", "5", "5"], { kind: "number", values: [5] }],
])("discoverStructure(table) of a column with the cells %j alone", (cells, told) => {
  const lines = Array.from({ length: 300 }, (_, i) => `${cells[i - 100] ?? ""},${["S", "M", "L"][i % 3]}`);
  const { columns } = discoverStructure(parseCsv(`addon,plan\n${lines.join("\n")}\n`).table, seeded(1));
  expect(columns[0]).toMatchObject(told ?? { kind: "constant", text: "", rare: 5 });
  for (const one of columns) if (one.kind === "number") expect(one.low).toBeLessThanOrEqual(one.high);
});
