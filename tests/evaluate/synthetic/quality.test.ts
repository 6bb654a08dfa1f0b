import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readCsv } from "../../../src/data/read/read-csv";
import { takeTableRows } from "../../../src/data/table";
import { diagnosticScore } from "../../../src/evaluate/synthetic/diagnostic";
import { qualityScore } from "../../../src/evaluate/synthetic/quality";
import { realData, reference } from "../../support";
import { type Golden, type GoldenReport, tableOf } from "./golden";

const golden = reference<Golden>("sdmetrics");

/** Both ways of counting pairs, against sdmetrics 0.32.0's QualityReport. */
function compare(
  real: ReturnType<typeof tableOf>,
  synthetic: ReturnType<typeof tableOf>,
  expected: GoldenReport,
): void {
  for (const [name, options] of [
    ["default", {}],
    ["zero", { correlationThreshold: 0, associationThreshold: 0 }],
  ] as const) {
    const found = qualityScore(real, synthetic, options);
    const wanted = expected[name];
    expect(found.score).toBeCloseTo(wanted.score, 12);
    expect(found.shapes).toBeCloseTo(wanted.shapes, 12);
    expect(found.trends).toBeCloseTo(wanted.trends, 12);
    found.shapesByColumn.forEach((one, k) => {
      if (wanted.by_column[k] === null) expect(one.score).toBeNaN();
      else expect(one.score).toBeCloseTo(wanted.by_column[k], 12);
    });
    // The report leaves the score of a pair below its threshold empty; ours has it, and says that it does not count.
    const counted = found.trendsByPair.map((one) => (one.counts ? one.score : null));
    counted.forEach((score, k) => {
      const other = wanted.by_pair[k];
      if (score === null) expect(other).toBeNull();
      else expect(score).toBeCloseTo(other as number, 12);
    });
  }
}

describe("qualityScore(real, synthetic)", () => {
  test("equals QualityReport on the student_placements demo", () => {
    compare(tableOf(golden.demo.real), tableOf(golden.demo.synthetic), golden.demo);
    // The figures that SDMetrics 0.32.0 is known for on its demo.
    expect(golden.demo.default.score).toBe(0.7767270753585065);
    expect(golden.demo.zero.score).toBe(0.838042498377066);
  });

  test("equals QualityReport where values are missing, new or constant", () => {
    compare(tableOf(golden.gaps.real), tableOf(golden.gaps.synthetic), golden.gaps);
  });

  test.skipIf(!realData)("equals QualityReport on IBM Telco and churn-bigml, cut in two", () => {
    for (const [file, expected] of [
      ["Telco-Customer-Churn.csv", golden.telco],
      ["churn-bigml-80.csv", golden.bigml],
    ] as const) {
      const { table } = readCsv(join(realData as string, file));
      const cut = expected.cut as number;
      const rows = (from: number, to: number): Int32Array =>
        Int32Array.from({ length: to - from }, (_, i) => from + i);
      const real = takeTableRows(table, rows(0, cut));
      const synthetic = takeTableRows(table, rows(cut, table.rows));
      compare(real, synthetic, expected);
      const keys = table.columns.filter((one) => one.type === "id").length;
      const validity = diagnosticScore(real, synthetic)
        .byColumn.slice(keys)
        .map((one) => one.score);
      expect(validity).toEqual(expected.diagnostic.validity.map((score) => expect.closeTo(score, 12)));
    }
  });

  test("is 1 for a table against itself", () => {
    const real = tableOf(golden.demo.real);
    expect(qualityScore(real, real)).toMatchObject({ score: 1, shapes: 1, trends: 1 });
  });

  test("refuses tables of other columns, and thresholds outside 0 to 1", () => {
    const real = tableOf(golden.demo.real);
    const fewer = { ...real, columns: real.columns.slice(1) };
    expect(() => qualityScore(real, fewer)).toThrow('every table must have column "start_date"');
    expect(() => qualityScore(real, real, { correlationThreshold: 2 })).toThrow("correlationThreshold");
  });
});
