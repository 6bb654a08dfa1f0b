import { describe, expect, test } from "vitest";
import { hypergeometric } from "../../../src/core/math/hypergeometric";
import {
  betaDiscreteWeibull,
  betaDiscreteWeibullFromJSON,
} from "../../../src/models/clv/beta-discrete-weibull";
import {
  shiftedBetaGeometric,
  shiftedBetaGeometricFromJSON,
} from "../../../src/models/clv/shifted-beta-geometric";

// Fader and Hardie (2007): 1,000 customers each, seven renewals.
const regular = [1000, 631, 468, 382, 326, 289, 262, 241];
const highEnd = [1000, 869, 743, 653, 593, 551, 517, 491];

describe("shiftedBetaGeometric([cohort])", () => {
  test.each([
    ["regular", regular, 0.7040773, 1.182043, -1680.26519, 3.6949085],
    ["high end", highEnd, 0.6680884, 3.806095, -1611.15815, 5.9222534],
  ] as const)("%s reaches the published figures", (_, cohort, alpha, beta, logLikelihood, lifetime) => {
    const model = shiftedBetaGeometric([cohort]);
    expect(model.estimates[0]).toBeCloseTo(alpha, 5);
    expect(model.estimates[1]).toBeCloseTo(beta, 4);
    expect(model.logLikelihood).toBeCloseTo(logLikelihood, 5);
    expect(model.discountedLifetime(0.1)).toBeCloseTo(lifetime, 4);
    // DEL = ₂F₁(1, β; α + β; 1 / (1 + d))
    const [a, b] = model.estimates;
    expect(model.discountedLifetime(0.1)).toBeCloseTo(hypergeometric(1, b, a + b, 1 / 1.1), 9);
  });

  test("several cohorts weigh by their customers; one split in two is the same cohort", () => {
    const [one, two] = [regular.map((n) => n * 0.3), regular.map((n) => n * 0.7)];
    const whole = shiftedBetaGeometric([regular]);
    const parts = shiftedBetaGeometric([one, two]);
    expect(parts.estimates[1]).toBeCloseTo(whole.estimates[1], 4);
    expect(shiftedBetaGeometric([regular, highEnd.slice(0, 4)]).survivalAt(1)).toBeGreaterThan(
      whole.survivalAt(1),
    );
  });

  test("survival is the product of retentions, which rise", () => {
    const model = shiftedBetaGeometric([regular]);
    let alive = 1;
    for (let t = 1; t <= 12; t++) {
      alive *= model.retentionAt(t);
      expect(model.survivalAt(t)).toBeCloseTo(alive, 12);
      if (t > 1) expect(model.retentionAt(t)).toBeGreaterThan(model.retentionAt(t - 1));
    }
  });

  test("discountedResidualLifetime sums the survivors that are still to come", () => {
    const model = shiftedBetaGeometric([highEnd]);
    let sum = 0;
    for (let k = 0; k < 3000; k++) sum += (model.survivalAt(4 + k) / model.survivalAt(3)) * 1.1 ** -k;
    expect(model.discountedResidualLifetime(3, 0.1)).toBeCloseTo(sum, 9);
  });
});

describe("betaDiscreteWeibull([cohort])", () => {
  test("high end: the published likelihood and survival of twelve renewals (observed .394)", () => {
    const model = betaDiscreteWeibull([highEnd]);
    expect(model.logLikelihood).toBeCloseTo(-1605.3142, 3);
    expect(model.survivalAt(12)).toBeCloseTo(0.404, 3);
    expect(shiftedBetaGeometric([highEnd]).survivalAt(12)).toBeCloseTo(0.378, 3);
  });

  test("with c = 1 it is the shifted-beta-geometric", () => {
    const sbg = shiftedBetaGeometric([regular]);
    const [alpha, beta] = sbg.estimates;
    const model = betaDiscreteWeibullFromJSON({
      kind: "beta-discrete-weibull",
      version: 1,
      parameters: { alpha, beta, c: 1 },
      covariance: null,
      logLikelihood: 0,
    });
    expect(model.discountedLifetime(0.1)).toBeCloseTo(sbg.discountedLifetime(0.1), 9);
    expect(model.retentionAt(5)).toBeCloseTo(sbg.retentionAt(5), 12);
  });

  test("both survive JSON bit for bit", () => {
    const [bdw, sbg] = [betaDiscreteWeibull([highEnd]), shiftedBetaGeometric([highEnd])];
    expect(betaDiscreteWeibullFromJSON(JSON.parse(JSON.stringify(bdw))).survivalAt(9)).toBe(
      bdw.survivalAt(9),
    );
    const back = shiftedBetaGeometricFromJSON(JSON.parse(JSON.stringify(sbg)));
    expect(back.coefficientTable()).toEqual(sbg.coefficientTable());
  });
});

test("cohorts that grow, are too short, or never lose anybody are refused", () => {
  expect(() => shiftedBetaGeometric([])).toThrow("there must be at least one cohort");
  expect(() => shiftedBetaGeometric([[100]])).toThrow(
    "cohort 0 must have counts at its start and after a renewal",
  );
  expect(() => shiftedBetaGeometric([[100, 90, 95]])).toThrow(
    "the count 2 of cohort 0 must be at least 0 and at most 90, got 95",
  );
  expect(() => shiftedBetaGeometric([[100, 100]])).toThrow("some customers must have left");
  expect(() => shiftedBetaGeometric([[100, 0]])).toThrow("some customers must have stayed");
  expect(() => betaDiscreteWeibull([[100, 90, 80]])).toThrow("must cover at least three renewals, got 2");
});
