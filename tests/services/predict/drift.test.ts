import { expect, test } from "vitest";
import { type Table, table } from "../../../src/data/table";
import { addDrift, countDrift, type DriftCounts, driftCounts } from "../../../src/services/predict/drift";

const profile = [
  { name: "plan", missing: 0, levels: ["basic", "plus"], shares: [0.6, 0.4] },
  { name: "months", missing: 0, minimum: 1, maximum: 9, edges: [4], shares: [0.5, 0.5] },
];
const rowsOf = (levels: readonly string[], codes: number[], months: number[]): Table =>
  table([
    { name: "plan", type: "categorical", levels, codes: Int32Array.from(codes) },
    { name: "months", type: "numeric", values: Float64Array.from(months) },
  ]);
const listed = ["plus", "gold", "basic"];
const parts = [
  rowsOf(listed, [0, 1], [2, 12]),
  // The same levels again, others, then the first once more: a level's place goes by its own list.
  rowsOf(listed, [2, -1], [Number.NaN, 5]),
  rowsOf(["basic", "silver", "plus"], [0, 1], [9, 1]),
  rowsOf(listed, [0], [3]),
];

test("driftCounts(profile, rows) finds levels by name, whichever list of levels came before", () => {
  const plans = parts.map((rows) => driftCounts(profile, rows)[0]);
  expect(plans.map((one) => [...one.counts, one.unseen, one.missing])).toEqual([
    [0, 1, 1, 0],
    [1, 0, 0, 1],
    [1, 0, 1, 0],
    [0, 1, 0, 0],
  ]);
  expect(plans.map((one) => one.unseenLevels)).toEqual([["gold"], [], ["silver"], []]);
});

test("countDrift(sums, profile, rows) of one part after another is what addDrift makes of the parts' counts", () => {
  const sums: DriftCounts[] = [];
  const added: DriftCounts[] = [];
  for (const rows of [rowsOf(listed, [], []), ...parts]) {
    countDrift(sums, profile, rows);
    addDrift(added, driftCounts(profile, rows));
  }
  expect(sums).toEqual(added);
  expect(sums).toEqual([
    {
      name: "plan",
      rows: 7,
      missing: 1,
      outside: 0,
      unseen: 2,
      unseenLevels: ["gold", "silver"],
      counts: [2, 2],
    },
    { name: "months", rows: 7, missing: 1, outside: 1, unseen: 0, unseenLevels: [], counts: [3, 3] },
  ]);
});
