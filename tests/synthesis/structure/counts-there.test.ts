import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import { cellText, type Table } from "../../../src/data/table";
import { copula } from "../../../src/synthesis/copula/copula";
import { sequential } from "../../../src/synthesis/sequential/sequential";
import { describeStructure } from "../../../src/synthesis/structure/describe";
import { discoverStructure } from "../../../src/synthesis/structure/discover/discover";

const extras = ["storage", "backup", "since", "level"];

/** Extras that some have, as prices, dates and levels, and how many a row has of them; of a few rows one more. */
function accounts(count: number, more = 0, also = 0): Table {
  const rng = seeded("accounts");
  const lines = Array.from({ length: count }, () => {
    const has = [0.3, 0.5, 0.4, 0.6].map((share) => rng.uniform() < share);
    const cells = [
      (5 + 10 * rng.uniform()).toFixed(2),
      (20 * rng.uniform()).toFixed(2),
      new Date(864e5 * Math.floor(19_000 + 700 * rng.uniform())).toISOString().slice(0, 10),
      rng.uniform() < 0.5 ? "basic" : "full",
    ].map((cell, k) => (has[k] ? cell : ""));
    const number = also + has.filter(Boolean).length + (rng.uniform() < more ? 1 : 0);
    return `${rng.uniform() < 0.5 ? "web" : "shop"},${cells},${number}`;
  });
  return parseCsv(`channel,${extras},extras\n${lines.join("\n")}\n`).table;
}

/** The rows whose number is another than that of their filled cells. */
function wrong(from: Table): number {
  let count = 0;
  for (let i = 0; i < from.rows; i++) {
    const there = extras.filter((_, k) => cellText(from.columns[k + 1], i) !== "").length;
    if (Number(cellText(from.columns[extras.length + 1], i)) !== there) count++;
  }
  return count;
}

describe("a number that says how many columns are there", () => {
  test("is found and kept, by each method", async () => {
    const from = accounts(900);
    const model = await sequential()(from, seeded(1));
    expect(describeStructure(model.structure)).toContain(
      "extras = how many of storage, backup, since and level are there.",
    );
    expect(wrong(model.sample(3000, seeded(2)))).toBe(0);
    expect(wrong((await copula()(from, seeded(1))).sample(1000, seeded(2)))).toBe(0);
  });

  test("is found beside what all have", () => {
    expect(describeStructure(discoverStructure(accounts(900, 0, 1), seeded(1)))).toContain(
      "extras = 1 + how many of storage, backup, since and level are there.",
    );
  });

  test("is none where some rows count one more", () => {
    const plan = discoverStructure(accounts(900, 0.05), seeded(1)).columns.at(-1);
    expect(plan).not.toHaveProperty("formula");
  });
});
