import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { columnNamed, type NumericColumn, type Table } from "../../../src/data/table";
import { sequential } from "../../../src/synthesis/sequential/sequential";
import { describeStructure } from "../../../src/synthesis/structure/describe";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";

function csv(head: string, line: (uniform: () => number) => readonly number[], rows = 600): Table {
  const random = seeded(5).fork(head);
  const lines = Array.from({ length: rows }, () => line(() => random.uniform()).join(","));
  return parseCsv(`${head}\n${lines.join("\n")}\n`).table;
}

/** In how many rows made the first column is not what the others give. */
async function broken(real: Table, names: readonly string[], of: (...cells: number[]) => number) {
  const made = (await sequential()(real, seeded(1))).sample(1000, seeded(2));
  const cells = names.map((name) => (columnNamed(made, name) as NumericColumn).values);
  return cells[0].filter((value, i) => Math.abs(value - of(...cells.slice(1).map((own) => own[i]))) > 1e-6)
    .length;
}

const rules = (real: Table) => describeStructure(discoverStructure(real, seeded(3)));
const hundredth = (value: number): number => Math.floor(value * 100 + 0.5) / 100;

test("sequential: a margin is what the cost in hundreds leaves of a revenue in thousands", async () => {
  const real = csv("revenue,cost,margin", (uniform) => {
    const revenue = 1000 * Math.floor(20 + 880 * uniform());
    const cost = 100 * Math.round((revenue * (0.5 + 0.3 * uniform())) / 100);
    return [revenue, cost, revenue - cost];
  });
  expect(rules(real)).toContain("margin = revenue − cost, rounded.");
  expect(await broken(real, ["revenue", "cost", "margin"], (cost, margin) => cost + margin)).toBe(0);
});

test("sequential: what is solved for another column reads levels in steps wider than their grid", async () => {
  const real = csv("base,extra,total", (uniform) => {
    const base = 50 * Math.floor(4 + 200 * uniform());
    const extra = [0, 50, 150][Math.floor(3 * uniform())];
    return [base, extra, base + extra];
  });
  expect(rules(real)).toContain("total = base + extra, rounded.");
});

test("sequential: a percentage is computed from whole minutes and whole calls, which it gives only rounded", async () => {
  const minutes = csv("down,avail", (uniform) => {
    const down = Math.floor(300 * uniform() ** 3);
    return [down, Math.round(1000 * 100 * (1 - down / 1440)) / 1000];
  });
  const avail = (down: number): number => Math.round(100_000 * (1 - down / 1440)) / 1000;
  expect(await broken(minutes, ["avail", "down"], avail)).toBe(0);
  const calls = csv("tried,failed,through,rate", (uniform) => {
    const tried = 20 + Math.floor(900 * uniform() ** 2);
    const failed = Math.floor(0.1 * tried * uniform());
    return [tried, failed, tried - failed, hundredth((100 * (tried - failed)) / tried)];
  });
  expect(rules(calls)).toContain("rate = 100 × through ÷ tried, rounded.");
  const rate = (through: number, tried: number): number => hundredth((100 * through) / tried);
  expect(await broken(calls, ["rate", "through", "tried"], rate)).toBeLessThanOrEqual(2);
});

test("sequential: a bill is the sum of its rounded parts, whatever else goes with one of them", async () => {
  const real = csv(
    "volume,value,kwh,price,base,days,energy,standing,levy,net,vat,gross",
    (uniform) => {
      const volume = 20 + Math.floor(3480 * uniform());
      const value = Math.round((9.8 + 1.7 * uniform()) * 1000) / 1000;
      const kwh = Math.round(volume * 0.9613 * value);
      const [price, base] = [0.0845 + 0.02 * Math.floor(3 * uniform()), 96 + 24 * Math.floor(3 * uniform())];
      const days = 300 + Math.floor(66 * uniform());
      const [energy, standing, levy] = [
        hundredth(kwh * price),
        hundredth((base * days) / 365),
        hundredth(0.00544 * kwh),
      ];
      const net = hundredth(energy + standing + levy);
      const vat = hundredth(0.07 * net);
      return [
        ...[volume, value, kwh, Number(price.toFixed(4)), base, days],
        ...[energy, standing, levy, net, vat, hundredth(net + vat)],
      ];
    },
    1300,
  );
  expect(rules(real)).toContain("net = energy + standing + levy, rounded.");
  expect(rules(real)).toContain("vat = 0.07 × net, rounded.");
  expect(await broken(real, ["net", "energy", "standing", "levy"], (a, b, c) => hundredth(a + b + c))).toBe(
    0,
  );
});

test("a factor of units is found beside other units, and no line is fitted in its place", () => {
  const real = csv(
    "mb,gb,km,miles,seconds,also,kg,lbs",
    (uniform) => {
      const [mb, km] = [5 + Math.floor(9e4 * uniform()), Math.round(1500 * uniform() ** 2) / 10];
      const [seconds, kg] = [1 + Math.floor(9000 * uniform()), hundredth(5 + 85 * uniform())];
      const [gb, miles] = [Math.round((mb / 1024) * 1000) / 1000, Math.round((km / 1.609344) * 10) / 10];
      return [mb, gb, km, miles, seconds, seconds, kg, hundredth(kg * 2.20462)];
    },
    1200,
  );
  expect(rules(real)).toContain("lbs = 2.20462 × kg, rounded.");
  expect(rules(real).filter((one) => one.startsWith("kg ="))).toEqual([]);
});

test("a score of hundreds, tens and ones is their sum, and what is standardised a line", () => {
  const real = csv(
    "spend,R,F,M,rfm,z,segment",
    (uniform) => {
      const [R, F, M] = [
        1 + Math.floor(5 * uniform()),
        1 + Math.floor(5 * uniform()),
        1 + Math.floor(5 * uniform()),
      ];
      const spend = hundredth(900 * uniform() ** 3);
      const z = Math.round(((spend - 214.5678) / 231.1234) * 10_000) / 10_000;
      return [spend, R, F, M, 100 * R + 10 * F + M, z, R > 3 && F > 3 ? 7 : R < 3 ? 2 : 4];
    },
    1600,
  );
  expect(rules(real)).toContain("rfm = 100 × R + 10 × F + M, rounded.");
  expect(rules(real).filter((one) => /^z = .* × spend, rounded\.$/.test(one))).toHaveLength(1);
});
