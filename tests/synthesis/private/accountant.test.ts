import { describe, expect, test } from "vitest";
import {
  choiceDelta,
  deltaOfComposition,
  gaussianDelta,
  rhoOfPlan,
} from "../../../src/synthesis/private/accountant";
import { rhoOf } from "../../../src/synthesis/private/budget";

/** δ of the sum of `counts` discrete Gaussians of a variance, summed over its lattice: no bound, what it is. */
function exactDelta(variance: number, counts: number, epsilon: number): number {
  const whole = counts * variance;
  const reach = Math.ceil(40 * Math.sqrt(whole)) + counts;
  const weight = (z: number): number => Math.exp(-(z * z) / (2 * whole));
  let sum = 0;
  let delta = 0;
  for (let z = -reach; z <= reach; z++) {
    sum += weight(z);
    const loss = (2 * (z + counts) - counts) / (2 * variance);
    if (loss > epsilon) delta += weight(z) * -Math.expm1(epsilon - loss);
  }
  return delta / sum;
}

describe("deltaOfComposition(composition, epsilon)", () => {
  test("is never below what discrete noise really has, and hardly above where there are many counts", () => {
    for (const epsilon of [0.1, 0.5, 1, 2, 4])
      for (let k = 0; k < 60; k++) {
        const rho = (epsilon ** 2 / 60) * 1.03 ** k;
        const promised = deltaOfComposition({ gaussian: rho, choice: 0, choices: 0 }, epsilon);
        for (const counts of [1, 2, 7])
          expect(exactDelta(counts / (2 * rho), counts, epsilon)).toBeLessThanOrEqual(promised * (1 + 1e-9));
      }
    const many = exactDelta(40 / (2 * 0.025), 40, 1);
    expect(Math.abs(many / gaussianDelta(0.025, 1) - 1)).toBeLessThan(0.01);
  });

  test("is never below what any two choices in a row can have, one depending on the other", () => {
    // A choice of range η at its worst: two answers whose chances differ by e^t and e^(t − η).
    const range = 0.3;
    const pair = (t: number): [number, number][] => {
      const q = -Math.expm1(t - range) / (Math.exp(t) - Math.exp(t - range));
      return [
        [q, t],
        [1 - q, t - range],
      ];
    };
    const shares = [0.02, 0.1, 0.15, 0.2, 0.28];
    for (const epsilon of [0.05, 0.2, 0.35, 0.5]) {
      const promised = deltaOfComposition({ gaussian: 0, choice: range ** 2 / 8, choices: 2 }, epsilon);
      for (const t of shares)
        for (const up of shares)
          for (const down of shares) {
            let delta = 0;
            pair(t).forEach(([q, loss], k) => {
              for (const [own, more] of pair(k === 0 ? up : down))
                delta += q * own * Math.max(0, Math.exp(loss + more) - Math.exp(epsilon));
            });
            expect(delta).toBeLessThanOrEqual(promised);
          }
      expect(promised).toBeLessThan(2 * choiceDelta(2 * range, epsilon) + 0.02);
    }
  });

  test("agrees with dp_accounting on normal noise, and covers its discrete noise", () => {
    // pld = privacy_loss_distribution; s = sqrt(m / (2 rho)); value_discretization_interval=1e-4, use_connect_dots=True
    // pld.from_gaussian_mechanism(s).self_compose(m).get_delta_for_epsilon(epsilon), m = 5
    // Connecting dots rounds up, by 1e-5 of it at this grid.
    for (const [rho, epsilon, delta] of [
      [0.0274, 1, 7.941113283e-7],
      [0.003, 0.3, 1.120073142e-6],
      [0.33, 4, 4.461638261e-7],
    ])
      expect(Math.abs(gaussianDelta(rho, epsilon) / delta - 1)).toBeLessThan(2e-5);
    // pld.from_discrete_gaussian_mechanism(s, sensitivity=1).self_compose(m).get_delta_for_epsilon(epsilon), m = 1
    for (const [rho, epsilon, delta] of [
      [0.0274, 1, 8.174410218e-7],
      [0.003, 0.3, 1.124986366e-6],
      [0.33, 4, 5.84255417e-7],
    ])
      expect(deltaOfComposition({ gaussian: rho, choice: 0, choices: 0 }, epsilon)).toBeGreaterThan(delta);
  });

  test("of nothing is 0 at any ε above 0", () => {
    expect(deltaOfComposition({ gaussian: 0, choice: 0, choices: 0 }, 0.5)).toBe(0);
    expect(gaussianDelta(0.02, -50)).toBeCloseTo(1, 12);
  });
});

describe("rhoOfPlan(epsilon, delta, choices)", () => {
  test("allows more than the bound by orders, within δ", () => {
    const plan = { choiceShare: 0.12, choices: 18 };
    const rho = rhoOfPlan(1, 1e-6, plan);
    expect(rho / rhoOf(1, 1e-6)).toBeGreaterThan(1.06);
    const spent = { gaussian: 0.88 * rho, choice: (0.12 * rho) / 18, choices: 18 };
    expect(deltaOfComposition(spent, 1)).toBeLessThanOrEqual(1e-6);
    expect(deltaOfComposition(spent, 1)).toBeGreaterThan(0.99e-6);
  });
});
