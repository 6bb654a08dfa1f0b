import { describe, expect, test } from "vitest";
import {
  chosenOf,
  fillNormal,
  fromKey,
  gamma,
  integer,
  normal,
  permutation,
  poisson,
  seeded,
  timesDrawn,
} from "../../src/core/rng";

const draw = (n: number, one: () => number): number[] => Array.from({ length: n }, one);
const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const variance = (values: number[]): number => {
  const centre = mean(values);
  return mean(values.map((v) => (v - centre) ** 2));
};

describe("seeded(seed)", () => {
  test("gives the same stream on every machine", () => {
    expect(draw(3, seeded(42).uniform)).toMatchInlineSnapshot(`
      [
        0.8418496065503812,
        0.4282606097197196,
        0.23302864471854545,
      ]
    `);
  });

  test("gives different streams to 1 and '1', and to seeds that differ in one bit", () => {
    expect(seeded(1).uniform()).not.toBe(seeded("1").uniform());
    expect(
      new Set(
        draw(
          1000,
          (
            (seed) => () =>
              seeded(seed++).uniform()
          )(0),
        ),
      ).size,
    ).toBe(1000);
  });

  test("is uniform: 100,000 draws in 100 bins pass a chi-square test at 1e-4", () => {
    const rng = seeded("chi");
    const bins = new Array<number>(100).fill(0);
    for (let i = 0; i < 100_000; i++) bins[Math.floor(rng.uniform() * 100)]++;
    const chi = bins.reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0);
    expect(chi).toBeGreaterThan(53); // scipy.stats.chi2.ppf([1e-4, 1 - 1e-4], 99)
    expect(chi).toBeLessThan(160);
  });

  test("forks into uncorrelated streams", () => {
    const root = seeded(7);
    const a = draw(20_000, root.fork("a").uniform);
    const b = draw(20_000, root.fork("b").uniform);
    const covariance = mean(a.map((v, i) => (v - 0.5) * (b[i] - 0.5)));
    expect(Math.abs(covariance * 12)).toBeLessThan(4 / Math.sqrt(20_000));
  });
});

test("fork(label) does not depend on what was drawn before", () => {
  const fresh = seeded(1);
  const used = seeded(1);
  draw(10, used.uniform);
  expect(used.fork("tree").uniform()).toBe(fresh.fork("tree").uniform());
});

test("fromKey(rng.key) begins the stream anew", () => {
  const rng = seeded(3).fork("x");
  const first = rng.uniform();
  expect(fromKey(rng.key).uniform()).toBe(first);
});

test.each([
  ["normal", (rng: ReturnType<typeof seeded>) => normal(rng), 0, 1],
  ["gamma(0.5)", (rng: ReturnType<typeof seeded>) => gamma(rng, 0.5), 0.5, 0.5],
  ["gamma(7)", (rng: ReturnType<typeof seeded>) => gamma(rng, 7), 7, 7],
  ["poisson(3)", (rng: ReturnType<typeof seeded>) => poisson(rng, 3), 3, 3],
  ["poisson(250)", (rng: ReturnType<typeof seeded>) => poisson(rng, 250), 250, 250],
])("%s has its mean and variance", (_, one, expectedMean, expectedVariance) => {
  const rng = seeded("moments");
  const values = draw(40_000, () => one(rng));
  // Five standard errors of the mean; the variance of a variance needs more room.
  expect(Math.abs(mean(values) - expectedMean)).toBeLessThan(5 * Math.sqrt(expectedVariance / 40_000));
  expect(variance(values) / expectedVariance).toBeCloseTo(1, 1);
});

test("fillNormal fills every place of an odd length", () => {
  const out = new Float64Array(7);
  fillNormal(seeded(1), out);
  expect(out.every((v) => v !== 0)).toBe(true);
});

test("permutation(rng, n) holds each number once; integer(rng, n) stays below n", () => {
  const rng = seeded(5);
  expect([...permutation(rng, 100)].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  expect(Math.max(...draw(1000, () => integer(rng, 3)))).toBe(2);
});

test("chosenOf and timesDrawn draw the numbers of uniform(), in order", () => {
  const rng = seeded("many");
  const [again, ids] = [fromKey(rng.key), [] as number[]];
  for (let i = 0; ids.length < 3500; i++) if (again.uniform() * (5000 - i) < 3500 - ids.length) ids.push(i);
  expect(Array.from(chosenOf(5000, 3500, rng))).toEqual(ids);
  const [third, times] = [fromKey(rng.key), new Float64Array(7)];
  for (let k = 0; k < 4000; k++) times[integer(third, 7)]++;
  expect(timesDrawn(7, 4000, rng)).toEqual(times);
});
