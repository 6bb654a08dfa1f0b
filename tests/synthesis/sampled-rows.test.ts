import { expect, test } from "vitest";
import { seeded } from "../../src/core/rng";
import { table } from "../../src/data/table";
import { sampledOrder } from "../../src/synthesis/sampled-rows";

test("sampledOrder(…) loses no level that enough rows share, however few rows there are", () => {
  const codes = Int32Array.from({ length: 60 }, (_, i) => (i < 5 ? 1 : i < 8 ? 2 : 0));
  const from = table([{ name: "plan", type: "categorical", levels: ["a", "five", "three"], codes }]);
  const order = Int32Array.from(codes.keys());
  let [lost, gone] = [0, 0];
  for (let seed = 0; seed < 300; seed++) {
    const kept = sampledOrder(from, order, seeded(seed));
    if (!kept.some((i) => codes[i] === 1)) lost++;
    if (!kept.some((i) => codes[i] === 2)) gone++;
  }
  expect(lost).toBe(0);
  // Its plan tells one of three rows, where its column is to be kept.
  const levels = ["a", "five", "three"];
  const columns = [{ kind: "levels" as const, name: "plan", levels, missing: false }];
  for (let seed = 0; seed < 100; seed++)
    expect(sampledOrder(from, order, seeded(seed), { columns }).some((i) => codes[i] === 2)).toBe(true);
  // A level of three rows, which would not be told anyway, goes as often as chance has it.
  expect(gone).toBeGreaterThan(15);
});
