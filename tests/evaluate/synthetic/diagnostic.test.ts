import { describe, expect, test } from "vitest";
import { diagnosticScore } from "../../../src/evaluate/synthetic/diagnostic";
import { reference } from "../../support";
import { type Golden, tableOf } from "./golden";

const golden = reference<Golden>("sdmetrics");

describe("diagnosticScore(real, synthetic)", () => {
  test.each(["demo", "gaps"] as const)("equals sdmetrics' DiagnosticReport on %s", (name) => {
    const found = diagnosticScore(tableOf(golden[name].real), tableOf(golden[name].synthetic));
    expect(found.score).toBeCloseTo(golden[name].diagnostic.score, 12);
  });

  test("has its Data Validity by column", () => {
    const found = diagnosticScore(tableOf(golden.gaps.real), tableOf(golden.gaps.synthetic));
    expect(found.byColumn.map((one) => one.score)).toEqual(
      golden.gaps.diagnostic.validity.map((score) => expect.closeTo(score, 12)),
    );
    expect(found.structure).toBe(1);
  });
});
