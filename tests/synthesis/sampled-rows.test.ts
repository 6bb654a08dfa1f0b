import { expect, test } from "vitest";
import { permutation, seeded } from "../../src/core/rng";
import { table } from "../../src/data/table";
import { sampledOrder } from "../../src/synthesis/sampled-rows";

test("sampledOrder(…) loses no level that enough rows share, however few rows there are", () => {
  const codes = Int32Array.from({ length: 60 }, (_, i) => (i < 5 ? 1 : i < 8 ? 2 : 0));
  const from = table([{ name: "plan", type: "categorical", levels: ["a", "five", "three"], codes }]);
  const order = (seed: number) => permutation(seeded(seed).fork("order"), codes.length);
  let [lost, gone, off] = [0, 0, 0];
  for (let seed = 0; seed < 300; seed++) {
    const kept = sampledOrder(from, order(seed), seeded(seed));
    if (!kept.some((i) => codes[i] === 1)) lost++;
    // Half of them, no more by chance than the row that is put back.
    off = Math.max(off, Math.abs(kept.length - 30));
    if (!kept.some((i) => codes[i] === 2)) gone++;
  }
  expect(lost).toBe(0);
  expect(off).toBeLessThanOrEqual(1);
  // Its plan tells one of three rows, where its column is to be kept.
  const levels = ["a", "five", "three"];
  const columns = [{ kind: "levels" as const, name: "plan", levels, missing: false }];
  for (let seed = 0; seed < 100; seed++)
    expect(sampledOrder(from, order(seed), seeded(seed), { columns }).some((i) => codes[i] === 2)).toBe(true);
  // A level of three rows, which would not be told anyway, goes as often as chance has it.
  expect(gone).toBeGreaterThan(15);
});

test("sampledOrder(…) of many rows leaves an eighth out and draws the counts of each column, as a sample of that size would", () => {
  const rows = 6000;
  const rng = seeded("rows");
  // Months go with the plan.
  const codes = Int32Array.from({ length: rows }, () => (rng.uniform() < 0.3 ? 1 : 0));
  const values = codes.map((code) => Math.floor(12 * (code + rng.uniform())));
  const from = table([
    { name: "plan", type: "categorical", levels: ["a", "b"], codes },
    { name: "months", type: "numeric", values: Float64Array.from(values), decimals: 0 },
  ]);
  const expected = codes.reduce((sum, code) => sum + code, 0) / rows;
  const spread = (leftOut?: number): { off: number; kept: number } => {
    let [off, kept] = [0, 0];
    for (let seed = 0; seed < 100; seed++) {
      const order = permutation(seeded(seed).fork("order"), rows);
      const own = sampledOrder(from, order, seeded(seed), { leftOut });
      kept += own.length / rows / 100;
      const share = own.reduce((sum, i) => sum + codes[i], 0) / own.length;
      off += ((share - expected) ** 2 * rows) / (expected * (1 - expected)) / 100;
    }
    return { off, kept };
  };
  const drawn = spread();
  expect(drawn.kept).toBeGreaterThan(0.86);
  expect(drawn.kept).toBeLessThan(0.89);
  // .63 of a sample's variance (± .09 of 100 seeds); leaving out an eighth at random has a seventh.
  expect(drawn.off).toBeGreaterThan(0.4);
  expect(drawn.off).toBeLessThan(0.9);
  expect(spread(0.125).off).toBeLessThan(0.22);
  expect(spread(0).off).toBe(0);
});

test("sampledOrder(…) keeps or leaves out a customer's rows together where counts are drawn, too", () => {
  const rng = seeded("customers");
  const customer = Int32Array.from({ length: 6000 }, (_, i) => Math.floor(i / 3));
  const codes = customer.map(() => (rng.uniform() < 0.3 ? 1 : 0));
  const from = table([
    { name: "customer", type: "numeric", values: Float64Array.from(customer), decimals: 0 },
    { name: "plan", type: "categorical", levels: ["a", "b"], codes },
  ]);
  const order = Int32Array.from(codes.keys());
  for (let seed = 0; seed < 20; seed++) {
    const own = sampledOrder(from, order, seeded(seed), { customer: "customer" });
    const counts = new Int32Array(2000);
    for (const i of own) counts[customer[i]]++;
    expect(counts.every((count) => count === 0 || count === 3)).toBe(true);
    expect(own.length / 6000).toBeGreaterThan(0.6);
  }
});
