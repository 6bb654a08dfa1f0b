import { describe, expect, test } from "vitest";
import { normal, seeded } from "../../../src/core/rng";
import { type Branch, fitForest, type Measured, withoutSpecks } from "../../../src/synthesis/private/forest";
import { ontoSimplex } from "../../../src/synthesis/private/simplex";

const measured = (counts: readonly number[], variance = 1): Measured => ({
  counts: Float64Array.from(counts),
  variances: new Float64Array(counts.length).fill(variance),
});

/** Each variable's chances, from the branches. */
function margins(branches: readonly Branch[]): Map<number, Float64Array> {
  const out = new Map<number, Float64Array>([[-1, Float64Array.of(1)]]);
  for (const { variable, parent, chances } of branches) {
    const above = out.get(parent) as Float64Array;
    const size = chances.length / above.length;
    const own = new Float64Array(size);
    for (let i = 0; i < above.length; i++)
      for (let j = 0; j < size; j++) own[j] += above[i] * chances[i * size + j];
    out.set(variable, own);
  }
  return out;
}

describe("fitForest(single, pairs, rows)", () => {
  test("gives exact counts back", () => {
    // Rows: variable 1 hangs on 2, and 2 on 0; 3 stands alone.
    const pair02 = Float64Array.of(10, 20, 30, 40, 0, 0);
    const pair21 = Float64Array.of(25, 15, 45, 15);
    const branches = fitForest(
      [measured([30, 70, 0]), measured([70, 30]), measured([40, 60]), measured([99, 1])],
      [
        { pair: [0, 2], counts: pair02, variance: 1 },
        { pair: [2, 1], counts: pair21, variance: 1 },
      ],
      100,
    );
    expect(branches.map(({ variable, parent }) => [variable, parent])).toEqual([
      [0, -1],
      [2, 0],
      [1, 2],
      [3, -1],
    ]);
    const own = margins(branches);
    const joint = (b: number, size: number): number[] =>
      [...branches[b].chances].map(
        (chance, c) => 100 * chance * (own.get(branches[b].parent) as Float64Array)[Math.floor(c / size)],
      );
    for (const [found, expected] of [
      [joint(1, 2), pair02],
      [joint(2, 2), pair21],
    ])
      for (let c = 0; c < expected.length; c++) expect(Math.abs(found[c] - expected[c])).toBeLessThan(0.5);
    expect((own.get(3) as Float64Array)[0]).toBeCloseTo(0.99, 2);
  });

  test("turns a pair so that the parent's cells are rows, whichever came first", () => {
    const single = [measured([30, 70]), measured([20, 30, 50])];
    const counts = Float64Array.of(5, 10, 15, 15, 20, 35);
    const flipped = Float64Array.of(5, 15, 10, 20, 15, 35);
    const a = fitForest(single, [{ pair: [0, 1], counts, variance: 2 }], 100);
    const b = fitForest(single, [{ pair: [1, 0], counts: flipped, variance: 2 }], 100);
    expect(b).toEqual(a);
  });

  test("settles counts that contradict each other by their variances", () => {
    // The single counts say 50 : 50 with variance 9, those of the pair 80 : 20 with variance 1 and two cells a sum.
    const [first] = fitForest(
      [measured([50, 50], 9), measured([50, 50], 1e9)],
      [{ pair: [0, 1], counts: Float64Array.of(40, 40, 10, 10), variance: 1 }],
      100,
    );
    // Least squares: weights 1/9 for the single count and 1/2 for the sum of two.
    const expected = (50 / 9 + 80 / 2) / (1 / 9 + 1 / 2);
    expect(100 * first.chances[0]).toBeCloseTo(expected, 1);
  });

  test("makes distributions of counts below 0, near the nearest ones", () => {
    const rng = seeded(1);
    const truth = [400, 300, 200, 100, 0, 0, 0, 0];
    const noisy = truth.map((count) => count + 30 * normal(rng));
    const [only] = fitForest([measured(noisy, 900)], [], 1000);
    const nearest = ontoSimplex(Float64Array.from(noisy), 1000);
    for (let c = 0; c < 8; c++) {
      expect(only.chances[c]).toBeGreaterThanOrEqual(0);
      expect(Math.abs(1000 * only.chances[c] - nearest[c])).toBeLessThan(3);
    }
    expect(only.chances.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  });
});

test("withoutSpecks(branches, least) empties cells that hardly any row is expected in", () => {
  const branches: Branch[] = [
    { variable: 0, parent: -1, chances: Float64Array.of(0.5, 0.4995, 0.0005) },
    { variable: 1, parent: 0, chances: Float64Array.of(0.9, 0.1, 0.0001, 0.9999, 0.5, 0.5) },
  ];
  const [first, second] = withoutSpecks(branches, 0.001);
  expect([...first.chances].map((one) => one.toFixed(4))).toEqual(["0.5003", "0.4997", "0.0000"]);
  // A row keeps its likeliest cell; a cell of a tenth of half of all rows stays.
  expect([...second.chances]).toEqual([0.9, 0.1, 0, 1, 0.5, 0.5]);
});

describe("ontoSimplex(values, total)", () => {
  test("takes the same from all, and nothing below 0", () => {
    // scipy.optimize.minimize(lambda x: ((x - [5, 3, -1]) ** 2).sum(), …, constraints: sum = 6, x ≥ 0) → [4, 2, 0]
    expect([...ontoSimplex(Float64Array.of(5, 3, -1), 6)]).toEqual([4, 2, 0]);
    expect([...ontoSimplex(Float64Array.of(1, 1), 4)]).toEqual([2, 2]);
    expect([...ontoSimplex(Float64Array.of(-5), 3)]).toEqual([3]);
    expect([...ontoSimplex(Float64Array.of(7, -2, 0), 0)]).toEqual([0, 0, 0]);
  });
});
