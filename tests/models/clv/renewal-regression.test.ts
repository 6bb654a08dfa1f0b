import { describe, expect, test } from "vitest";
import { matrix, matrixFromRows } from "../../../src/core/matrix";
import { seeded } from "../../../src/core/rng";
import { betaDiscreteWeibull } from "../../../src/models/clv/beta-discrete-weibull";
import { logSurvival } from "../../../src/models/clv/renewal-likelihood";
import { lifetimesOfCohorts, renewalRegression } from "../../../src/models/clv/renewal-regression";
import { shiftedBetaGeometric } from "../../../src/models/clv/shifted-beta-geometric";
import { loadModel } from "../../../src/models/load";
import golden from "../../reference/renewals.json";

const regular = [1000, 631, 468, 382, 326, 289, 262, 241];
const highEnd = [1000, 869, 743, 653, 593, 551, 517, 491];
const both = matrixFromRows([[0], [1]], [{ name: "high end" }]);

function customers() {
  const { plan, fee, time, event, entry, weights } = golden.data;
  return {
    x: matrix(time.length, 2, Float64Array.of(...plan, ...fee), [{ name: "plan" }, { name: "fee" }]),
    time: Float64Array.from(time),
    event: Float64Array.from(event),
    entry: Float64Array.from(entry),
    weights: Float64Array.from(weights),
  };
}

describe("renewalRegression()", () => {
  test.each([
    ["shiftedBetaGeometric", "shifted-beta-geometric", 0],
    ["betaDiscreteWeibull", "beta-discrete-weibull", 0],
    ["penalised", "beta-discrete-weibull", 2],
  ] as const)("%s: estimates, errors and likelihood as by scipy", async (name, duration, penalty) => {
    const model = await renewalRegression({ duration, penalty })(customers(), seeded(1));
    expect(model.converged).toBe(true);
    expect(model.logLikelihood).toBeCloseTo(golden[name].logLikelihood, 5);
    const table = model.coefficientTable();
    // scipy's BFGS ends with gradients of 1e-5, its information is by differences of 2e-3.
    table.forEach(({ estimate, standardError, low, high }, k) => {
      expect(Math.log(estimate)).toBeCloseTo(golden[name].logs[k], 3);
      expect(standardError / estimate / golden[name].errorsOfLogs[k]).toBeCloseTo(1, 2);
      expect(Math.sqrt(low * high)).toBeCloseTo(estimate, 9);
    });
  });

  test("a column for each cohort gives each the model it has by itself", async () => {
    const together = lifetimesOfCohorts([regular, highEnd], both);
    const model = await renewalRegression()(together, seeded(1));
    const { alpha, beta } = model.parametersOf(both);
    const alone = [regular, highEnd].map((cohort) => shiftedBetaGeometric([cohort]));
    alone.forEach(({ estimates }, k) => {
      expect(alpha[k]).toBeCloseTo(estimates[0], 5);
      expect(beta[k]).toBeCloseTo(estimates[1], 5);
    });
    expect(model.logLikelihood).toBeCloseTo(alone[0].logLikelihood + alone[1].logLikelihood, 8);
    const weibull = renewalRegression({ duration: "beta-discrete-weibull" });
    const own = await weibull(lifetimesOfCohorts([highEnd]), seeded(1));
    expect(own.survivalAt(matrix(1, 0, new Float64Array(0)), [12]).values[0]).toBeCloseTo(
      betaDiscreteWeibull([highEnd]).survivalAt(12),
      5,
    );
  });

  test("periods of twelve months are twelve months long, and survival goes down at renewals alone", async () => {
    const data = lifetimesOfCohorts([highEnd]);
    const yearly = await renewalRegression({ period: 12 })(
      { ...data, time: data.time.map((t) => 12 * t) },
      seeded(1),
    );
    const none = matrix(1, 0, new Float64Array(0));
    const { values } = yearly.survivalAt(none, [11.9, 12, 23, 24]);
    const plain = shiftedBetaGeometric([highEnd]);
    [0, 1, 1, 2].forEach((t, k) => {
      expect(values[k]).toBeCloseTo(plain.survivalAt(t), 6);
    });
    const [stays] = yearly.residualSurvivalAt(none, Float64Array.of(30), [6]).values;
    expect(stays).toBeCloseTo(plain.survivalAt(3) / plain.survivalAt(2), 6);
  });

  test("survives JSON bit for bit; columns that tell customers apart wholly are said to run away", async () => {
    const model = await renewalRegression({ duration: "beta-discrete-weibull" })(customers(), seeded(1));
    const back = loadModel(JSON.parse(JSON.stringify(model)));
    expect(JSON.stringify(back)).toBe(JSON.stringify(model));
    const stay = lifetimesOfCohorts([regular, [1000, 1000, 1000, 1000, 1000]], both);
    const apart = await renewalRegression()(stay, seeded(1));
    expect(apart.converged).toBe(false);
    expect(apart.unbounded).toContain("odds of leaving × high end");
    const drawn = await renewalRegression({ penalty: 1 })(stay, seeded(1));
    expect(drawn.estimates[2]).toBeGreaterThan(1e-4);
  });

  test("refuses cohorts that grow, and lifetimes of which none was seen through a period", async () => {
    expect(() => lifetimesOfCohorts([[10, 11]])).toThrow(
      "the count 1 of cohort 0 must be at least 0 and at most 10",
    );
    expect(() => lifetimesOfCohorts([[10, 9]], both)).toThrow(
      "x must have a row for each of 1 cohorts, got 2",
    );
    const short = {
      x: matrix(2, 0, new Float64Array(0)),
      time: Float64Array.of(3, 5),
      event: Float64Array.of(1, 0),
    };
    await expect(renewalRegression({ period: 12 })(short, seeded(1))).rejects.toThrow(
      "some customers must have left and some stayed, through whole periods",
    );
  });
});

test("logSurvival(alpha, beta, c, t) as by quadrature", () => {
  for (const [alpha, beta, c, t, share] of golden.survival)
    expect(Math.exp(logSurvival(alpha, beta, c, t))).toBeCloseTo(share, 12);
});
