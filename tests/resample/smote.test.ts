import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Labelled, matrixFromRows, row } from "../../src/core/matrix";
import { seeded } from "../../src/core/rng";
import { smote } from "../../src/resample/smote";

const rows = (values: number[][], y: number[]): Labelled => ({
  x: matrixFromRows(values),
  y: Float64Array.from(y),
});

describe("smote()(train, rng)", () => {
  test("keeps the rows in order, then adds rows of the smaller class up to the ratio", () => {
    const train = rows([[0], [1], [2], [3], [4], [5], [6], [7], [8], [9]], [1, 0, 0, 1, 0, 0, 0, 0, 1, 0]);
    const out = smote({ neighbours: 2 })(train, seeded(1));
    expect(out.x.rows).toBe(14);
    expect(out.y.slice(0, 10)).toEqual(train.y);
    expect(Array.from(out.y.slice(10))).toEqual([1, 1, 1, 1]);
    expect(out.x.values.slice(0, 10)).toEqual(train.x.values);
    expect(smote({ neighbours: 2, ratio: 0.6 })(train, seeded(1)).x.rows).toBe(11);
    expect(smote({ neighbours: 2, counts: [7, 20] })(train, seeded(1)).x.rows).toBe(27);
  });

  test("each new row lies between two rows of its class", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.double({ min: -5, max: 5, noNaN: true }), fc.double({ min: -5, max: 5, noNaN: true })),
          {
            minLength: 12,
            maxLength: 30,
          },
        ),
        fc.integer(),
        (points, seed) => {
          const y = points.map((_, i) => (i % 3 === 0 ? 1 : 0));
          const train = rows(points, y);
          const out = smote({ neighbours: 3 })(train, seeded(seed));
          const small = points.filter((_, i) => y[i] === 1);
          for (let i = points.length; i < out.x.rows; i++) {
            expect(out.y[i]).toBe(1);
            const [a, b] = row(out.x, i);
            const onSegment = small.some((p) =>
              small.some((q) => {
                const cross = (q[0] - p[0]) * (b - p[1]) - (q[1] - p[1]) * (a - p[0]);
                const within =
                  a >= Math.min(p[0], q[0]) - 1e-9 &&
                  a <= Math.max(p[0], q[0]) + 1e-9 &&
                  b >= Math.min(p[1], q[1]) - 1e-9 &&
                  b <= Math.max(p[1], q[1]) + 1e-9;
                return within && Math.abs(cross) < 1e-9;
              }),
            );
            expect(onSegment).toBe(true);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  test("gives the same rows for the same seed and leaves its input alone", () => {
    const train = rows(
      Array.from({ length: 40 }, (_, i) => [Math.sin(i), Math.cos(3 * i)]),
      Array.from({ length: 40 }, (_, i) => (i % 4 === 0 ? 1 : 0)),
    );
    const before = train.x.values.slice();
    const a = smote()(train, seeded(7));
    expect(smote()(train, seeded(7))).toEqual(a);
    expect(smote()(train, seeded(8))).not.toEqual(a);
    expect(train.x.values).toEqual(before);
  });

  test("carries weights: a new row has that of the row it starts from", () => {
    const train = {
      ...rows([[0], [1], [5], [6], [7]], [1, 1, 0, 0, 0]),
      weights: Float64Array.of(2, 2, 1, 1, 1),
    };
    expect(smote({ neighbours: 1 })(train, seeded(1)).weights).toEqual(Float64Array.of(2, 2, 1, 1, 1, 2));
  });

  test("refuses what it cannot do, and says why", () => {
    const run = (values: number[][], y: number[], options = {}) => smote(options)(rows(values, y), seeded(1));
    expect(() => run([[0], [1], [2], [3]], [1, 1, 0, 0], { counts: [4, 4] })).toThrow(
      "Cannot fit smote: neighbours must be below the 2 rows of class 0, got 5",
    );
    expect(() => run([[0], [1]], [1, 1])).toThrow(
      'Cannot fit smote: both classes must have rows, got "0 of class 0 and 2 of class 1"',
    );
    expect(() => run([[0], [1], [2]], [1, 0, 2])).toThrow(
      "Cannot fit smote: labels must be 0 or 1 (row 2), got 2",
    );
    expect(() => run([[0], [Number.NaN], [2]], [1, 0, 0])).toThrow(
      'Cannot fit smote: column "x0" must hold finite numbers (impute missing values first), got NaN',
    );
    expect(() => smote({ ratio: 0 })).toThrow("Cannot fit smote: ratio must be above 0 and at most 1, got 0");
    expect(() => smote({ neighbours: 0 })).toThrow("neighbours must be a whole number of at least 1, got 0");
    expect(() => run([[0], [1], [2]], [1, 1, 0], { ratio: 0.3, neighbours: 1 })).toThrow(
      "ratio must be at least the present 1 / 2, got 0.3",
    );
  });
});
