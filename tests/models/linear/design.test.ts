import { describe, expect, test } from "vitest";
import { matrix } from "../../../src/core/matrix";
import { seeded } from "../../../src/core/rng";
import { design } from "../../../src/models/linear/design";
import { logisticLoss } from "../../../src/models/linear/logistic-loss";

describe("design(x).gram(d)", () => {
  // Panels of rows, tiles of four columns: sizes on both sides of each, all dense, all sparse, and both.
  test.each([
    [1, 1, 1],
    [7, 3, 0],
    [5, 0, 3],
    [4001, 4, 2],
    [4099, 9, 6],
  ])("is Xᵀ D X: %i rows, %i dense and %i sparse columns", (rows, dense, sparse) => {
    const rng = seeded(`gram ${rows}`);
    const columns = dense + sparse;
    const values = Float64Array.from({ length: rows * columns }, (_, at) =>
      at < rows * dense ? 3 + rng.uniform() : rng.uniform() < 0.1 ? 1 + rng.uniform() : 0,
    );
    const d = Float64Array.from({ length: rows }, () => rng.uniform());
    const x = design(matrix(rows, columns, values));
    const value = (i: number, j: number) => (j < columns ? values[j * rows + i] - x.shift[j] : 1);
    const gram = x.gram(d);
    for (let j = 0; j <= columns; j++)
      for (let k = 0; k <= columns; k++) {
        let sum = 0;
        for (let i = 0; i < rows; i++) sum += d[i] * value(i, j) * value(i, k);
        // Other orders of the sum: 4,000 roundings of 1e-16 at most, of sums up to a few thousand.
        expect(gram[j * (columns + 1) + k]).toBeCloseTo(sum, 9);
      }
    expect(x.gram(d)).toEqual(gram);
  });
});

test("logisticLoss() and its derivatives are those of ln(1 + e^z) − t z at any log odds", () => {
  const z = Float64Array.of(
    0,
    1e-9,
    -1e-9,
    0.3,
    -0.7,
    5,
    -12,
    36,
    -37,
    300,
    -700,
    2000,
    -1e9,
    ...Array(1021).fill(-1.5),
  );
  const target = z.map((_, i) => [0, 1, 0.25][i % 3]);
  const weights = z.map((_, i) => 1 + (i % 5));
  const total = 10;
  const [first, second] = [new Float64Array(z.length), new Float64Array(z.length)];
  const loss = logisticLoss(target, weights, total)(z, first, second);
  let sum = 0;
  z.forEach((u, i) => {
    const e = Math.exp(-Math.abs(u));
    sum += (weights[i] * (Math.max(0, u) + Math.log1p(e) - target[i] * u)) / total;
    const p = u >= 0 ? 1 / (1 + e) : e / (1 + e);
    const share = weights[i] / total;
    // Series and library agree but for their last bits; where e^z is below the least ordinary number both are nothing.
    expect(Math.abs(first[i] - share * (p - target[i]))).toBeLessThan(1e-15 * share);
    expect(Math.abs(second[i] - (share * e) / (1 + e) ** 2)).toBeLessThan(1e-15 * share);
  });
  expect(Math.abs(loss / sum - 1)).toBeLessThan(1e-14);
});
