import { describe, expect, test } from "vitest";
import { type Matrix, matrixFromRows } from "../../src/core/matrix";
import { normal, type Rng, seeded } from "../../src/core/rng";
import { candidates, nearestNeighbours } from "../../src/resample/neighbours";
import { prepare } from "../../src/resample/neighbours-layout";
import { startPlain } from "./plain-search";

const kinds: Record<string, (rng: Rng, i: number) => number[]> = {
  dense: (rng) => Array.from({ length: 33 }, () => normal(rng)),
  "one-hot": (rng) => [
    normal(rng),
    ...Array.from({ length: 6 }, () => {
      const code = Math.floor(rng.uniform() ** 2 * 5);
      return [0, 1, 2, 3, 4].map((level) => Number(level === code));
    }).flat(),
  ],
  "small whole numbers, mostly ties": (rng) => Array.from({ length: 5 }, () => Math.floor(3 * rng.uniform())),
  "far from zero and unequal scales": (rng) => [
    1e6 + normal(rng),
    1e-3 * normal(rng),
    -500 + 40 * normal(rng),
  ],
  "one value far away": (rng, i) => [i === 7 ? 1e9 : normal(rng), normal(rng), normal(rng)],
  "all equal": () => [1, 2, 3],
};

const make = (kind: string, rows: number): Matrix => {
  const rng = seeded(kind);
  return matrixFromRows(Array.from({ length: rows }, (_, i) => kinds[kind](rng, i)));
};

/** All distances, sorted by distance and row number. */
function bruteForce(x: Matrix, k: number, queries: Int32Array, among = x.rows): number[] {
  return Array.from(queries).flatMap((q) => {
    const others = Array.from({ length: among }, (_, i) => {
      let sum = 0;
      for (let j = 0; j < x.columns; j++) sum += (x.values[j * x.rows + q] - x.values[j * x.rows + i]) ** 2;
      return [sum, i];
    }).filter(([, i]) => i !== q);
    others.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    return others.slice(0, k).map(([, i]) => i);
  });
}

describe.each(Object.keys(kinds))("nearestNeighbours(x, k), %s", (kind) => {
  // 700 rows are above what the kernel is left out for, and no multiple of a block.
  test.each([
    [40, 5],
    [700, 1],
    [700, 5],
    [701, 10],
  ])("is exact, ties by row number: %i rows, k = %i", (rows, k) => {
    const x = make(kind, rows);
    const all = Int32Array.from({ length: rows }, (_, i) => i);
    expect(Array.from(nearestNeighbours(x, k))).toEqual(bruteForce(x, k, all));
    const some = all.filter((i) => i % 3 === 1).reverse();
    expect(Array.from(nearestNeighbours(x, k, some))).toEqual(bruteForce(x, k, some));
    // Among the first of them alone, of which some ask and others do not.
    const first = Math.floor(0.7 * rows);
    expect(Array.from(nearestNeighbours(x, k, some, first))).toEqual(bruteForce(x, k, some, first));
    expect(Array.from(nearestNeighbours(x, k, all, first))).toEqual(bruteForce(x, k, all, first));
  });

  test("kernel and plain twin keep the same candidates, bit for bit", () => {
    const x = make(kind, 333);
    for (const queries of [
      Int32Array.from({ length: 333 }, (_, i) => i),
      Int32Array.of(300, 2, 31, 32, 332),
    ]) {
      const data = prepare(x);
      for (const among of [333, 250]) {
        const fast = candidates(data, queries, 8, among);
        const plain = candidates(data, queries, 8, among, startPlain);
        expect(new Uint8Array(fast.scores.slice().buffer)).toEqual(
          new Uint8Array(plain.scores.slice().buffer),
        );
        expect(fast.ids).toEqual(plain.ids);
      }
    }
  });
});

test("nearestNeighbours(x, k) names a k that is too large", () => {
  expect(() => nearestNeighbours(matrixFromRows([[1], [2]]), 2)).toThrow(
    "Cannot find neighbours: k must be a whole number from 1 to 1, got 2",
  );
});
