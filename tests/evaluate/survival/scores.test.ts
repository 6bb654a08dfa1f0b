import { describe, expect, test } from "vitest";
import { matrix } from "../../../src/core/matrix";
import { normal, seeded } from "../../../src/core/rng";
import { integratedBrierLoss, survivalBrierLoss } from "../../../src/evaluate/survival/brier";
import { censoringSurvival } from "../../../src/evaluate/survival/censoring";
import { concordanceIndex } from "../../../src/evaluate/survival/concordance";
import { dynamicAuc } from "../../../src/evaluate/survival/dynamic-auc";
import type { Censored } from "../../../src/models/survival/censored";
import { kaplanMeier } from "../../../src/models/survival/kaplan-meier";
import { reference } from "../../support";

type Lifetimes = { time: number[]; event: number[] };
interface Golden {
  readonly train: Lifetimes;
  readonly test: Lifetimes;
  readonly risk: number[];
  readonly moving: number[][];
  readonly survival: number[][];
  readonly times: number[];
  readonly concordance: number;
  readonly lifelines: number;
  readonly uno: number;
  readonly uno20: number;
  readonly auc: number[];
  readonly meanAuc: number;
  readonly aucMoving: number[];
  readonly meanAucMoving: number;
  readonly brier: number[];
  readonly integrated: number;
}
const golden = reference<Golden>("survival_scores");
const lifetimes = ({ time, event }: Lifetimes): Censored => ({
  time: Float64Array.from(time),
  event: Float64Array.from(event),
});
const train = lifetimes(golden.train);
const held = lifetimes(golden.test);
const risk = Float64Array.from(golden.risk);
const survival = matrix(180, 6, Float64Array.from(golden.survival.flat()));

function near(got: ArrayLike<number>, expected: readonly number[]): void {
  expected.forEach((value, k) => {
    expect(got[k]).toBeCloseTo(value, 12);
  });
}

describe("concordanceIndex(data, risk)", () => {
  test("agrees with scikit-survival and lifelines, ties included", () => {
    // concordance_index_censored(event, time, risk), lifelines' concordance_index(time, -risk, event)
    expect(concordanceIndex(held, risk)).toBeCloseTo(golden.concordance, 12);
    expect(concordanceIndex(held, risk)).toBeCloseTo(golden.lifelines, 12);
  });

  test("with censoring weights agrees with scikit-survival's Uno index", () => {
    // concordance_index_ipcw(train, test, risk), and with tau=20
    expect(concordanceIndex(held, risk, { censoring: train })).toBeCloseTo(golden.uno, 12);
    expect(concordanceIndex(held, risk, { censoring: train, horizon: 20 })).toBeCloseTo(golden.uno20, 12);
  });

  test("is what counting all pairs gives", () => {
    const rng = seeded(4);
    const time = Float64Array.from({ length: 60 }, () => Math.floor(8 * rng.uniform()));
    const event = time.map(() => (rng.uniform() < 0.6 ? 1 : 0));
    const score = time.map(() => Math.round(normal(rng) * 2));
    let [good, all] = [0, 0];
    for (let i = 0; i < 60; i++) {
      for (let j = 0; j < 60; j++) {
        const earlier = time[i] < time[j] || (time[i] === time[j] && event[j] === 0);
        if (i === j || event[i] === 0 || !earlier) continue;
        all++;
        good += score[i] > score[j] ? 1 : score[i] === score[j] ? 0.5 : 0;
      }
    }
    expect(concordanceIndex({ time, event }, score)).toBeCloseTo(good / all, 12);
  });

  test("is 1 for the perfect order, 0 for its reverse, one half for equal risks", () => {
    const data = { time: Float64Array.of(1, 2, 3), event: Float64Array.of(1, 1, 0) };
    expect(concordanceIndex(data, [3, 2, 1])).toBe(1);
    expect(concordanceIndex(data, [1, 2, 3])).toBe(0);
    expect(concordanceIndex(data, [5, 5, 5])).toBe(0.5);
  });

  test("refuses data without comparable pairs and risks that are not finite", () => {
    const data = { time: Float64Array.of(1, 2), event: Float64Array.of(0, 0) };
    expect(() => concordanceIndex(data, [1, 2])).toThrow("there must be comparable pairs");
    expect(() =>
      concordanceIndex(
        held,
        risk.map(() => Number.NaN),
      ),
    ).toThrow("risks must be finite numbers");
  });
});

describe("dynamicAuc(train, test, risk, times)", () => {
  test("agrees with scikit-survival for one score and for a score per time", () => {
    // cumulative_dynamic_auc(train, test, risk, times)
    const one = dynamicAuc(train, held, risk, golden.times);
    near(one.auc, golden.auc);
    expect(one.mean).toBeCloseTo(golden.meanAuc, 12);
    const moving = matrix(180, 6, Float64Array.from(golden.moving.flat()));
    const many = dynamicAuc(train, held, moving, golden.times);
    near(many.auc, golden.aucMoving);
    expect(many.mean).toBeCloseTo(golden.meanAucMoving, 12);
  });

  test("refuses times that fall or lie outside the follow-up", () => {
    expect(() => dynamicAuc(train, held, risk, [5, 4])).toThrow("times must rise, got 4");
    expect(() => dynamicAuc(train, held, risk, [5, 500])).toThrow("the follow-up, got 500");
  });
});

describe("survivalBrierLoss(train, test, survival, times)", () => {
  test("agrees with scikit-survival, and so does its integral", () => {
    // brier_score(train, test, survival, times), integrated_brier_score(…)
    near(survivalBrierLoss(train, held, survival, golden.times), golden.brier);
    expect(integratedBrierLoss(train, held, survival, golden.times)).toBeCloseTo(golden.integrated, 12);
  });

  test("prefers the marginal curve to always saying one half, and refuses chances outside [0, 1]", () => {
    const { at } = kaplanMeier(train);
    const constant = (value: (t: number) => number): Float64Array =>
      Float64Array.from(golden.times.flatMap((t) => Array<number>(180).fill(value(t))));
    const km = integratedBrierLoss(train, held, matrix(180, 6, constant(at)), golden.times);
    const half = integratedBrierLoss(
      train,
      held,
      matrix(
        180,
        6,
        constant(() => 0.5),
      ),
      golden.times,
    );
    expect(km).toBeLessThan(half);
    expect(() =>
      survivalBrierLoss(
        train,
        held,
        matrix(
          180,
          6,
          constant(() => 1.2),
        ),
        golden.times,
      ),
    ).toThrow("survival must be from 0 to 1, got 1.2 in row 0");
  });
});

test("censoringSurvival(data) is 1 without censoring and never rises", () => {
  const all = censoringSurvival({ time: held.time, event: held.event.map(() => 1) });
  expect([0, 5, 50].map(all)).toEqual([1, 1, 1]);
  const some = censoringSurvival(held);
  const values = [0, 5, 10, 20, 40, 60].map(some);
  expect(values.every((v, k) => k === 0 || v <= values[k - 1])).toBe(true);
});
