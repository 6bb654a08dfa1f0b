import { describe, expect, test } from "vitest";
import { matrix } from "../../../src/core/matrix";
import { exponential, gamma, seeded } from "../../../src/core/rng";
import { betaGeometricLikelihood, bgNbd } from "../../../src/models/clv/beta-geometric";
import type { PurchaseHistory } from "../../../src/models/clv/purchase-history";
import { purchaseModelFromJSON, purchaseModelOf } from "../../../src/models/clv/purchase-models";
import { bgCnbd, mbgCnbd } from "../../../src/models/clv/regular-purchases";
import { reference } from "../../support";
import { cdnow, customer } from "./support";

type Case = [number, 0 | 1, number, number, number, number, number, number, number, number];
const golden = reference<{ parameters: Record<string, number>; cases: Case[] }>("regular_purchases");

// scripts/reference/regular_purchases.py: mpmath at 25 digits
test.each(golden.cases)(
  "BG/CNBD-%d (shift %d) of (%d, %d, %d) over %d",
  (every, shift, x, t, T, horizon, likelihood, alive, expected, staying) => {
    const one = customer(x, t, T);
    const logs = Float64Array.from(Object.values(golden.parameters), Math.log);
    const negative = betaGeometricLikelihood(one, shift, every);
    const gradient = new Float64Array(4);
    expect(Math.exp(-negative(logs, gradient)) / likelihood).toBeCloseTo(1, 10);
    logs.forEach((v, j) => {
      const at = (step: number): number =>
        negative(
          logs.map((w, i) => (i === j ? v + step : w)),
          new Float64Array(4),
        );
      expect(gradient[j]).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 6);
    });
    const model = purchaseModelFromJSON({
      kind: shift === 0 ? "bg-cnbd-k" : "mbg-cnbd-k",
      version: 1,
      every,
      parameters: golden.parameters,
      covariance: null,
      logLikelihood: 0,
    });
    expect(model.probabilityAlive(one)[0] / alive).toBeCloseTo(1, 10);
    expect(model.expectedPurchases(one, horizon)[0] / alive / expected).toBeCloseTo(1, 9);
    expect((1 - model.probabilityLeaving(one, horizon)[0]) / staying).toBeCloseTo(1, 9);
  },
);

interface Truth {
  readonly every: number;
  readonly rate: (i: number) => number;
  readonly leaving: (i: number) => number;
}

/** Customers who buy with every k-th event and may leave after a repeat purchase, watched for 60 weeks; 30 more come after. */
function drawn(n: number, truth: Truth, seed: number): { history: PurchaseHistory; later: Float64Array } {
  const rng = seeded(seed);
  const [frequency, recency, age, logGaps, later] = [0, 1, 2, 3, 4].map(() => new Float64Array(n));
  for (let i = 0; i < n; i++) {
    age[i] = 30 + 30 * rng.uniform();
    const rate = (truth.every * truth.rate(i) * gamma(rng, 2)) / 12;
    const [left, stayed] = [gamma(rng, 1.5 * truth.leaving(i)), gamma(rng, 6)];
    const leaves = left / (left + stayed);
    let t = 0;
    for (;;) {
      let gap = 0;
      for (let k = 0; k < truth.every; k++) gap += exponential(rng) / rate;
      t += gap;
      if (t > age[i] + 30) break;
      if (t > age[i]) later[i]++;
      else {
        frequency[i]++;
        recency[i] = t;
        logGaps[i] += Math.log(gap);
      }
      if (rng.uniform() < leaves) break;
    }
  }
  return { history: { frequency, recency, age, logGaps }, later };
}

const sum = (of: ArrayLike<number>): number => Array.from(of).reduce((a, b) => a + b, 0);

describe("bgCnbd()(history)", () => {
  const { history, later } = drawn(1500, { every: 3, rate: () => 1, leaving: () => 1 }, 5);

  test("finds how regular purchases are, and expects as many as come, where BG/NBD is wrong", () => {
    const model = bgCnbd()(history);
    expect(model.every).toBe(3);
    expect(model.converged).toBe(true);
    expect(model.estimates[0] / 2).toBeCloseTo(1, 0);
    const [own, plain] = [model, bgNbd()(history)].map((one) => sum(one.expectedPurchases(history, 30)));
    expect(Math.abs(own / sum(later) - 1)).toBeLessThan(0.05);
    expect(Math.abs(own / sum(later) - 1)).toBeLessThan(Math.abs(plain / sum(later) - 1));
    const back = purchaseModelFromJSON(JSON.parse(JSON.stringify(model)));
    expect([...back.probabilityAlive(history)]).toEqual([...model.probabilityAlive(history)]);
  });

  test("is BG/NBD where purchases come at random, and asks for the times between them", () => {
    const { history: random } = drawn(800, { every: 1, rate: () => 1, leaving: () => 1 }, 6);
    const model = bgCnbd()(random);
    expect(model.every).toBe(1);
    expect([...model.estimates]).toEqual([...bgNbd()(random).estimates]);
    expect(() => bgCnbd()(cdnow)).toThrow("must have logGaps");
    expect(() => mbgCnbd({ every: 13 })).toThrow("every must be");
  });
});

describe("purchaseModelOf(kind)(history with covariates)", () => {
  const web = (i: number): number => i % 2;
  const truth: Truth = { every: 1, rate: (i) => 1 + web(i), leaving: (i) => (web(i) ? 2 : 1) };
  const { history, later } = drawn(3000, truth, 7);
  const x = matrix(
    3000,
    1,
    Float64Array.from({ length: 3000 }, (_, i) => web(i)),
    [{ name: "web" }],
  );
  const known = { ...history, covariates: x };

  test("finds the ratios of buying and of leaving, and what each group will buy", () => {
    const model = purchaseModelOf("bg-nbd", {})(known);
    expect(model.names).toEqual(["r", "alpha", "a", "b", "buying × web", "leaving × web"]);
    const [buying, leaving] = model.coefficientTable().slice(4);
    expect(buying.low < 2 && buying.high > 2 && buying.low > 1.5).toBe(true);
    expect(leaving.low < 2 && leaving.high > 2 && leaving.low > 1).toBe(true);
    const expected = model.expectedPurchases(known, 30);
    for (const group of [0, 1]) {
      const of = (values: Float64Array): number => sum(values.filter((_, i) => web(i) === group));
      // Some 400 purchases of a few frequent buyers: a standard error of a tenth.
      expect(Math.abs(of(expected) / of(later) - 1)).toBeLessThan(0.2);
    }
    const back = purchaseModelFromJSON(JSON.parse(JSON.stringify(model)));
    expect([...back.expectedPurchases(known, 30)]).toEqual([...expected]);
    expect(() => model.expectedPurchases(history, 30)).toThrow("must have the model's covariates");
  });

  test("of one group only is the model without covariates", () => {
    const few = drawn(400, truth, 8).history;
    const zeros = { rows: 400, columns: 1, values: new Float64Array(400), features: [{ name: "web" }] };
    const [none, without] = [{ ...few, covariates: zeros }, few].map((h) => purchaseModelOf("bg-nbd", {})(h));
    expect(none.logLikelihood).toBeCloseTo(without.logLikelihood, 5);
    expect(none.estimates[4]).toBeCloseTo(1, 6);
  });
});
