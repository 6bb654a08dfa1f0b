import { describe, expect, test } from "vitest";
import { normal, seeded } from "../../../src/core/rng";
import { bootstrapRows } from "../../../src/evaluate/value/bootstrap-rows";
import { decileError, valueBins } from "../../../src/evaluate/value/deciles";

describe("valueBins(targets, predicted)", () => {
  const predicted = Array.from({ length: 25 }, (_, i) => i);
  test("covers every row once, the highest predictions first", () => {
    const bins = valueBins(
      predicted.map((p) => 2 * p),
      predicted,
    );
    expect(bins.reduce((sum, b) => sum + b.rows, 0)).toBe(25);
    expect(bins[0].predicted).toBeGreaterThan(bins[9].predicted);
    for (const bin of bins) expect(bin.actual).toBeCloseTo(2 * bin.predicted, 12);
  });

  test("decileError is the mean relative miss of the tenths", () => {
    expect(
      decileError(
        predicted.map((p) => 2 * (p + 1)),
        predicted.map((p) => p + 1),
      ),
    ).toBeCloseTo(0.5, 12);
    expect(() =>
      decileError(
        predicted.map(() => 0),
        predicted,
      ),
    ).toThrow("some targets must not be 0");
  });

  test("the standard error is that of the bin's mean", () => {
    const [bin] = valueBins([1, 3, 5, 7], [1, 1, 1, 1], 1);
    expect(bin.standardError).toBeCloseTo(Math.sqrt(20 / 3 / 4), 12);
  });
});

describe("bootstrapRows(rows, figures, rng)", () => {
  const rng = seeded(3);
  const values = Float64Array.from({ length: 400 }, () => 5 + 2 * normal(rng));
  const mean = (rows: Int32Array): { mean: number } => ({
    mean: rows.reduce((sum, i) => sum + values[i], 0) / rows.length,
  });

  test("gives the normal theory's interval of a mean", () => {
    const { mean: found } = bootstrapRows(400, mean, seeded(1), { samples: 2000 });
    const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - found.estimate) ** 2, 0) / 399);
    expect(found.low).toBeCloseTo(found.estimate - (1.96 * deviation) / 20, 1);
    expect(found.high).toBeCloseTo(found.estimate + (1.96 * deviation) / 20, 1);
  });

  test("the same stream gives the same interval", () => {
    const once = bootstrapRows(400, mean, seeded(1), { samples: 50 });
    expect(bootstrapRows(400, mean, seeded(1), { samples: 50 })).toEqual(once);
    expect(() => bootstrapRows(400, mean, seeded(1), { samples: 5 })).toThrow(
      "samples must be a whole number",
    );
  });
});
