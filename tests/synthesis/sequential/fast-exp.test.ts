import { expect, test } from "vitest";
import { fastExp } from "../../../src/synthesis/sequential/fast-exp";

test("fastExp(x) is e^x to 1e-13, and stays a number at both ends", () => {
  for (let x = -700; x <= 700; x += 0.0371)
    expect(Math.abs(fastExp(x) / Math.exp(x) - 1)).toBeLessThan(1e-13);
  expect(fastExp(0)).toBe(1);
  expect([-Infinity, -1e9, -709, Number.NaN].map(fastExp)).toEqual([0, 0, 0, 0]);
  expect(fastExp(Infinity)).toBe(fastExp(709));
  expect(Number.isFinite(fastExp(709))).toBe(true);
});
