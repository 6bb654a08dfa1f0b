import { describe, expect, test } from "vitest";
import { column, type Labelled, matrix, takeValues } from "../../../src/core/matrix";
import { normal, seeded } from "../../../src/core/rng";
import { stratifiedKFold } from "../../../src/data/split";
import { type Table, table, takeTableRows } from "../../../src/data/table";
import { logLoss } from "../../../src/evaluate/probability";
import { rocAuc } from "../../../src/evaluate/ranking";
import { auto } from "../../../src/models/auto/auto";
import { chooser, crossFitted } from "../../../src/models/auto/auto-choice";
import {
  autoMembers,
  memberGroups,
  membersOf,
  numberGroups,
  numberMembers,
} from "../../../src/models/auto/auto-members";
import { logisticRegression } from "../../../src/models/linear/logistic";
import { loadPipeline } from "../../../src/models/load";
import { splineLogistic } from "../../../src/models/spline/spline";

/** Customers who leave when two charges together are high, or on one of three plans; some ages are missing. */
function customers(n: number, seed: number): { rows: Table; y: Float64Array } {
  const rng = seeded(seed);
  const draw = (make: () => number): Float64Array => Float64Array.from({ length: n }, make);
  const day = draw(() => 30 + 8 * normal(rng));
  const night = draw(() => 12 + 8 * normal(rng));
  const age = draw(() => (rng.uniform() < 0.1 ? Number.NaN : 45 + 15 * normal(rng)));
  const codes = Int32Array.from({ length: n }, () => Math.floor(3 * rng.uniform()));
  const y = Float64Array.from({ length: n }, (_, i) => {
    const score = -2.5 + 5 * Number(day[i] + night[i] > 52) + 1.5 * Number(codes[i] === 2);
    return rng.uniform() < 1 / (1 + Math.exp(-score)) ? 1 : 0;
  });
  const rows = table([
    { name: "day", type: "numeric", values: day },
    { name: "night", type: "numeric", values: night },
    { name: "age", type: "numeric", values: age },
    { name: "plan", type: "categorical", codes, levels: ["a", "b", "c"] },
  ]);
  return { rows, y };
}

const small = autoMembers
  .filter((one) => one.name !== "random forest")
  .map((one) => (one.tuneTrees ? { ...one, learner: shortened(one.learner) } : one));

function shortened(learner: (typeof autoMembers)[number]["learner"]) {
  return { ...learner, options: { ...learner.options, trees: 40 } };
}

describe("auto()(table, y, rng)", () => {
  const { rows, y } = customers(2400, 1);
  const later = customers(2000, 2);

  test("finds what is hidden, blends, and is better than each of its members' kinds alone", async () => {
    const phases = new Set<string>();
    const model = await auto({ members: small, threads: 2 })(rows, y, seeded(1), {
      progress: ({ phase }) => phases.add(phase),
    });
    const { report } = model;
    expect([...phases]).toEqual(["discover", "compare", "train"]);
    expect(report.features.map((one) => one.name)).toEqual(["day + night"]);
    expect(report.members.reduce((sum, one) => sum + one.weight, 0)).toBeCloseTo(1, 9);
    // Members' losses are of choices made on the rows they score, the blend's is not.
    for (const one of report.members) expect(report.logLoss).toBeLessThanOrEqual(one.logLoss + 0.01);
    expect(report.outOfFold.length).toBe(2400);
    const loss = logLoss(later.y, model.predict(later.rows));
    // What the folds promised is what new rows bring.
    expect(Math.abs(loss - report.logLoss)).toBeLessThan(0.05);
    const plain = await auto({ members: small, threads: 1, discover: false })(rows, y, seeded(1));
    expect(plain.report.features).toEqual([]);
    expect(loss).toBeLessThan(logLoss(later.y, plain.predict(later.rows)));
  });

  test("the same rows and stream give the same model at any number of threads; loaded, it predicts the same", async () => {
    const [one, two] = [1, 2].map((threads) =>
      auto({ members: small.slice(0, 2), threads })(rows, y, seeded(3)),
    );
    const text = JSON.stringify(await one);
    expect(JSON.stringify(await two)).toBe(text);
    const back = loadPipeline(JSON.parse(text));
    expect(back.predict(later.rows)).toEqual((await one).predict(later.rows));
    expect(JSON.stringify(back)).toBe(text);
    expect(text).not.toContain("outOfFold");
  });

  test("of many rows a sample chooses features and members, and is not judged on", async () => {
    const many = customers(7000, 5);
    const fit = (threads: number) =>
      auto({ members: small, raceFrom: 7000, threads })(many.rows, many.y, seeded(1));
    const model = await fit(2);
    const { features, folds, raced, outOfFold, logLoss: said, members } = model.report;
    expect(features.map((one) => one.name)).toEqual(["day + night"]);
    expect([raced, folds.length, members.length < small.length]).toEqual([1400, 3, true]);
    const judged = folds.flatMap((fold) => [...fold]);
    expect([judged.length, new Set(judged).size]).toEqual([5600, 5600]);
    const of = (values: Float64Array): Float64Array => takeValues(values, judged);
    expect(logLoss(of(many.y), of(outOfFold))).toBeCloseTo(said, 12);
    expect(Math.abs(logLoss(later.y, model.predict(later.rows)) - said)).toBeLessThan(0.05);
    expect(JSON.stringify(model)).toBe(JSON.stringify(await fit(1)));
  });

  test("blends a net with others where it is named, and loads with the net in it", async () => {
    const quick = {
      columns: "all" as const,
      hidden: [16],
      members: 2,
      epochs: 12,
      bins: 0,
      rate: 0.02,
      frequencyScale: 0.3,
    };
    const members = membersOf(memberGroups, ["spline", "network"]).map((one) =>
      one.name === "net"
        ? { ...one, learner: { kind: "network" as const, options: { ...one.learner.options, ...quick } } }
        : one,
    );
    const model = await auto({ members, discover: false, threads: 1 })(rows, y, seeded(1));
    const weights = Object.fromEntries(model.report.members.map((one) => [one.name, one.weight]));
    // The sum of day and night is beyond an additive model.
    expect(weights.net).toBeGreaterThan(0.3);
    expect(loadPipeline(JSON.parse(JSON.stringify(model))).predict(later.rows)).toEqual(
      model.predict(later.rows),
    );
    expect(
      membersOf(memberGroups, ["logistic", "gradient-boosting", "RandomForestClassifier", "spline"]),
    ).toEqual(autoMembers);
    expect(membersOf(numberGroups, ["linear", "boosting"])).toEqual(numberMembers);
    expect(() => membersOf(numberGroups, ["forest"])).toThrow(
      'Cannot choose members: members must be one of ridge, gradient-boosting, network, got "forest"',
    );
  });

  test("refuses what it cannot do, and says why", async () => {
    expect(() => auto({ members: [] })).toThrow("Cannot make auto learner: there must be a member, got 0");
    expect(() => auto({ members: [small[0], small[0]] })).toThrow("members' names must differ");
    expect(() => auto({ folds: 1 })).toThrow("folds must be a whole number from 2 to 1000, got 1");
    const learn = auto({ members: small.slice(0, 1) });
    await expect(learn(rows, new Float64Array(2400), seeded(1))).rejects.toThrow("Cannot fit auto model");
    await expect(learn(rows, new Float64Array(3), seeded(1))).rejects.toThrow("Cannot fit auto model");
    const stop = AbortSignal.abort(new Error("enough"));
    await expect(learn(rows, y, seeded(1), { signal: stop })).rejects.toThrow("enough");
  });
});

describe("splineLogistic()(train, rng)", () => {
  const rng = seeded("valley");
  const n = 1000;
  const x = matrix(
    n,
    2,
    Float64Array.from({ length: 2 * n }, (_, k) => (k < n ? 4 * normal(rng) : Math.floor(3 * rng.uniform()))),
    [{ name: "u" }, { name: "level", levels: ["a", "b", "c"] }],
  );
  const y = Float64Array.from(column(x, 0), (u) =>
    rng.uniform() < 1 / (1 + Math.exp(3 - Math.abs(u))) ? 1 : 0,
  );
  const train: Labelled = { x, y };

  test("draws a curve that a straight line cannot", async () => {
    const curved = (await splineLogistic()(train, seeded(1))).predict(x);
    const numbers = matrix(n, 1, column(x, 0).slice());
    const line = (await logisticRegression()({ x: numbers, y }, seeded(1))).predict(numbers);
    expect(rocAuc(y, curved)).toBeGreaterThan(0.75);
    expect(rocAuc(y, line)).toBeLessThan(0.6);
  });

  test("numbers outside the training rows' range count as its ends; unknown levels as none", async () => {
    const model = await splineLogistic()(train, seeded(1));
    const highest = column(x, 0).reduce((a, b) => Math.max(a, b));
    const [end, beyond, unknown] = model.predict(
      matrix(3, 2, Float64Array.of(highest, 1e9, highest, 0, 0, Number.NaN), x.features),
    );
    expect(beyond).toBe(end);
    expect(unknown).not.toBe(end);
  });
});

describe("chooser(members, y, folds)", () => {
  const rng = seeded("correct");
  const truth = Float64Array.from({ length: 2000 }, () => rng.uniform());
  const y = truth.map((p) => (rng.uniform() < p ? 1 : 0));
  const folds = stratifiedKFold(y, 5, seeded(1)).map(({ test }) => test);
  const bold = truth.map((p) => p ** 3 / (p ** 3 + (1 - p) ** 3));
  const held = (predicted: Float64Array) => [{ predictions: [predicted], simple: false }];

  test("leaves true probabilities alone, and corrects overconfident ones", () => {
    expect(chooser(held(truth), y, folds)()[0].calibrator).toBeUndefined();
    expect(chooser(held(bold), y, folds)()[0].calibrator).toBeDefined();
    const corrected = crossFitted(chooser(held(bold), y, folds), folds, y.length);
    expect(logLoss(y, corrected)).toBeLessThan(logLoss(y, bold) - 0.02);
  });

  test("corrects a fold's rows by what was chosen without them, whatever was asked before", () => {
    const choose = chooser(held(bold), y, folds);
    choose();
    const before = crossFitted(choose, folds, y.length);
    const turned = y.map((label, i) => (folds[0].includes(i) ? 1 - label : label));
    const after = crossFitted(chooser(held(bold), turned, folds), folds, y.length);
    expect(takeValues(after, folds[0])).toEqual(takeValues(before, folds[0]));
    expect(takeValues(after, folds[1])).not.toEqual(takeValues(before, folds[1]));
  });
});

test("auto works inside cross-validation: a fold's rows may lack a level", async () => {
  const { rows, y } = customers(300, 5);
  const train = Int32Array.from({ length: 300 }, (_, i) => i).filter((i) => {
    const plan = rows.columns[3];
    return "codes" in plan && plan.codes[i] !== 1;
  });
  const model = await auto({ members: small.slice(0, 1), discover: false, threads: 1, folds: 2 })(
    takeTableRows(rows, train),
    takeValues(y, train),
    seeded(1),
  );
  expect(model.predict(rows).every((p) => p > 0 && p < 1)).toBe(true);
});
