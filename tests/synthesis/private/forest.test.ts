import { describe, expect, test } from "vitest";
import { normal, seeded } from "../../../src/core/rng";
import {
  type Branch,
  type FittedForest,
  fitForest,
  type Measured,
  type MeasuredPair,
} from "../../../src/synthesis/private/forest";
import { sharesOf, withoutSpecks } from "../../../src/synthesis/private/forest-shares";
import { ontoSimplex } from "../../../src/synthesis/private/simplex";

const measured = (counts: readonly number[], variance = 1): Measured => ({
  counts: Float64Array.from(counts),
  variances: new Float64Array(counts.length).fill(variance),
});

/** The rows in each cell of a branch and its parent, over all classes. */
function joint(forest: FittedForest, b: number, total: number): number[] {
  const { parent, chances } = forest.branches[b];
  const shares = sharesOf(forest);
  const classes = (shares.get(-1) as Float64Array).length;
  const above = shares.get(parent) as Float64Array;
  const size = chances.length / above.length;
  const rows = above.length / classes;
  const out = new Array<number>(rows * size).fill(0);
  for (let i = 0; i < above.length; i++)
    for (let j = 0; j < size; j++) out[(i % rows) * size + j] += total * above[i] * chances[i * size + j];
  return out;
}
const near = (found: ArrayLike<number>, expected: ArrayLike<number>, most: number): void => {
  expect(found.length).toBe(expected.length);
  for (let c = 0; c < expected.length; c++) expect(Math.abs(found[c] - expected[c])).toBeLessThan(most);
};

describe("fitForest(single, pairs, rows)", () => {
  test("gives exact counts back", () => {
    // Rows: variable 1 hangs on 2, and 2 on 0; 3 stands alone.
    const pair02 = Float64Array.of(10, 20, 30, 40, 0, 0);
    const pair21 = Float64Array.of(25, 15, 45, 15);
    const forest = fitForest({
      single: [measured([30, 70, 0]), measured([70, 30]), measured([40, 60]), measured([99, 1])],
      pairs: [
        { pair: [0, 2], counts: pair02, variance: 1 },
        { pair: [2, 1], counts: pair21, variance: 1 },
      ],
      rows: 100,
    });
    expect(forest.target).toBe(-1);
    expect(forest.branches.map(({ variable, parent }) => [variable, parent])).toEqual([
      [0, -1],
      [2, 0],
      [1, 2],
      [3, -1],
    ]);
    near(joint(forest, 1, 100), pair02, 0.5);
    near(joint(forest, 2, 100), pair21, 0.5);
    expect((sharesOf(forest).get(3) as Float64Array)[0]).toBeCloseTo(0.99, 2);
  });

  test("turns a pair so that the parent's cells are rows, whichever came first", () => {
    const single = [measured([30, 70]), measured([20, 30, 50])];
    const counts = Float64Array.of(5, 10, 15, 15, 20, 35);
    const flipped = Float64Array.of(5, 15, 10, 20, 15, 35);
    const a = fitForest({ single, pairs: [{ pair: [0, 1], counts, variance: 2 }], rows: 100 });
    const b = fitForest({ single, pairs: [{ pair: [1, 0], counts: flipped, variance: 2 }], rows: 100 });
    expect(b).toEqual(a);
  });

  test("settles counts that contradict each other by their variances", () => {
    // The single counts say 50 : 50 with variance 9, those of the pair 80 : 20 with variance 1 and two cells a sum.
    const {
      branches: [first],
    } = fitForest({
      single: [measured([50, 50], 9), measured([50, 50], 1e9)],
      pairs: [{ pair: [0, 1], counts: Float64Array.of(40, 40, 10, 10), variance: 1 }],
      rows: 100,
    });
    // Least squares: weights 1/9 for the single count and 1/2 for the sum of two.
    const expected = (50 / 9 + 80 / 2) / (1 / 9 + 1 / 2);
    expect(100 * first.chances[0]).toBeCloseTo(expected, 1);
  });

  test("makes distributions of counts below 0, near the nearest ones", () => {
    const rng = seeded(1);
    const truth = [400, 300, 200, 100, 0, 0, 0, 0];
    const noisy = truth.map((count) => count + 30 * normal(rng));
    const {
      branches: [only],
    } = fitForest({ single: [measured(noisy, 900)], pairs: [], rows: 1000 });
    const nearest = ontoSimplex(Float64Array.from(noisy), 1000);
    for (let c = 0; c < 8; c++) {
      expect(only.chances[c]).toBeGreaterThanOrEqual(0);
      expect(Math.abs(1000 * only.chances[c] - nearest[c])).toBeLessThan(3);
    }
    expect(only.chances.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  });
});

describe("fitForest({ target })", () => {
  // Three variables that depend on a fourth one, and 0 – 1 on each other, differently for its two cells in their margins
  // and with one odds ratio: what pairs alone determine (no three-way interaction).
  const tops = [0.3, 0.7];
  const [p0, p1] = [
    [0.2, 0.8],
    [0.6, 0.4],
  ];
  const truth = new Float64Array(2 * 2 * 2);
  for (let c = 0; c < 2; c++) {
    const weights = [0, 1, 2, 3].map((k) => {
      const [i, j] = [k >> 1, k & 1];
      return (i ? p0[c] : 1 - p0[c]) * (j ? p1[c] : 1 - p1[c]) * (i === j ? 3 : 1);
    });
    const sum = weights.reduce((a, b) => a + b);
    weights.forEach((weight, k) => {
      truth[c * 4 + k] = (1000 * tops[c] * weight) / sum;
    });
  }
  const count = (holds: (c: number, i: number, j: number) => boolean): number =>
    truth.reduce((sum, rows, at) => sum + (holds(at >> 2, (at >> 1) & 1, at & 1) ? rows : 0), 0);
  const pairOf = (of: (c: number, i: number, j: number) => readonly [number, number]): Float64Array =>
    Float64Array.from({ length: 4 }, (_, k) =>
      count((c, i, j) => of(c, i, j)[0] === k >> 1 && of(c, i, j)[1] === (k & 1)),
    );
  const star = (variable: number, counts: Float64Array): MeasuredPair => ({
    pair: [2, variable],
    counts,
    variance: 1,
  });

  test("gives pairs with the target and edges back, and of all that do the one of greatest entropy", () => {
    const forest = fitForest({
      single: [
        measured([count((_, i) => i === 0), count((_, i) => i === 1)]),
        measured([count((_, __, j) => j === 0), count((_, __, j) => j === 1)]),
        measured([300, 700]),
      ],
      pairs: [{ pair: [0, 1], counts: pairOf((_, i, j) => [i, j]), variance: 1 }],
      target: {
        variable: 2,
        pairs: [
          star(
            0,
            pairOf((c, i) => [c, i]),
          ),
          star(
            1,
            pairOf((c, _, j) => [c, j]),
          ),
        ],
      },
      rows: 1000,
    });
    expect(forest.target).toBe(2);
    expect(forest.branches.map(({ variable, parent }) => [variable, parent])).toEqual([
      [2, -1],
      [0, -1],
      [1, 0],
    ]);
    // The joint distribution of all three is the truth's, which was never counted whole.
    const [top, first, second] = forest.branches.map((one) => one.chances);
    const found = Array.from(truth, (_, at) => {
      const [c, i, j] = [at >> 2, (at >> 1) & 1, at & 1];
      return 1000 * top[c] * first[c * 2 + i] * second[(c * 2 + i) * 2 + j];
    });
    near(found, truth, 3);
    near(
      sharesOf(forest).get(1) as Float64Array,
      pairOf((c, _, j) => [c, j]).map((one) => one / 1000),
      0.003,
    );
  });
});

describe("withoutSpecks(forest, least, leastBeside)", () => {
  test("empties cells that hardly any row is expected in, but for the greatest of a row or column", () => {
    const branches: Branch[] = [
      { variable: 0, parent: -1, chances: Float64Array.of(0.5, 0.4995, 0.0005) },
      { variable: 1, parent: 0, chances: Float64Array.of(0.9, 0.1, 0, 0.0001, 0.997, 0.0029, 0.5, 0.5, 0) },
    ];
    const [first, second] = withoutSpecks({ branches, target: -1 }, 0.001, 0.002).branches;
    expect([...first.chances].map((one) => one.toFixed(4))).toEqual(["0.5003", "0.4997", "0.0000"]);
    // Of the second row the first cell goes; the last one is the greatest of its column.
    expect([...second.chances].map((one) => one.toFixed(4))).toEqual([
      ...["0.9000", "0.1000", "0.0000"],
      ...["0.0000", "0.9971", "0.0029"],
      ...["0.5000", "0.5000", "0.0000"],
    ]);
  });

  test("counts the cell over all classes of a target", () => {
    const mixed: Branch[] = [
      { variable: 1, parent: -1, chances: Float64Array.of(0.5, 0.5) },
      { variable: 0, parent: -1, chances: Float64Array.of(0.9999, 0.0001, 0.2, 0.8) },
      { variable: 2, parent: -1, chances: Float64Array.of(0.9999, 0.0001, 0.9999, 0.0001) },
    ];
    const [, kept, cleared] = withoutSpecks({ branches: mixed, target: 1 }, 0.001, 0.5).branches;
    expect([...kept.chances]).toEqual([0.9999, 0.0001, 0.2, 0.8]);
    expect([...cleared.chances]).toEqual([1, 0, 1, 0]);
  });
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
