import { describe, expect, test } from "vitest";
import { budgetOf, deltaOf, rhoOf } from "../../../src/synthesis/private/budget";
import { reference } from "../../support";

const golden = reference("privacy") as {
  conversions: { rho: number; delta: number; epsilon: number }[];
};

describe("rhoOf(epsilon, delta) and deltaOf(rho, epsilon)", () => {
  test.each(golden.conversions)("agree with OpenDP at ρ = $rho, δ = $delta", ({ rho, delta, epsilon }) => {
    // dp.c.make_zCDP_to_approxDP(gaussian).map(1.0).epsilon(delta); OpenDP searches to about 1e-6 and rounds up
    expect(Math.abs(rhoOf(epsilon, delta) / rho - 1)).toBeLessThan(1e-4);
    expect(Math.abs(deltaOf(rho, epsilon) / delta - 1)).toBeLessThan(1e-3);
  });

  test("never promise more than the infimum over all orders allows", () => {
    for (const [epsilon, delta] of [
      [0.1, 1e-6],
      [1, 1e-9],
      [10, 1e-5],
    ]) {
      const rho = rhoOf(epsilon, delta);
      const orders = Array.from({ length: 4000 }, (_, k) => 1 + 1.004 ** (k - 1500));
      const bounds = orders.map((a) =>
        Math.exp((a - 1) * (a * rho - epsilon) + a * Math.log1p(-1 / a) - Math.log(a - 1)),
      );
      const least = Math.min(...bounds);
      expect(least).toBeGreaterThanOrEqual(delta * 0.999);
      expect(deltaOf(rho, epsilon)).toBeLessThanOrEqual(delta);
    }
  });

  test("refuse what is no guarantee", () => {
    expect(() => rhoOf(0, 1e-6)).toThrow("epsilon must be above 0");
    expect(() => rhoOf(1, 0)).toThrow("delta must be above 0 and below 1");
    expect(deltaOf(0, 1)).toBe(0);
  });
});

test("budgetOf(rho, delta) can't be overspent", () => {
  const budget = budgetOf(1, 1e-6);
  budget.spend({ part: "a", rho: 0.6, delta: 0, how: "" });
  expect(() => budget.spend({ part: "b", rho: 0.5, delta: 0, how: "" })).toThrow("within the budget");
  expect(() => budget.spend({ part: "b", rho: 0, delta: 1e-5, how: "" })).toThrow("within the budget");
  budget.spend({ part: "b", rho: 0.4, delta: 1e-6, how: "" });
  expect(budget.spending.map((one) => one.part)).toEqual(["a", "b"]);
});
