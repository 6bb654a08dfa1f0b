import { describe, expect, test } from "vitest";
import { chiSquaredUpper } from "../../../src/core/math/special";
import { seeded } from "../../../src/core/rng";
import { bernoulliExp, discreteGaussian } from "../../../src/synthesis/private/noise/discrete-gaussian";
import { secretSource, seededSource } from "../../../src/synthesis/private/noise/noise-source";
import { reference } from "../../support";

const golden = reference("privacy") as {
  chances: { variance: number; chances: number[] }[];
};

/** The p-value of Pearson's test; cells with few expected draws are joined with the ones before. */
function fitOf(observed: readonly number[], expected: readonly number[]): number {
  let statistic = 0;
  let cells = 0;
  let [seen, hoped] = [0, 0];
  for (let i = 0; i < observed.length; i++) {
    seen += observed[i];
    hoped += expected[i];
    if (hoped < 10) continue;
    statistic += (seen - hoped) ** 2 / hoped;
    cells++;
    [seen, hoped] = [0, 0];
  }
  return chiSquaredUpper(statistic, cells - 1);
}

describe("discreteGaussian({ over, under }, source)", () => {
  test.each(golden.chances)("has the exact chances for variance $variance", ({ variance, chances }) => {
    const draws = 60_000;
    const source = seededSource(seeded(`gaussian ${variance}`));
    const ratio = { over: BigInt(variance * 100), under: 100n };
    // Both signs of 0 … 15 as cells 0 … 30, 0 once.
    const observed = new Array<number>(31).fill(0);
    let sum = 0;
    for (let i = 0; i < draws; i++) {
      const z = discreteGaussian(ratio, source);
      expect(Number.isInteger(z)).toBe(true);
      sum += z;
      if (Math.abs(z) < 16) observed[z < 0 ? 15 - z : z]++;
    }
    const expected = [...chances, ...chances.slice(1)].map((chance) => chance * draws);
    expect(fitOf(observed, expected)).toBeGreaterThan(1e-3);
    expect(Math.abs(sum / draws)).toBeLessThan(5 * Math.sqrt(variance / draws));
    // The test sees a variance that is 5 % off.
    const wrong = expected.map((_, z) => {
      const size = z > 15 ? z - 15 : z;
      return expected[z] * Math.exp(((size * size) / (2 * variance)) * 0.05);
    });
    const scale = expected.reduce((a, b) => a + b) / wrong.reduce((a, b) => a + b);
    if (variance > 0.5)
      expect(
        fitOf(
          observed,
          wrong.map((one) => one * scale),
        ),
      ).toBeLessThan(1e-4);
  });

  test("has the variance asked for when that is large, and refuses none", () => {
    const source = seededSource(seeded(5));
    const draws = Array.from({ length: 20_000 }, () =>
      discreteGaussian({ over: 10_000_000n, under: 7n }, source),
    );
    const variance = draws.reduce((sum, z) => sum + z * z, 0) / draws.length;
    expect(Math.abs(variance / (10_000_000 / 7) - 1)).toBeLessThan(5 * Math.sqrt(2 / draws.length));
    expect(() => discreteGaussian({ over: 0n, under: 1n }, source)).toThrow("variance must be above 0");
  });
});

test("bernoulliExp({ over, under }, source) is true with probability exp(−over / under)", () => {
  const source = seededSource(seeded(6));
  for (const [over, under] of [
    [0n, 1n],
    [1n, 3n],
    [1n, 1n],
    [5n, 2n],
    [3n * 10n ** 30n, 4n * 10n ** 30n],
  ]) {
    const hits = Array.from({ length: 20_000 }, () => bernoulliExp({ over, under }, source)).filter(
      Boolean,
    ).length;
    const chance = Math.exp(-Number(over) / Number(under));
    const error = Math.sqrt((chance * (1 - chance)) / 20_000);
    expect(Math.abs(hits / 20_000 - chance)).toBeLessThanOrEqual(4.5 * error);
  }
});

describe("a noise source", () => {
  test("draws each number below n equally often, for small and for huge n", () => {
    const source = seededSource(seeded(7));
    const counts = [0, 0, 0, 0, 0, 0, 0];
    const big = [0, 0, 0, 0, 0, 0, 0];
    const n = 7n * 10n ** 40n;
    for (let i = 0; i < 35_000; i++) {
      counts[source.below(7)]++;
      big[Number(source.belowBig(n) / 10n ** 40n)]++;
    }
    const expected = counts.map(() => 5000);
    expect(fitOf(counts, expected)).toBeGreaterThan(1e-3);
    expect(fitOf(big, expected)).toBeGreaterThan(1e-3);
    expect(source.below(1)).toBe(0);
    expect(source.belowBig(1n)).toBe(0n);
  });

  test("repeats itself for a seed and never without one", () => {
    const drawn = (source: ReturnType<typeof secretSource>): number[] =>
      Array.from({ length: 4 }, () => source.below(2 ** 40));
    expect(drawn(seededSource(seeded(1)))).toEqual(drawn(seededSource(seeded(1))));
    expect(drawn(seededSource(seeded(1)))).not.toEqual(drawn(seededSource(seeded(2))));
    expect(drawn(secretSource())).not.toEqual(drawn(secretSource()));
  });
});
