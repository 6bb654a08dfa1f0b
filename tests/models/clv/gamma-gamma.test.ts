import { describe, expect, test } from "vitest";
import { bgNbd } from "../../../src/models/clv/beta-geometric";
import { gammaGamma, gammaGammaFromJSON } from "../../../src/models/clv/gamma-gamma";
import { periodEnds } from "../../../src/models/clv/purchase-model";
import { cdnow, customer, golden, takeHistory } from "./support";

const model = gammaGamma()(cdnow);
const some = takeHistory(cdnow, golden.some);

describe("gammaGamma()(history) on CDNOW's 946 repeat buyers", () => {
  test("agrees with lifetimes and with the published estimates", () => {
    // GammaGammaFitter().fit(frequency, monetary_value) of those with repeat purchases
    const { parameters, logLikelihood } = golden.gammaGamma;
    parameters.forEach((value, j) => {
      expect(model.estimates[j] / value).toBeCloseTo(1, 5);
    });
    expect(model.logLikelihood).toBeCloseTo(logLikelihood, 4);
    // Fader and Hardie (2013): 6.25, 3.74, 15.44, −4055.918
    [6.25, 3.74, 15.44].forEach((value, j) => {
      expect(Math.abs(model.estimates[j] - value)).toBeLessThan(0.01);
    });
    expect(Math.abs(model.logLikelihood + 4055.918)).toBeLessThan(0.01);
  });

  test("expects the values that lifetimes expects", () => {
    // conditional_expected_average_profit(frequency, monetary_value)
    model.expectedValue(some).forEach((value, i) => {
      expect(value / golden.gammaGamma.expectedValue[i]).toBeCloseTo(1, 5);
    });
  });

  test("with BG/NBD gives lifetimes' value of the next twelve months", () => {
    // customer_lifetime_value(bgf, …, time=12, discount_rate=.01, freq="W"): a month is 4.345 weeks there
    const purchases = bgNbd()(cdnow).discountedPurchases(some, {
      ends: periodEnds(12, 4.345),
      discountRate: 0.01,
    });
    const values = model.expectedValue(some);
    golden.lifetimeValue.forEach((worth, i) => {
      expect((purchases[i] * values[i]) / worth).toBeCloseTo(1, 4);
    });
  });

  test("moves from everybody's mean to one's own the more purchases there were", () => {
    const [none] = model.expectedValue(customer(0, 0, 10, 0));
    const [few] = model.expectedValue(customer(1, 5, 10, 100));
    const [many] = model.expectedValue(customer(200, 5, 10, 100));
    expect(none).toBeLessThan(few);
    expect(few).toBeLessThan(many);
    expect(many).toBeCloseTo(100, -1);
    expect(Math.abs(model.correlation)).toBeLessThan(0.2);
  });

  test("survives JSON bit for bit", () => {
    const back = gammaGammaFromJSON(JSON.parse(JSON.stringify(model)));
    expect([...back.expectedValue(some)]).toEqual([...model.expectedValue(some)]);
    expect(back.correlation).toBe(model.correlation);
  });
});

test("refuses histories without values, without repeat buyers, or with values of 0", () => {
  expect(() => gammaGamma()(customer(1, 5, 10))).toThrow("the history must have monetary values");
  expect(() => gammaGamma()(customer(0, 0, 10, 0))).toThrow("some customers must have repeat purchases");
  expect(() => gammaGamma()(customer(1, 5, 10, 0))).toThrow(
    "some customers must have repeat purchases of a value above 0",
  );
});

test("gammaGamma() of amounts in another currency is the same model in that currency, with a penalty too", () => {
  const dear = { ...cdnow, monetaryValue: cdnow.monetaryValue?.map((v) => v * 1e10) };
  for (const penalty of [0, 0.001]) {
    const [plain, huge] = [gammaGamma({ penalty })(cdnow), gammaGamma({ penalty })(dear)];
    expect(huge.estimates[0] / plain.estimates[0]).toBeCloseTo(1, 5);
    expect(huge.estimates[2] / plain.estimates[2] / 1e10).toBeCloseTo(1, 5);
    expect(huge.converged).toBe(true);
  }
});
