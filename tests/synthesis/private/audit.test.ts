import { describe, expect, test } from "vitest";
import { betaInc } from "../../../src/core/math/special";
import { seeded } from "../../../src/core/rng";
import { type Table, table } from "../../../src/data/table";
import { type MstOptions, mst } from "../../../src/synthesis/private/mst";

/** The chance below which a share of `hits` among `trials` would be seen by luck only (Clopper and Pearson, 1934). */
function lowestChance(hits: number, trials: number, luck: number): number {
  if (hits === 0) return 0;
  let [low, high] = [0, 1];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    // P(at least `hits`) at this chance
    if (betaInc(hits, trials - hits + 1, middle) < luck) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * A lower bound of ε, right but for a chance of 1 in 1,000: how differently an event happens for neighbouring tables. The
 * event, a statistic above a threshold, is chosen on half of the runs and counted on the other half (Jagielski et al., 2020).
 */
function auditedEpsilon(with_: readonly number[], without: readonly number[], delta: number): number {
  const half = with_.length / 2;
  const bound = (from: number, to: number, threshold: number, luck: number): number => {
    const above = (all: readonly number[]): number =>
      all.slice(from, to).filter((one) => one > threshold).length;
    const trials = to - from;
    const pairs = [
      [above(with_), above(without)],
      [trials - above(without), trials - above(with_)],
    ];
    return Math.max(
      ...pairs.map(([more, less]) => {
        const low = lowestChance(more, trials, luck) - delta;
        const high = 1 - lowestChance(trials - less, trials, luck);
        return low > 0 ? Math.log(low / high) : 0;
      }),
    );
  };
  const thresholds = with_.slice(0, half);
  const best = thresholds.reduce((a, b) => (bound(0, half, b, 0.05) > bound(0, half, a, 0.05) ? b : a));
  return bound(half, 2 * half, best, 0.00025);
}

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
  const { branches, variables } = model.toJSON() as {
    branches: { chances: number[] }[];
    variables: { groups: number[]; weights: number[] }[];
  };
  return branches[0].chances[variables[0].groups[1]] * variables[0].weights[1];
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
