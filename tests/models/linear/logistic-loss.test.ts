import { expect, test } from "vitest";
import { expit, softplus } from "../../../src/core/math/special";
import { normal, seeded } from "../../../src/core/rng";
import { logisticLoss, scoresLoss } from "../../../src/models/linear/logistic-loss";

// Kernels take 1,024 rows at a time, two at once: what an odd number leaves beside it must not count.
test.each([1, 2, 1024, 1025, 2049])("logisticLoss and scoresLoss of %i rows are their formulas", (rows) => {
  const rng = seeded(rows);
  const [a, b] = [0, 1].map(() => Float64Array.from({ length: rows }, () => 3 * normal(rng)));
  const target = Float64Array.from({ length: rows }, () => rng.uniform());
  const weights = Float64Array.from({ length: rows }, () => rng.uniform());
  const [wa, wb, wc] = [0.7, -1.3, 0.2];
  const z = a.map((value, i) => wa * value + wb * b[i] + wc);
  const loss = z.map((value, i) => weights[i] * (softplus(value) - target[i] * value));
  const g = z.map((value, i) => weights[i] * (expit(value) - target[i]));
  const h = z.map((value, i) => weights[i] * expit(value) * expit(-value));
  const sum = (values: Float64Array, ...by: Float64Array[]): number =>
    values.reduce((all, value, i) => all + by.reduce((product, one) => product * one[i], value), 0);

  const [first, second] = [new Float64Array(rows), new Float64Array(rows)];
  expect(logisticLoss(target, weights, 4)(z, first, second)).toBeCloseTo(sum(loss) / 4, 9);
  expect(Math.max(...first.map((value, i) => Math.abs(value - g[i] / 4)))).toBeLessThan(1e-14);
  expect(Math.max(...second.map((value, i) => Math.abs(value - h[i] / 4)))).toBeLessThan(1e-14);

  const sums = new Float64Array(9);
  expect(scoresLoss(a, b, target, weights)(wa, wb, wc, sums)).toBeCloseTo(sum(loss), 9);
  const expected = [
    ...[sum(g, a), sum(g, b), sum(g)],
    ...[sum(h, a, a), sum(h, a, b), sum(h, b, b), sum(h, a), sum(h, b), sum(h)],
  ];
  expected.forEach((value, k) => {
    expect(sums[k]).toBeCloseTo(value, 9);
  });
});
