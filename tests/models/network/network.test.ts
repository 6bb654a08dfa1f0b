import { describe, expect, test } from "vitest";
import { gunzipJson, gzipJson } from "../../../src/core/gzip-json";
import { type Labelled, matrix, takeLabelled, takeRows } from "../../../src/core/matrix";
import type { Scorer } from "../../../src/core/metric";
import type { Progress } from "../../../src/core/model";
import { normal, seeded } from "../../../src/core/rng";
import { loadChurnBigml, loadTelco } from "../../../src/data/sources/load-source";
import { stratifiedKFold } from "../../../src/data/split";
import { dropColumns } from "../../../src/data/table";
import { target } from "../../../src/data/target";
import { brierLoss } from "../../../src/evaluate/probability";
import { averagePrecision, rocAuc } from "../../../src/evaluate/ranking";
import { scorerNamed } from "../../../src/evaluate/scorers";
import { encode } from "../../../src/features/encode";
import { drawHeld } from "../../../src/models/hold-out";
import { network, networkFromJSON } from "../../../src/models/network/network";
import { distinctColumns } from "../../../src/models/network/network-select";
import { referenceNetwork } from "../../../src/models/network/reference-network";
import { realData } from "../../support";

/** Churn where one number is far from its middle, or one level of three; one column is noise, one a copy. */
function rows(n: number, label = "rows"): Labelled {
  const rng = seeded(label);
  const values = new Float64Array(5 * n);
  const y = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const x = normal(rng);
    const level = Math.floor(3 * rng.uniform());
    values[i] = x;
    values[n + i] = level;
    values[2 * n + i] = normal(rng);
    values[3 * n + i] = 2 * x + 1;
    values[4 * n + i] = rng.uniform() < 0.1 ? Number.NaN : normal(rng);
    const odds = (Math.abs(x) > 1.2 ? 4 : 0) + (level === 2 ? 2 : 0) - 3;
    y[i] = rng.uniform() < 1 / (1 + Math.exp(-odds)) ? 1 : 0;
  }
  const features = [
    { name: "x" },
    { name: "kind", levels: ["a", "b", "c"] },
    { name: "noise" },
    { name: "copy" },
    { name: "gaps" },
  ];
  return { x: matrix(n, 5, values, features), y };
}

const quick = {
  hidden: [16],
  members: 2,
  epochs: 20,
  batch: 64,
  rate: 0.02,
  frequencyScale: 0.5,
  bins: 0,
} as const;

describe("network(options)", () => {
  test("learns effects that are not linear, and leaves out copies and noise", async () => {
    const test = rows(500, "test");
    const model = await network(quick)(rows(600), seeded(1));
    expect(rocAuc(test.y, model.predict(test.x))).toBeGreaterThan(0.8);
    const taken = [...model.inputs.numbers, ...model.inputs.flags].map((one) => one.name);
    expect(taken).toEqual(expect.arrayContaining(["x", "kind = c"]));
    expect(taken).not.toContain("copy");
    expect(taken).not.toContain("noise");
  });

  test("chooses the same on one thread and on two", async () => {
    const options = { ...quick, epochs: 3 };
    const [one, two] = await Promise.all(
      [1, 2].map((threads) => network({ ...options, threads })(rows(300), seeded(1))),
    );
    expect(JSON.stringify(two)).toBe(JSON.stringify(one));
  });

  test("gives each row its prediction, whichever rows stand beside it", async () => {
    const data = rows(200);
    const model = await network({ ...quick, columns: "all", epochs: 2 })(data, seeded(1));
    const all = model.predict(data.x);
    expect(model.predict(takeRows(data.x, [7, 3]))).toEqual(Float64Array.of(all[7], all[3]));
    expect(model.predict(takeRows(data.x, []))).toEqual(new Float64Array(0));
  });

  test("keeps the best weights by what it is told to watch", async () => {
    const held = rows(300, "held");
    const seen: number[] = [];
    const stopOn: Scorer = {
      name: "counted",
      title: "counted",
      better: "higher",
      range: [-Infinity, 0],
      metric: () => {
        seen.push(0);
        return -Math.abs(seen.length - 3);
      },
    };
    const model = await network({ ...quick, columns: "all", validation: held, stopOn, patience: 2 })(
      rows(200),
      seeded(1),
    );
    expect(model.training).toMatchObject({ epochs: 5, kept: 3, ended: "patience" });
  });

  test('stopOn: "averagePrecision" keeps the same weights as that scorer does, by the highest PR AUC', async () => {
    const held = rows(300, "held");
    const figures: number[] = [];
    const watch = {
      progress: (step: Progress) =>
        step.phase === "train" && figures.push(step.figures?.validation as number),
    };
    const options = { ...quick, columns: "all", validation: held } as const;
    const model = await network({ ...options, stopOn: "averagePrecision" })(rows(200), seeded(1), watch);
    const same = await network({ ...options, stopOn: scorerNamed("averagePrecision") })(rows(200), seeded(1));
    expect(JSON.stringify(same)).toBe(JSON.stringify(model));
    expect(model.training.kept).toBe(1 + figures.indexOf(Math.min(...figures)));
    expect(averagePrecision(held.y, model.predict(held.x))).toBeCloseTo(-Math.min(...figures), 9);
  });

  test("validation: 0.2 learns from the other four fifths of each class alone", async () => {
    const data = rows(300);
    const { train, test } = drawHeld(300, data.y, 0.2, seeded(1).fork("validation"), "test");
    const ones = (of: Int32Array) => of.filter((i) => data.y[i] === 1).length;
    expect(test.length).toBe(60);
    expect(ones(test)).toBe(Math.round(0.2 * (ones(train) + ones(test))));
    const options = { ...quick, columns: "all", epochs: 2 } as const;
    const drawn = await network({ ...options, validation: 0.2 })(data, seeded(1));
    const held = takeLabelled(data, test);
    const given = await network({ ...options, validation: held })(takeLabelled(data, train), seeded(1));
    expect(given.weights).toEqual(drawn.weights);
  });

  test('schedule: "plateau" lowers the rate where the validation stands still', async () => {
    const still: Scorer = { name: "still", title: "still", better: "lower", range: [0, 1], metric: () => 1 };
    const options = { ...quick, columns: "all", validation: 0.2, stopOn: still, epochs: 6 } as const;
    const losses = async (schedule: "plateau" | "constant") => {
      const seen: number[] = [];
      const watch = {
        progress: ({ phase, figures }: Progress) => phase === "train" && seen.push(figures?.loss as number),
      };
      await network({ ...options, schedule })(rows(300), seeded(1), watch);
      return seen;
    };
    const [plateau, constant] = [await losses("plateau"), await losses("constant")];
    // The first epoch is the best; three more without a better one, and the fifth goes at half the rate.
    expect(plateau.slice(0, 4)).toEqual(constant.slice(0, 4));
    expect(plateau[4]).not.toBe(constant[4]);
  });

  test("stops within a batch when told to, and keeps what it has learned", async () => {
    const stop = new AbortController();
    const told: Progress[] = [];
    const progress = (step: Progress): void => {
      told.push(step);
      if (step.phase === "train" && step.done === 2) stop.abort();
    };
    const watch = { signal: stop.signal, progress };
    const model = await network({ ...quick, columns: "all" })(rows(200), seeded(1), watch);
    expect(model.training).toMatchObject({ epochs: 2, kept: 2, ended: "stop signal" });
    expect(told.slice(0, 2).map(({ phase, done }) => `${phase} ${done}`)).toEqual(["prepare 0", "prepare 1"]);
    expect(told.at(-1)).toMatchObject({
      phase: "train",
      done: 2,
      total: 20,
      figures: { loss: expect.any(Number) },
    });
  });

  test("rejects when stopped while it still chooses", async () => {
    const stop = new AbortController();
    const watch = { signal: stop.signal, progress: () => stop.abort(new Error("enough")) };
    await expect(network(quick)(rows(300), seeded(1), watch)).rejects.toThrow("enough");
  });

  test.each([
    ["shared: true", { shared: true, members: 4 }],
    ["bins: 6", { bins: 6 }],
    ["frequencies: 0", { frequencies: 0 }],
    ['classWeights: "balanced"', { classWeights: "balanced" }],
    ['loss: "focal"', { loss: "focal", focalGamma: 1 }],
    ['schedule: "cosine"', { schedule: "cosine" }],
    ['schedule: "plateau"', { schedule: "plateau" }],
    ["validation: 0.2", { validation: 0.2, patience: 5 }],
    ['stopOn: "averagePrecision"', { validation: 0.2, stopOn: "averagePrecision" }],
    ["hidden: []", { hidden: [] }],
  ] as const)("learns with %s", async (_, options) => {
    const held = rows(500, "test");
    const model = await network({ ...quick, columns: "all", ...options })(rows(600), seeded(1));
    expect(rocAuc(held.y, model.predict(held.x))).toBeGreaterThan(0.6);
  });

  test("predicts numbers on their own scale", async () => {
    const data = rows(500);
    const y = data.x.values.slice(0, 500).map((x) => 1e4 + 3000 * Math.cos(2 * x));
    const model = await network({ ...quick, task: "regression", epochs: 30 })({ x: data.x, y }, seeded(1));
    const off = model.predict(data.x).reduce((sum, p, i) => sum + Math.abs(p - y[i]), 0) / 500;
    expect(off).toBeLessThan(400);
  });

  test("with 0 epochs predicts by its first weights", async () => {
    const data = rows(100);
    const model = await network({ ...quick, columns: "all", epochs: 0 })(data, seeded(1));
    expect(model.training).toMatchObject({ epochs: 0, kept: 0 });
    expect(model.predict(data.x).every((p) => p > 0 && p < 1)).toBe(true);
  });

  test.each([
    ["members", { members: 0 }, "Cannot make network: members must be a whole number from 1 to 1024, got 0"],
    ["dropout", { dropout: 1 }, "Cannot make network: dropout must be at least 0 and below 1, got 1"],
    [
      "validation",
      { validation: 1 },
      "Cannot make network: validation must be above 0 and at most 0.9, got 1",
    ],
    [
      "stopOn",
      { task: "regression", stopOn: "averagePrecision" },
      "Cannot make network: averagePrecision needs classes, not a regression",
    ],
    [
      "schedule",
      { schedule: "linear" },
      'Cannot make network: schedule must be one of cosine, one-cycle, plateau, constant, got "linear"',
    ],
    [
      "loss",
      { loss: "squared" },
      'Cannot make network: loss must be one of cross-entropy, focal, got "squared"',
    ],
  ] as const)("refuses a bad %s", (_, options, message) => {
    expect(() => network(options as object)).toThrow(message);
  });

  test("refuses columns of one value", async () => {
    const constant = { x: matrix(4, 1, new Float64Array(4)), y: Float64Array.of(0, 1, 0, 1) };
    await expect(network()(constant, seeded(1))).rejects.toThrow(
      "Cannot fit network: some column must vary (left out: x0)",
    );
  });

  test("comes back from JSON and from packed bytes with the same bits in all weights and predictions", async () => {
    const data = rows(120);
    const model = await network({ ...quick, columns: "all", shared: true, epochs: 2 })(data, seeded(1));
    const bits = (from: typeof model) =>
      Object.entries(from.weights).map(([name, { values }]) => [
        name,
        ...new Uint32Array(values.slice().buffer),
      ]);
    for (const json of [
      JSON.parse(JSON.stringify(model)),
      gunzipJson(gzipJson(model.toJSON(), "test"), "test"),
    ]) {
      const back = networkFromJSON(json);
      expect(bits(back)).toEqual(bits(model));
      expect(back.predict(data.x)).toEqual(model.predict(data.x));
      expect(JSON.stringify(back)).toBe(JSON.stringify(model));
    }
  });

  test("is refused when its file was tampered with", async () => {
    const model = await network({ ...quick, columns: "all", epochs: 1 })(rows(100), seeded(1));
    const json = JSON.parse(JSON.stringify(model));
    expect(() => networkFromJSON({ ...json, shape: { ...json.shape, hidden: [17] } })).toThrow(
      /Cannot load network: weights 0\.w must be/,
    );
    expect(() => networkFromJSON({ ...json, columns: 2 })).toThrow(
      /column "noise" must be among the 2, got 2/,
    );
    expect(() => networkFromJSON({ ...json, version: 2 })).toThrow("Cannot load network");
  });
});

test("distinctColumns(x) leaves out multiples of earlier columns, not codes", () => {
  expect(distinctColumns(rows(50).x)).toEqual([0, 1, 2, 4]);
});

describe.skipIf(!realData)("on real data", () => {
  // bench/quality.bench.mjs has both data sets with five nets, and churn-bigml with discovered features.
  test("one net without discovered features: churn-bigml's test ROC AUC ≥ .92, PR AUC ≥ .87, Brier ≤ .037", async () => {
    const { train, test } = await loadChurnBigml({ folders: [realData as string] });
    const encoder = encode({ categories: "codes" })(dropColumns(train.table, ["Churn"]));
    const model = await network({ members: 1 })(
      { x: encoder.transform(train.table), y: target(train.table, "Churn") },
      seeded(1),
    );
    const y = target(test.table, "Churn");
    const p = model.predict(encoder.transform(test.table));
    expect(rocAuc(y, p)).toBeGreaterThan(0.92);
    expect(averagePrecision(y, p)).toBeGreaterThan(0.87);
    expect(brierLoss(y, p)).toBeLessThan(0.037);
  });

  test("network() on a fifth of IBM Telco, learnt from the others: ROC AUC ≥ .853, PR AUC ≥ .66, Brier ≤ .1335", async () => {
    const { table } = await loadTelco({ folders: [realData as string] });
    const y = target(table, "Churn");
    const encoder = encode({ categories: "codes" })(dropColumns(table, ["Churn", "customerID"]));
    const data = { x: encoder.transform(table), y };
    const learner = network({
      hidden: [64, 32],
      activation: "relu",
      bins: 8,
      rate: 0.008,
      columns: "all",
    });
    const [fold] = stratifiedKFold(y, 5, seeded(1));
    const held = takeLabelled(data, fold.test);
    const p = (await learner(takeLabelled(data, fold.train), seeded(1))).predict(held.x);
    // .8560, .6660 and .1324; of all five folds together, by three draws, .848, .666 and .1338.
    expect(rocAuc(held.y, p)).toBeGreaterThan(0.853);
    expect(averagePrecision(held.y, p)).toBeGreaterThan(0.66);
    expect(brierLoss(held.y, p)).toBeLessThan(0.1335);
  });

  test("referenceNetwork() by the reference protocol lies about its published row", async () => {
    const { train, test } = await loadChurnBigml({ folders: [realData as string] });
    const left = train.table.columns
      .map((one) => one.name)
      .filter((name) => /minutes|charge|^Churn$/.test(name));
    const encoder = encode()(dropColumns(train.table, left));
    const [y, held] = [target(train.table, "Churn"), target(test.table, "Churn")];
    const x = encoder.transform(train.table);
    expect(x.columns).toBe(61);
    const recalls: number[] = [];
    const precisions: number[] = [];
    for (const seed of [1, 2]) {
      const model = await referenceNetwork()({ x, y }, seeded(seed));
      const called = model.predict(encoder.transform(test.table)).map((p) => (p >= 0.3 ? 1 : 0));
      const hits = called.reduce((sum, one, i) => sum + one * held[i], 0);
      recalls.push(hits / 95);
      precisions.push(hits / called.reduce((sum, one) => sum + one, 0));
    }
    // Published: precision .258, recall .632; over 24 seeds ours are .209 to .253 and .505 to .653.
    expect(Math.min(...recalls)).toBeGreaterThan(0.45);
    expect(Math.max(...recalls)).toBeLessThan(0.7);
    expect(Math.min(...precisions)).toBeGreaterThan(0.19);
    expect(Math.max(...precisions)).toBeLessThan(0.29);
  });
});
