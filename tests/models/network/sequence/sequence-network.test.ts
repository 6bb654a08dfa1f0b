import { describe, expect, test } from "vitest";
import { gunzipJson, gzipJson } from "../../../../src/core/gzip-json";
import { column, matrix } from "../../../../src/core/matrix";
import type { Progress } from "../../../../src/core/model";
import { normal, seeded } from "../../../../src/core/rng";
import { rocAuc } from "../../../../src/evaluate/ranking";
import { pinballLoss } from "../../../../src/evaluate/regression";
import { gru } from "../../../../src/models/network/sequence/gru";
import { lstm } from "../../../../src/models/network/sequence/lstm";
import {
  type FitSequences,
  sequenceNetworkFromJSON,
} from "../../../../src/models/network/sequence/sequence-network";
import {
  type LabelledSequences,
  sequences,
  takeSequences,
  targetColumns,
} from "../../../../src/models/network/sequence/sequences";
import { transformer } from "../../../../src/models/network/sequence/transformer";

const steps = 6;

/** Rows whose label is whether the larger of two series peaks late: no aggregate over the steps tells. */
function rowsOf(
  rows: number,
  seed: string,
  missing = 0,
): LabelledSequences & { readonly sums: Float64Array } {
  const rng = seeded(seed);
  const values = new Float32Array(rows * steps * 2);
  const label = new Float64Array(rows);
  const sums = new Float64Array(rows);
  const fixed = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const late = rng.uniform() < 0.4;
    label[i] = late ? 1 : 0;
    fixed[i] = 100 + 10 * normal(rng);
    for (let t = 0; t < steps; t++) {
      const place = (i * steps + t) * 2;
      const peak = t === (late ? 4 : 1) ? 2.5 : 0;
      values[place] = 500 + 100 * (peak + 0.5 * normal(rng));
      values[place + 1] = normal(rng);
      sums[i] += values[place] + (t === 5 ? fixed[i] : 0);
    }
    for (let t = 0; t < steps; t++) if (rng.uniform() < missing) values[(i * steps + t) * 2 + 1] = Number.NaN;
  }
  const x = sequences(rows, steps, ["use", "noise"], values, matrix(rows, 1, fixed, [{ name: "age" }]));
  return { x, y: targetColumns({ late: label }), sums };
}

const nets: readonly (readonly [string, (options: Parameters<typeof gru>[0]) => FitSequences])[] = [
  ["gru", gru],
  ["lstm", lstm],
  ["transformer", (options) => transformer({ ...options, heads: 2 })],
];
const small = { width: 8, epochs: 12, batch: 32, rate: 0.01 } as const;

describe.each(nets)("%s()", (name, learner) => {
  test("learns when something happened, the same with the same seed, and its JSON predicts the same bits", async () => {
    const train = rowsOf(400, "train", 0.05);
    const test = rowsOf(300, "test", 0.05);
    const before = Float32Array.from(train.x.values);
    const progress: Progress[] = [];
    const model = await learner(small)(train, seeded(1), { progress: (step) => progress.push(step) });
    const p = model.predict(test.x);
    expect(p.features.map((one) => one.name)).toEqual(["late"]);
    expect(rocAuc(test.y.values, p.values)).toBeGreaterThan(0.95);
    expect(progress.map(({ phase }) => phase).slice(0, 3)).toEqual(["prepare", "prepare", "train"]);
    expect(progress.length).toBe(2 + model.training.epochs);
    expect(progress[2].figures?.validation).toBeGreaterThan(0);
    expect(train.x.values).toEqual(before);
    const again = await learner(small)(train, seeded(1));
    expect(JSON.stringify(again)).toBe(JSON.stringify(model));
    expect((await learner({ ...small, epochs: 1 })(train, seeded(2))).weights).not.toEqual(model.weights);
    const loaded = sequenceNetworkFromJSON(JSON.parse(JSON.stringify(model)));
    expect(loaded.predict(test.x).values).toEqual(p.values);
    expect(JSON.stringify(loaded)).toBe(JSON.stringify(model));
    const unpacked = sequenceNetworkFromJSON(gunzipJson(gzipJson(model.toJSON(), "test"), "test"));
    expect(unpacked.weights).toEqual(model.weights);
    expect(unpacked.predict(test.x).values).toEqual(p.values);
    // A row's prediction does not depend on the rows beside it.
    const few = model.predict(takeSequences(test.x, [7, 3]));
    expect([...few.values]).toEqual([p.values[7], p.values[3]]);
  });

  test("foretells quantiles of two quantities better than constants, in order and near their coverage", async () => {
    const [train, test] = [rowsOf(600, "a"), rowsOf(400, "b")];
    const y = (of: typeof train) => targetColumns({ sum: of.sums, age: column(of.x.fixed ?? of.y, 0) });
    const model = await learner({ ...small, quantiles: [0.1, 0.5, 0.9], epochs: 25 })(
      { x: train.x, y: y(train) },
      seeded(1),
    );
    const out = model.predict(test.x);
    expect(out.features.map((one) => one.name)).toEqual([
      "sum 0.1",
      "sum 0.5",
      "sum 0.9",
      "age 0.1",
      "age 0.5",
      "age 0.9",
    ]);
    const [low, middle, high] = [0, 1, 2].map((k) => column(out, k));
    const sorted = Float64Array.from(train.sums).sort();
    const constant = new Float64Array(400).fill(sorted[300]);
    expect(pinballLoss(test.sums, middle, 0.5)).toBeLessThan(0.5 * pinballLoss(test.sums, constant, 0.5));
    expect(low.every((q, i) => q <= middle[i] && middle[i] <= high[i])).toBe(true);
    const inside = test.sums.filter((v, i) => v >= low[i] && v <= high[i]).length / 400;
    expect(inside).toBeGreaterThan(0.6);
    expect(inside).toBeLessThan(0.97);
  });

  test("a stop signal ends the training within a batch and keeps what there is", async () => {
    const stop = new AbortController();
    const model = await learner({ ...small, epochs: 500, patience: 500 })(rowsOf(200, "s"), seeded(1), {
      signal: stop.signal,
      progress: ({ phase, done }) => phase === "train" && done === 2 && stop.abort(),
    });
    expect(model.training).toMatchObject({ ended: "stop signal", epochs: 2 });
    expect(model.predict(rowsOf(3, "t").x).values.every(Number.isFinite)).toBe(true);
  });

  test("refuses what it cannot learn from or predict", async () => {
    const train = rowsOf(60, "train");
    expect(() => learner({ width: 65 })).toThrow(
      `Cannot fit ${name}: width must be a whole number from 2 to 64, got 65`,
    );
    expect(() => learner({ quantiles: [0.5, 0.1] })).toThrow("quantiles must rise");
    const fit = learner({ ...small, epochs: 1 });
    await expect(
      fit({ ...train, y: targetColumns({ late: new Float64Array(60) }) }, seeded(1)),
    ).rejects.toThrow("both labels must occur, got no 1");
    await expect(fit({ ...train, y: targetColumns({ late: [1] }) }, seeded(1))).rejects.toThrow(
      "must have the same length",
    );
    const model = await fit(train, seeded(1));
    const other = sequences(1, 2, ["use", "noise"], new Float32Array(4));
    expect(() => model.predict(other)).toThrow("there must be 6 steps as in training, got 2");
    const bare = sequences(1, 6, ["use", "noise"], new Float32Array(12));
    expect(() => model.predict(bare)).toThrow("the fixed columns must be age as in training");
    const json = JSON.parse(JSON.stringify(model));
    expect(() => sequenceNetworkFromJSON({ ...json, inputs: { ...json.inputs, steps: 5 } })).toThrow(
      "must fit together",
    );
    expect(() => sequenceNetworkFromJSON({ ...json, weights: {} })).toThrow("finite numbers");
  });
});

test("gru() refuses an option that it does not have", () => {
  expect(() => gru({ width: 32, heads: 4 } as object)).toThrow(/Cannot fit gru: .*heads/);
  expect(() => transformer({ patients: 3 } as object)).toThrow(/Cannot fit transformer: .*patients/);
});

test("transformer() refuses heads that do not divide the width", () => {
  expect(() => transformer({ width: 32, heads: 5 })).toThrow("width 32 must be a multiple of heads, got 5");
});
