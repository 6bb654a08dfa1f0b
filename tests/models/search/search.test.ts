import { afterAll, expect, test } from "vitest";
import { matrix, takeLabelled, takeValues } from "../../../src/core/matrix";
import { closeThreads } from "../../../src/core/pool";
import { normal, seeded } from "../../../src/core/rng";
import { asTable } from "../../../src/data/polars";
import { stratifiedKFold } from "../../../src/data/split";
import { table } from "../../../src/data/table";
import { crossValidate } from "../../../src/evaluate/cross-validate";
import { scorerNamed } from "../../../src/evaluate/scorers";
import { type Encode, encode as fitEncode } from "../../../src/features/encode";
import { learnerFrom } from "../../../src/models/learner";
import { type SearchResult, search } from "../../../src/models/search/search";
import { gridCandidates, randomCandidates } from "../../../src/models/search/search-space";
import { tuned, tunedPipeline } from "../../../src/models/search/tuned";
import { smote } from "../../../src/resample/smote";

afterAll(closeThreads);

const draw = seeded("rows");
const n = 240;
const x = matrix(
  n,
  4,
  Float64Array.from({ length: 4 * n }, () => normal(draw)),
);
const y = Float64Array.from({ length: n }, (_, i) =>
  x.values[i] * x.values[n + i] + 0.6 * normal(draw) > 0.5 ? 1 : 0,
);
const people = table(
  ["a", "b", "c", "d"].map((name, j) => ({
    name,
    type: "numeric",
    values: x.values.slice(j * n, (j + 1) * n),
  })),
);
const folds = stratifiedKFold(y, 3, seeded("folds"));
const rocAuc = scorerNamed("rocAuc");
const logLoss = scorerNamed("logLoss");
const candidates = [
  ...gridCandidates({
    kind: "random-forest",
    options: { trees: 20 },
    vary: { depth: [1, 8], minRows: [1, 5] },
  }),
  { kind: "logistic-regression" as const },
];

test("gridCandidates(space) lists every combination, the last option changing fastest", () => {
  expect(candidates.map((one) => one.options)).toEqual([
    { trees: 20, depth: 1, minRows: 1 },
    { trees: 20, depth: 1, minRows: 5 },
    { trees: 20, depth: 8, minRows: 1 },
    { trees: 20, depth: 8, minRows: 5 },
    undefined,
  ]);
  expect(gridCandidates({ kind: "random-forest", vary: { depth: [undefined, 3] } })[0].options).toEqual({});
});

test("randomCandidates(space, count, rng) draws different grid points, and all of a small grid", () => {
  const space = { kind: "random-forest", vary: { trees: [1, 2, 3, 4], depth: [5, 6, 7] } } as const;
  const some = randomCandidates(space, 8, seeded(1)).map((one) => JSON.stringify(one));
  expect(new Set(some).size).toBe(8);
  expect(randomCandidates(space, 8, seeded(1)).map((one) => JSON.stringify(one))).toEqual(some);
  expect(randomCandidates(space, 8, seeded(2)).map((one) => JSON.stringify(one))).not.toEqual(some);
  expect(randomCandidates(space, 12, seeded(1))).toEqual(gridCandidates(space));
});

test("randomCandidates draws from distributions inside their ends", () => {
  const drawn = randomCandidates(
    {
      kind: "logistic-regression",
      vary: {
        C: { logUniform: [0.001, 10] },
        iterations: { integer: [5, 7] },
        l1Ratio: { uniform: [0.2, 0.4] },
      },
    },
    300,
    seeded(3),
  ).map((one) => one.options as { C: number; iterations: number; l1Ratio: number });
  const below = drawn.filter((one) => one.C < 0.1).length;
  expect(below).toBeGreaterThan(120);
  expect(below).toBeLessThan(180);
  expect(new Set(drawn.map((one) => one.iterations))).toEqual(new Set([5, 6, 7]));
  for (const { C, l1Ratio } of drawn) {
    expect(C > 0.001 && C < 10 && l1Ratio >= 0.2 && l1Ratio < 0.4).toBe(true);
  }
});

test("search(options) scores as cross-validation does and refits the best", async () => {
  const found = await search(
    { candidates, data: { x, y }, folds, scorer: rocAuc, scorers: [logLoss] },
    seeded(5),
  );
  expect(found.results.map((one) => one.spec)).toEqual(candidates);
  // The logistic regression draws nothing, so that its scores can be told from outside.
  const plain = await crossValidate(
    { learner: learnerFrom(candidates[4]), data: { x, y }, folds, scorers: [rocAuc, logLoss] },
    seeded(1),
  );
  expect(found.results[4].scores).toEqual(plain.scores);
  // Products of columns are nothing that a line or a stump can see.
  expect(found.best.spec.options).toMatchObject({ depth: 8 });
  expect(found.best.scores.rocAuc.mean).toBe(Math.max(...found.results.map((one) => one.scores.rocAuc.mean)));
  expect(found.results.map((one) => one.rank).sort()).toEqual([1, 2, 3, 4, 5]);
  expect(found.model.predict(x).length).toBe(n);
});

test("search(options) gives the best candidate's predictions of rows by models that did not see them", async () => {
  const shared = { candidates, scorer: rocAuc, data: { x, y } };
  const found = await search({ ...shared, folds }, seeded(5));
  const held = found.outOfFold as Float64Array;
  expect(held.length).toBe(n);
  const each = folds.map(({ test }) => rocAuc.metric(takeValues(y, test), takeValues(held, test)));
  expect(each).toEqual(found.best.scores.rocAuc.values);
  expect((await search({ ...shared, folds: folds.slice(1) }, seeded(5))).outOfFold).toBeUndefined();
});

test("search(options) chooses the lowest where lower is better", async () => {
  const found = await search({ candidates, data: { x, y }, folds, scorer: logLoss }, seeded(5));
  expect(found.best.scores.logLoss.mean).toBe(
    Math.min(...found.results.map((one) => one.scores.logLoss.mean)),
  );
});

test("search(options) gives the same at 1 and 2 threads, with SMOTE inside folds, for tables and matrices", async () => {
  type Run = (threads: number) => Promise<{ results: readonly SearchResult[]; model: unknown }>;
  const same = async (run: Run) => {
    const [one, two] = [await run(1), await run(2)];
    expect(two.results.map((line) => line.scores)).toEqual(one.results.map((line) => line.scores));
    expect(JSON.stringify(two.model)).toBe(JSON.stringify(one.model));
  };
  const shared = { candidates, folds, scorer: rocAuc, resample: smote() };
  await same((threads) => search({ ...shared, data: { x, y }, threads }, seeded(5)));
  await same((threads) => search({ ...shared, data: { table: people, y }, threads }, seeded(5)));
});

test("search(options) fits encoders on training rows of folds only", async () => {
  const fittedOn: number[] = [];
  const counting = (given: Parameters<Encode>[0]) => {
    const rows = asTable(given);
    fittedOn.push(rows.rows);
    return fitEncode()(rows);
  };
  await search(
    {
      data: { table: people, y },
      encode: counting,
      candidates: [candidates[0]],
      folds,
      scorer: rocAuc,
      threads: 1,
    },
    seeded(1),
  );
  // Two of three folds each, and all rows for the best candidate's refit.
  expect(fittedOn).toEqual([160, 160, 160, 240]);
});

test("search(options) resamples training rows of folds only", async () => {
  const sizes: number[] = [];
  await search(
    {
      candidates: candidates.slice(4),
      data: { x, y },
      folds,
      scorer: rocAuc,
      resample: (train) => {
        sizes.push(train.x.rows);
        return takeLabelled(train, [...train.y.keys(), 0]);
      },
    },
    seeded(5),
  );
  expect(sizes).toEqual([160, 160, 160, 240]);
});

test("search(options) reports progress, stops, and says what was wrong", async () => {
  const options = { candidates, data: { x, y }, folds, scorer: rocAuc };
  const done: number[] = [];
  await search(options, seeded(1), {
    progress: ({ phase, done: count, total }) => {
      if (phase === "tune") done.push(count / total);
    },
  });
  expect(done.length).toBe(15);
  expect(done[14]).toBe(1);
  await expect(search(options, seeded(1), { signal: AbortSignal.abort() })).rejects.toThrow("aborted");
  await expect(search({ ...options, candidates: [] }, seeded(1))).rejects.toThrow("there must be candidates");
  await expect(search({ ...options, candidates: [{ kind: "magic" as "ridge" }] }, seeded(1))).rejects.toThrow(
    "Cannot make learner: kind must be one of ",
  );
  expect(() => gridCandidates({ kind: "ridge", vary: { alpha: { uniform: [0, 1] } } })).toThrow(
    "option alpha must list its values",
  );
  expect(() =>
    randomCandidates({ kind: "ridge", vary: { alpha: { logUniform: [0, 1] } } }, 3, seeded(1)),
  ).toThrow("option alpha must be above 0 to have a logarithm, got 0");
});

test("crossValidate of tuned(options) is nested cross-validation", async () => {
  const chosen: unknown[] = [];
  const options = {
    candidates,
    scorer: rocAuc,
    folds: (labels: Float64Array, rng: Parameters<typeof stratifiedKFold>[2]) =>
      stratifiedKFold(labels, 2, rng),
    report: (found: { best: { spec: unknown } }) => chosen.push(found.best.spec),
  };
  const nested = await crossValidate(
    { learner: tuned(options), data: { x, y }, folds, scorers: [rocAuc] },
    seeded(1),
  );
  expect(chosen.length).toBe(3);
  expect(nested.scores.rocAuc.mean).toBeGreaterThan(0.6);
  const tables = await crossValidate(
    { learner: tunedPipeline(options), data: { table: people, y }, folds, scorers: [rocAuc] },
    seeded(1),
  );
  expect(tables.folds[0].model.kind).toBe("pipeline");
  expect(chosen.length).toBe(6);
});
