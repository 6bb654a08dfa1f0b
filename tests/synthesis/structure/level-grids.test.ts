import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, columnNamed, type Table } from "../../../src/data/table";
import { copula } from "../../../src/synthesis/copula/copula";
import { loadSynthesiser } from "../../../src/synthesis/methods";
import { sequential } from "../../../src/synthesis/sequential/sequential";
import { describeStructure } from "../../../src/synthesis/structure/describe";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";
import { checkRules } from "../../../src/synthesis/structure/given/check-rules";

/** Amounts in cents, but for yen; of euros a fifth of the prices is whole. */
function payments(count: number): Table {
  const rng = seeded("payments");
  const lines = Array.from({ length: count }, () => {
    const currency = ["EUR", "EUR", "USD", "JPY"][Math.floor(4 * rng.uniform())];
    const amount = Math.exp(3 + 2 * rng.uniform());
    return `${currency},${currency === "JPY" ? Math.round(90 * amount) : amount.toFixed(2)}`;
  });
  return parseCsv(`currency,amount\n${lines.join("\n")}\n`).table;
}

/** The share of rows with this currency and cents. */
function withCents(from: Table, whose: string): number {
  const [currency, amount] = ["currency", "amount"].map((name) => columnNamed(from, name));
  let [own, count] = [0, 0];
  for (let i = 0; i < from.rows; i++) {
    if (cellText(currency, i) !== whose) continue;
    own++;
    if (Number(cellText(amount, i)) % 1 !== 0) count++;
  }
  return count / own;
}

describe("the steps of a number by the level of another column", () => {
  const from = payments(1200);

  test("are found, told and kept, by each method, from a file, and leave other levels their own", async () => {
    const model = await sequential()(from, seeded(1));
    expect(describeStructure(model.structure)).toContain("amount comes in steps (by currency: JPY → 1).");
    const loaded = loadSynthesiser(JSON.parse(JSON.stringify(model.toJSON())));
    const made = loaded.sample(4000, seeded(2));
    expect(withCents(made, "JPY")).toBe(0);
    for (const currency of ["EUR", "USD"]) expect(withCents(made, currency)).toBeGreaterThan(0.97);
    expect(withCents((await copula()(from, seeded(1))).sample(2000, seeded(2)), "JPY")).toBe(0);
  });

  test("are kept by what is asked for, or it is refused", async () => {
    const model = await sequential()(from, seeded(1));
    const ask = (amount: number) =>
      model.sample(50, seeded(4), { where: { currency: "JPY", amount: { from: amount, to: amount } } });
    expect(withCents(ask(3000), "JPY")).toBe(0);
    expect(() => ask(3000.5)).toThrow();
  });

  test("are kept where an amount is told by what is computed from it", async () => {
    const [currency, amount] = from.columns;
    const lines = Array.from({ length: from.rows }, (_, i) => {
      const own = Number(cellText(amount, i)) / (cellText(currency, i) === "JPY" ? 164 : 1);
      return [cellText(currency, i), cellText(amount, i), own.toFixed(2)];
    });
    const asTable = (rows: readonly (readonly string[])[]) =>
      parseCsv(`currency,amount,euros\n${rows.join("\n")}\n`).table;
    const model = await sequential()(asTable(lines), seeded(1));
    const holes = lines.map(([cur, own, euros], i) => [cur, i % 4 === 0 ? "" : own, euros]);
    expect(withCents(model.complete(asTable(holes), seeded(2)).table, "JPY")).toBe(0);
  });

  test("are none where all levels share them, or where a level's rows are too few to tell", () => {
    const gridsOf = (rows: Table) =>
      discoverStructure(rows, seeded(1)).columns.flatMap((plan) =>
        plan.kind === "number" && plan.grids ? [plan.grids] : [],
      );
    expect(gridsOf(from)).toEqual([{ column: "currency", grids: expect.arrayContaining([null]) }]);
    const rng = seeded("tenths");
    const lines = Array.from({ length: 800 }, () => {
      const value = 100 * rng.uniform();
      return `${rng.uniform() < 0.02 ? "few" : "many"},${rng.uniform() < 0.6 ? value.toFixed(0) : value.toFixed(1)}`;
    });
    expect(gridsOf(parseCsv(`kind,value\n${lines.join("\n")}\n`).table)).toEqual([]);
  });

  test("are checked where somebody writes them", () => {
    const structure = discoverStructure(from, seeded(1));
    for (const grids of [{ column: "amount", grids: [] }, { column: "currency", grids: [null] }, 3]) {
      const columns = structure.columns.map((plan) => (plan.name === "amount" ? { ...plan, grids } : plan));
      expect(() => checkRules({ ...structure, columns } as typeof structure, "learn a table")).toThrow(
        /amount must have as grids one, or null, for each level of a column/,
      );
    }
  });
});
