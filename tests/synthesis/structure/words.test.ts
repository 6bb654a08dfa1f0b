import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { sequential } from "../../../src/synthesis/sequential/sequential";
import { describeStructure } from "../../../src/synthesis/structure/describe";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";

const random = (label: string) => seeded(5).fork(label);

describe("what is said of rules", () => {
  test("what a formula leaves of a number is no cell that others go with: sums of binary fractions are the same", () => {
    const rng = random("bills");
    const one = <T>(list: readonly T[]): T => list[Math.floor(list.length * rng.uniform())];
    const plans = { S: 19.99, M: 29.9, L: 44.95 };
    const rows = Array.from({ length: 1200 }, () => {
      const [plan, tv, eu] = [one(["S", "M", "L"] as const), one(["none", "TV", "TV+"]), one(["yes", "no"])];
      const bill = plans[plan] + { none: 0, TV: 7.5, "TV+": 12.49 }[tv as "TV"] + (eu === "yes" ? 5 : 0);
      return [plan, tv, eu, bill.toFixed(2)].join(",");
    });
    const { table } = parseCsv(`plan,tv,eu,monthly\n${rows.join("\n")}\n`);
    const rules = describeStructure(discoverStructure(table, seeded(1)));
    expect(rules.filter((rule) => rule.includes("the difference of monthly is"))).toEqual([]);
    expect(rules.join("\n")).not.toMatch(/\d\.\d{9}/);
  });

  test("ends are told as the column is written", () => {
    const rng = random("salaries");
    const rows = Array.from({ length: 400 }, () => `${1_234_567 + Math.floor(9e6 * rng.uniform())}`);
    const structure = discoverStructure(parseCsv(`salary\n${rows.join("\n")}\n`).table, seeded(1));
    const [plan] = structure.columns;
    const [rule] = describeStructure(structure);
    expect(plan.kind === "number" && rule.includes(` ${plan.low} and ${plan.high} in`)).toBe(true);
  });

  test("a refusal names the condition on what follows from the column, and what is possible beside it", async () => {
    const rng = random("people");
    const rows = Array.from({ length: 600 }, () => {
      const born = new Date(Date.UTC(1945, 0, 3) + Math.floor(57 * 365 * rng.uniform()) * 86_400_000);
      return `${born.toISOString().slice(0, 10)},${2024 - born.getUTCFullYear()}`;
    });
    const model = await sequential({})(parseCsv(`born,age\n${rows.join("\n")}\n`).table, seeded(1));
    const asked = { age: { from: 70 }, born: { from: "1960-01-01" } };
    expect(() => model.sample(5, seeded(1), { where: asked })).toThrow(
      /sample where born: beside the conditions on age, only values from 19\d\d-\d\d-\d\d to 195[34]-/,
    );
  });
});
