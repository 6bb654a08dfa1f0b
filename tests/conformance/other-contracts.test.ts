import { describe, expect, test } from "vitest";
import { type Labelled, matrix, takeLabelled, takeRows } from "../../src/core/matrix";
import type { Model } from "../../src/core/model";
import { normal, seeded } from "../../src/core/rng";
import { concordanceIndex } from "../../src/evaluate/survival/concordance";
import { gradientBoosting } from "../../src/models/boosting/boosting";
import { renewalRegression } from "../../src/models/clv/renewal-regression";
import { linearRegression, ridge } from "../../src/models/linear/linear";
import { logisticRegression } from "../../src/models/linear/logistic";
import { loadModel } from "../../src/models/load";
import { acceleratedFailureTime } from "../../src/models/survival/accelerated-failure-time";
import type { FitSurvival } from "../../src/models/survival/censored";
import { cox } from "../../src/models/survival/cox";
import { discreteHazard } from "../../src/models/survival/discrete-hazard";
import type { FitUplift } from "../../src/models/uplift/campaign";
import { rLearner } from "../../src/models/uplift/r-learner";
import { tLearner } from "../../src/models/uplift/t-learner";
import { transformedOutcome } from "../../src/models/uplift/transformed-outcome";
import { xLearner } from "../../src/models/uplift/x-learner";

// Learners of lifetimes and of effects take other rows than Labelled. Their rows are made here from labelled ones, whose
// target is the log of a lifetime less noise, or the effect; then they are held to the same rules.

const n = 240;

function rows(): Labelled {
  const rng = seeded("other contracts");
  const x = matrix(
    n,
    3,
    Float64Array.from({ length: 3 * n }, () => normal(rng)),
  );
  return {
    x,
    y: Float64Array.from({ length: n }, (_, i) => x.values[i] - 0.7 * x.values[n + i] + 0.3 * normal(rng)),
  };
}

/** Lifetimes of about ten periods that a high target shortens, one in five cut off. */
function lifetimes({ y, weights }: Omit<Labelled, "x">) {
  const time = y.map((value, i) => (i % 5 === 4 ? 6 : 12) * Math.exp(-value / 2));
  return { time, event: y.map((_, i) => (i % 5 === 4 ? 0 : 1)), ...(weights && { weights }) };
}

/** Every second row was treated, which adds the target. */
function campaign({ x, y }: Labelled) {
  const treated = y.map((_, i) => i % 2);
  return { x, treated, y: y.map((value, i) => value * treated[i]), propensity: 0.5 };
}

interface Subject {
  readonly name: string;
  readonly train: (data: Labelled, seed: number) => Promise<Model>;
  /** From 0 to 1: how often two rows are put in the right order. */
  readonly order: (data: Labelled, predicted: Float64Array) => number;
}

function survival(name: string, learner: FitSurvival): Subject {
  return {
    name,
    train: (data, seed) => learner({ x: data.x, ...lifetimes(data) }, seeded(seed)),
    order: (data, predicted) => concordanceIndex(lifetimes(data), predicted),
  };
}

function uplift(name: string, learner: FitUplift): Subject {
  return {
    name,
    train: (data, seed) => learner(campaign(data), seeded(seed)),
    order: ({ y }, predicted) => {
      const time = y.map((value) => Math.exp(-value));
      return concordanceIndex({ time, event: y.map(() => 1) }, predicted);
    },
  };
}

const line = linearRegression();
const subjects: readonly Subject[] = [
  survival("cox()", cox()),
  survival("cox({penalty})", cox({ penalty: 1 })),
  survival(
    'acceleratedFailureTime({distribution: "weibull"})',
    acceleratedFailureTime({ distribution: "weibull" }),
  ),
  survival(
    'acceleratedFailureTime({distribution: "log-normal"})',
    acceleratedFailureTime({ distribution: "log-normal" }),
  ),
  survival(
    "discreteHazard({learner: logisticRegression()})",
    discreteHazard({ learner: logisticRegression() }),
  ),
  survival(
    "discreteHazard({learner: gradientBoosting()})",
    discreteHazard({ learner: gradientBoosting({ trees: 20 }) }),
  ),
  survival("renewalRegression({penalty})", renewalRegression({ penalty: 1 })),
  uplift("tLearner()", tLearner({ outcome: line })),
  uplift("xLearner()", xLearner({ outcome: line, effect: ridge() })),
  uplift("rLearner()", rLearner({ outcome: ridge(), effect: line })),
  uplift(
    "transformedOutcome()",
    transformedOutcome({ effect: gradientBoosting({ loss: "squared", trees: 20, minRows: 5 }) }),
  ),
];

/** A finite answer for all rows, or an error that says what can't be done. */
async function answers(train: Promise<Model>, data: Labelled): Promise<boolean> {
  return train.then(
    (model) => model.predict(data.x).every(Number.isFinite),
    (error: Error) => error.message.startsWith("Cannot "),
  );
}

describe.each(subjects)("$name", ({ train, order }) => {
  const data = rows();
  const { x, y } = data;

  test("same rows and stream: same model; its JSON, loaded, predicts the same to the last bit", async () => {
    const [one, two] = [await train(data, 7), await train(data, 7)];
    const text = JSON.stringify(one);
    expect(JSON.stringify(two)).toBe(text);
    const back = loadModel(JSON.parse(text));
    expect(back.kind).toBe(one.kind);
    expect(back.predict(x)).toEqual(one.predict(x));
    expect(JSON.stringify(back)).toBe(text);
  });

  test("a row's prediction does not depend on the rows beside it, and inputs stay untouched", async () => {
    const copy = [x.values, y].map((values) => Float64Array.from(values));
    const model = await train(data, 7);
    const all = model.predict(x);
    expect(all.length).toBe(n);
    expect(all.every(Number.isFinite)).toBe(true);
    const some = [5, 150, 5, 0, 77];
    expect([...model.predict(takeRows(x, some))]).toEqual(some.map((i) => all[i]));
    expect(model.predict(takeRows(x, [])).length).toBe(0);
    expect([x.values, y]).toEqual(copy);
  });

  test("puts rows it did not see in a better order than chance", async () => {
    const upTo = (from: number, to: number): Labelled =>
      takeLabelled(
        data,
        Array.from({ length: to - from }, (_, i) => from + i),
      );
    const later = upTo(180, n);
    expect(order(later, (await train(upTo(0, 180), 7)).predict(later.x))).toBeGreaterThan(0.7);
  });

  test("refuses wrong shapes, targets that are no numbers, and other columns than in training", async () => {
    await expect(train({ x, y: y.slice(1) }, 7)).rejects.toThrow(/^Cannot /);
    await expect(train({ x, y: y.map((value, i) => (i === 4 ? Number.NaN : value)) }, 7)).rejects.toThrow(
      /^Cannot /,
    );
    await expect(train({ x: takeRows(x, []), y: new Float64Array(0) }, 7)).rejects.toThrow(/^Cannot /);
    const model = await train(data, 7);
    expect(() => model.predict(matrix(2, 2, new Float64Array(4)))).toThrow(/^Cannot .*columns/);
  });

  test("one or two rows, constant, missing and infinite columns, and repeated rows: an answer, or a reason", async () => {
    const take = (indices: readonly number[]): Labelled => takeLabelled(data, indices);
    for (const few of [[0], [0, 1]]) expect(await answers(train(take(few), 7), data)).toBe(true);
    const repeated = take(Array.from({ length: n }, (_, i) => i % 20));
    expect(await answers(train(repeated, 7), data)).toBe(true);
    for (const value of [3, Number.NaN, Infinity]) {
      const odd = { ...x, values: x.values.map((own, at) => (at >= 2 * n ? value : own)) };
      expect(await answers(train({ x: odd, y }, 7), { x: odd, y })).toBe(true);
    }
    expect(await answers(train({ x, y: y.map(() => 0) }, 7), data)).toBe(true);
  });
});
