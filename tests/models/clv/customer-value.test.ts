import { describe, expect, test } from "vitest";
import { matrix } from "../../../src/core/matrix";
import { seeded } from "../../../src/core/rng";
import { customerValue, customerValueQuantile } from "../../../src/models/clv/customer-value";

// Two customers, three periods: one leaves for sure after the first, the other halves every period.
const survival = matrix(2, 3, Float64Array.of(0, 0.5, 0, 0.25, 0, 0.125));
const margin = Float64Array.of(10, 20);

describe("customerValue(survival, margin, options)", () => {
  test("in advance counts those there at a period's beginning, the first at once", () => {
    expect([...customerValue(survival, margin)]).toEqual([10, 20 * 1.75]);
    const [one, two] = customerValue(survival, margin, { discountRate: 1 });
    expect(one).toBe(10);
    expect(two).toBeCloseTo(20 * (1 + 0.5 / 2 + 0.25 / 4), 12);
  });

  test("in arrears counts those there at its end", () => {
    expect([...customerValue(survival, margin, { payments: "in-arrears" })]).toEqual([0, 20 * 0.875]);
  });

  test("takes a margin per period", () => {
    const growing = matrix(2, 3, Float64Array.of(1, 1, 2, 2, 3, 3));
    expect([...customerValue(survival, growing)]).toEqual([1, 1 + 0.5 * 2 + 0.25 * 3]);
  });

  test("refuses other numbers of margins, and margins that are not finite", () => {
    expect(() => customerValue(survival, Float64Array.of(1))).toThrow(
      "must have the same length, got 1 and 2",
    );
    expect(() => customerValue(survival, Float64Array.of(1, Number.NaN))).toThrow("margins must be finite");
    expect(() => customerValue(survival, margin, { discountRate: -0.1 })).toThrow(
      "discountRate must be at least 0",
    );
  });
});

test("customerValueQuantile is the quantile of values over drawn lifetimes", () => {
  const rng = seeded(5);
  const chances = matrix(1, 6, Float64Array.of(0.9, 0.8, 0.65, 0.5, 0.3, 0.2));
  const draws = Array.from({ length: 4001 }, () => {
    const u = rng.uniform();
    let value = 0;
    for (let k = 0; k < 6; k++) if (k === 0 || chances.values[k - 1] > u) value += 10 * 1.1 ** -k;
    return value;
  }).sort((a, b) => a - b);
  for (const share of [0.05, 0.25, 0.6, 0.95]) {
    const [quantile] = customerValueQuantile(chances, Float64Array.of(10), share, { discountRate: 0.1 });
    expect(quantile).toBeCloseTo(draws[Math.round(share * 4000)], 9);
  }
});
