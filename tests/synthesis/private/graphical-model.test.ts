import { describe, expect, test } from "vitest";
import { normal, seeded } from "../../../src/core/rng";
import {
  alongTree,
  type CliqueChances,
  fitGraphical,
  type GraphicalModel,
  jointShares,
  type Measured,
  type MeasuredSet,
  withoutSpecks,
} from "../../../src/synthesis/private/graphical-model";
import { cellCount, projection } from "../../../src/synthesis/private/junction-tree";
import { ontoSimplex } from "../../../src/synthesis/private/simplex";

const measured = (counts: readonly number[], variance = 1): Measured => ({
  counts: Float64Array.from(counts),
  variances: new Float64Array(counts.length).fill(variance),
});
const pairOf = (variables: readonly number[], counts: ArrayLike<number>, variance = 1): MeasuredSet => ({
  variables,
  ...measured(Array.from(counts), variance),
});
/** As a tree of pairs is fitted. */
const fit = (single: readonly Measured[], pairs: readonly MeasuredSet[], rows: number): GraphicalModel =>
  fitGraphical(
    single.map(({ counts }) => counts.length),
    [...single.map((one, v) => ({ variables: [v], ...one })), ...pairs],
    rows,
    { steps: 1500, worthwhile: 1e-4 },
  );

/** The share of rows in each cell of some variables that lie in one clique. */
function sharesOf(
  { cliques, sizes }: Pick<GraphicalModel, "cliques" | "sizes">,
  variables: readonly number[],
): Float64Array {
  const joint = jointShares(
    cliques.map(({ chances }) => chances),
    alongTree(cliques, sizes),
  );
  const c = cliques.findIndex((one) => variables.every((v) => one.variables.includes(v)));
  const out = new Float64Array(cellCount(variables, sizes));
  projection(cliques[c].variables, variables, sizes).forEach((at, cell) => {
    out[at] += joint[c][cell];
  });
  return out;
}
const near = (found: ArrayLike<number>, expected: ArrayLike<number>, most: number): void => {
  expect(found.length).toBe(expected.length);
  for (let c = 0; c < expected.length; c++) expect(Math.abs(found[c] - expected[c])).toBeLessThan(most);
};

describe("fitGraphical(sizes, singles and a tree of pairs, rows)", () => {
  test("gives exact counts back", () => {
    // Rows: variable 1 hangs on 2, and 2 on 0; 3 stands alone.
    const pair02 = Float64Array.of(10, 20, 30, 40, 0, 0);
    const pair21 = Float64Array.of(25, 15, 45, 15);
    const single = [measured([30, 70, 0]), measured([70, 30]), measured([40, 60]), measured([99, 1])];
    const model = fit(single, [pairOf([0, 2], pair02), pairOf([2, 1], pair21)], 100);
    expect(model.cliques.map(({ variables }) => variables)).toEqual(
      expect.arrayContaining([[0, 2], [1, 2], [3]]),
    );
    const rowsIn = (...variables: number[]): Float64Array =>
      sharesOf(model, variables).map((share) => 100 * share);
    near(rowsIn(0, 2), pair02, 0.5);
    near(rowsIn(2, 1), pair21, 0.5);
    expect(sharesOf(model, [3])[0]).toBeCloseTo(0.99, 2);
  });

  test("reads a pair by its variables, whichever comes first", () => {
    const single = [measured([30, 70]), measured([20, 30, 50])];
    const counts = Float64Array.of(5, 10, 15, 15, 20, 35);
    const flipped = Float64Array.of(5, 15, 10, 20, 15, 35);
    const a = fit(single, [pairOf([0, 1], counts, 2)], 100);
    const b = fit(single, [pairOf([1, 0], flipped, 2)], 100);
    near(sharesOf(b, [0, 1]), sharesOf(a, [0, 1]), 1e-9);
  });

  test("settles counts that contradict each other by their variances", () => {
    // The single counts say 50 : 50 with variance 9, those of the pair 80 : 20 with variance 1 and two cells a sum.
    const single = [measured([50, 50], 9), measured([50, 50], 1e9)];
    const model = fit(single, [pairOf([0, 1], [40, 40, 10, 10])], 100);
    // Least squares: weights 1/9 for the single count and 1/2 for the sum of two.
    const expected = (50 / 9 + 80 / 2) / (1 / 9 + 1 / 2);
    expect(100 * sharesOf(model, [0])[0]).toBeCloseTo(expected, 1);
  });

  test("makes distributions of counts below 0, near the nearest ones", () => {
    const rng = seeded(1);
    const truth = [400, 300, 200, 100, 0, 0, 0, 0];
    const noisy = truth.map((count) => count + 30 * normal(rng));
    const shares = sharesOf(fit([measured(noisy, 900)], [], 1000), [0]);
    const nearest = ontoSimplex(Float64Array.from(noisy), 1000);
    for (let c = 0; c < 8; c++) {
      expect(shares[c]).toBeGreaterThanOrEqual(0);
      expect(Math.abs(1000 * shares[c] - nearest[c])).toBeLessThan(3);
    }
    expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  });

  test("takes no more steps than are worth it, and as many as it may where it is not told", () => {
    const counts = Float64Array.of(40, 0, 10, 50);
    const noisy = [measured([45, 55], 4), measured([52, 48], 4)].map((one, v) => ({
      variables: [v],
      ...one,
    }));
    const sets = [...noisy, pairOf([0, 1], counts)];
    const by = (worthwhile?: number): readonly Float64Array[] =>
      fitGraphical([2, 2], sets, 100, { steps: 400, ...(worthwhile !== undefined && { worthwhile }) })
        .potentials;
    expect(by(0)).toEqual(by());
    expect(by(0.9)).not.toEqual(by());
  });
});

describe("fitGraphical(sizes, singles, pairs and a variable beside all others, rows)", () => {
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
  const countsOf = (of: (c: number, i: number, j: number) => readonly [number, number]): Float64Array =>
    Float64Array.from({ length: 4 }, (_, k) =>
      count((c, i, j) => of(c, i, j)[0] === k >> 1 && of(c, i, j)[1] === (k & 1)),
    );

  test("gives pairs back, and of all distributions that do the one of greatest entropy", () => {
    const single = [
      measured([count((_, i) => i === 0), count((_, i) => i === 1)]),
      measured([count((_, __, j) => j === 0), count((_, __, j) => j === 1)]),
      measured([300, 700]),
    ];
    const beside = [countsOf((c, i) => [c, i]), countsOf((c, _, j) => [c, j])];
    const pairs = [
      ...beside.map((counts, v) => pairOf([2, v], counts)),
      pairOf(
        [0, 1],
        countsOf((_, i, j) => [i, j]),
      ),
    ];
    const model = fit(single, pairs, 1000);
    // The joint distribution of all three is the truth's, which was never counted whole.
    const found = sharesOf(model, [2, 0, 1]).map((share) => 1000 * share);
    near(found, truth, 3);
    near(
      sharesOf(model, [2, 1]),
      beside[1].map((one) => one / 1000),
      0.003,
    );
  });
});

describe("withoutSpecks(model, rows, specks, leastWhole)", () => {
  const clique = (
    variables: readonly number[],
    parent: number,
    separator: readonly number[],
    chances: readonly number[],
  ): CliqueChances => ({ variables, parent, separator, chances: Float64Array.from(chances) });
  const rounded = ({ chances }: CliqueChances): string[] => [...chances].map((one) => one.toFixed(4));

  test("empties cells that hardly any row is expected in, but for the greatest of a row or of a value", () => {
    const cliques = [
      clique([0], -1, [], [0.5, 0.4995, 0.0005]),
      clique([0, 1], 0, [0], [0.9, 0.1, 0, 0.0001, 0.997, 0.0029, 0.5, 0.5, 0]),
    ];
    const specks = [
      { variables: [0], least: 1 },
      { variables: [1], least: 1 },
      { variables: [0, 1], least: 2 },
    ];
    const [first, second] = withoutSpecks({ cliques, sizes: [3, 3] }, 1000, specks, 1);
    expect(rounded(first)).toEqual(["0.5003", "0.4997", "0.0000"]);
    // Of the second row the first cell goes; the last one is the greatest of its value.
    expect(rounded(second)).toEqual([
      ...["0.9000", "0.1000", "0.0000"],
      ...["0.0000", "0.9971", "0.0029"],
      ...["0.5000", "0.5000", "0.0000"],
    ]);
  });

  test("counts a cell over all cells of the variables that are not named", () => {
    const cliques = [
      clique([1], -1, [], [0.5, 0.5]),
      clique([1, 0], 0, [1], [0.9999, 0.0001, 0.2, 0.8]),
      clique([1, 2], 0, [1], [0.9999, 0.0001, 0.9999, 0.0001]),
    ];
    const specks = [0, 2].map((v) => ({ variables: [v], least: 1 }));
    const [, kept, cleared] = withoutSpecks({ cliques, sizes: [2, 2, 2] }, 1000, specks, 1);
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
