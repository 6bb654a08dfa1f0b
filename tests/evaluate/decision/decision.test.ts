import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normal, seeded } from "../../../src/core/rng";
import { chooseContacts } from "../../../src/evaluate/decision/choose-contacts";
import { contactValue, effectValue, type Offer } from "../../../src/evaluate/decision/offer";
import { profitCurve } from "../../../src/evaluate/decision/profit-curve";
import { commonRules, referenceRule } from "../../../src/evaluate/decision/rules";
import { sensitivity } from "../../../src/evaluate/decision/sensitivity";

const offer: Offer = { contactCost: 1, offerCost: 10, acceptance: 0.3 };

describe("contactValue(prospects, offer)", () => {
  test("is Neslin's profit of a campaign, summed over its customers", () => {
    // N [β γ (V − c − δ) + β (1 − γ)(−δ) + (1 − β)(−c − δ)], β leavers, γ acceptance, c offer, δ contact
    const [n, beta, gamma, value] = [400, 0.25, 0.3, 200];
    const churn = Float64Array.from({ length: n }, (_, i) => (i < beta * n ? 1 : 0));
    const { profit } = contactValue({ churn, value: new Float64Array(n).fill(value) }, offer);
    const sum = profit.reduce((a, b) => a + b, 0);
    const formula = n * (beta * gamma * (value - 10 - 1) + beta * (1 - gamma) * -1 + (1 - beta) * (-10 - 1));
    expect(sum).toBeCloseTo(formula, 9);
  });

  test("cost is the contact and the offer as often as it is taken", () => {
    const { cost, profit } = contactValue(
      { churn: [0.5], value: [100] },
      { ...offer, stayerAcceptance: 0.2 },
    );
    expect(cost[0]).toBeCloseTo(1 + 10 * (0.5 * 0.3 + 0.5 * 0.2), 12);
    expect(profit[0]).toBeCloseTo(0.5 * 0.3 * 100 - cost[0], 12);
  });

  test("refuses chances outside [0, 1], values that are not finite and negative costs", () => {
    expect(() => contactValue({ churn: [1.2], value: [1] }, offer)).toThrow(
      "churn must be from 0 to 1, got 1.2 in row 0",
    );
    expect(() => contactValue({ churn: [0.2], value: [Number.NaN] }, offer)).toThrow("values must be finite");
    expect(() => contactValue({ churn: [0.2], value: [1] }, { ...offer, contactCost: -1 })).toThrow(
      "contactCost",
    );
  });
});

test("effectValue(prospects, offer) can be negative where a contact drives customers away", () => {
  const { profit } = effectValue({ effect: [0.1, -0.05], value: [500, 500], taken: [0.5, 0.1] }, offer);
  expect(profit[0]).toBeCloseTo(0.1 * 500 - 0.5 * 10 - 1, 12);
  expect(profit[1]).toBeCloseTo(-0.05 * 500 - 0.1 * 10 - 1, 12);
  expect(() => effectValue({ effect: [0.1], value: [1], taken: 1.5 }, offer)).toThrow(
    "taken must be from 0 to 1",
  );
});

describe("chooseContacts(value, limits)", () => {
  const profit = Float64Array.of(5, -1, 9, 2, 6);
  const cost = Float64Array.of(1, 1, 9, 1, 2);

  test("takes all that pay when nothing binds, the most profitable first", () => {
    const all = chooseContacts({ profit, cost });
    expect([...all.rows]).toEqual([2, 4, 0, 3]);
    expect([all.profit, all.cost]).toEqual([22, 13]);
  });

  test("goes by profit per cost when the budget binds, and stays within it", () => {
    const few = chooseContacts({ profit, cost }, { budget: 3 });
    expect([...few.rows]).toEqual([0, 4]);
    expect(few.cost).toBe(3);
    expect([...chooseContacts({ profit, cost }, { contacts: 2 }).rows]).toEqual([2, 4]);
    expect(chooseContacts({ profit, cost }, { budget: 0 }).rows.length).toBe(0);
  });

  test("is the best choice of all within both limits, and says that it is", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -5, max: 20 }), fc.integer({ min: 0, max: 6 })), {
          minLength: 1,
          maxLength: 9,
        }),
        fc.integer({ min: 0, max: 20 }),
        fc.integer({ min: 0, max: 10 }),
        (customers, budget, contacts) => {
          const value = {
            profit: Float64Array.from(customers, (c) => c[0]),
            cost: Float64Array.from(customers, (c) => c[1]),
          };
          let best = 0;
          for (let set = 0; set < 2 ** customers.length; set++) {
            let [p, c, n] = [0, 0, 0];
            customers.forEach(([gain, price], i) => {
              if (set & (2 ** i)) [p, c, n] = [p + gain, c + price, n + 1];
            });
            if (c <= budget && n <= contacts) best = Math.max(best, p);
          }
          const found = chooseContacts(value, { budget, contacts });
          expect(found.cost).toBeLessThanOrEqual(budget);
          expect(found.rows.length).toBeLessThanOrEqual(contacts);
          expect([found.profit, found.bound]).toEqual([best, best]);
        },
      ),
      { seed: 7, numRuns: 400 },
    );
  });

  test("gives each customer the offer that suits, and of thousands a choice that is proven or nearly so", () => {
    const small = { profit: Float64Array.of(4, 10), cost: Float64Array.of(1, 2) };
    const large = { profit: Float64Array.of(9, 11), cost: Float64Array.of(5, 9) };
    const both = chooseContacts([small, large], { budget: 7 });
    expect([[...both.rows], [...both.offers], both.profit]).toEqual([[1, 0], [0, 1], 19]);
    const rng = seeded(4);
    const many = [1, 2].map((k) => ({
      profit: Float64Array.from({ length: 5000 }, () => k * 20 * rng.uniform() - 5),
      cost: Float64Array.from({ length: 5000 }, () => k * (1 + 9 * rng.uniform())),
    }));
    for (const limits of [{ budget: 900 }, { budget: 900, contacts: 150 }, { contacts: 150 }]) {
      const found = chooseContacts(many, limits);
      expect(found.bound / found.profit).toBeLessThan(1.0005);
      expect(new Set(found.rows).size).toBe(found.rows.length);
      expect(found.cost).toBeLessThanOrEqual(limits.budget ?? Infinity);
    }
  });

  test("refuses limits and figures that make no sense", () => {
    expect(() => chooseContacts({ profit, cost }, { budget: -1 })).toThrow(
      "budget must be at least 0, got -1",
    );
    expect(() => chooseContacts({ profit, cost: cost.map(() => -1) })).toThrow("costs must not be negative");
  });
});

test("commonRules(prospects) name whom they contact", () => {
  const churn = Float64Array.from({ length: 20 }, (_, i) => i / 20);
  const value = churn.map((p) => 50_000 * (1 - p));
  const rules = Object.fromEntries(commonRules({ churn, value }).map((r) => [r.name, [...r.rows]]));
  expect(rules["Churn above 0.5"]).toEqual([19, 18, 17, 16, 15, 14, 13, 12, 11]);
  expect(rules["Top tenth by churn"]).toEqual([19, 18]);
  expect(rules["Top tenth by value"]).toEqual([0, 1]);
  // .3 < p and value > 30,000: row 7 (17,500 … 32,500); .15 < p and value > 40,000: none.
  expect(rules["Reference rule"]).toBeUndefined();
  expect([...referenceRule({ churn, value }).rows]).toEqual([7]);
});

test("profitCurve(rows, profit, cost) ends at the sums and begins with nobody", () => {
  const curve = profitCurve([3, 1, 0], [1, 2, 4, 8], [1, 1, 1, 3], 2);
  expect([...curve.contacted]).toEqual([0, 2, 3]);
  expect([...curve.profit]).toEqual([0, 10, 11]);
  expect([...curve.cost]).toEqual([0, 4, 5]);
  expect([...profitCurve([], [1], [1]).profit]).toEqual([0]);
});

describe("sensitivity(truth, beliefs, limits)", () => {
  const rng = seeded(2);
  const cost = Float64Array.from({ length: 500 }, () => 2 + 3 * rng.uniform());
  const profit = cost.map(() => 4 * normal(rng));

  test("loses nothing with the right belief, and something with every wrong one", () => {
    const [right, dear, cheap] = sensitivity({ profit, cost }, [
      { cost: 1, gain: 1 },
      { cost: 2, gain: 1 },
      { cost: 1, gain: 3 },
    ]);
    expect([right.kept, right.overlap]).toEqual([1, 1]);
    expect(dear.kept).toBeLessThan(1);
    expect(dear.contacted).toBeLessThan(right.contacted);
    expect(cheap.contacted).toBeGreaterThan(right.contacted);
    expect(cheap.overlap).toBe(1);
    expect(cheap.kept).toBeLessThan(1);
  });

  test("a factor on both changes nothing", () => {
    const [both] = sensitivity({ profit, cost }, [{ cost: 3, gain: 3 }]);
    expect(both.kept).toBeCloseTo(1, 12);
    expect(both.overlap).toBe(1);
  });
});
