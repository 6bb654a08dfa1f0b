import { describe, expect, test } from "vitest";
import { numericHessian } from "../../../src/core/math/optimise";
import { matrix } from "../../../src/core/matrix";
import { seeded } from "../../../src/core/rng";
import type { SurvivalData } from "../../../src/models/survival/censored";
import { partialLikelihoods } from "../../../src/models/survival/cox-likelihood";
import { largestGap } from "./support";

/** Minus the log partial likelihood as it is written: a sum over the risk set for each end that is tied. */
function asWritten(
  { x, time, event, entry, weights }: SurvivalData,
  beta: Float64Array,
  efron: boolean,
): number {
  const weight = (i: number): number => weights?.[i] ?? 1;
  const score = (i: number): number => beta.reduce((sum, b, j) => sum + b * x.values[j * x.rows + i], 0);
  const rows = [...time.keys()];
  let value = 0;
  for (const t of new Set(time)) {
    const ends = rows.filter((i) => time[i] === t && event[i] === 1 && weight(i) > 0);
    const total = (of: number[]): number => of.reduce((sum, i) => sum + weight(i) * Math.exp(score(i)), 0);
    const atRisk = total(rows.filter((i) => time[i] >= t && (entry?.[i] ?? -1) < t));
    const mean = ends.reduce((sum, i) => sum + weight(i), 0) / ends.length;
    ends.forEach((i, l) => {
      const share = efron ? l / ends.length : 0;
      value += mean * Math.log(atRisk - share * total(ends)) - weight(i) * score(i);
    });
  }
  return value;
}

function drawn(
  rows: number,
  columns: number,
  seed: number,
  more: "plain" | "late" | "weighted",
): SurvivalData {
  const rng = seeded(seed);
  const x = matrix(
    rows,
    columns,
    Float64Array.from({ length: rows * columns }, () => rng.uniform() - 0.4),
  );
  const time = Float64Array.from({ length: rows }, () => 1 + Math.floor(12 * rng.uniform()));
  const event = Float64Array.from(time, () => (rng.uniform() < 0.6 ? 1 : 0));
  if (more === "late") return { x, time, event, entry: time.map((t) => Math.floor(t * rng.uniform())) };
  if (more === "weighted") return { x, time, event, weights: time.map(() => Math.floor(4 * rng.uniform())) };
  return { x, time, event };
}

describe("partialLikelihoods(strata, efron)", () => {
  for (const efron of [true, false])
    for (const more of ["plain", "late", "weighted"] as const)
      test(`value, gradient and Hessian are those of the sums as written: ${efron ? "Efron" : "Breslow"}, ${more}`, () => {
        // 3 columns and a one fill a tile of the kernel, 4 begin another.
        for (const columns of [1, 3, 4, 9]) {
          const strata = [drawn(60, columns, 1, more), drawn(35, columns, 2, more)];
          const { objective } = partialLikelihoods(strata, efron);
          const beta = Float64Array.from({ length: columns }, (_, j) => 0.3 * (j % 3) - 0.2);
          const [gradient, hessian] = [new Float64Array(columns), new Float64Array(columns ** 2)];
          const value = objective(beta, gradient, hessian);
          const expected = strata.reduce((sum, part) => sum + asWritten(part, beta, efron), 0);
          expect(value).toBeCloseTo(expected, 9);
          const slope = beta.map((b, j) => {
            const [up, down] = [1e-5, -1e-5].map((step) => beta.map((v, g) => (g === j ? b + step : v)));
            const rise = (at: Float64Array) =>
              strata.reduce((sum, part) => sum + asWritten(part, at, efron), 0);
            return (rise(up) - rise(down)) / 2e-5;
          });
          expect(largestGap(gradient, slope)).toBeLessThan(1e-7);
          const scratch = new Float64Array(columns ** 2);
          const curve = numericHessian((at, out) => objective(at, out, scratch), beta);
          expect(largestGap(hessian, curve)).toBeLessThan(1e-5);
        }
      });

  test("rows beyond one panel of the kernel count once, and distinct times need no ties", () => {
    const some = drawn(9000, 3, 3, "plain");
    const apart = { ...some, time: some.time.map((t, i) => t + i / 9000) };
    for (const [data, within] of [
      [some, 5e-9],
      [apart, 5e-9],
    ] as const) {
      const [gradient, hessian] = [new Float64Array(3), new Float64Array(9)];
      const { objective } = partialLikelihoods([data], true);
      const beta = Float64Array.of(0.2, -0.4, 0.1);
      objective(beta, gradient, hessian);
      const curve = numericHessian((at, out) => objective(at, out, new Float64Array(9)), beta);
      expect(largestGap(hessian, curve) / 9000).toBeLessThan(within);
      const step = 1e-5;
      const value = (by: number) =>
        objective(
          beta.map((b) => b + by),
          new Float64Array(3),
          new Float64Array(9),
        );
      const along = gradient[0] + gradient[1] + gradient[2];
      expect((value(step) - value(-step)) / (2 * step)).toBeCloseTo(along, 2);
    }
  });
});
