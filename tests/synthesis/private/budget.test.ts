import { describe, expect, test } from "vitest";
import { seeded } from "../../../src/core/rng";
import { budgetOf, deltaOf, rhoOf } from "../../../src/synthesis/private/budget";
import { seededSource } from "../../../src/synthesis/private/noise/noise-source";
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

test("budgetOf(rho, delta, source) can't be overspent, by a step or by all, and lists what was paid", () => {
  const budget = budgetOf(1, 1e-6, seededSource(seeded(1)));
  const step = (part: string, allowed: { rho: number; delta?: number }, ...paid: (readonly number[])[]) =>
    budget.step(part, allowed, (account) => {
      for (const [rho, delta] of paid) account.pay(rho, delta);
      return { found: part, how: `in ${paid.length}` };
    });
  expect(step("a", { rho: 0.6 }, [0.2], [0.4])).toBe("a");
  expect(() => step("b", { rho: 0.5 }, [0.5])).toThrow("rho must be within the budget, 1, got 1.1");
  expect(() => step("b", { rho: 0.3 }, [0.2], [0.2])).toThrow("rho must be within what b may cost, 0.3");
  expect(() => step("b", { rho: 0.3 }, [0.2, 1e-9])).toThrow("delta must be within what b may cost");
  expect(() => step("b", { rho: 0.3, delta: 1 }, [0.2, 1e-5])).toThrow("delta must be within the budget");
  expect(() => step("b", { rho: 0.3 }, [-1])).toThrow("rho must be");
  step("nothing", { rho: 0.3 });
  step("b", { rho: 0.4, delta: 1e-6 }, [0.3, 1e-6]);
  budget.close();
  expect(budget.spending).toMatchObject([
    { part: "a", delta: 0, how: "in 2" },
    { part: "b", rho: 0.3, delta: 1e-6 },
    { part: "left over" },
  ]);
  expect(budget.spending.reduce((sum, one) => sum + one.rho, 0)).toBeCloseTo(1, 12);
});
