import { describe, expect, test } from "vitest";
import { changeOf, compareFigures } from "../../src/report/compare-figures";
import type { Figure } from "../../src/report/figures";

const auc = (value: number, more: Partial<Figure> = {}): Figure => ({
  name: "auc",
  label: "AUC",
  value,
  ...more,
});

describe("changeOf", () => {
  test.each<[Figure | undefined, Figure | undefined, string]>([
    [auc(0.5), auc(0.5), "same"],
    [auc(0.5), auc(0.5 + 1e-12), "different"],
    [auc(0.5, { tolerance: 0.01 }), auc(0.509), "same"],
    [auc(0.5, { better: "higher" }), auc(0.6), "better"],
    [auc(0.5, { better: "lower" }), auc(0.6), "worse"],
    [
      auc(0.5, { better: "higher", low: 0.4, high: 0.6 }),
      auc(0.55, { low: 0.5, high: 0.6 }),
      "within intervals",
    ],
    [auc(0.5, { better: "higher", low: 0.4, high: 0.6 }), auc(0.7, { low: 0.65, high: 0.8 }), "better"],
    [auc(0.5, { better: "higher", low: 0.4, high: 0.6 }), auc(0.7), "better"],
    [auc(0.5), undefined, "gone"],
    [undefined, auc(0.5), "new"],
  ])("changeOf(%j, %j) is %s", (before, after, change) => {
    expect(changeOf(before, after)).toBe(change);
  });
});

describe("compareFigures", () => {
  test("compareFigures puts three reports side by side, differences against the first", () => {
    const rows = compareFigures([
      { figures: [auc(0.5), { name: "n", label: "Rows", value: 10 }] },
      { figures: [auc(0.75)] },
      { figures: [{ name: "extra", label: "Extra", value: 1 }, auc(0.25)] },
    ]);
    expect(rows.map((row) => [row.name, row.differences, row.changes])).toEqual([
      ["auc", [0.25, -0.25], ["different", "different"]],
      ["n", [undefined, undefined], ["gone", "gone"]],
      ["extra", [undefined, undefined], ["new", "new"]],
    ]);
  });
});
