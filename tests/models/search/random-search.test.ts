import { afterAll, expect, test } from "vitest";
import { type Labelled, matrix } from "../../../src/core/matrix";
import { closeThreads } from "../../../src/core/pool";
import { normal, seeded } from "../../../src/core/rng";
import { scorerNamed } from "../../../src/evaluate/scorers";
import { randomSearch, searchSpace } from "../../../src/models/search/random-search";
import type { SearchResult } from "../../../src/models/search/search";
import { randomCandidates } from "../../../src/models/search/search-space";

afterAll(closeThreads);

function rows(n: number, label: string): Labelled {
  const rng = seeded(label);
  const x = Float64Array.from({ length: 2 * n }, () => normal(rng));
  const y = Float64Array.from({ length: n }, (_, i) => (x[i] * x[n + i] + 0.3 * normal(rng) > 0 ? 1 : 0));
  return { x: matrix(n, 2, x), y };
}
const quick = { epochs: 16, batch: 64, validation: 0.2, stopOn: "averagePrecision", patience: 8 } as const;
const scorer = scorerNamed("logLoss");

test('searchSpace("network", options) varies width, depth, dropout and rate, and leaves alone what is given', () => {
  const drawn = randomCandidates(searchSpace("network", { members: 2 }), 60, seeded(1)).map(
    (one) => one.options,
  ) as {
    hidden: number[];
    dropout: number;
    rate: number;
    members: number;
  }[];
  expect(new Set(drawn.map((one) => one.hidden[0]))).toEqual(new Set([32, 64, 128]));
  expect(new Set(drawn.map((one) => one.hidden.length))).toEqual(new Set([1, 2, 3, 4]));
  expect(drawn.every((one) => one.dropout >= 0 && one.dropout < 0.5 && one.members === 2)).toBe(true);
  expect(Math.min(...drawn.map((one) => one.rate))).toBeLessThan(2e-3);
  expect(Math.max(...drawn.map((one) => one.rate))).toBeGreaterThan(2e-2);
  const fixed = randomCandidates(searchSpace("network", { hidden: [7], dropout: 0 }), 9, seeded(1));
  expect(fixed.every((one) => JSON.stringify(one.options).includes('"hidden":[7],"dropout":0'))).toBe(true);
});

test('randomSearch("network", {candidates}) takes the net of the best score on folds, the same on one thread and on two', async () => {
  const train = rows(300, "train");
  const found: (readonly SearchResult[])[] = [];
  const [one, two] = await Promise.all(
    [1, 2].map((threads) =>
      randomSearch("network", {
        candidates: 4,
        scorer,
        options: { ...quick, members: 3 },
        threads,
        report: (results) => found.push(results),
      })(train, seeded(1)),
    ),
  );
  expect(JSON.stringify(two)).toBe(JSON.stringify(one));
  const [first, again] = found;
  expect(first.map((line) => line.scores)).toEqual(again.map((line) => line.scores));
  const best = first.reduce((a, b) => (b.scores.logLoss.mean < a.scores.logLoss.mean ? b : a));
  expect(best.rank).toBe(1);
  expect(one.shape.hidden).toEqual((best.spec.options as { hidden: number[] }).hidden);
  expect(one.training.rate).toBe((best.spec.options as { rate: number }).rate);
  // Compared by two, made of as many as asked for.
  expect((best.spec.options as { members: number }).members).toBe(2);
  expect(one.shape.members).toBe(3);
  const test = rows(300, "test");
  expect(scorer.metric(test.y, one.predict(test.x))).toBeLessThan(0.65);
});

test('randomSearch("network") of a regression takes plain folds', async () => {
  const { x } = rows(120, "numbers");
  const y = x.values.slice(0, 120).map((v) => 100 + 10 * v);
  const model = await randomSearch("network", {
    candidates: 2,
    folds: 2,
    scorer: scorerNamed("rootMeanSquaredError"),
    options: { task: "regression", epochs: 30, batch: 32, members: 1 },
    threads: 1,
  })({ x, y }, seeded(1));
  expect(scorerNamed("rSquared").metric(y, model.predict(x))).toBeGreaterThan(0.5);
});

test('randomSearch("network") refuses options that no net has, before it is given rows', () => {
  expect(() => randomSearch("network", { scorer, candidates: 0 })).toThrow(
    "Cannot search: candidates must be a whole number from 1 to 10000, got 0",
  );
  expect(() => randomSearch("network", { scorer, options: { members: 0 } })).toThrow(
    "Cannot make network: members",
  );
});
