import { expect, test } from "vitest";
import { seeded } from "../../src/core/rng";
import { bootstrapIntervals } from "../../src/evaluate/bootstrap";
import { accuracy } from "../../src/evaluate/confusion";
import { rocAuc } from "../../src/evaluate/ranking";

const rng = seeded("rows");
const labels = Float64Array.from({ length: 400 }, (_, i) => (i % 5 === 0 ? 1 : 0));
const scores = labels.map((label) => 0.3 * label + 0.7 * rng.uniform());

test("bootstrapIntervals(…) holds the estimate between its ends, and the same stream gives the same ends", () => {
  const measure = () => bootstrapIntervals(labels, scores, { rocAuc, accuracy }, seeded(1), { samples: 200 });
  const { rocAuc: area } = measure();
  expect(area.low).toBeLessThan(area.estimate);
  expect(area.high).toBeGreaterThan(area.estimate);
  expect(area.estimate).toBe(rocAuc(labels, scores));
  expect(measure()).toEqual(measure());
});

test("its width for an accuracy agrees with the binomial standard error of each class", () => {
  const called = Float64Array.from({ length: 1000 }, (_, i) => (i % 10 === 0 ? 0 : 1));
  const truth = Float64Array.from({ length: 1000 }, (_, i) => (i < 500 ? 1 : 0));
  const { share } = bootstrapIntervals(truth, called, { share: accuracy }, seeded(2), { samples: 4000 });
  // Two groups of 500 at .9 and .1: variance (.09 / 500 + .09 / 500) / 4; 1.96 standard errors either side.
  const expected = 2 * 1.96 * Math.sqrt((2 * 0.09) / 500 / 4);
  expect((share.high - share.low) / expected).toBeCloseTo(1, 1);
});

test("every sample has both labels, however rare one is", () => {
  const rare = Float64Array.from({ length: 50 }, (_, i) => (i === 0 ? 1 : 0));
  const { rocAuc: area } = bootstrapIntervals(
    rare,
    rare.map((v, i) => v + (i % 7) / 10),
    { rocAuc },
    seeded(1),
    { samples: 100 },
  );
  expect(Number.isFinite(area.low)).toBe(true);
});

test("wrong options are refused", () => {
  expect(() => bootstrapIntervals(labels, scores, { rocAuc }, seeded(1), { samples: 1 })).toThrow(
    "samples must be",
  );
  expect(() => bootstrapIntervals(labels, scores, { rocAuc }, seeded(1), { level: 1 })).toThrow(
    "level must be above 0 and below 1",
  );
});
