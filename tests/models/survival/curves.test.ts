import { describe, expect, test } from "vitest";
import { aalenJohansen } from "../../../src/models/survival/aalen-johansen";
import { kaplanMeier } from "../../../src/models/survival/kaplan-meier";
import { logRank } from "../../../src/models/survival/log-rank";
import { nelsonAalen } from "../../../src/models/survival/nelson-aalen";
import { flies, golden, largestGap } from "./support";

describe("kaplanMeier(data)", () => {
  const expected = golden.kaplanMeier;

  test("agrees with lifelines, band included", () => {
    // KaplanMeierFitter().fit(T, E): survival_function_, confidence_interval_, median_survival_time_
    const curve = kaplanMeier(flies);
    expect([...curve.times]).toEqual(expected.times);
    expect(largestGap(curve.survival, expected.survival)).toBeLessThan(1e-12);
    expect(largestGap(curve.lower, expected.lower)).toBeLessThan(1e-12);
    expect(largestGap(curve.upper, expected.upper)).toBeLessThan(1e-12);
    expect(curve.median).toBe(56);
    // lifelines.utils.restricted_mean_survival_time(km, t=50)
    expect(curve.restrictedMean(50)).toBeCloseTo(expected.restrictedMean50, 10);
  });

  test("agrees with scikit-survival", () => {
    // kaplan_meier_estimator(E, T, conf_type="log-log")
    const curve = kaplanMeier(flies);
    const [times, survival] = [expected.sksurvTimes, expected.sksurvSurvival];
    expect(largestGap(times.map(curve.at), survival)).toBeLessThan(1e-12);
    const band = [...curve.lower, ...curve.upper];
    // Where all have died scikit-survival leaves the band of the curve's end undefined; ours has collapsed.
    const known = expected.sksurvBand.flatMap((v, k) => (Number.isFinite(v) && v > 0 ? [k] : []));
    expect(known.length).toBeGreaterThan(50);
    expect(
      largestGap(
        known.map((k) => band[k]),
        known.map((k) => expected.sksurvBand[k]),
      ),
    ).toBeLessThan(1e-12);
  });

  test("counts rows only from their entry on (left truncation)", () => {
    // KaplanMeierFitter().fit(T, E, entry=entry), entries at half weeks
    const curve = kaplanMeier({ ...flies, entry: Float64Array.from(golden.waltons.entry) });
    const [times, survival] = expected.truncated;
    expect(largestGap(times.map(curve.at), survival)).toBeLessThan(1e-12);
  });

  test("a row of weight 3 counts as three rows", () => {
    // KaplanMeierFitter().fit(T, E, weights=weights)
    const weights = Float64Array.from(golden.waltons.weights);
    expect(largestGap(kaplanMeier({ ...flies, weights }).survival, expected.weighted)).toBeLessThan(1e-12);
  });

  test("bands: plain is symmetric, log-log stays within [0, 1], a higher level is wider", () => {
    const data = { time: Float64Array.of(1, 2, 3, 4, 5, 6), event: Float64Array.of(1, 0, 1, 1, 0, 1) };
    const plain = kaplanMeier(data, { band: "plain", level: 0.5 });
    expect(plain.upper[2] - plain.survival[2]).toBeCloseTo(plain.survival[2] - plain.lower[2], 12);
    const [narrow, wide] = [kaplanMeier(data, { level: 0.8 }), kaplanMeier(data, { level: 0.99 })];
    for (let k = 0; k < 5; k++) {
      expect(wide.lower[k]).toBeGreaterThanOrEqual(0);
      expect(wide.upper[k]).toBeLessThanOrEqual(1);
      expect(wide.upper[k] - wide.lower[k]).toBeGreaterThan(narrow.upper[k] - narrow.lower[k]);
    }
    expect([wide.survival[5], wide.lower[5], wide.upper[5], wide.standardError[5]]).toEqual([0, 0, 0, 0]);
  });

  test("with nobody ended survival is 1 and the median infinite", () => {
    const curve = kaplanMeier({ time: Float64Array.of(3, 4), event: Float64Array.of(0, 0) });
    expect([...curve.survival, curve.median, curve.restrictedMean(4)]).toEqual([1, 1, Infinity, 4]);
    expect([...curve.lower]).toEqual([1, 1]);
  });

  test("refuses negative times, wrong events and entries after ends, naming the row", () => {
    const say = (part: object): (() => unknown) => {
      return () => kaplanMeier({ time: Float64Array.of(3, 4), event: Float64Array.of(0, 1), ...part });
    };
    expect(say({ time: Float64Array.of(3, -4) })).toThrow("times must not be negative, got -4 in row 1");
    expect(say({ event: Float64Array.of(0, 2) })).toThrow("events must be 0 or 1, got 2 in row 1");
    expect(say({ entry: Float64Array.of(0, 4) })).toThrow("before its end, got 4 and 4 in row 1");
    expect(say({ time: Float64Array.of(), event: Float64Array.of() })).toThrow("at least one row");
    expect(say({ event: Float64Array.of(1) })).toThrow("must have the same length, got 2 and 1");
  });
});

test("nelsonAalen(data) agrees with lifelines (smooth) and scikit-survival (discrete)", () => {
  // NelsonAalenFitter(nelson_aalen_smoothing=True).fit(T, E).cumulative_hazard_
  const smooth = nelsonAalen(flies, { ties: "smooth" });
  expect(largestGap(smooth.hazard, golden.nelsonAalen.smooth)).toBeLessThan(1e-12);
  // nelson_aalen_estimator(E, T)
  const discrete = nelsonAalen(flies);
  expect(largestGap(discrete.hazard, golden.nelsonAalen.discrete)).toBeLessThan(1e-12);
  expect(discrete.at(-1)).toBe(0);
  expect(discrete.lower.every((low, k) => low <= discrete.hazard[k])).toBe(true);
});

describe("logRank(data, group)", () => {
  test.each(["log-rank", "wilcoxon", "tarone-ware", "peto"] as const)(
    "%s agrees with lifelines",
    (weighting) => {
      // multivariate_logrank_test(T, groups, E, weightings=…), two and three groups
      const [two, pTwo, three, pThree] = golden.logRank[weighting];
      const pair = logRank(flies, golden.groups.two, { weighting });
      expect(pair.statistic / two).toBeCloseTo(1, 10);
      expect(pair.pValue / pTwo).toBeCloseTo(1, 8);
      const triple = logRank(flies, golden.groups.three, { weighting });
      expect(triple.df).toBe(2);
      expect(triple.statistic / three).toBeCloseTo(1, 10);
      expect(triple.pValue / pThree).toBeCloseTo(1, 8);
    },
  );

  test("expects as many ends in all as were seen, and refuses a single group", () => {
    const { observed, expected } = logRank(flies, golden.groups.three);
    const sum = (v: Float64Array): number => v.reduce((a, b) => a + b, 0);
    expect(sum(expected)).toBeCloseTo(sum(observed), 9);
    expect(() => logRank(flies, new Uint8Array(163))).toThrow("there must be at least two groups, got 1");
  });
});

describe("aalenJohansen(data, cause)", () => {
  const time = Float64Array.of(1, 2, 2.5, 3, 4, 5, 6, 7, 8, 9, 10, 11);
  const cause = [1, 2, 1, 0, 1, 2, 1, 0, 2, 1, 0, 1];

  test("agrees with lifelines' AalenJohansenFitter(calculate_variance=True)", () => {
    const found = aalenJohansen({ time, cause }, 1);
    expect([2.5, 5, 9, 11].map((t) => Number(found.at(t).toFixed(9)))).toEqual([
      0.166666667, 0.260416667, 0.471354167, 0.705729167,
    ]);
    const k = [...found.times].indexOf(9);
    expect(found.standardError[k] ** 2).toBeCloseTo(0.024709348325, 9);
    // Its columns "lower" and "upper" are the wrong way round.
    expect(found.lower[k]).toBeCloseTo(0.16636937, 7);
    expect(found.upper[k]).toBeCloseTo(0.729481219, 7);
  });

  test("all ways together and survival make one", () => {
    const curve = kaplanMeier({ time, event: Float64Array.from(cause, (c) => (c > 0 ? 1 : 0)) });
    const ways = [1, 2].map((c) => aalenJohansen({ time, cause }, c));
    for (const t of [2, 6, 9.5]) expect(ways[0].at(t) + ways[1].at(t) + curve.at(t)).toBeCloseTo(1, 12);
    expect(() => aalenJohansen({ time, cause }, 3)).toThrow(
      "some lifetimes must have ended by the cause, got 3",
    );
  });
});
