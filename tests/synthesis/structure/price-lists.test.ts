import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, columnNamed, type Table } from "../../../src/data/table";
import type { Condition } from "../../../src/synthesis/conditions";
import { copula } from "../../../src/synthesis/copula/copula";
import { loadSynthesiser } from "../../../src/synthesis/methods";
import { sequential } from "../../../src/synthesis/sequential/sequential";
import { describeStructure } from "../../../src/synthesis/structure/describe";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";

const cents = (value: number): number => Math.round(value * 100 + 1e-7) / 100;
const discountOf = (quantity: number): number =>
  quantity >= 20 ? 15 : quantity >= 10 ? 10 : quantity >= 5 ? 5 : 0;
const sendingOf = (net: number): number => (net >= 500 ? 0 : net >= 100 ? 4.9 : 9.9);
const prices = new Map<string, number>(
  Array.from(
    { length: 30 },
    (_, k) => [`A${10 + k}`, cents(5 + 190 * seeded(`price ${k}`).uniform())] as const,
  ),
);

/** Lines of articles with one price each, a discount by quantity and a price of sending by the amount; some articles are rare. */
function lines(rare = 0): Table {
  const rng = seeded("lines");
  const rows = Array.from({ length: 900 }, (_, i) => {
    const article = i < rare ? `R${i % (rare / 2)}` : `A${10 + Math.floor(30 * rng.uniform())}`;
    const price = prices.get(article) ?? 1000 + (i % (rare / 2));
    const quantity = 1 + Math.floor(24 * rng.uniform());
    const net = cents((quantity * price * (100 - discountOf(quantity))) / 100);
    return [
      article,
      price,
      quantity,
      discountOf(quantity),
      net,
      sendingOf(net),
      rng.uniform() < 0.4 ? "yes" : "no",
    ];
  });
  const text = rows.map((row) => row.join(",")).join("\n");
  return parseCsv(`article,price,quantity,discount,net,sending,gift\n${text}\n`).table;
}

/** The rows in which something else stands than the price list and the steps say. */
function broken(from: Table): number {
  const of = (name: string, i: number): string => cellText(columnNamed(from, name), i);
  return Array.from({ length: from.rows }, (_, i) => i).filter((i) => {
    const [price, quantity, discount, net, sending] = ["price", "quantity", "discount", "net", "sending"].map(
      (name) => Number(of(name, i)),
    );
    const listed = price === prices.get(of("article", i)) && discount === discountOf(quantity);
    const due = (quantity * price * (100 - discount)) / 100;
    return !listed || !(Math.abs(net - due) <= 0.005001) || sending !== sendingOf(net);
  }).length;
}

describe("a number that is one for each level, or each stretch of another number", () => {
  test("is announced and kept in every row, by every method, also where it is asked for", async () => {
    const told = describeStructure(discoverStructure(lines(), seeded(1)));
    expect(told).toEqual(
      expect.arrayContaining([
        "price follows from article: each of 30 levels has its own value.",
        "discount = (by quantity: 0, 5 from 5, 10 from 10, 15 from 20), rounded.",
        "net = price × quantity × (by discount: 0 → 1, 5 → 0.95, 10 → 0.9, 15 → 0.85), rounded.",
        "sending = (by net: 9.9, 4.9 from 100, 0 from 500), rounded.",
      ]),
    );
    for (const method of [sequential(), copula()]) {
      const model = await method(lines(), seeded(1));
      const read = loadSynthesiser(JSON.parse(JSON.stringify(model.toJSON())));
      expect(broken(read.sample(1000, seeded(2)))).toBe(0);
    }
    const model = await sequential()(lines(), seeded(1));
    const asked: Record<string, Condition>[] = [
      { discount: 10 },
      { sending: 0 },
      { price: { from: 50, to: 120 } },
      { article: "A12" },
    ];
    for (const where of asked) expect(broken(model.sample(60, seeded(3), { where }))).toBe(0);
  });

  test("is told of levels that enough rows have: others stand in for rare ones, with their own price", async () => {
    const from = lines(40);
    const model = await sequential()(from, seeded(1));
    const made = model.sample(1000, seeded(2));
    expect(broken(made)).toBe(0);
    const plan = discoverStructure(from, seeded(1)).columns.find(({ name }) => name === "price");
    expect(plan).toMatchObject({ high: Math.max(...prices.values()) });
  });
});

test("values that chance gives levels are no price list", () => {
  for (let seed = 0; seed < 20; seed++) {
    const rng = seeded(`levels ${seed}`);
    const rows = Array.from({ length: 60 }, () => [
      `L${Math.floor(12 * rng.uniform())}`,
      Math.floor(9 * rng.uniform()),
      Math.floor(30 * rng.uniform()),
    ]);
    const text = rows.map((row) => row.join(",")).join("\n");
    const { table } = parseCsv(`level,few,more\n${text}\n`);
    const told = describeStructure(discoverStructure(table, seeded(1), { minCount: 1 }));
    expect(told.filter((one) => / = |follows/.test(one))).toEqual([]);
  }
});
