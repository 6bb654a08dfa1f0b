import fc from "fast-check";
import { expect, test } from "vitest";
import { quantile, quantileSorted } from "../../src/core/math/statistics";
import { moments } from "../../src/features/scale";

test("quantile(values, p) is the sorted values' quantile", () => {
  const values = fc.array(
    fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true, min: -1e6, max: 1e6 })),
    {
      minLength: 1,
      maxLength: 60,
    },
  );
  fc.assert(
    fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (some, p) => {
      const sorted = Float64Array.from(some).sort();
      // −0 and 0 are the same quantile.
      expect(quantile(Float64Array.from(some), p) + 0).toBe(quantileSorted(sorted, p) + 0);
    }),
  );
});

test("moments(values) of a constant have no deviation, whatever rounding says", () => {
  // numpy.std of ten times 0.1 is 1.4e-17.
  expect(moments(new Float64Array(10).fill(0.1)).deviation).toBe(0);
  // numpy.std([1, 2, 4])
  expect(moments(Float64Array.of(1, 2, 4)).deviation).toBeCloseTo(1.247219128924647, 14);
});
