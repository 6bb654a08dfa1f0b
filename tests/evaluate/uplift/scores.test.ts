import { describe, expect, test } from "vitest";
import { qiniCurve, type UpliftCurve, upliftCurve } from "../../../src/evaluate/uplift/curves";
import { qiniScore, upliftBins, upliftScore } from "../../../src/evaluate/uplift/scores";
import { reference } from "../../support";

interface Golden {
  readonly y: number[];
  readonly treated: number[];
  readonly effect: number[];
  readonly noise: number[];
  readonly effectScores: { qini: number; uplift: number; at30: number };
  readonly noiseScores: { qini: number; uplift: number; at30: number };
  readonly qiniCurve: [number[], number[]];
  readonly upliftCurve: [number[], number[]];
}
const golden = reference<Golden>("uplift");
const { y, treated } = golden;

describe.each(["effect", "noise"] as const)("scores of %s agree with scikit-uplift", (name) => {
  const scores = golden[`${name}Scores`];
  test("qiniScore: qini_auc_score(y, uplift, treatment)", () => {
    expect(qiniScore({ y, treated }, golden[name])).toBeCloseTo(scores.qini, 12);
  });
  test("upliftScore: uplift_auc_score(y, uplift, treatment)", () => {
    expect(upliftScore({ y, treated }, golden[name])).toBeCloseTo(scores.uplift, 12);
  });
});

test.each([
  ["qiniCurve", qiniCurve],
  ["upliftCurve", upliftCurve],
] as const)("%s agrees with scikit-uplift", (name, curve) => {
  const got: UpliftCurve = curve({ y, treated }, golden.effect);
  const [rows, gain] = golden[name];
  expect([...got.rows]).toEqual(rows);
  gain.forEach((value, k) => {
    expect(got.gain[k]).toBeCloseTo(value, 10);
  });
});

test("the order that the outcomes themselves give scores 1", () => {
  const best = y.map((v, i) => (treated[i] === 1 ? v : -v));
  expect(qiniScore({ y, treated }, best)).toBeCloseTo(1, 12);
});

test("upliftBins(…) covers every row once, and all bins' observed effects average to the campaign's", () => {
  const bins = upliftBins({ y, treated }, golden.effect, 8);
  expect(bins.reduce((sum, b) => sum + b.treated.rows + b.control.rows, 0)).toBe(400);
  expect(bins.every((b, k) => k === 0 || b.predicted <= bins[k - 1].predicted)).toBe(true);
  const [all] = upliftBins({ y, treated }, golden.effect, 1);
  expect(all.observed?.effect).toBeCloseTo(all.treated.mean - all.control.mean, 12);
  expect(all.observed?.standardError).toBeGreaterThan(0.02);
  expect(upliftBins({ y, treated }, golden.effect, 400)[0].observed).toBeUndefined();
});

test("outcomes and treatments are checked", () => {
  expect(() => qiniScore({ y: [0, 2], treated: [0, 1] }, [1, 2])).toThrow(
    "outcomes must be 0 or 1, got 2 at position 1",
  );
  expect(() => qiniScore({ y: [0, 1], treated: [1, 1] }, [1, 2])).toThrow(
    "some rows must be treated and some not, got 2",
  );
  expect(() => upliftScore({ y: [0, 0], treated: [0, 1] }, [1, 2])).toThrow();
});
