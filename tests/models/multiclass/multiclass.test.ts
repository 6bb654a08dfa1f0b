import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, test } from "vitest";
import { column, matrixFromRows, takeLabelled, takeRows } from "../../../src/core/matrix";
import { seeded } from "../../../src/core/rng";
import { schemaOf } from "../../../src/data/schema";
import { type Column, cellText, type Table, table, takeTableRows } from "../../../src/data/table";
import { classesScorers, confusionMatrix } from "../../../src/evaluate/multiclass";
import { classRowWeights } from "../../../src/models/class-weights";
import { contributionsOf } from "../../../src/models/explain/contributions";
import { pipelineOnnx } from "../../../src/models/export/onnx/pipeline-onnx";
import { pipelineSql } from "../../../src/models/export/sql/pipeline-sql";
import { loadModel } from "../../../src/models/load";
import {
  classCalibrationFromJSON,
  fitClassCalibration,
} from "../../../src/models/multiclass/class-calibration";
import { classesLearner } from "../../../src/models/multiclass/classes-learner";
import { fitClasses } from "../../../src/models/multiclass/fit-classes";
import { multiclass } from "../../../src/models/multiclass/multiclass";
import { linked, mostProbable } from "../../../src/models/multiclass/probabilities";
import { evaluateBatches } from "../../../src/services/predict/evaluate-model";
import { explainClasses, explainModel } from "../../../src/services/predict/explain-model";
import { loadModel as loadSaved } from "../../../src/services/predict/load-model";
import { predictTable } from "../../../src/services/predict/predict-table";
import { savedModelFromJSON, savedModelToJSON } from "../../../src/services/predict/saved-model";
import { trainModel } from "../../../src/services/predict/train-model";
import { python, reference } from "../../support";

interface Golden {
  readonly x: number[][];
  readonly y: number[];
  readonly train: number;
  readonly logistic: number[][];
  /** The rest of the same with class_weight="balanced", and of LogisticRegression(C=100) of rows 0-199, calibrated on 200-399. */
  readonly balanced: number[][];
  readonly uncalibrated: number[][];
  readonly temperature: number[][];
  readonly sigmoid: number[][];
  readonly lightgbmLogLoss: number;
  readonly accuracy: number;
  readonly macroF1: number;
  readonly macroRocAuc: number;
  readonly logLoss: number;
  readonly confusion: number[][];
}
const golden = reference<Golden>("multiclass");
const data = { x: matrixFromRows(golden.x), y: Float64Array.from(golden.y) };
const numbered = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const train = takeLabelled(data, numbered(0, golden.train));
const later = takeLabelled(data, numbered(golden.train, golden.y.length));
const rows = later.y.map((_, i) => i);

/** The greatest difference of probabilities, one array a class, from a row's of a peer. */
function furthest(found: readonly Float64Array[], peer: readonly (readonly number[])[]): number {
  return Math.max(...peer.flatMap((row, i) => row.map((p, k) => Math.abs(found[k][i] - p))));
}

describe("three classes against scikit-learn and LightGBM", () => {
  test("multinomial logistic regression is LogisticRegression(C=0.7)", async () => {
    const fitted = await fitClasses(
      { kind: "logistic-regression", options: { C: 0.7 } },
      train,
      3,
      seeded(1),
    );
    const found = linked(
      fitted.scores.map((one) => one.predict(later.x)),
      fitted.link,
    );
    // lbfgs ends at a gradient of 1e-10, which leaves its probabilities about 1e-7 from the optimum.
    golden.logistic.forEach((row, i) => {
      row.forEach((p, k) => {
        expect(Math.abs(found[k][i] - p)).toBeLessThan(2e-6);
      });
    });
  });

  test("class weights are LogisticRegression(C=0.7, class_weight='balanced')", async () => {
    const weights = classRowWeights("balanced", train.y, 3);
    const fitted = await fitClasses(
      { kind: "logistic-regression", options: { C: 0.7 } },
      { ...train, weights },
      3,
      seeded(1),
    );
    const found = linked(
      fitted.scores.map((one) => one.predict(later.x)),
      fitted.link,
    );
    expect(furthest(found, golden.balanced)).toBeLessThan(2e-6);
  });

  test.each(["temperature", "sigmoid"] as const)(
    "%s is CalibratedClassifierCV(FrozenEstimator(…))'s",
    (method) => {
      const before = [0, 1, 2].map((k) => Float64Array.from(golden.uncalibrated, (row) => row[k]));
      const part = (from: number, to?: number) => before.map((own) => own.subarray(from, to));
      const fitted = fitClassCalibration(method, part(0, 200), data.y.slice(200, 400));
      const again = classCalibrationFromJSON(JSON.parse(JSON.stringify(fitted.toJSON())), 3);
      // scikit-learn ends its search of the temperature at 64 bits' precision of the loss, its sigmoids at a gradient of 1e-6.
      expect(furthest(again.apply(part(200)), golden[method])).toBeLessThan(
        method === "sigmoid" ? 1e-4 : 1e-5,
      );
    },
  );

  test("boosted trees lower the softmax loss as LGBMClassifier(n_estimators=40, num_leaves=6) does", async () => {
    const options = { trees: 40, leaves: 6, learnRate: 0.1 };
    const fitted = await fitClasses({ kind: "gradient-boosting", options }, train, 3, seeded(1));
    const found = linked(
      fitted.scores.map((one) => one.predict(later.x)),
      fitted.link,
    );
    const loss = classesScorers(found)
      .find((one) => one.name === "logLoss")
      ?.metric(later.y, rows) as number;
    // Gradients are rounded at random here; seeds move the loss by about .02.
    expect(Math.abs(loss - golden.lightgbmLogLoss)).toBeLessThan(0.05);
  });

  test("accuracy, macro F1, mean ROC AUC of one against the rest, log loss and the confusion matrix", () => {
    const probabilities = [0, 1, 2].map((k) => Float64Array.from(golden.logistic, (row) => row[k]));
    for (const { name, metric } of classesScorers(probabilities))
      expect(metric(later.y, rows)).toBeCloseTo(golden[name as "accuracy"], 10);
    expect(confusionMatrix(later.y, mostProbable(probabilities), 3)).toEqual(golden.confusion);
  });

  test("a forest's shares sum to 1, and each class's contributions lead to its share", async () => {
    const options = { trees: 20, minRows: 5 };
    const { scores, link } = await fitClasses({ kind: "random-forest", options }, train, 3, seeded(1));
    const model = multiclass([{ name: "forest", weight: 1, scores, link }]);
    const found = model.probabilities(later.x);
    rows.forEach((i) => {
      expect(found[0][i] + found[1][i] + found[2][i]).toBeCloseTo(1, 12);
    });
    expect(classesScorers(found)[0].metric(later.y, rows)).toBeGreaterThan(0.5);
    const parts = scores.map((one) => contributionsOf(one, takeRows(later.x, [0])));
    const shares = parts.map((part) => {
      const x = part?.values as NonNullable<typeof part>["values"];
      return (
        (part?.expected ?? 0) +
        Array.from({ length: x.columns }, (_, j) => column(x, j)[0]).reduce((a, b) => a + b, 0)
      );
    });
    const sum = shares.reduce((a, b) => a + b, 0);
    expect(shares.map((share) => share / sum)).toEqual([0, 1, 2].map((k) => expect.closeTo(found[k][0], 9)));
    const again = loadModel(JSON.parse(JSON.stringify(model.toJSON())));
    expect(again.predict(later.x)).toEqual(model.predict(later.x));
  });
});

const rng = seeded("customers");
const n = 700;
const usage = Float64Array.from({ length: n }, () => rng.uniform());
const plan = Int32Array.from({ length: n }, () => Math.floor(3 * rng.uniform()));
const outcome = Int32Array.from(usage, (u, i) => {
  const draw = rng.uniform();
  if (draw < 0.15) return Math.floor(3 * rng.uniform());
  return plan[i] === 2 ? 2 : u > 0.5 ? 1 : 0;
});
const classes = ["leave", "stay's", "upgrade"];
const columns: Column[] = [
  { name: "id", type: "id", values: Array.from(usage, (_, i) => `c${i}`) },
  { name: "usage", type: "numeric", values: usage.map((u, i) => (i % 20 === 0 ? Number.NaN : u)) },
  { name: "plan", type: "categorical", codes: plan, levels: ["basic", "plus", "max"] },
  { name: "outcome", type: "categorical", codes: outcome, levels: classes },
];
const customers: Table = table(columns);
const inputs: Table = table(columns.slice(0, 3));

describe("trainModel of a target of three levels", () => {
  test("learns all of them, and predicts, evaluates, explains and loads", async () => {
    const options = { target: "outcome", model: "boosting" };
    const training = await trainModel(customers, schemaOf(customers), options, seeded(1));
    expect(training.story[0]).toMatch(/^outcome has 3 classes, learned together: leave \(\d+\), stay's/);
    const origin = { model: "gradient-boosting", seed: 1, rows: n, data: [], version: "0" };
    const json = JSON.parse(JSON.stringify(savedModelToJSON({ ...training.model, origin })));
    const model = savedModelFromJSON(json, "it");
    expect(model.target).toMatchObject({ kind: "multiclass", classes });
    expect(model.validation.map((one) => one.name)).toEqual([
      "accuracy",
      "macroF1",
      "macroRocAuc",
      "logLoss",
    ]);
    expect(model.validation[0].value).toBeGreaterThan(0.75);

    const predicted = predictTable(model, inputs, [inputs.columns[0]], []);
    expect(predicted.columns.map((one) => one.name)).toEqual([
      ...["id", "predicted", "probability leave", "probability stay's", "probability upgrade"],
    ]);
    const found = await evaluateBatches(model, [customers], seeded(1));
    if (!found) throw new Error("there are rows");
    expect(found.matrix?.flat().reduce((a, b) => a + b, 0)).toBe(n);
    await expect(evaluateBatches(model, [customers], seeded(1), { threshold: 0.3 })).rejects.toThrow(
      "a threshold needs two classes",
    );
    const unknown = {
      name: "outcome",
      type: "categorical" as const,
      codes: outcome,
      levels: ["leave", "stay's", "else"],
    };
    await expect(evaluateBatches(model, [table([...inputs.columns, unknown])], seeded(1))).rejects.toThrow(
      "its values must be among those of training, leave, stay's, upgrade",
    );

    const all = explainModel(model, customers, seeded(1), { top: 1, most: 200 });
    expect(all.importances[0].mean).toBeGreaterThan(0);
    expect(all.dependences.map((one) => one.class)).toEqual(classes);
    const why = explainClasses(model, { row: takeTableRows(customers, [3]), others: customers }, seeded(1));
    expect(why.map((one) => one.class).sort()).toEqual(classes);
    expect(why.reduce((sum, one) => sum + one.prediction, 0)).toBeCloseTo(1, 12);
    expect(why[0].method).toBe("exact");

    const loaded = loadSaved(json);
    expect(loaded.probabilities?.(inputs)).toHaveLength(3);
    json.target.classes.pop();
    expect(() => savedModelFromJSON(json, "it")).toThrow("target.classes must name each class of the model");
  });

  test("a few whole numbers are learned as a number, and the way to classes is told", async () => {
    const grades = { name: "grade", type: "numeric" as const, values: Float64Array.from(outcome) };
    const rows = table([...inputs.columns, grades]);
    const { story, model } = await trainModel(
      rows,
      schemaOf(rows),
      { target: "grade", model: "ridge" },
      seeded(1),
    );
    expect(model.target.kind).toBe("numbers");
    expect(story[0]).toContain("grade holds 3 whole numbers and is learned as a number");
  });

  test.each([
    [{ model: "ridge" }, "for classes the model must be one of auto, logistic-regression"],
    [{ search: 3 }, "search must be left out with auto, which chooses by itself; --model names a learner"],
    [{ classWeights: { els: 2 } }, 'class weights must name values of "outcome", leave, stay\'s, upgrade'],
    [{ calibrate: "heat" }, "calibration of several classes must be one of temperature, sigmoid"],
    [{ folds: 100 }, "must occur in 100 rows or more, one a fold (--folds); --accept-loss leaves out"],
  ])("refuses %j with the way out", async (options, message) => {
    const asked = { target: "outcome", ...options };
    const few = takeTableRows(customers, numbered(0, 200));
    await expect(trainModel(few, schemaOf(few), asked, seeded(1))).rejects.toThrow(message);
  });
});

test("auto's blend of classes scores in DuckDB and onnxruntime as here", async () => {
  const y = Float64Array.from(outcome);
  const model = await classesLearner(3, { folds: 2 })(inputs, y, seeded(1));
  const [folded] = classesScorers(model.report.outOfFold);
  expect(
    folded.metric(
      y,
      y.map((_, i) => i),
    ),
  ).toBeGreaterThan(0.75);
  const x = model.encoder.transform(inputs);
  const expected = model.model.probabilities(x);

  const database = await DuckDBInstance.create(":memory:");
  const connection = await database.connect();
  await connection.run("CREATE TABLE t (id VARCHAR, usage DOUBLE, plan VARCHAR)");
  const cell = (one: Column, i: number): string =>
    cellText(one, i) === "" ? "NULL" : `'${cellText(one, i)}'`;
  const values = numbered(0, n).map((i) => `(${inputs.columns.map((one) => cell(one, i)).join(", ")})`);
  await connection.run(`INSERT INTO t VALUES ${values.join(", ")}`);
  const query = pipelineSql(model, { table: "t", keep: ["id"], score: "p", classes });
  const answers = (await connection.runAndReadAll(query)).getRowObjectsJS();
  const byId = new Map(answers.map((row) => [row.id, row]));
  const called = mostProbable(expected);
  numbered(0, n).forEach((i) => {
    const row = byId.get(`c${i}`);
    classes.forEach((name, k) => {
      expect(row?.[`p ${name}`]).toBeCloseTo(expected[k][i], 8);
    });
    expect(row?.predicted).toBe(classes[called[i]]);
  });
  database.closeSync();
  if (!python) return;

  const folder = mkdtempSync(join(tmpdir(), "classes-"));
  try {
    writeFileSync(join(folder, "m.onnx"), pipelineOnnx(model, {}, classes));
    const feeds = {
      usage: numbered(0, n).map((i) => (i % 20 === 0 ? null : usage[i])),
      plan: numbered(0, n).map((i) => cellText(inputs.columns[2], i)),
    };
    writeFileSync(join(folder, "rows.json"), JSON.stringify(feeds));
    const script = `
import json, sys, numpy as np, onnxruntime
rows = json.load(open(sys.argv[2]))
s = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
f = {"usage": np.array([np.nan if v is None else v for v in rows["usage"]]).reshape(-1, 1), "plan": np.array(rows["plan"], dtype=object).reshape(-1, 1)}
p, label = s.run(["probabilities", "label"], f)
print(json.dumps({"p": p.tolist(), "label": label.ravel().tolist()}))`;
    const files = [join(folder, "m.onnx"), join(folder, "rows.json")];
    const answer = JSON.parse(execFileSync(python, ["-c", script, ...files], { encoding: "utf8" }));
    answer.p.forEach((row: number[], i: number) => {
      row.forEach((p, k) => {
        // The runtime's trees answer in float.
        expect(Math.abs(p - expected[k][i])).toBeLessThan(1e-5);
      });
    });
    expect(answer.label.filter((one: string, i: number) => one !== classes[called[i]]).length).toBeLessThan(
      3,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
