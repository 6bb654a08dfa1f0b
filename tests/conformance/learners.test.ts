import { describe, expect, test } from "vitest";
import { type Labelled, type Matrix, matrix, takeLabelled, takeRows } from "../../src/core/matrix";
import { normal, seeded } from "../../src/core/rng";
import { crossValidate } from "../../src/evaluate/cross-validate";
import { scorerNamed } from "../../src/evaluate/scorers";
import { loadModel, modelBytes, parseModelBytes } from "../../src/models/load";
import { learners, type Stated } from "./learner-list";

const n = 160;

/** Rows whose first columns matter, with weights where asked. */
function rows(target: Stated["target"]): Labelled {
  const rng = seeded("conformance");
  const x = matrix(
    n,
    4,
    Float64Array.from({ length: 4 * n }, () => normal(rng)),
  );
  const signal = Float64Array.from(
    { length: n },
    (_, i) => 1.5 * x.values[i] - x.values[n + i] + 0.5 * normal(rng),
  );
  if (target === "numbers") return { x, y: signal };
  if (target === "classes") return { x, y: signal.map((value) => (value > 0.4 ? 1 : 0)) };
  return { x, y: signal.map((value) => (value > 0 ? Math.exp(value / 2) : 0)) };
}

function withValue(x: Matrix, at: number, value: number): Matrix {
  const values = Float64Array.from(x.values);
  values[at] = value;
  return { ...x, values };
}

function meanSquare(y: Float64Array, predicted: ArrayLike<number>): number {
  return y.reduce((sum, value, i) => sum + (value - predicted[i]) ** 2, 0) / y.length;
}

describe.each(learners)("$name", ({ learner, target, missing, levels, needsBoth }) => {
  const data = rows(target);
  const { x, y } = data;
  const train = (given: Labelled, seed = 7) => learner(given, seeded(seed));

  test("same rows and stream: same model; its JSON, loaded, predicts the same to the last bit", async () => {
    const [one, two] = [await train(data), await train(data)];
    const text = JSON.stringify(one);
    expect(JSON.stringify(two)).toBe(text);
    const back = loadModel(JSON.parse(text));
    expect(back.kind).toBe(one.kind);
    expect(back.predict(x)).toEqual(one.predict(x));
    expect(JSON.stringify(back)).toBe(text);
    expect(JSON.stringify(loadModel(parseModelBytes(modelBytes(one.toJSON()))))).toBe(text);
  });

  test("a row's prediction does not depend on the rows beside it", async () => {
    const model = await train(data);
    const all = model.predict(x);
    expect(all.length).toBe(n);
    expect(all.every(Number.isFinite)).toBe(true);
    if (target === "classes") expect(all.every((p) => p >= 0 && p <= 1)).toBe(true);
    const some = [5, 150, 5, 0, 77];
    expect([...model.predict(takeRows(x, some))]).toEqual(some.map((i) => all[i]));
    expect(model.predict(takeRows(x, [])).length).toBe(0);
  });

  test("leaves its inputs untouched", async () => {
    const weights = new Float64Array(n).fill(1);
    const copy = [x.values, y, weights].map((values) => Float64Array.from(values));
    const model = await train({ ...data, weights });
    model.predict(x);
    expect([x.values, y, weights]).toEqual(copy);
  });

  test("beats a constant on rows it did not see", async () => {
    const model = await train(
      takeLabelled(
        data,
        Array.from({ length: 120 }, (_, i) => i),
      ),
    );
    const later = Array.from({ length: 40 }, (_, i) => 120 + i);
    const truth = takeLabelled(data, later);
    const mean = truth.y.reduce((sum, value) => sum + value, 0) / 40;
    expect(meanSquare(truth.y, model.predict(truth.x))).toBeLessThan(
      0.7 * meanSquare(truth.y, new Float64Array(40).fill(mean)),
    );
  });

  test("honours weights: rows without weight teach nothing, and equal weights are none", async () => {
    // The first 60 rows tell the opposite of the truth.
    const wrong = y.map((value, i) => {
      if (i >= 60) return value;
      return target === "classes" ? 1 - value : target === "numbers" ? -value : value > 0 ? 0 : 3;
    });
    const weights = y.map((_, i) => (i < 60 ? 0 : 1));
    const fooled = (await train({ x, y: wrong })).predict(x);
    const spared = (await train({ x, y: wrong, weights })).predict(x);
    expect(meanSquare(y, spared)).toBeLessThan(0.6 * meanSquare(y, fooled));
    const plain = (await train(data)).predict(x);
    const same = (await train({ ...data, weights: new Float64Array(n).fill(1) })).predict(x);
    same.forEach((value, i) => {
      expect(value).toBeCloseTo(plain[i], 9);
    });
  });

  test(`${missing ? "takes" : "refuses"} missing values, and refuses infinities in targets`, async () => {
    const holed = withValue(x, 3, Number.NaN);
    if (missing) {
      const model = await train({ ...data, x: holed });
      expect(model.predict(holed).every(Number.isFinite)).toBe(true);
      const empty = { ...x, values: x.values.map((value, at) => (at < n ? Number.NaN : value)) };
      expect((await train({ ...data, x: empty })).predict(x).every(Number.isFinite)).toBe(true);
    } else {
      await expect(train({ ...data, x: holed })).rejects.toThrow(/^Cannot .*(finite|missing)/);
      const model = await train(data);
      expect(() => model.predict(holed)).toThrow(/^Cannot .*(finite|missing)/);
    }
    await expect(train({ ...data, y: y.map((value, i) => (i === 4 ? Number.NaN : value)) })).rejects.toThrow(
      "Cannot",
    );
    await expect(train({ ...data, y: y.map((value, i) => (i === 4 ? Infinity : value)) })).rejects.toThrow(
      "Cannot",
    );
  });

  test("treats infinite values by a rule: refused, or above (below) every number", async () => {
    const model = await train(data);
    for (const extreme of [Infinity, -Infinity]) {
      const odd = withValue(x, 0, extreme);
      if (missing) {
        const expected = model.predict(withValue(x, 0, Math.sign(extreme) * 1e300))[0];
        expect(model.predict(odd)[0]).toBe(expected);
      } else {
        expect(() => model.predict(odd)).toThrow(/^Cannot .*finite/);
        await expect(train({ ...data, x: odd })).rejects.toThrow(/^Cannot .*finite/);
      }
    }
  });

  test("refuses wrong shapes, in words", async () => {
    await expect(train({ ...data, y: y.slice(1) })).rejects.toThrow("Cannot");
    await expect(train({ ...data, weights: new Float64Array(3) })).rejects.toThrow("Cannot");
    await expect(train({ ...data, weights: y.map(() => -1) })).rejects.toThrow("Cannot");
    await expect(train({ ...data, weights: y.map(() => 0) })).rejects.toThrow("Cannot");
    await expect(train({ x: takeRows(x, []), y: new Float64Array(0) })).rejects.toThrow("Cannot");
    const model = await train(data);
    expect(() => model.predict(matrix(2, 3, new Float64Array(6)))).toThrow(/^Cannot .*columns/);
  });

  test(`${needsBoth && target === "classes" ? "refuses one label alone" : "with one label alone predicts it"}`, async () => {
    for (const label of target === "amounts" ? [] : [0, 1]) {
      const only = { x, y: new Float64Array(n).fill(label) };
      if (needsBoth && target === "classes") await expect(train(only)).rejects.toThrow("Cannot");
      else for (const value of (await train(only)).predict(x)) expect(value).toBeCloseTo(label, 9);
    }
  });

  test("survives constant columns, repeated rows and columns that repeat each other", async () => {
    const flat = { ...x, values: x.values.map((value, at) => (at >= 2 * n && at < 3 * n ? 3 : value)) };
    expect((await train({ ...data, x: flat })).predict(flat).every(Number.isFinite)).toBe(true);
    const twins = { ...x, values: x.values.map((value, at) => (at >= 3 * n ? x.values[at - 3 * n] : value)) };
    expect((await train({ ...data, x: twins })).predict(twins).every(Number.isFinite)).toBe(true);
    const repeated = takeLabelled(
      data,
      Array.from({ length: n }, (_, i) => i % 20),
    );
    expect((await train(repeated)).predict(x).every(Number.isFinite)).toBe(true);
  });

  test("with one or two rows answers or says what it needs", async () => {
    for (const count of [1, 2]) {
      const few = takeLabelled(
        data,
        Array.from({ length: count }, (_, i) => i),
      );
      const found = await train(few).then(
        (model) => model.predict(x).every(Number.isFinite),
        (error: Error) => error.message.startsWith("Cannot "),
      );
      expect(found).toBe(true);
    }
  });

  test(`${levels ? "splits on" : "refuses"} columns of codes with levels`, async () => {
    const values = Float64Array.from(x.values);
    for (let i = 0; i < n; i++) values[3 * n + i] = i % 3;
    const features = x.features.map((one, j) => (j === 3 ? { name: "plan", levels: ["a", "b", "c"] } : one));
    const coded = { ...x, values, features };
    // The level decides the target.
    const decided = { x: coded, y: Float64Array.from({ length: n }, (_, i) => (i % 3 === 1 ? 1 : 0)) };
    if (!levels) {
      await expect(train({ ...data, x: coded })).rejects.toThrow(/^Cannot .*(categories|levels)/);
      return;
    }
    const predicted = (await train(decided)).predict(coded);
    expect(predicted[1] - predicted[0]).toBeGreaterThan(0.3);
  });

  test.runIf(levels)("takes 10,000 levels, rows of levels never seen, and rows without any", async () => {
    const names = Array.from({ length: 10_000 }, (_, k) => `level ${k}`);
    const features = x.features.map((one, j) => (j === 3 ? { name: "town", levels: names } : one));
    const withCodes = (code: (i: number) => number): Matrix => {
      const values = x.values.map((value, at) => (at < 3 * n ? value : code(at - 3 * n)));
      return { ...x, values, features };
    };
    const many = { ...data, x: withCodes((i) => (61 * i) % 10_000) };
    const model = await train(many);
    expect(model.predict(many.x).every(Number.isFinite)).toBe(true);
    for (const code of [9_999, Number.NaN]) {
      const predicted = model.predict(withCodes(() => code));
      expect(predicted.every(Number.isFinite)).toBe(true);
    }
    const back = loadModel(JSON.parse(JSON.stringify(model)));
    expect(back.predict(many.x)).toEqual(model.predict(many.x));
  });

  test("a fold without one of the classes is refused in words, or predicted", async () => {
    if (target !== "classes") return;
    // The rows sorted by label: the first fold's training rows are all of class 1.
    const order = [...y.keys()].sort((a, b) => y[a] - y[b]);
    const zeros = y.length - y.reduce((sum, label) => sum + label, 0);
    const folds = [
      { train: Int32Array.from(order.slice(zeros)), test: Int32Array.from(order.slice(0, zeros)) },
    ];
    const done = crossValidate({ learner, data, folds, scorers: [scorerNamed("brierLoss")] }, seeded(7));
    if (needsBoth) await expect(done).rejects.toThrow(/^Cannot .*class/);
    else expect((await done).folds[0].predictions.every((p) => Math.abs(p - 1) < 1e-9)).toBe(true);
    // Of order such a fold says nothing.
    const ranked = crossValidate(
      {
        learner,
        data,
        folds: [{ train: Int32Array.from(y.keys()), test: Int32Array.from(order.slice(zeros)) }],
        scorers: [scorerNamed("rocAuc")],
      },
      seeded(7),
    );
    await expect(ranked).rejects.toThrow(/^Cannot .*class/);
  });
});
