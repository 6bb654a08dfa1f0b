import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { type Table, table } from "../../../src/data/table";
import { auditedEpsilon, lowestChance } from "../../../src/evaluate/synthetic/privacy/audited-epsilon";
import { type MstOptions, mst } from "../../../src/synthesis/private/mst";

const runs = 600;

/** A statistic of models of the table, each with noise of its own. */
async function statistics(
  from: Table,
  options: MstOptions,
  of: (model: Awaited<ReturnType<ReturnType<typeof mst>>>) => number,
): Promise<number[]> {
  const out: number[] = [];
  for (let run = 0; run < runs; run++)
    out.push(of(await mst({ ...options, noise: "seed" })(from, seeded(`${from.rows} ${run}`))));
  return out;
}

/** 60 customers of plan a, and one more of plan b: the row by which two tables differ. */
function plans(extra: boolean): Table {
  return table([
    {
      name: "plan",
      type: "categorical",
      levels: ["a", "b"],
      codes: Int32Array.from({ length: extra ? 61 : 60 }, (_, i) => (i < 60 ? 0 : 1)),
    },
  ]);
}
const domain = { columns: [{ name: "plan", levels: ["a", "b"], required: true }] };

/** The share of b, as the model holds it. */
const shareOfB = (model: { toJSON(): unknown }): number => {
  const { cliques, variables } = model.toJSON() as {
    cliques: { chances: number[] }[];
    variables: { groups: number[]; weights: number[] }[];
  };
  return cliques[0].chances[variables[0].groups[1]] * variables[0].weights[1];
};

describe("an attacker who compares models with and without one row", () => {
  test("proves no more than the ε that is stated", async () => {
    for (const epsilon of [0.5, 2]) {
      const options = { epsilon, delta: 1e-3, domain };
      const found = auditedEpsilon(
        await statistics(plans(true), options, shareOfB),
        await statistics(plans(false), options, shareOfB),
        1e-3,
      );
      expect(found).toBeLessThanOrEqual(epsilon);
    }
  }, 60_000);

  test("would prove more if there were less noise than ε = 1 needs", async () => {
    const loose = { epsilon: 12, delta: 1e-3, domain };
    const found = auditedEpsilon(
      await statistics(plans(true), loose, shareOfB),
      await statistics(plans(false), loose, shareOfB),
      1e-3,
    );
    expect(found).toBeGreaterThan(1);
    expect(found).toBeLessThanOrEqual(12);
  }, 60_000);

  test("does not learn from published levels whether a value occurs at all", async () => {
    const options = { epsilon: 2, delta: 0.02 };
    const published = (model: { columns: readonly { levels?: readonly string[] }[] }): number =>
      model.columns[0].levels?.includes("b") ? 1 : 0;
    const shown = (await statistics(plans(true), options, published)).filter((one) => one === 1).length;
    // Half of δ is for levels.
    expect(lowestChance(shown, runs, 0.001)).toBeLessThanOrEqual(0.01);
  }, 60_000);
});
