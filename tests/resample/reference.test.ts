import { describe, expect, test } from "vitest";
import { type Labelled, matrixFromRows, row, takeLabelled } from "../../src/core/matrix";
import { seeded } from "../../src/core/rng";
import { adasynRows } from "../../src/resample/adasyn";
import { borderlineSmoteRows } from "../../src/resample/borderline-smote";
import { editedNeighbours, smoteEnnRows, smoteTomekRows, tomekLinks } from "../../src/resample/cleaning";
import type { Draws } from "../../src/resample/draws";
import { kmeansSmoteRows } from "../../src/resample/kmeans-smote";
import { condensedRows, nearMiss, neighbourhoodCleaning, oneSidedRows } from "../../src/resample/prototypes";
import { randomOverSampled, randomUnderSampled } from "../../src/resample/random-sampling";
import { smoteRows } from "../../src/resample/smote";
import { smoteNRows } from "../../src/resample/smote-n";
import { smoteNcRows } from "../../src/resample/smote-nc";
import { supportVectors } from "../../src/resample/support-vectors";
import { svmSmoteRows } from "../../src/resample/svm-smote";
import { reference } from "../support";

interface Rows {
  readonly x: number[][];
  readonly y: number[];
  readonly levels?: number[];
}

interface Case extends Rows {
  readonly draws: { readonly kind: keyof Draws; readonly values: number[] }[];
  readonly clusters?: number[];
}

const golden = reference<{
  small: Rows;
  clouds: Rows;
  mixed: Rows;
  many: Rows;
  support: number[];
  cases: Record<string, Case>;
}>("resample");

function labelled({ x, y, levels }: Rows): Labelled {
  const features = levels?.map((count, j) =>
    count > 0
      ? { name: `c${j}`, levels: Array.from({ length: count }, (_, i) => `level ${i}`) }
      : { name: `n${j}` },
  );
  return { x: matrixFromRows(x, features), y: Float64Array.from(y) };
}

/** Gives out what the peer drew, in its order; fails when asked for anything else. */
function replay(record: Case["draws"]): Draws {
  let at = 0;
  const next = (kind: keyof Draws, count: number): number[] => {
    const { kind: drawn, values } = record[at++];
    expect([drawn, values.length]).toEqual([kind, count]);
    return values;
  };
  return {
    integers: (_below, count) => Int32Array.from(next("integers", count)),
    uniforms: (count) => Float64Array.from(next("uniforms", count)),
    permutation: (count) => Int32Array.from(next("permutation", count)),
    beta: () => next("beta", 1)[0],
  };
}

/** Rows and labels, each row with its label at the end. */
const listed = (data: Labelled, from = 0): number[][] =>
  Array.from({ length: data.x.rows - from }, (_, i) => [...row(data.x, from + i), data.y[from + i]]);

const sorted = (rows: number[][]): number[][] =>
  [...rows].sort((a, b) => {
    const j = a.findIndex((value, i) => value !== b[i]);
    return j < 0 ? 0 : a[j] - b[j];
  });

// One rounding of the last step may differ where the peer multiplies in another order.
function expectRows(actual: number[][], expected: number[][]): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((one, i) => {
    one.forEach((value, j) => {
      expect(value).toBeCloseTo(expected[i][j], 13);
    });
  });
}

const reversed = (train: Labelled): Labelled =>
  takeLabelled(
    train,
    Array.from({ length: train.x.rows }, (_, i) => train.x.rows - 1 - i),
  );

const rowsOf = (one: Rows): number[][] => one.x.map((values, i) => [...values, one.y[i]]);

describe("with the peer's draws, new rows are those of imbalanced-learn", () => {
  const { small, clouds, mixed, many, cases } = golden;
  const made: [string, string, Rows, (train: Labelled, draws: Draws) => Labelled][] = [
    ["smote", "SMOTE()", small, (train, draws) => smoteRows(train, {}, draws)],
    [
      "smote ratio",
      "SMOTE(sampling_strategy=0.6, k_neighbors=4)",
      clouds,
      (train, draws) => smoteRows(train, { ratio: 0.6, neighbours: 4 }, draws),
    ],
    [
      "smote counts",
      "SMOTE(sampling_strategy={0: 80, 1: 60})",
      clouds,
      (train, draws) => smoteRows(train, { counts: [80, 60] }, draws),
    ],
    ["borderline 1", "BorderlineSMOTE()", clouds, (train, draws) => borderlineSmoteRows(train, {}, draws)],
    [
      "borderline 2",
      'BorderlineSMOTE(kind="borderline-2")',
      clouds,
      (train, draws) => borderlineSmoteRows(train, { kind: "2" }, draws),
    ],
    ["svm", "SVMSMOTE()", clouds, (train, draws) => svmSmoteRows(train, {}, draws)],
    ["adasyn", "ADASYN()", small, (train, draws) => adasynRows(train, {}, draws)],
    [
      "adasyn clouds",
      "ADASYN(n_neighbors=4)",
      clouds,
      (train, draws) => adasynRows(train, { neighbours: 4 }, draws),
    ],
    ["nc", "SMOTENC([1, 3, 4])", mixed, (train, draws) => smoteNcRows(train, {}, draws)],
    ["n", "SMOTEN()", many, (train, draws) => smoteNRows(train, {}, draws)],
    ["over", "RandomOverSampler()", small, (train, draws) => randomOverSampled(train, {}, draws)],
    [
      "kmeans",
      "KMeansSMOTE(kmeans_estimator=KMeans(4), cluster_balance_threshold=0.2), its clusters given",
      clouds,
      (train, draws) =>
        kmeansSmoteRows(train, { balance: 0.2 }, draws, () => Int32Array.from(cases.kmeans.clusters ?? [])),
    ],
  ];
  test.each(made)("%s: %s", (name, _call, input, run) => {
    const train = labelled(input);
    const out = run(train, replay(cases[name].draws));
    expect(listed(out).slice(0, train.x.rows)).toEqual(rowsOf(input));
    expectRows(listed(out, train.x.rows), rowsOf(cases[name]));
  });
});

describe("rows that stay are those of imbalanced-learn", () => {
  const { clouds, cases } = golden;
  const left: [string, string, (train: Labelled, draws: Draws) => Labelled][] = [
    [
      "under",
      "RandomUnderSampler(sampling_strategy=0.5)",
      (train, draws) => randomUnderSampled(train, { ratio: 0.5 }, draws),
    ],
    ["tomek", "TomekLinks()", (train) => tomekLinks()(train, seeded(0))],
    [
      "tomek both",
      'TomekLinks(sampling_strategy="all")',
      (train) => tomekLinks({ remove: "both" })(train, seeded(0)),
    ],
    ["enn", "EditedNearestNeighbours()", (train) => editedNeighbours()(train, seeded(0))],
    [
      "enn most",
      'EditedNearestNeighbours(kind_sel="mode", n_neighbors=4, sampling_strategy="all")',
      (train) => editedNeighbours({ agree: "most", neighbours: 4, remove: "both" })(train, seeded(0)),
    ],
    ["nearmiss 1", "NearMiss()", (train) => nearMiss()(train, seeded(0))],
    [
      "nearmiss 2",
      "NearMiss(version=2, n_neighbors=4, sampling_strategy=0.5)",
      (train) => nearMiss({ version: "2", neighbours: 4, ratio: 0.5 })(train, seeded(0)),
    ],
    ["nearmiss 3", "NearMiss(version=3)", (train) => nearMiss({ version: "3" })(train, seeded(0))],
    ["cnn", "CondensedNearestNeighbour()", (train, draws) => condensedRows(reversed(train), draws)],
    ["oss", "OneSidedSelection()", (train, draws) => oneSidedRows(train, draws)],
    ["ncr", "NeighbourhoodCleaningRule()", (train) => neighbourhoodCleaning()(train, seeded(0))],
    ["smote tomek", "SMOTETomek()", (train, draws) => smoteTomekRows(train, {}, draws)],
    ["smote enn", "SMOTEENN()", (train, draws) => smoteEnnRows(train, {}, draws)],
  ];
  // The peer lists some of them class by class, hence sorted.
  test.each(left)("%s: %s", (name, _call, run) => {
    const out = run(labelled(clouds), replay(cases[name].draws));
    expectRows(sorted(listed(out)), sorted(rowsOf(cases[name])));
  });
});

test("supportVectors(x, labels) are those of sklearn.svm.SVC(gamma='scale')", () => {
  const { x, y } = labelled(golden.clouds);
  expect(Array.from(supportVectors(x, y))).toEqual(golden.support);
});
