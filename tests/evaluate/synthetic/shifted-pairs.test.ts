import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import type { Table } from "../../../src/data/table";
import { describeShiftedPairs, shiftedPairs } from "../../../src/evaluate/synthetic/shifted/shifted-pairs";

/** Loans whose interest goes with the rate; the term with neither, the day is missing in some; so many rows of each customer. */
function loans(label: string, { with: share = 0.8, rows = 2000, each = 1 } = {}): Table {
  const rng = seeded(4).fork(label);
  const lines = Array.from({ length: rows / each }, (_, who) => {
    const [rate, other] = [rng.uniform(), rng.uniform()];
    const interest = Math.exp(4 * (rng.uniform() < share ? rate : other));
    const day = rng.uniform() < 0.3 ? "" : `2024-01-${10 + Math.floor(20 * rate)}`;
    return Array.from({ length: each }, () =>
      [`c${who}`, rate.toFixed(3), day, interest.toFixed(3), Math.floor(30 * rng.uniform())].join(","),
    );
  });
  return parseCsv(`who,rate,day,interest,years\n${lines.flat().join("\n")}\n`, {
    schema: { columns: [{ name: "who", type: "id" }] },
  }).table;
}

test("shiftedPairs(real, synthetic) names numbers and dates that do not go together any more", () => {
  const found = shiftedPairs(loans("real"), loans("made", { with: 0.1 }));
  expect(found.map(({ columns }) => columns.join(" "))).toEqual(
    expect.arrayContaining(["interest rate", "interest day"]),
  );
  expect(found).toHaveLength(2);
  expect(describeShiftedPairs(found)[0]).toMatch(
    /^the correlation of interest with (rate|day) comes out as 0\.[01]\d in place of 0\.[78]\d \(of ranks\)$/,
  );
});

test("describeShiftedPairs(found) names three and counts the others, of tables of 30 rows, too", () => {
  const table = (share: number, rows: number): Table => {
    const rng = seeded(3).fork(String(share));
    const lines = Array.from({ length: rows }, () => {
      const all = rng.uniform();
      return Array.from({ length: 6 }, () => (share * all + (1 - share) * rng.uniform()).toFixed(4)).join();
    });
    return parseCsv(`a,b,c,d,e,f\n${lines.join("\n")}\n`).table;
  };
  const said = describeShiftedPairs(shiftedPairs(table(0.9, 30), table(0, 2000)));
  expect(said).toHaveLength(3);
  // All 15 pairs of six columns: not only those that bring a column that is not named yet.
  expect(said[2]).toMatch(/^the correlation of .*; 12 others are off, too$/);
  expect(describeShiftedPairs(shiftedPairs(table(0.9, 30), table(0.89, 2000)))).toEqual([]);
});

test("shiftedPairs(real, synthetic) is silent of chance and of what nobody would mind, and counts customers", () => {
  for (const k of Array.from({ length: 20 }).keys())
    expect(shiftedPairs(loans(`real ${k}`, { rows: 300 }), loans(`made ${k}`))).toEqual([]);
  const many = { rows: 8000 };
  expect(shiftedPairs(loans("real", many), loans("made", { ...many, with: 0.7 }))).toEqual([]);
  const [real, made] = [0.65, 0.45].map((share) => loans(`${share}`, { each: 25, with: share }));
  expect(shiftedPairs(real, made)).not.toEqual([]);
  expect(shiftedPairs(real, made, { customer: "who" })).toEqual([]);
});
