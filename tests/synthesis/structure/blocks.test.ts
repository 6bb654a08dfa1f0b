import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, columnNamed, type Table } from "../../../src/data/table";
import { copula } from "../../../src/synthesis/copula/copula";
import { sequential } from "../../../src/synthesis/sequential/sequential";
import { describeStructure } from "../../../src/synthesis/structure/describe";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";
import { trees } from "../../../src/synthesis/trees/trees";

const mood = ["awful", "poor", "fair", "good", "great"];
const paid = ["card", "cash", "voucher"];

/** Answers to one question a column each, a means of payment or none, whether somebody is happy, two columns of chance, and the tariff. */
function survey(rows = 600, unanswered = 0): Table {
  const random = seeded(5).fork("survey");
  const pick = (shares: readonly number[]): number => {
    let left = random.uniform();
    return shares.findIndex((share) => {
      left -= share;
      return left < 0;
    });
  };
  const lines = Array.from({ length: rows }, (_, i) => {
    const answer = pick([0.02, 0.1, 0.2, 0.3, 0.4]);
    const payment = pick([0.4, 0.25, 0.15]);
    const asked = i >= unanswered;
    return [
      ...mood.map((__, k) => (asked ? Number(k === answer) : "")),
      ...paid.map((__, k) => (k === payment ? "Yes" : "No")),
      asked ? (answer > 2 ? "happy" : "unhappy") : "",
      Number(random.uniform() < 0.02),
      Number(random.uniform() < 0.02),
      Math.round(1000 * random.uniform()),
    ].join(",");
  });
  return parseCsv(`${[...mood, ...paid, "says", "odd", "rare", "spend"].join(",")}\n${lines.join("\n")}\n`)
    .table;
}

/** How many rows have each number of these columns that say so. */
function sums(rows: Table, names: readonly string[], yes: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let i = 0; i < rows.rows; i++) {
    const texts = names.map((name) => cellText(columnNamed(rows, name), i));
    const sum = texts.every((text) => text === "") ? "none" : texts.filter((text) => text === yes).length;
    counts[sum] = (counts[sum] ?? 0) + 1;
  }
  return counts;
}

describe("columns of yes and no of which one says yes", () => {
  test.each([
    ["sequential", sequential()],
    ["copula", copula()],
    ["trees", trees()],
  ])("%s: exactly one answer, and at most one payment, in every row", async (_, fit) => {
    const made = (await fit(survey(), seeded(1))).sample(3000, seeded(2));
    expect(sums(made, mood, "1")).toEqual({ 1: 3000 });
    const payments = sums(made, paid, "Yes");
    expect(Object.keys(payments)).toEqual(["0", "1"]);
    expect(payments[0] / 3000).toBeCloseTo(0.2, 1);
    for (let i = 0; i < made.rows; i++) {
      const happy = ["good", "great"].some((name) => cellText(columnNamed(made, name), i) === "1");
      expect(cellText(columnNamed(made, "says"), i)).toBe(happy ? "happy" : "unhappy");
    }
  });

  test("are told in a sentence each, and columns that miss each other by chance are not", () => {
    const told = describeStructure(discoverStructure(survey(), seeded(1)));
    expect(told).toContain("Of awful, poor, fair, good, great exactly one is 1 in each row.");
    expect(told).toContain("Of card, cash, voucher at most one is Yes in each row.");
    expect(told.filter((line) => /never|is 0|odd|rare/.test(line))).toEqual([]);
  });

  test("are missing together as a question that was not asked", async () => {
    const real = survey(600, 120);
    const made = (await sequential()(real, seeded(1))).sample(3000, seeded(2));
    const { none, ...rest } = sums(made, mood, "1");
    expect(Object.keys(rest)).toEqual(["1"]);
    expect((none ?? 0) / 3000).toBeCloseTo(0.2, 1);
  });

  test("one that too few rows have leaves a rest that too few have: some other answer stands in", async () => {
    const from = survey(150);
    const few = sums(from, ["awful"], "1")[1];
    expect(few).toBeLessThan(5);
    const made = (await sequential()(from, seeded(1))).sample(2000, seeded(2));
    expect(sums(made, mood.slice(1), "1")).toEqual({ 1: 2000 });
  });
});
