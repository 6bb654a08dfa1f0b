import { describe, expect, test } from "vitest";
import { seeded } from "../../src/core/rng";
import { shuffleColumns } from "../../src/evaluate/synthetic/shuffle-columns";
import { loadSequential, sequential } from "../../src/synthesis/sequential/sequential";
import { describeSynthesiser } from "./conformance";
import { customers } from "./customers";

describeSynthesiser("sequential(options)(table, rng)", { fit: sequential(), load: loadSequential });

describe("sequential({ threads })", () => {
  test("fits the same model on one and on two threads", async () => {
    const from = customers(4000, 2);
    const [one, two] = await Promise.all([1, 2].map((threads) => sequential({ threads })(from, seeded(1))));
    expect(JSON.stringify(two)).toBe(JSON.stringify(one));
  });
});

describe("Sequential.logLikelihood(rows)", () => {
  test("is higher for real rows than for shuffled ones, and finite for what training never showed", async () => {
    const model = await sequential()(customers(1500, 1), seeded(1));
    const mean = (values: Float64Array): number =>
      values.reduce((sum, value) => sum + value, 0) / values.length;
    const fresh = customers(500, 7);
    expect(mean(model.logLikelihood(fresh))).toBeGreaterThan(
      mean(model.logLikelihood(shuffleColumns(fresh, seeded(2)))) + 1,
    );
    const strange = {
      ...fresh,
      columns: fresh.columns.map((one) => (one.name === "net" ? { ...one, levels: ["a", "b", "c"] } : one)),
    };
    for (const value of model.logLikelihood(strange)) expect(Number.isFinite(value)).toBe(true);
  });
});
