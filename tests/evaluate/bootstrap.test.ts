import { expect, test } from "vitest";
import { seeded } from "../../src/core/rng";
import { bootstrapDifferences, bootstrapIntervals } from "../../src/evaluate/bootstrap";
import { accuracy } from "../../src/evaluate/confusion";
import { countedDecisions, countedProbabilities } from "../../src/evaluate/counted-figures";
import { calibrationError } from "../../src/evaluate/probability";
import { rocAuc } from "../../src/evaluate/ranking";
import { meanAbsoluteError, rSquared } from "../../src/evaluate/regression";
import { decisionScorers, probabilityScorers } from "../../src/evaluate/scorers";

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

test("its width for an accuracy agrees with the binomial standard error, the classes' shares being chance too", () => {
  const called = Float64Array.from({ length: 1000 }, (_, i) => (i % 10 === 0 ? 0 : 1));
  const truth = Float64Array.from({ length: 1000 }, (_, i) => (i < 500 ? 1 : 0));
  const { share } = bootstrapIntervals(truth, called, { share: accuracy }, seeded(2), { samples: 4000 });
  // Right in half the rows: variance .25 / 1000; 1.96 standard errors either side.
  const expected = 2 * 1.96 * Math.sqrt(0.25 / 1000);
  expect((share.high - share.low) / expected).toBeCloseTo(1, 1);
});

test("of more rows than a sample has, its width is still that of all rows", () => {
  const many = Float64Array.from({ length: 800_000 }, (_, i) => (i % 10 < 8 ? 1 : 0));
  const right = many.map(() => 1);
  const found = bootstrapIntervals(many, right, { accuracy }, seeded(2), { samples: 40 });
  // Half the width of 200,000 rows; the ends of 40 samples are uncertain by some 20 %.
  const expected = 2 * 1.96 * Math.sqrt((0.8 * 0.2) / many.length);
  expect(found.accuracy.high - found.accuracy.low).toBeGreaterThan(0.6 * expected);
  expect(found.accuracy.high - found.accuracy.low).toBeLessThan(1.5 * expected);
});

test("a sample without one of the labels is drawn again, however rare that is", () => {
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

test("an interval holds its figure, also one that every sample raises", () => {
  const p = new Float64Array(300).fill(0.3);
  const y = p.map((_, i) => (i < 90 ? 1 : 0));
  const { calibrationError: ece } = bootstrapIntervals(y, p, { calibrationError }, seeded(1), {
    samples: 200,
  });
  expect(ece.estimate).toBeCloseTo(0, 12);
  expect(ece.low).toBe(ece.estimate);
  expect(ece.high).toBeGreaterThan(0.02);
});

test("wrong options are refused", () => {
  expect(() => bootstrapIntervals(labels, scores, { rocAuc }, seeded(1), { samples: 1 })).toThrow(
    "samples must be",
  );
  expect(() => bootstrapIntervals(labels, scores, { rocAuc }, seeded(1), { level: 1 })).toThrow(
    "level must be above 0 and below 1",
  );
});

test("targets of a regression are drawn from all rows", () => {
  const targets = Float64Array.from({ length: 200 }, (_, i) => i / 10);
  const predicted = targets.map((value, i) => value + (i % 2 === 0 ? 1 : -1) * (1 + (i % 5)));
  const { mae } = bootstrapIntervals(targets, predicted, { mae: meanAbsoluteError }, seeded(1));
  // Errors are 1 … 5 equally often: standard deviation √2, 1.96 standard errors of the mean either side.
  expect(mae.estimate).toBeCloseTo(3, 12);
  expect((mae.high - mae.low) / (2 * 1.96 * Math.sqrt(2 / 200))).toBeCloseTo(1, 1);
});

test("bootstrapDifferences(labels, {a, b}) is narrower than either model's own interval, and 0 for equals", () => {
  const better = scores.map((score, i) => score + 0.02 * labels[i]);
  const figures = { rocAuc };
  const { rocAuc: gain } = bootstrapDifferences(labels, { a: better, b: scores }, figures, seeded(1));
  const { rocAuc: alone } = bootstrapIntervals(labels, scores, figures, seeded(1));
  expect(gain.low).toBeGreaterThan(0);
  expect(gain.high - gain.low).toBeLessThan((alone.high - alone.low) / 2);
  const none = bootstrapDifferences(labels, { a: scores, b: scores }, figures, seeded(1));
  expect(none.rocAuc).toEqual({ estimate: 0, low: 0, high: 0 });
});

test("weights are drawn with their rows", () => {
  const weights = labels.map((_, i) => (i % 2 === 0 ? 1 : 0));
  const { accuracy: share } = bootstrapIntervals(labels, scores, { accuracy }, seeded(1), { weights });
  expect(share.estimate).toBe(accuracy(labels, scores, { weights }));
  expect(share.low).toBeLessThan(share.high);
});

test("samples that lack what a figure needs are drawn again, unless hardly any has it", () => {
  // One target in ten differs: a third of the samples are constant, and R² is not defined for those.
  const targets = Float64Array.from({ length: 10 }, (_, i) => (i === 0 ? 5 : 2));
  const found = bootstrapIntervals(targets, targets, { rSquared }, seeded(1), { samples: 100 });
  expect(found.rSquared).toEqual({ estimate: 1, low: 1, high: 1 });
  const never = () => {
    throw new RangeError("Cannot score: no");
  };
  expect(() => bootstrapIntervals(labels, scores, { never }, seeded(1))).toThrow("Cannot score: no");
});

test("figures counted by how often a row was drawn have the intervals of those of copies, to rounding", () => {
  // Ties, both ends and a bin's edge; few enough rows of class 1 that some samples lack them and are drawn again.
  const y = Float64Array.from({ length: 60 }, (_, i) => Number(i % 20 === 3));
  const said = y.map((label, i) => [0, 1, 0.2, 0.2, ((i * 7) % 60) / 60][i % 5] * 0.9 ** label);
  const called = said.map((p) => Number(p >= 0.3));
  const ways = [
    { scorers: probabilityScorers, of: said, counted: countedProbabilities(y, said) },
    { scorers: decisionScorers(), of: called, counted: countedDecisions(decisionScorers(), y, called) },
  ];
  for (const { scorers, of, counted } of ways) {
    const figures = Object.fromEntries(scorers.map(({ name, metric }) => [name, metric]));
    const copies = bootstrapIntervals(y, of, figures, seeded(3), { samples: 200 });
    const counts = bootstrapIntervals(y, of, figures, seeded(3), { samples: 200, counted });
    for (const { name } of scorers)
      for (const end of ["estimate", "low", "high"] as const)
        expect(Math.abs(counts[name][end] - copies[name][end]), `${name} ${end}`).toBeLessThan(1e-12);
  }
});

test("counted figures that know of no weights, or not of a figure that is asked for, are refused", () => {
  const y = Float64Array.from({ length: 40 }, (_, i) => i % 2);
  const said = y.map((label, i) => 0.3 + 0.3 * label + 0.01 * (i % 7));
  const counted = countedProbabilities(y, said);
  const weights = y.map(() => 1);
  const figures = { rocAuc, madeUp: rocAuc };
  const ask = (more: object) => () =>
    bootstrapIntervals(y, said, figures, seeded(1), { samples: 20, counted, ...more });
  expect(ask({ weights })).toThrow("must have counted figures or weights, not both");
  expect(ask({})).toThrow("madeUp must be among the counted figures");
});
