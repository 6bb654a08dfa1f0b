import { expect, test } from "vitest";
import { column, matrix, matrixFromRows, takeRows } from "../../../src/core/matrix";
import { exponential, integer, normal, seeded } from "../../../src/core/rng";
import { integratedBrierLoss } from "../../../src/evaluate/survival/brier";
import { concordanceIndex } from "../../../src/evaluate/survival/concordance";
import { bag } from "../../../src/models/forest/forest-task";
import type { SurvivalData } from "../../../src/models/survival/censored";
import { cox } from "../../../src/models/survival/cox";
import { kaplanMeier } from "../../../src/models/survival/kaplan-meier";
import { nelsonAalen } from "../../../src/models/survival/nelson-aalen";
import { survivalForest } from "../../../src/models/survival/survival-forest";
import { survivalForestFromJSON } from "../../../src/models/survival/survival-forest-model";
import { rank } from "../../../src/models/trees/ranks";
import { rossi } from "./support";

/** Lifetimes whose hazard depends on whether two columns have the same sign, and on a level; the third column says nothing. */
function crossed(n: number, seed: number): SurvivalData {
  const rng = seeded(seed);
  const rows = Array.from({ length: n }, () => [normal(rng), normal(rng), normal(rng), integer(rng, 3)]);
  const time = new Float64Array(n);
  const event = new Float64Array(n);
  rows.forEach(([a, b, , level], i) => {
    const end = exponential(rng) / (0.02 * (a * b > 0 ? 4 : 1) * [1, 3, 1][level]);
    const watched = 40 * rng.uniform();
    time[i] = Math.ceil(Math.min(end, watched));
    event[i] = end <= watched ? 1 : 0;
  });
  const x = matrixFromRows(rows, [
    { name: "a" },
    { name: "b" },
    { name: "c" },
    { name: "plan", levels: ["x", "y", "z"] },
  ]);
  return { x, time, event };
}

const train = crossed(800, 1);
const test2 = crossed(800, 2);
const times = [4, 8, 12, 16, 20, 24];

test("finds what Cox's model cannot say, and predicts it out of bag as on fresh rows", async () => {
  const forest = await survivalForest({ trees: 100 })(train, seeded(3));
  const numbers = (data: SurvivalData): SurvivalData => {
    const plan = column(data.x, 3).map((level) => (level === 1 ? 1 : 0));
    const values = Float64Array.of(...data.x.values.subarray(0, 3 * data.x.rows), ...plan);
    return {
      ...data,
      x: matrix(
        data.x.rows,
        4,
        values,
        ["a", "b", "c", "y"].map((name) => ({ name })),
      ),
    };
  };
  const linear = await cox()(numbers(train), seeded(3));
  const fresh = concordanceIndex(test2, forest.predict(test2.x));
  expect(fresh).toBeGreaterThan(concordanceIndex(test2, linear.predict(numbers(test2).x)) + 0.08);
  expect(concordanceIndex(train, forest.outOfBag ?? [])).toBeCloseTo(fresh, 1);
  const loss = integratedBrierLoss(train, test2, forest.survivalAt(test2.x, times), times);
  expect(loss).toBeLessThan(
    integratedBrierLoss(train, test2, linear.survivalAt(numbers(test2).x, times), times) - 0.01,
  );
});

test("a forest that never splits is Kaplan and Meier's curve of bootstrapped rows", async () => {
  const forest = await survivalForest({ trees: 400, minRows: 800, threads: 1 })(train, seeded(1));
  const curve = kaplanMeier(train);
  const survival = forest.survivalAt(takeRows(train.x, [0]), times);
  // The mean of 400 bootstrapped curves, whose standard error is .02 each
  times.forEach((t, k) => {
    expect(Math.abs(survival.values[k] - curve.at(t))).toBeLessThan(0.004);
  });
});

test("the first split is the cut of the largest log-rank score statistic, by brute force", async () => {
  const one = { trees: 1, depth: 1, maxFeatures: "all", minRows: 40 } as const;
  const { trees } = await survivalForest(one)(rossi, seeded(5));
  const { x, time, event } = rossi;
  const weights = bag(seeded(5).fork(0).key, { ranked: rank(x, 255, "test"), bootstrap: true, share: 1 });
  const hazard = nelsonAalen({ time, event, weights });
  const scores = time.map((t, i) => weights[i] * (event[i] - hazard.at(t)));
  const statistic = (j: number, cut: number): number => {
    let [left, right, sum] = [0, 0, 0];
    column(x, j).forEach((value, i) => {
      if (value <= cut) left += weights[i];
      else right += weights[i];
      if (value <= cut) sum += scores[i];
    });
    return left < 40 || right < 40 ? 0 : sum ** 2 * (1 / left + 1 / right);
  };
  const all = x.features.flatMap((_, j) => [...new Set(column(x, j))].map((cut) => statistic(j, cut)));
  expect(statistic(trees.feature[0], trees.threshold[0])).toBeCloseTo(Math.max(...all), 9);
});

test("the same bytes at any number of threads, and after saving", async () => {
  const one = await survivalForest({ trees: 30, threads: 1 })(train, seeded(9));
  const two = await survivalForest({ trees: 30, threads: 2 })(train, seeded(9));
  const text = JSON.stringify(one);
  expect(JSON.stringify(two)).toBe(text);
  const back = survivalForestFromJSON(JSON.parse(text));
  expect(back.predict(test2.x)).toEqual(one.predict(test2.x));
  expect(back.survivalAt(test2.x, [7]).values).toEqual(one.survivalAt(test2.x, [7]).values);
  const json = JSON.parse(text);
  json.hazards.hazard[0] = 2;
  expect(() => survivalForestFromJSON(json)).toThrow("hazards must be from 0 to 1");
});

test("contributions and the expected value sum to the prediction; survival given an age is a ratio", async () => {
  const forest = await survivalForest({ trees: 20 })(train, seeded(2));
  const some = takeRows(test2.x, [0, 1, 2]);
  const parts = forest.contributions(some);
  const predicted = forest.predict(some);
  for (let i = 0; i < 3; i++) {
    let sum = forest.expected;
    for (let j = 0; j < parts.columns; j++) sum += column(parts, j)[i];
    expect(sum).toBeCloseTo(predicted[i], 9);
  }
  const age = Float64Array.of(5, 10, 0);
  const later = forest.residualSurvivalAt(some, age, [6]).values;
  age.forEach((a, i) => {
    const [now, then] = forest.survivalAt(takeRows(some, [i]), [a, a + 6]).values;
    expect(later[i]).toBeCloseTo(then / now, 12);
  });
});

test("missing values take a side of their own; late entries are not counted before they came", async () => {
  const holes = train.x.values.map((v, k) => (k < train.x.rows && v > 1 ? NaN : v));
  const x = matrix(train.x.rows, train.x.columns, holes, train.x.features);
  const forest = await survivalForest({ trees: 50 })({ ...train, x }, seeded(4));
  expect(forest.predict(x).every(Number.isFinite)).toBe(true);
  const entry = train.time.map((t) => (t > 10 ? t - 5 : 0));
  const late = await survivalForest({ trees: 200, minRows: 800, threads: 1 })({ ...train, entry }, seeded(1));
  const at = late.survivalAt(takeRows(train.x, [0]), [12]).values[0];
  expect(Math.abs(at - kaplanMeier({ ...train, entry }).at(12))).toBeLessThan(0.01);
});

test("what is no lifetime is refused", async () => {
  const fit = survivalForest();
  await expect(fit({ ...train, event: train.event.map(() => 0) }, seeded(1))).rejects.toThrow(
    "must have ended",
  );
  await expect(fit({ ...train, strata: new Int32Array(800) }, seeded(1))).rejects.toThrow("takes strata");
  expect(() => survivalForest({ trees: 0 })).toThrow("trees must be a whole number");
});
