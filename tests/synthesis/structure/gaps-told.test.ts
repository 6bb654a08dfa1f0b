import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, columnNamed, type Table } from "../../../src/data/table";
import { sequential } from "../../../src/synthesis/sequential/sequential";
import { describeStructure } from "../../../src/synthesis/structure/describe";

const day = 86_400_000;
const written = (time: number): string => new Date(time).toISOString().slice(0, 10);
const closing = Date.UTC(2024, 11, 31);

/** Rows of which `line` says one, from a stream of numbers below one that is given. */
function rowsOf(count: number, header: string, line: (uniform: (to: number) => number) => unknown[]): Table {
  const rng = seeded(header);
  const uniform = (to: number): number => Math.floor(to * rng.uniform());
  const lines = Array.from({ length: count }, () => line(uniform).join(","));
  return parseCsv(`${header}\n${lines.join("\n")}\n`).table;
}

function cellsOf(from: Table, name: string): string[] {
  return Array.from({ length: from.rows }, (_, i) => cellText(columnNamed(from, name), i));
}

function share(cells: readonly string[], level: string): number {
  return cells.filter((own) => own === level).length / cells.length;
}

/** Trials that are charged from the 15th day on, or never. */
const trials = rowsOf(1500, "signup,first_charge,plan,mrr", (uniform) => {
  const signup = Date.UTC(2024, 0, 1) + uniform(150) * day;
  const plan = uniform(10) < 6 ? "none" : (["Basic", "Pro"] as const)[uniform(2)];
  const charged = plan === "none" ? "" : written(signup + 15 * day);
  return [written(signup), charged, plan, { none: 0, Basic: 9, Pro: 29 }[plan]];
});

/** Repairs that take as many days as their parts, are open or not, and were promised within some days. */
const repairs = rowsOf(1500, "opened,parts,promised,closed,kept,age", (uniform) => {
  const opened = Date.UTC(2024, 0, 1) + uniform(300) * day;
  const [parts, promised] = [1 + uniform(30), 1 + uniform(30)];
  const closed = uniform(10) < 4 ? undefined : opened + parts * day;
  const kept = closed === undefined ? "open" : parts <= promised ? "yes" : "no";
  const end = closed === undefined ? "" : written(closed);
  return [written(opened), parts, promised, end, kept, ((closed ?? closing) - opened) / day];
});

test("a level that stands for a missing date goes by the date that comes out, which is computed whole", async () => {
  const made = (await sequential()(trials, seeded(1))).sample(3000, seeded(2));
  const [plan, charged, mrr] = ["plan", "first_charge", "mrr"].map((name) => cellsOf(made, name));
  expect(share(plan, "none")).toBeCloseTo(share(cellsOf(trials, "plan"), "none"), 1);
  expect(plan.filter((own, i) => (own === "none") !== (charged[i] === ""))).toEqual([]);
  expect(plan.filter((own, i) => ({ none: "0", Basic: "9", Pro: "29" })[own] !== mrr[i])).toEqual([]);
});

test("so do a comparison and a number of days, of rows that are asked for, too", async () => {
  const model = await sequential()(repairs, seeded(1));
  const told = describeStructure(model.structure);
  expect(told).toContain("closed is missing in some rows, of which its rules say nothing.");
  expect(told.join("\n")).toMatch(/kept follows from .*open where it is missing/);
  const samples = [
    repairs,
    model.sample(3000, seeded(2)),
    model.sample(500, seeded(3), { where: { kept: "open" } }),
    model.sample(500, seeded(4), { where: { kept: "no" } }),
  ];
  for (const from of samples) {
    const [opened, closed, kept, age] = ["opened", "closed", "kept", "age"].map((name) =>
      cellsOf(from, name),
    );
    expect(kept.filter((own, i) => (own === "open") !== (closed[i] === ""))).toEqual([]);
    const wrong = age.filter(
      (own, i) =>
        Number(own) !== ((closed[i] ? Date.parse(closed[i]) : closing) - Date.parse(opened[i])) / day,
    );
    expect(wrong).toEqual([]);
  }
  expect(share(cellsOf(samples[1], "kept"), "open")).toBeCloseTo(0.4, 1);
  expect(new Set(cellsOf(samples[2], "kept"))).toEqual(new Set(["open"]));
});

test("a level that one column tells value by value is no comparison of it with another", async () => {
  const { structure } = await sequential()(trials, seeded(1));
  expect(describeStructure(structure).filter((sentence) => sentence.includes("mrr −"))).toEqual([]);
});

/** Bills of which some have a discount in %; of one in so many rows the price is missing, but not what follows from it. */
function discounted(priced: (row: number) => boolean): Table {
  let row = 0;
  return rowsOf(1500, "price,rebate,amount,pay", (uniform) => {
    const [price, rebate] = [[9.99, 19.99, 34.99, 54.99][uniform(4)], [0, 0, 0, 10, 20][uniform(5)]];
    const amount = Math.round(price * rebate + 1e-7) / 100;
    const pay = (price - amount).toFixed(2);
    return [priced(row++) ? price : "", rebate || "", amount, pay];
  });
}

test.each([
  ["in no row", () => true],
  ["in one row", (row: number) => row !== 77],
] as const)("where no discount is there nothing is taken off, be a price missing %s", async (_, priced) => {
  const made = (await sequential()(discounted(priced), seeded(1))).sample(2000, seeded(2));
  const [price, rebate, amount, pay] = made.columns.map((column) => cellsOf(made, column.name).map(Number));
  expect(rebate.filter((own) => own === 0).length).toBeGreaterThan(1000);
  const wrong = price.filter(
    (own, i) =>
      own > 0 &&
      (Math.abs(amount[i] - (own * rebate[i]) / 100) > 0.0051 || Math.abs(own - amount[i] - pay[i]) > 0.0051),
  );
  expect(wrong).toEqual([]);
  expect(amount.filter((own, i) => own > 0 && rebate[i] === 0)).toEqual([]);
});
