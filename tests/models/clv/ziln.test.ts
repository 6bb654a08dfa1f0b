import { describe, expect, test } from "vitest";
import { expit, halfLogTwoPi, softplus } from "../../../src/core/math/special";
import { column, type Labelled, matrixFromRows } from "../../../src/core/matrix";
import type { Model } from "../../../src/core/model";
import { normal, seeded } from "../../../src/core/rng";
import { hurdle, hurdleFromJSON } from "../../../src/models/clv/hurdle";
import { ziln, zilnFromJSON } from "../../../src/models/clv/ziln";
import { zilnSigma } from "../../../src/models/clv/ziln-likelihood";
import { linearRegression } from "../../../src/models/linear/linear";
import { logisticRegression } from "../../../src/models/linear/logistic";
import { logisticRegressionFromJSON } from "../../../src/models/linear/logistic-model";

/**
 * The zero-inflated log-normal loss of one amount (Wang, Liu and Miao, 2019): cross-entropy of "anything at all" plus
 * the log-normal's minus log density of amounts above 0. `spread` is σ before the softplus.
 */
function zilnLoss(amount: number, logit: number, location: number, spread: number): number {
  if (!(amount > 0)) return softplus(logit);
  const sigma = zilnSigma(spread);
  const e = (Math.log(amount) - location) / sigma;
  return softplus(-logit) + Math.log(amount) + Math.log(sigma) + halfLogTwoPi + 0.5 * e * e;
}

/** The mean of a zero-inflated log-normal amount: P(anything) · exp(μ + σ² / 2). */
function zilnMean(logit: number, location: number, spread: number): number {
  return expit(logit) * Math.exp(location + 0.5 * zilnSigma(spread) ** 2);
}

/** Amounts whose chance, size and spread depend on two columns. */
function amounts(rows: number, seed: number): Labelled & { mean: Float64Array } {
  const rng = seeded(seed);
  const x = matrixFromRows(Array.from({ length: rows }, () => [normal(rng), 10 + 3 * normal(rng)]));
  const [a, b] = [column(x, 0), column(x, 1)];
  const truth = a.map((v, i) => zilnMean(...parameters(v, b[i])));
  const y = a.map((v, i) => {
    const [logit, mu, spread] = parameters(v, b[i]);
    return rng.uniform() < expit(logit) ? Math.exp(mu + Math.log1p(Math.exp(spread)) * normal(rng)) : 0;
  });
  return { x, y, mean: truth };
}
const parameters = (a: number, b: number): [number, number, number] => [
  -0.5 + 1.2 * a,
  1 + 0.2 * b,
  0.1 - 0.4 * a,
];

describe("zilnLoss and zilnMean", () => {
  // lifetime_value.zero_inflated_lognormal_loss([[0.], [1.5]], [[.1, .2, .3], [.4, .5, .6]]) and its prediction
  test("have the values of Google's implementation", () => {
    expect(zilnLoss(0, 0.1, 0.2, 0.3)).toBeCloseTo(0.74439666, 7);
    expect(zilnLoss(1.5, 0.4, 0.5, 0.6)).toBeCloseTo(1.87837259, 7);
    expect(zilnMean(0.1, 0.2, 0.3)).toBeCloseTo(0.92363785, 7);
    expect(zilnMean(0.4, 0.5, 0.6)).toBeCloseTo(1.69075533, 7);
  });
});

describe("ziln()(rows)", () => {
  const train = amounts(20_000, 1);

  test("finds the parameters that made the amounts", async () => {
    const model = await ziln()(train, seeded(1));
    const found = [model.occurrence, model.location, model.spread];
    const truth = [
      [-0.5, 1.2, 0],
      [1, 0, 0.2],
      [0.1, -0.4, 0],
    ];
    found.forEach((part, k) => {
      [part.intercept, ...part.weights].forEach((value, j) => {
        // An intercept is the value at b = 0, far outside the rows.
        expect(Math.abs(value - truth[k][j])).toBeLessThan(j === 0 ? 0.15 : 0.06);
      });
    });
  });

  test("its optimum is flat: no part of the loss can be lowered by a small move", async () => {
    const small = amounts(400, 2);
    const model = await ziln({ penalty: 0 })(small, seeded(1));
    const loss = (shift: readonly number[]): number => {
      const chance = model.chance(small.x).map((p) => Math.log(p / (1 - p)) + shift[0]);
      const { location, sigma } = model.logAmount(small.x);
      return small.y.reduce(
        (sum, y, i) =>
          sum + zilnLoss(y, chance[i], location[i] + shift[1], Math.log(Math.expm1(sigma[i])) + shift[2]),
        0,
      );
    };
    const at = loss([0, 0, 0]);
    for (let k = 0; k < 3; k++) {
      for (const step of [-0.01, 0.01])
        expect(loss([0, 1, 2].map((j) => (j === k ? step : 0)))).toBeGreaterThan(at);
    }
  });

  test("predicts means that are nearer to the truth than a least-squares fit's", async () => {
    const held = amounts(5000, 3);
    const ours = (await ziln()(train, seeded(1))).predict(held.x);
    const squares = (await linearRegression()(train, seeded(1))).predict(held.x);
    const error = (p: Float64Array): number => p.reduce((sum, v, i) => sum + Math.abs(v - held.mean[i]), 0);
    expect(error(ours)).toBeLessThan(0.2 * error(squares));
  });

  test("survives JSON bit for bit, weights count as copies", async () => {
    const small = amounts(300, 4);
    const model = await ziln()(small, seeded(1));
    const back = zilnFromJSON(JSON.parse(JSON.stringify(model)));
    expect([...back.predict(small.x)]).toEqual([...model.predict(small.x)]);
    const twice = { ...small, weights: new Float64Array(300).fill(2) };
    const heavy = await ziln({ penalty: 2 })(twice, seeded(1));
    // The standardisation divides by n − 1, which 600 copies and 300 rows do not share to the last digit.
    heavy.predict(small.x).forEach((v, i) => {
      expect(v / model.predict(small.x)[i]).toBeCloseTo(1, 2);
    });
  });

  test("takes rows without zeros, and refuses those without amounts or with negative ones", async () => {
    const { x, y } = amounts(200, 5);
    const all = await ziln()({ x, y: y.map((v) => v + 1) }, seeded(1));
    expect(all.chance(x).every((p) => p > 0.99)).toBe(true);
    await expect(ziln()({ x, y: new Float64Array(200) }, seeded(1))).rejects.toThrow(
      "some amounts must be above 0",
    );
    await expect(ziln()({ x, y: y.map((v, i) => (i === 3 ? -1 : v)) }, seeded(1))).rejects.toThrow(
      "amounts must not be negative, got -1 in row 3",
    );
    expect(() => zilnFromJSON({ kind: "ziln", version: 2 })).toThrow("Cannot load ziln");
  });
});

describe("hurdle({occurrence, amount})", () => {
  const rows = amounts(2000, 6);
  const learn = hurdle({ occurrence: logisticRegression(), amount: linearRegression() });

  test("is the product of both models", async () => {
    const model = await learn(rows, seeded(1));
    const [chance, amount] = [model.chance(rows.x), model.amount.predict(rows.x)];
    model.predict(rows.x).forEach((v, i) => {
      expect(v).toBeCloseTo(chance[i] * Math.max(0, amount[i]), 12);
    });
  });

  test("survives JSON by the loader that it is given", async () => {
    const model = await learn(rows, seeded(1));
    const load = (json: { kind: string }): Model =>
      json.kind === "logistic-regression" ? logisticRegressionFromJSON(json) : model.amount;
    const back = hurdleFromJSON(JSON.parse(JSON.stringify(model)), load);
    expect([...back.predict(rows.x)]).toEqual([...model.predict(rows.x)]);
    expect(() => hurdleFromJSON({ kind: "hurdle", version: 1 }, load)).toThrow(
      "an occurrence and an amount model",
    );
  });

  test("refuses amounts that are all 0 or all above 0", async () => {
    const { x } = rows;
    await expect(learn({ x, y: new Float64Array(2000) }, seeded(1))).rejects.toThrow(
      "some amounts must be above 0",
    );
    await expect(learn({ x, y: new Float64Array(2000).fill(3) }, seeded(1))).rejects.toThrow(
      "some amounts must be 0 (else fit the amounts alone)",
    );
  });
});
