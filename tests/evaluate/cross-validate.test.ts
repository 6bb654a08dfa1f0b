import { expect, test } from "vitest";
import { matrixFromRows, takeLabelled, takeRows } from "../../src/core/matrix";
import type { Resample } from "../../src/core/model";
import { normal, seeded } from "../../src/core/rng";
import type { Split } from "../../src/data/split";
import { table, takeTableRows } from "../../src/data/table";
import { crossValidate } from "../../src/evaluate/cross-validate";
import { classificationScorers, scorerNamed } from "../../src/evaluate/scorers";
import { logisticRegression } from "../../src/models/linear/logistic";
import { pipeline } from "../../src/models/pipeline";

const draw = seeded("rows");
const rows = Array.from({ length: 90 }, () => [normal(draw), normal(draw)]);
const x = matrixFromRows(rows);
const y = Float64Array.from(rows, ([a, b]) => (a + 0.5 * b + normal(draw) > 0.5 ? 1 : 0));
const folds: Split[] = [0, 1, 2].map((k) => {
  const all = Array.from({ length: 90 }, (_, i) => i);
  return {
    train: Int32Array.from(all.filter((i) => i % 3 !== k)),
    test: Int32Array.from(all.filter((i) => i % 3 === k)),
  };
});
const people = table([
  { name: "a", type: "numeric", values: Float64Array.from(rows, ([a]) => a) },
  { name: "b", type: "numeric", values: Float64Array.from(rows, ([, b]) => b) },
]);

test("crossValidate(plan) scores each fold's test rows by a model of its training rows", async () => {
  const learner = logisticRegression();
  const done = await crossValidate(
    { learner, data: { x, y }, folds, scorers: classificationScorers },
    seeded(1),
  );
  for (const [k, fold] of folds.entries()) {
    const model = await learner(takeLabelled({ x, y }, fold.train), seeded(1));
    expect(done.folds[k].predictions).toEqual(model.predict(takeRows(x, fold.test)));
    expect(done.folds[k].model.coefficients).toEqual(model.coefficients);
  }
  const { mean, deviation, values } = done.scores.rocAuc;
  expect(values.length).toBe(3);
  expect(mean).toBeCloseTo((values[0] + values[1] + values[2]) / 3, 12);
  expect(mean).toBeGreaterThan(0.7);
  expect(deviation).toBeCloseTo(Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / 2), 12);
  expect(done.outOfFold()[4]).toBe(done.folds[1].predictions[1]);
});

test("crossValidate(plan) fits encoder and resampler inside training folds only", async () => {
  const seen: number[] = [];
  const resample: Resample = (train) => {
    seen.push(train.x.rows);
    return takeLabelled(
      train,
      Array.from({ length: train.x.rows + 5 }, (_, i) => i % train.x.rows),
    );
  };
  const learner = pipeline({ resample, learner: logisticRegression() });
  const done = await crossValidate(
    { learner, data: { table: people, y }, folds, scorers: [scorerNamed("logLoss")] },
    seeded(1),
  );
  expect(seen).toEqual([60, 60, 60]);
  const train = people.columns[0].type === "numeric" ? folds[0].train : [];
  const first = takeTableRows(people, train).columns[0];
  const mean = first.type === "numeric" ? first.values.reduce((sum, v) => sum + v, 0) / 60 : 0;
  expect(done.folds[0].model.encoder.parts[0]).toMatchObject({ name: "a" });
  const part = done.folds[0].model.encoder.parts[0];
  expect(part.kind === "number" && part.center).toBeCloseTo(mean, 12);
});

test("crossValidate(plan) averages a row's predictions over repeated folds", async () => {
  const repeated = [...folds, ...folds.map(({ train, test }) => ({ train: train.slice(5), test }))];
  const done = await crossValidate(
    { learner: logisticRegression(), data: { x, y }, folds: repeated, scorers: [] },
    seeded(1),
  );
  expect(done.outOfFold()[0]).toBe((done.folds[0].predictions[0] + done.folds[3].predictions[0]) / 2);
});

test("crossValidate(plan) uses weights for fitting and scoring", async () => {
  const weights = Float64Array.from({ length: 90 }, (_, i) => i % 2);
  const kept = folds.map(({ train, test }) => ({
    train: train.filter((i) => i % 2 === 1),
    test: test.filter((i) => i % 2 === 1),
  }));
  const scorers = [scorerNamed("logLoss")];
  const plan = { learner: logisticRegression(), scorers };
  const weighted = await crossValidate({ ...plan, data: { x, y, weights }, folds }, seeded(1));
  const fewer = await crossValidate({ ...plan, data: { x, y }, folds: kept }, seeded(1));
  expect(weighted.scores.logLoss.mean).toBeCloseTo(fewer.scores.logLoss.mean, 9);
});

test("crossValidate(plan) stops, reports progress, and says what was wrong", async () => {
  const plan = { learner: logisticRegression(), data: { x, y }, folds, scorers: [] };
  const steps: number[] = [];
  await crossValidate(plan, seeded(1), { progress: ({ done }) => steps.push(done) });
  expect(steps).toEqual([0, 1, 2, 3]);
  await expect(crossValidate(plan, seeded(1), { signal: AbortSignal.abort() })).rejects.toThrow("aborted");
  await expect(crossValidate({ ...plan, folds: [] }, seeded(1))).rejects.toThrow("there must be folds");
  const wrong = [{ train: Int32Array.from([0, 90]), test: Int32Array.from([1]) }];
  await expect(crossValidate({ ...plan, folds: wrong }, seeded(1))).rejects.toThrow(
    "a row number must be a whole number from 0 to 89, got 90",
  );
  const partial = await crossValidate({ ...plan, folds: folds.slice(1) }, seeded(1));
  expect(() => partial.outOfFold()).toThrow("every row must be tested by some fold, got none for row 0");
  expect(() => scorerNamed("auc")).toThrow("Cannot find metric: it must be one of rocAuc, averagePrecision");
});
