import { expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { parseCsv } from "../../../src/data/read/read-csv";
import type { Table } from "../../../src/data/table";
import { lossSentences } from "../../../src/evaluate/synthetic/losses";
import { syntheticReport } from "../../../src/evaluate/synthetic/report";
import { newPairs } from "../../../src/evaluate/synthetic/rules";

/** Towns with two codes each, in 1 of so many rows any code, and an age with its group. */
function towns(rows: number, seed: number, mixed = 0): Table {
  const rng = seeded(seed);
  const lines = Array.from({ length: rows }, (_, i) => {
    const town = Math.floor(25 * rng.uniform());
    const own = mixed > 0 && i % mixed === 0 ? Math.floor(25 * rng.uniform()) : town;
    const age = 20 + Math.floor(60 * rng.uniform());
    return `T${town},${1010 + 40 * own + (rng.uniform() < 0.5 ? 7 : 0)},${age},${age < 40 ? "young" : age < 60 ? "mid" : "old"}`;
  });
  return parseCsv(`town,code,age,group\n${lines.join("\n")}\n`).table;
}

test("newPairs(real, synthetic) counts rows with a pair that no real row has, beside what real rows would", () => {
  const real = towns(1000, 1);
  expect(newPairs(real, towns(1000, 2))).toEqual([]);
  const [found, ...others] = newPairs(real, towns(1000, 3, 4));
  expect(others).toEqual([]);
  expect(found.columns).toEqual(["town", "code"]);
  // A quarter of the rows, but for one in 25 that has its own town's code by chance.
  expect(found.share).toBeGreaterThan(0.21);
  expect(found.share).toBeLessThan(0.25);
  expect(found.fresh).toBeLessThan(0.01);
});

test("newPairs(real, synthetic) expects new pairs of columns in which real rows have them", () => {
  const open = (seed: number): Table => {
    const rng = seeded(seed);
    const lines = Array.from({ length: 600 }, () => {
      const town = Math.floor(30 * rng.uniform());
      return `T${town},C${(town * 7 + Math.floor(12 * rng.uniform())) % 200}`;
    });
    return parseCsv(`town,code\n${lines.join("\n")}\n`).table;
  };
  expect(newPairs(open(1), open(2))).toEqual([]);
});

test("syntheticReport says first that rows have new pairs", async () => {
  const found = await syntheticReport({ real: towns(300, 1), synthetic: towns(300, 3, 4) }, seeded(1));
  expect(lossSentences(found).join("\n")).toMatch(
    /town and code: 2\d\.\d% of the synthetic rows have a pair that no real row has; of new real rows it would be about/,
  );
});
