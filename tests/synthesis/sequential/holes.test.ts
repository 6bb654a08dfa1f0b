import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, columnNamed, type Table } from "../../../src/data/table";
import { csvText } from "../../../src/data/write/write-csv";
import { synthesis } from "../../../src/synthesis/methods";
import { loadSequential, sequential } from "../../../src/synthesis/sequential/sequential";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";

const prices: Record<string, number> = { basic: 10, plus: 25, pro: 60 };
const torn = ["plan", "support", "calls", "fee", "total"];

/** Customers whose fee follows from plan and support, and whose total is calls + fee; `share` of the cells are missing at random. */
function customers(rows: number, share: number): Table {
  const rng = seeded(4);
  const names = Object.keys(prices);
  const lines = Array.from({ length: rows }, () => {
    const plan = names[Math.floor(3 * rng.uniform())];
    const support = rng.uniform() < (plan === "pro" ? 0.7 : 0.3) ? "yes" : "no";
    const calls = Math.floor(40 * rng.uniform() ** 2);
    const fee = prices[plan] + (support === "yes" ? 7 : 0);
    const left = rng.uniform() < (plan === "basic" ? 0.4 : 0.1) ? "yes" : "no";
    const cells = [plan, support, calls, fee, calls + fee].map((cell) => (rng.uniform() < share ? "" : cell));
    // A reason is given by those who left, alone: nothing is at random there.
    return [...cells, left === "yes" ? "price" : "", left].join(",");
  });
  return parseCsv(`${[...torn, "reason", "left"].join(",")}\n${lines.join("\n")}\n`).table;
}

const texts = (rows: Table, name: string): string[] =>
  Array.from({ length: rows.rows }, (_, i) => cellText(columnNamed(rows, name), i));

test("cells missing at random are made last: rules hold in all that is known, conditions choose, JSON keeps it", async () => {
  const from = customers(1500, 0.15);
  const model = await sequential({ leftOut: 0, threads: 1 })(from, seeded(1));
  expect(model.structure.holes?.map(({ column }) => column)).toEqual(torn);
  const made = model.sample(4000, seeded(2));
  for (const name of torn)
    expect(texts(made, name).filter((text) => text === "").length / 4000, name).toBeCloseTo(0.15, 1);
  const [plan, support, calls, fee, total, reason, left] = [...torn, "reason", "left"].map((name) =>
    texts(made, name),
  );
  expect(reason.every((text, i) => (text === "price") === (left[i] === "yes"))).toBe(true);
  const known = [plan, support, calls, fee, total];
  const whole = [...plan.keys()].filter((i) => known.every((own) => own[i] !== ""));
  expect(whole.length).toBeGreaterThan(1200);
  for (const i of whole) {
    expect(Number(fee[i])).toBe(prices[plan[i]] + (support[i] === "yes" ? 7 : 0));
    expect(Number(total[i])).toBe(Number(calls[i]) + Number(fee[i]));
  }
  const basic = model.sample(500, seeded(3), { where: { plan: "basic" } });
  expect(new Set(texts(basic, "plan"))).toEqual(new Set(["basic"]));
  const none = model.sample(500, seeded(3), { where: { plan: null, support: "yes" } });
  expect(new Set(texts(none, "plan"))).toEqual(new Set([""]));
  expect(new Set(texts(none, "support"))).toEqual(new Set(["yes"]));
  expect(() => model.sample(5, seeded(3), { where: { plan: ["basic", null] } })).toThrow(/missing at random/);
  const again = loadSequential(JSON.parse(JSON.stringify(model)));
  expect(csvText(again.sample(99, seeded(2)))).toBe(csvText(model.sample(99, seeded(2))));
  // Who left follows from the reason: without one nobody did, and none is made up.
  const { table, empty, unlikely } = model.complete(from, seeded(5));
  expect(texts(table, "reason")).toEqual(texts(from, "reason"));
  const stayed = texts(from, "left").filter((text) => text === "no").length;
  expect(empty.map(({ rule, rows }) => [rule, rows])).toEqual([
    ["reason is missing where left = no.", stayed],
  ]);
  expect(unlikely).toBe(0);
  // Whole rows and rows with holes are about as likely, cell by cell.
  const likely = model.logLikelihood(from);
  expect(Math.min(...likely)).toBeGreaterThan(-25);
});

test("cells that are missing for a reason, or hardly ever, stay with what they go with; other methods draw what is missing", async () => {
  const from = customers(1500, 0.15);
  const structure = (share: number) =>
    discoverStructure(customers(1500, share), seeded(1), { sequential: true });
  expect(structure(0.01).holes).toBeUndefined();
  const copied = await synthesis("copula", { structure: structure(0.15) })(from, seeded(1));
  const totals = texts(copied.sample(2000, seeded(2)), "total");
  expect(totals.filter((text) => text === "").length / 2000).toBeCloseTo(0.15, 1);
  expect(discoverStructure(from, seeded(1)).holes).toBeUndefined();
});
