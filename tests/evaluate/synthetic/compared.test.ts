import { expect, test } from "vitest";
import { spaced } from "../../../src/evaluate/synthetic/shifted/compared";

test("spaced(rows) takes all of rows that come round, each about as often, and none twice", () => {
  const rows = spaced(24_000);
  expect(new Set(rows).size).toBe(5000);
  expect(rows.every((row, i) => row < 24_000 && (i === 0 || row > rows[i - 1]))).toBe(true);
  // 1,000 persons with 24 answers each: every 4.8th row would be five of the answers.
  const counts = new Array<number>(24).fill(0);
  for (const row of rows) counts[row % 24]++;
  expect(Math.min(...counts)).toBeGreaterThan(190);
  expect(Math.max(...counts)).toBeLessThan(230);
});

test("spaced(rows) takes all where they are few", () => {
  expect([...spaced(40)]).toEqual([...Array(40).keys()]);
});

test.each([5001, 7043, 9999, 12_330])("spaced(rows) takes none twice of %i rows", (count) => {
  const rows = spaced(count);
  expect(new Set(rows).size).toBe(5000);
  expect(Math.max(...rows)).toBeLessThan(count);
});
