import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { sequential } from "../../../src/synthesis/sequential/sequential";
import { describeStructure } from "../../../src/synthesis/structure/describe";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";
import { describeLosses } from "../../../src/synthesis/structure/losses";

const rng = seeded(5);
const day = (k: number): string => new Date(Date.UTC(2023, 0, 1 + k)).toISOString().slice(0, 10);
const plans = ["S", "M", "L"];
const included = [5, 15, 30];
const rows = Array.from({ length: 1200 }, () => {
  const plan = Math.floor(rng.uniform() * 3);
  const gb = Math.round(rng.uniform() * 500) / 10;
  const [from, days] = [Math.floor(rng.uniform() * 700), Math.floor(rng.uniform() * 90)];
  const age = 18 + Math.floor(rng.uniform() * 60);
  return {
    plan: plans[plan],
    gb: gb.toFixed(1),
    over: Math.max(0, gb - included[plan]).toFixed(1),
    low: String(Math.floor(rng.uniform() * 50)),
    age: String(age),
    group: age < 30 ? "young" : age < 60 ? "middle" : "old",
    start: day(from),
    days: String(days),
    end: day(from + days),
  };
}).map((row) => ({ ...row, high: String(Number(row.low) + Math.floor(rng.uniform() ** 2 * 60)) }));

type Row = (typeof rows)[number];
const odd: readonly [number, Partial<Row>][] = [
  [17, { over: "77.7" }],
  [400, { group: "old", age: "19" }],
  [733, { end: "2031-07-09" }],
  ...[90, 300, 901].map((at): [number, Partial<Row>] => [at, { low: "49", high: "3" }]),
];

function tableOf(changes: readonly (readonly [number, Partial<Row>])[]) {
  const changed = new Map(changes);
  const names = Object.keys(rows[0]) as (keyof Row)[];
  const lines = rows.map((row, i) => names.map((name) => ({ ...row, ...changed.get(i) })[name]).join(","));
  return parseCsv(`${names.join(",")}\n${lines.join("\n")}\n`).table;
}

test("discoverStructure(rows) keeps each rule that fewer than five rows break, and says so", () => {
  const clean = discoverStructure(tableOf([]), seeded(1));
  const found = discoverStructure(tableOf(odd), seeded(1));
  expect(clean.odd).toBeUndefined();
  const rules = describeStructure(found).join("\n");
  for (const [what, told] of [
    ["over", "over = the greater of 0 and gb + (by plan:"],
    ["group", "group follows from age:"],
    ["end", "days = end − start"],
    ["low", "low is never above high."],
  ]) {
    expect(describeStructure(clean).join("\n")).toContain(told);
    expect(rules).toContain(told);
    expect(found.odd?.some((rule) => rule.includes(told))).toBe(true);
    expect(
      describeLosses(found).some((line) => line.includes(told) && line.includes("fewer than 5 rows")),
      what,
    ).toBe(true);
  }
  expect(JSON.stringify(found)).not.toMatch(/77\.7|2031/);
});

test("sequential()(rows) makes no row that breaks them", async () => {
  const model = await sequential()(tableOf(odd), seeded(1));
  const made = model.sample(2000, seeded(2));
  const of = (name: string) => {
    const column = made.columns.find((one) => one.name === name);
    if (!column) throw new Error(name);
    return column as unknown as { values: ArrayLike<number>; codes: Int32Array; levels: string[] };
  };
  let [over, order] = [0, 0];
  for (let i = 0; i < made.rows; i++) {
    const plan = plans.indexOf(of("plan").levels[of("plan").codes[i]]);
    if (Math.abs(Math.max(0, of("gb").values[i] - included[plan]) - of("over").values[i]) > 1e-6) over++;
    if (of("low").values[i] > of("high").values[i]) order++;
  }
  expect([over, order]).toEqual([0, 0]);
});

test("discoverStructure(rows) has no rule that five rows break, or one in a hundred", () => {
  const five = [90, 300, 500, 700, 901].map((at) => [at, { low: "49", high: "3" }] as const);
  const found = discoverStructure(tableOf(five), seeded(1));
  expect(found.orders.some(({ low }) => low === "low")).toBe(false);
  expect(found.odd).toBeUndefined();
});

test("an order whose two are never the same is kept so", async () => {
  const rng = seeded(8);
  const lines = Array.from({ length: 900 }, (_, i) => {
    const [a, b] = [Math.floor(100 * rng.uniform()), Math.floor(100 * rng.uniform())];
    return a === b ? `0,1,${i % 2}` : `${Math.min(a, b)},${Math.max(a, b)},${i % 2}`;
  });
  const { table } = parseCsv(`low,high,kind\n${lines.join("\n")}\n`);
  const model = await sequential()(table, seeded(1));
  const rules = describeStructure(discoverStructure(table, seeded(1)));
  expect(rules).toContain("low is always below high.");
  expect(rules).not.toContain("low is never above high.");
  const made = model.sample(2000, seeded(2));
  const [low, high] = made.columns.map((one) => (one as unknown as { values: Float64Array }).values);
  expect(low.filter((value, i) => !(value < high[i])).length).toBe(0);
  const same = parseCsv(`low,high,kind\n${lines.join("\n")}\n7,7,1\n`).table;
  expect(discoverStructure(same, seeded(1)).later).toBeUndefined();
});

test.each([4, 5, 6])(
  "a product that %i rows break is not turned round, as some of these are near whole hours",
  (odd) => {
    const rng = seeded("hours");
    const lines = Array.from({ length: 1500 }, (_, i) => {
      const [hours, rate] = [1 + Math.floor(11 * rng.uniform()), [4.5, 7.9, 12][i % 3]];
      // The first are off by less than half an hour, the last two by more.
      const off = i < odd - 2 ? 0.2 * rate : i < odd ? -0.8 * hours * rate : 0;
      return `${hours},${rate},${(hours * rate + off).toFixed(2)}`;
    });
    const { table } = parseCsv(`hours,rate,amount\n${lines.join("\n")}\n`);
    const rules = describeStructure(discoverStructure(table, seeded(1)));
    expect(rules.filter((rule) => rule.startsWith("hours ="))).toEqual([]);
  },
);

test("a code is no step of the month between months in which no row has any", () => {
  const rng = seeded("codes");
  const lines = Array.from({ length: 2000 }, () => {
    const at = new Date(Date.UTC(2023, 0, 1) + 86_400_000 * Math.floor(730 * rng.uniform()));
    const month = at.getUTCMonth() + 1;
    const code =
      rng.uniform() < 0.35 ? (month === 12 ? "XMAS" : month === 6 || month === 7 ? "SUMMER" : "") : "";
    return `${at.toISOString().slice(0, 10)},${code},${Math.floor(100 * rng.uniform())}`;
  });
  const { table } = parseCsv(`since,code,use\n${lines.join("\n")}\n`);
  const rules = describeStructure(discoverStructure(table, seeded(1)));
  expect(rules.filter((rule) => rule.startsWith("code follows"))).toEqual([]);
  expect(rules).toContain("By code, since is SUMMER → only in June or July, XMAS → only in December.");
});
