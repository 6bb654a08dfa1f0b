import fc from "fast-check";
import { expect, test } from "vitest";
import { matrix } from "../../src/core/matrix";
import { normal, seeded } from "../../src/core/rng";
import { table } from "../../src/data/table";
import { calibrated } from "../../src/models/calibrate/calibrate";
import { randomForest } from "../../src/models/forest/forest";
import { ridge } from "../../src/models/linear/linear";
import { logisticRegression } from "../../src/models/linear/logistic";
import { loadModel, loadPipeline, modelBytes, parseModelBytes } from "../../src/models/load";
import { pipeline } from "../../src/models/pipeline";

const draw = seeded("rows");
const n = 80;
const x = matrix(
  n,
  2,
  Float64Array.from({ length: 2 * n }, () => normal(draw)),
);
const y = Float64Array.from({ length: n }, (_, i) => (x.values[i] + normal(draw) > 0 ? 1 : 0));
const people = table([
  { name: "a", type: "numeric", values: x.values.slice(0, n) },
  {
    name: "plan",
    type: "categorical",
    codes: Int32Array.from({ length: n }, (_, i) => i % 3),
    levels: ["x", "y", "z"],
  },
]);

test.each([
  ["logistic regression", logisticRegression()],
  ["ridge", ridge()],
  ["random forest", randomForest({ trees: 5 })],
  ["calibrated forest", calibrated(randomForest({ trees: 5 }), { method: "isotonic" })],
] as const)("loadModel(toJSON()) of a %s predicts bit for bit the same", async (_, learner) => {
  const model = await learner({ x, y }, seeded(1));
  const back = loadModel(JSON.parse(JSON.stringify(model)));
  expect(back.kind).toBe(model.kind);
  expect(back.predict(x)).toEqual(model.predict(x));
  expect(JSON.stringify(back)).toBe(JSON.stringify(model));
});

test("loadPipeline(toJSON()) predicts bit for bit the same", async () => {
  const model = await pipeline({ learner: calibrated(logisticRegression()) })(people, y, seeded(1));
  const back = loadPipeline(JSON.parse(JSON.stringify(model)));
  expect(back.predict(people)).toEqual(model.predict(people));
});

test("loadModel and loadPipeline refuse what is corrupted, truncated or hostile, in words", async () => {
  const model = await logisticRegression()({ x, y }, seeded(1));
  const text = JSON.stringify(model);
  expect(() => parseModelBytes(Buffer.from(text.slice(0, 50)))).toThrow(
    "Cannot load model: it must be JSON text",
  );
  expect(() => parseModelBytes(Uint8Array.of(0x89, 0x74, 0x6c, 0x6d, 0x0d, 0x0a, 0x1a, 0x0a, 1, 0))).toThrow(
    "Cannot load model: it is in the packed form of telelink 0.1",
  );
  for (const wrong of [null, 3, "model", [], undefined])
    expect(() => loadModel(wrong)).toThrow("Cannot load model: it must be an object");
  for (const kind of ["__proto__", "constructor", "toString", 7, undefined])
    expect(() => loadModel({ kind, version: 1 })).toThrow("Cannot load model: kind must be one of");
  expect(() => loadModel({ ...model.toJSON(), version: 9 })).toThrow("version must be 1, got 9");
  expect(() => loadModel(JSON.parse(text.replace('"intercept"', '"__proto__"')))).toThrow("Cannot load");
  let nested: unknown = model.toJSON();
  for (let depth = 0; depth < 10_000; depth++)
    nested = {
      kind: "calibrated",
      version: 1,
      model: nested,
      calibrator: { method: "sigmoid", slope: 1, intercept: 0 },
    };
  expect(() => loadModel(nested)).toThrow("models may be nested 8 deep");
  const whole = (await pipeline({ learner: logisticRegression() })(people, y, seeded(1))).toJSON();
  expect(() => loadPipeline({ ...whole, model: { ...model.toJSON() } })).toThrow(
    "the matrix must have 2 columns as in training, got 3",
  );
  expect(() => loadPipeline(whole.model)).toThrow('Cannot load pipeline: kind must be "pipeline"');
});

test("modelBytes gives compact bytes that load to the same pipeline, and text loads too", async () => {
  const model = await pipeline({ learner: calibrated(randomForest({ trees: 20 })) })(people, y, seeded(1));
  const text = JSON.stringify(model);
  const bytes = modelBytes(model.toJSON());
  expect(bytes.length).toBeLessThan(0.5 * text.length);
  for (const form of [bytes, Buffer.from(text)]) {
    const back = loadPipeline(parseModelBytes(form));
    expect(back.predict(people)).toEqual(model.predict(people));
    expect(JSON.stringify(back)).toBe(text);
  }
});

test("a model's numbers changed within compact bytes are refused in words, or predict finite values", async () => {
  const model = await randomForest({ trees: 3, depth: 4 })({ x, y }, seeded(1));
  const json = JSON.stringify(model);
  const trees = Object.keys((model.toJSON() as unknown as { trees: object }).trees).filter(
    (key) => key !== "features" && key !== "kept",
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...trees),
      fc.nat(),
      fc.constantFrom(-1, 0, 1, 2, 1e9, 0.5, -1e300),
      (key, at, wrong) => {
        const changed = JSON.parse(json) as { trees: Record<string, number[]> };
        const list = changed.trees[key];
        if (list.length > 0) list[at % list.length] = wrong;
        try {
          const back = loadModel(parseModelBytes(modelBytes(changed)));
          expect(back.predict(x).every(Number.isFinite)).toBe(true);
        } catch (error) {
          expect((error as Error).message).toMatch(/^Cannot load forest: /);
        }
      },
    ),
    { numRuns: 500, seed: 1 },
  );
});

test("loadModel refuses every single change of a type in a model's file", async () => {
  const model = await calibrated(randomForest({ trees: 2, depth: 2 }))({ x, y }, seeded(1));
  const json = JSON.parse(JSON.stringify(model)) as Record<string, unknown>;
  let tried = 0;
  const walk = (at: Record<string, unknown>): void => {
    for (const key of Object.keys(at)) {
      const kept = at[key];
      for (const wrong of [null, "x", {}, [[]], -1e308]) {
        if (typeof kept === typeof wrong && !Array.isArray(kept) && typeof kept !== "object") continue;
        if (Array.isArray(kept) && kept.length === 0) continue;
        at[key] = wrong;
        // A level list may be null: "not categorical".
        if (!(key === "levels" || (wrong === null && kept === null))) {
          expect(() => loadModel(json), `${key}: ${JSON.stringify(wrong)}`).toThrow("Cannot load");
          tried++;
        }
        at[key] = kept;
      }
      if (typeof kept === "object" && kept !== null && !Array.isArray(kept))
        walk(kept as Record<string, unknown>);
    }
  };
  walk(json);
  expect(tried).toBeGreaterThan(50);
});
