import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Labelled, matrixFromRows, row } from "../../src/core/matrix";
import type { Resample } from "../../src/core/model";
import { seeded } from "../../src/core/rng";
import { adasyn } from "../../src/resample/adasyn";
import { borderlineSmote } from "../../src/resample/borderline-smote";
import { editedNeighbours, smoteEnn, smoteTomek, tomekLinks } from "../../src/resample/cleaning";
import { kMeans } from "../../src/resample/k-means";
import { kmeansSmote } from "../../src/resample/kmeans-smote";
import { randomOverSampling, randomUnderSampling } from "../../src/resample/random-sampling";
import { smote } from "../../src/resample/smote";
import { smoteN } from "../../src/resample/smote-n";
import { smoteNc } from "../../src/resample/smote-nc";
import { svmSmote } from "../../src/resample/svm-smote";

const adding: [string, Resample][] = [
  ["smote", smote()],
  ["borderlineSmote 1", borderlineSmote()],
  ["borderlineSmote 2", borderlineSmote({ kind: "2" })],
  ["svmSmote", svmSmote()],
  ["kmeansSmote", kmeansSmote({ clusters: 3, balance: 0.05 })],
  ["adasyn", adasyn()],
  ["randomOverSampling", randomOverSampling()],
];
const removing: [string, Resample][] = [
  ["randomUnderSampling", randomUnderSampling()],
  ["tomekLinks", tomekLinks({ remove: "both" })],
  ["editedNeighbours", editedNeighbours()],
];
const both: [string, Resample][] = [
  ["smoteTomek", smoteTomek()],
  ["smoteEnn", smoteEnn()],
];

/** 24 rows of class 1 within 96 of class 0, overlapping; `grid` makes many of them equal. */
function clouds(seed: number, grid = false): Labelled {
  const rng = seeded(seed);
  const values = Array.from({ length: 120 }, (_, i) =>
    Array.from({ length: 3 }, () => {
      const value = 2 * rng.uniform() + (i % 5 === 0 ? 0.7 : 0);
      return grid ? Math.round(2 * value) : value;
    }),
  );
  const y = Float64Array.from(values, (_, i) => (i % 5 === 0 ? 1 : 0));
  return { x: matrixFromRows(values), y, weights: Float64Array.from(y, (_, i) => 1 + (i % 3)) };
}

const listed = (data: Labelled): string[] =>
  Array.from({ length: data.x.rows }, (_, i) =>
    [...row(data.x, i), data.y[i], data.weights?.[i]].map(String).join(" "),
  );

describe.each([...adding, ...removing, ...both])("%s", (_name, resample) => {
  test("gives the same rows for the same seed and leaves its input alone", () => {
    const train = clouds(1);
    const before = listed(train);
    expect(listed(resample(train, seeded(5)))).toEqual(listed(resample(train, seeded(5))));
    expect(listed(train)).toEqual(before);
  });

  test("copes with duplicate rows", () => {
    const out = resample(clouds(2, true), seeded(5));
    expect(out.y.length).toBe(out.x.rows);
    expect(out.x.values.every(Number.isFinite)).toBe(true);
  });

  test("refuses one label only and labels other than 0 and 1", () => {
    const train = clouds(1);
    const zeros = { ...train, y: new Float64Array(train.x.rows) };
    expect(() => resample(zeros, seeded(1))).toThrow(/^Cannot .*: both classes must have rows, got/);
    const other = { ...train, y: Float64Array.from(train.y, (label) => label + 1) };
    expect(() => resample(other, seeded(1))).toThrow(/^Cannot .*: labels must be 0 or 1 \(row \d+\), got 2/);
  });
});

describe.each(adding)("%s", (name, resample) => {
  test("keeps the rows given, in order, and adds only rows of the smaller class", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const train = clouds(seed);
        const out = resample(train, seeded(seed));
        expect(listed(out).slice(0, train.x.rows)).toEqual(listed(train));
        expect(out.y.slice(train.x.rows).every((label) => label === 1)).toBe(true);
        // ADASYN and KMeans-SMOTE round per row and per cluster.
        const added = out.x.rows - train.x.rows;
        if (name === "adasyn" || name === "kmeansSmote") expect(Math.abs(added - 72)).toBeLessThanOrEqual(12);
        else expect(added).toBe(72);
      }),
      { numRuns: 20 },
    );
  });
});

describe.each(removing)("%s", (_name, resample) => {
  test("keeps a part of the rows, in order, and all of the smaller class unless told", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const train = clouds(seed);
        const out = listed(resample(train, seeded(seed)));
        let at = 0;
        for (const one of listed(train)) if (one === out[at]) at++;
        expect(at).toBe(out.length);
      }),
      { numRuns: 20 },
    );
    // Some clouds have no link to remove; this one has.
    expect(resample(clouds(1), seeded(1)).x.rows).toBeLessThan(clouds(1).x.rows);
  });
});

test.each([...adding.slice(0, -1), ...removing.slice(1), ...both])(
  "%s refuses missing values",
  (_name, resample) => {
    const train = clouds(1);
    const values = train.x.values.slice();
    values[130] = Number.NaN;
    expect(() => resample({ ...train, x: { ...train.x, values } }, seeded(1))).toThrow(
      'column "x1" must hold finite numbers (impute missing values first), got NaN',
    );
  },
);

describe("columns with levels", () => {
  const mixed = (): Labelled => {
    const train = clouds(3);
    const codes = Float64Array.from(
      { length: 120 },
      (_, i) => [0, 1, 2, Number.NaN][(i * 7 + Math.floor(i / 5)) % 4],
    );
    const values = Float64Array.from([...train.x.values, ...codes]);
    const features = [...train.x.features, { name: "plan", levels: ["a", "b", "c"] }];
    return { ...train, x: { rows: 120, columns: 4, values, features } };
  };
  const onlyLevels = (): Labelled => {
    const { x, y } = mixed();
    return { y, x: { ...x, columns: 1, values: x.values.slice(360), features: x.features.slice(3) } };
  };

  test("smoteNc and smoteN make codes of the levels, a missing one being a level of its own", () => {
    for (const [resample, train] of [
      [smoteNc(), mixed()],
      [smoteN(), onlyLevels()],
    ] as const) {
      const out = resample(train, seeded(1));
      expect(out.x.rows).toBe(192);
      const made = Array.from(
        out.x.values.subarray((out.x.columns - 1) * 192 + 120, out.x.columns * 192),
        String,
      );
      expect([...new Set(made)].every((code) => ["0", "1", "2", "NaN"].includes(code))).toBe(true);
    }
  });

  test("each resampler says which columns it takes", () => {
    expect(() => smote()(mixed(), seeded(1))).toThrow(
      'Cannot fit smote: columns must be numeric (for columns with levels use smoteNc, smoteN or one-hot columns), got "plan"',
    );
    expect(() => smoteNc()(clouds(1), seeded(1))).toThrow("some columns must have levels");
    expect(() => smoteNc()(onlyLevels(), seeded(1))).toThrow("some columns must be numeric");
    expect(() => smoteN()(mixed(), seeded(1))).toThrow("all columns must have levels");
    const wrong = mixed();
    for (const code of [7, 3]) {
      wrong.x.values[361] = code;
      expect(() => smoteNc()(wrong, seeded(1))).toThrow(
        `column "plan" must hold codes of its 3 levels, got ${code}`,
      );
    }
  });
});

test("targets that need rows removed, or added, are refused by samplers that cannot", () => {
  const train = clouds(1);
  expect(() => smote({ counts: [90, 96] })(train, seeded(1))).toThrow(
    "counts[0] must be at least the 96 rows there are, got 90",
  );
  expect(() => randomUnderSampling({ counts: [90, 96] })(train, seeded(1))).toThrow(
    "counts[1] must be at most the 24 rows there are, got 96",
  );
  expect(() => randomUnderSampling({ ratio: 0.2 })(train, seeded(1))).toThrow(
    "ratio must be at least the present 24 / 96, got 0.2",
  );
  expect(() => smote({ ratio: 0.5, counts: [1, 1] })).toThrow("give either ratio or counts, not both");
});

test("what has nothing to work on says so", () => {
  const far: Labelled = {
    x: matrixFromRows(Array.from({ length: 40 }, (_, i) => [i < 10 ? 1000 + i : i])),
    y: Float64Array.from({ length: 40 }, (_, i) => (i < 10 ? 1 : 0)),
  };
  expect(() => adasyn()(far, seeded(1))).toThrow(
    "some rows of class 1 must have a neighbour of the other class",
  );
  expect(borderlineSmote()(far, seeded(1))).toEqual({ ...far, made: [] });
  expect(() => kmeansSmote({ clusters: 1, neighbours: 10 })(far, seeded(1))).toThrow(
    "some cluster must hold more than 10 rows of class 1",
  );
  expect(() => kmeansSmote({ clusters: 50 })(far, seeded(1))).toThrow(
    "clusters must be a whole number from 1 to 40",
  );
  expect(() => editedNeighbours({ neighbours: 40 })(far, seeded(1))).toThrow(
    "neighbours must be a whole number",
  );
});

test("kMeans(x, clusters, rng) finds groups that lie apart", () => {
  const rng = seeded(4);
  const x = matrixFromRows(
    Array.from({ length: 90 }, (_, i) => [10 * (i % 3) + rng.uniform(), 5 * (i % 3) - rng.uniform()]),
  );
  const groups = kMeans(x, 3, seeded(1));
  expect(new Set(groups.subarray(0, 3)).size).toBe(3);
  groups.forEach((group, i) => {
    expect(group).toBe(groups[i % 3]);
  });
});
