import { expect, test } from "vitest";
import { normal, seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import type { NumericColumn, Table } from "../../../src/data/table";
import { columnNamed } from "../../../src/data/table";
import { synthesis } from "../../../src/synthesis/methods";
import { loadSequential, sequential } from "../../../src/synthesis/sequential/sequential";
import { describeStructure } from "../../../src/synthesis/structure/describe";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";

/** Bills of which those of the `full` payers are paid to the last cent; the others pay what they like. */
function bills(rows: number): Table {
  const rng = seeded(6);
  const lines = Array.from({ length: rows }, () => {
    const bill = Math.round(100 * Math.exp(4 + normal(rng))) / 100;
    const debit = rng.uniform() < 0.5;
    const paid =
      rng.uniform() < (debit ? 0.7 : 0.1) ? bill : Math.round(100 * Math.exp(3 + normal(rng))) / 100;
    // As like as two columns can be that repeat nothing.
    const months = Math.floor(60 * rng.uniform());
    const near = months + Math.floor(3 * rng.uniform()) - 1;
    return [bill.toFixed(2), debit ? "debit" : "transfer", paid.toFixed(2), months, near].join(",");
  });
  return parseCsv(`bill,way,paid,months,near\n${lines.join("\n")}\n`).table;
}

const numbers = (rows: Table, name: string): Float64Array =>
  (columnNamed(rows, name) as NumericColumn).values;
const texts = (rows: Table): string => JSON.stringify(rows.columns);

test("a number that often is another column's value stays so, for those it is so for, under conditions and in JSON", async () => {
  const from = bills(1200);
  const model = await sequential({ leftOut: 0, threads: 1, target: "near" })(from, seeded(1));
  expect(describeStructure(model.structure)).toContain("paid is often the value of bill.");
  expect(describeStructure(model.structure).filter((line) => line.includes("often the value"))).toHaveLength(
    1,
  );
  const made = model.sample(3000, seeded(2));
  const way = made.columns[1] as { readonly codes: Int32Array };
  const full = (debit: boolean): number => {
    const own = [...numbers(made, "paid").keys()].filter((i) => (way.codes[i] === 0) === debit);
    return own.filter((i) => numbers(made, "paid")[i] === numbers(made, "bill")[i]).length / own.length;
  };
  expect(full(true)).toBeCloseTo(0.7, 1);
  expect(full(false)).toBeCloseTo(0.1, 1);
  const large = model.sample(300, seeded(3), { where: { paid: { from: 200 } } });
  expect(Math.min(...numbers(large, "paid"))).toBeGreaterThanOrEqual(200);
  const again = loadSequential(JSON.parse(JSON.stringify(model)));
  expect(texts(again.sample(99, seeded(2)))).toBe(texts(model.sample(99, seeded(2))));
  // What is missing is drawn from known cells, too: the bill, or something else.
  const holed = {
    ...from,
    columns: from.columns.map((one) => (one.name === "paid" ? emptied(one as NumericColumn) : one)),
  };
  const filled = numbers(model.complete(holed, seeded(4)).table, "paid");
  const share = filled.filter((value, i) => value === numbers(from, "bill")[i]).length / filled.length;
  expect(share).toBeCloseTo(0.4, 1);
  expect(Math.min(...model.logLikelihood(from))).toBeGreaterThan(-40);
});

const emptied = (one: NumericColumn): NumericColumn => ({ ...one, values: one.values.map(() => Number.NaN) });

test("rules with repeats go to other methods without them", async () => {
  const from = bills(400);
  const structure = discoverStructure(from, seeded(1), { sequential: true });
  expect(JSON.stringify(structure)).toContain('"repeats":["bill"]');
  const model = await synthesis("copula", { structure })(from, seeded(1));
  expect(model.sample(50, seeded(2)).rows).toBe(50);
});

test("a number repeats one that is computed, and follows it", async () => {
  const rng = seeded(8);
  const cents = (value: number): string => (Math.round(100 * value + 1e-7) / 100).toFixed(2);
  const lines = Array.from({ length: 500 }, () => {
    const [many, price] = [1 + Math.floor(9 * rng.uniform()), cents(1 + 40 * rng.uniform())];
    const amount = cents(many * Number(price));
    const paid = rng.uniform() < 0.6 ? amount : cents(150 * rng.uniform());
    return [many, price, amount, paid, cents(1.2 * Number(amount))].join(",");
  });
  const from = parseCsv(`many,price,amount,paid,gross\n${lines.join("\n")}\n`).table;
  const model = await sequential({ threads: 1 })(from, seeded(1));
  expect(describeStructure(model.structure)).toContain("paid is often the value of amount.");
  const made = model.sample(1000, seeded(2));
  const [many, price, amount, paid] = ["many", "price", "amount", "paid"].map((name) => numbers(made, name));
  expect([...amount].filter((value, i) => Math.abs(value - many[i] * price[i]) > 1e-9)).toEqual([]);
  // The rows' own share: of 500 it is .576, where they are made with .6.
  const [due, given] = ["amount", "paid"].map((name) => numbers(from, name));
  const share = given.filter((value, i) => value === due[i]).length / from.rows;
  expect(paid.filter((value, i) => value === amount[i]).length / made.rows).toBeCloseTo(share, 1);
  // A condition reaches what is drawn over two formulas.
  const asked = numbers(model.sample(500, seeded(3), { where: { gross: { from: 100, to: 110 } } }), "gross");
  expect(Math.min(...asked)).toBeGreaterThanOrEqual(100);
  expect(Math.max(...asked)).toBeLessThanOrEqual(110);
});

test("of few rows too, a number that ends at another one in some never goes beyond it, and a state says where it does", async () => {
  const rng = seeded(3);
  const rows = Array.from({ length: 140 }, () => {
    const end = 20 + Math.floor(2500 * rng.uniform());
    const back = Math.floor(60 * rng.uniform());
    return rng.uniform() < 0.13 || back >= end ? `${end},${end},0` : `${end},${back},1`;
  });
  const { table } = parseCsv(`last,back,seen\n${rows.join("\n")}\n`);
  const model = await sequential()(table, seeded(1));
  const said = describeStructure(model.structure);
  expect(said).toContain("back is never above last.");
  expect(said).toContain("back is often the value of last.");
  const made = model.sample(2000, seeded(2));
  const [last, back] = ["last", "back"].map((name) => numbers(made, name));
  expect(back.filter((value, i) => value > last[i])).toHaveLength(0);
  const equal = back.filter((value, i) => value === last[i]).length / made.rows;
  expect(equal).toBeCloseTo(rows.filter((row) => row.endsWith(",0")).length / rows.length, 1);
  const { codes, levels } = columnNamed(made, "seen") as {
    readonly codes: Int32Array;
    readonly levels: readonly string[];
  };
  expect([...codes].filter((code, i) => (levels[code] === "0") !== (back[i] === last[i]))).toEqual([]);
});
