import { expect, test } from "vitest";
import { integer, seeded } from "../../../src/core/rng";
import { sharedValues } from "../../../src/synthesis/structure/shared-values";

test("sharedValues(sorted, 5, ends) tells means of five where the gaps are widest, and values that five share", () => {
  const sorted = Float64Array.of(1, 2, 4, 7, 9, 100, 101, 103, 106, 110, 200, 200, 200, 200, 200, 399);
  const told = sharedValues(sorted, 5, [0, 400]);
  const mean = (from: number, to: number): number =>
    told.subarray(from, to).reduce((sum, value) => sum + value, 0) / (to - from);
  expect(mean(0, 5)).toBeCloseTo(23 / 5, 12);
  expect(mean(5, 10)).toBeCloseTo(104, 12);
  // As far around its mean as there is room below: nothing lies in the wide gap.
  expect(told[4]).toBeLessThan(10);
  expect(told[5]).toBeGreaterThan(50);
  expect([...told.subarray(10)]).toEqual([200, 200, 200, 200, 200, 300]);
  expect(told).toEqual(told.slice().sort());
});

test("sharedValues(sorted, …) tells nothing of where fewer lie between two shared values", () => {
  const fives = [0, 0, 0, 0, 0, 10, 10, 10, 10, 10];
  for (const pair of [
    [1, 2],
    [8, 9],
  ]) {
    const told = sharedValues(Float64Array.from([...fives, ...pair]).sort(), 5, [0, 10]);
    expect([...told.subarray(5, 7)]).toEqual([2.5, 7.5]);
  }
});

test("sharedValues(sorted, …) moves no value far, and leaves few where somebody's own is", () => {
  const rng = seeded(1);
  const sorted = Float64Array.from({ length: 500 }, () => Math.round(1e4 * rng.uniform())).sort();
  const told = sharedValues(sorted, 5, [0, 1e4]);
  const own = new Set(sorted);
  expect(told.filter((value) => own.has(value)).length).toBeLessThan(25);
  // Half the range of a group of nine at most.
  expect(Math.max(...told.map((value, i) => Math.abs(value - sorted[i])))).toBeLessThan(120);
  expect(sharedValues(sorted, 1, [0, 1e4])).toEqual(sorted);
});

test("sharedValues(sorted, …, owners) counts people: one with a hundred rows is no group", () => {
  const sorted = Float64Array.from({ length: 130 }, (_, i) => 1000 + i);
  const owners = Int32Array.from({ length: 130 }, (_, i) => (i < 100 ? 0 : i));
  const told = sharedValues(sorted, 5, [1000, 1129], owners);
  // The hundred rows end in one group with four others at least.
  const steps = told.subarray(0, 104).map((value, i) => told[i + 1] - value);
  expect(Math.max(...steps) - Math.min(...steps)).toBeLessThan(1e-9);
  const alone = sharedValues(sorted, 5, [1000, 1129], new Int32Array(130));
  expect(alone[64]).toBeCloseTo(1000 + (129 * 64.5) / 130, 9);
});

test("sharedValues(sorted, …) ascends within the ends, whatever the ties and whoever the owners", () => {
  const rng = seeded(5);
  for (let turn = 0; turn < 200; turn++) {
    const rows = 1 + integer(rng, 60);
    const scale = 10 ** integer(rng, 6);
    const sorted = Float64Array.from({ length: rows }, () => Math.round(scale * rng.uniform() ** 3)).sort();
    const owners = turn % 2 === 0 ? undefined : Int32Array.from(sorted, () => integer(rng, 12));
    const ends = [sorted[0], sorted[rows - 1]] as const;
    const told = sharedValues(sorted, 2 + integer(rng, 5), ends, owners);
    expect(told).toEqual(told.slice().sort());
    expect(told[0]).toBeGreaterThanOrEqual(ends[0]);
    expect(told[rows - 1]).toBeLessThanOrEqual(ends[1]);
    expect(told).toHaveLength(rows);
  }
});
