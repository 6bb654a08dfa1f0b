import { describe, expect, test } from "vitest";
import { matrix, takeRows } from "../../../src/core/matrix";
import { seeded } from "../../../src/core/rng";
import {
  acceleratedFailureTime,
  acceleratedFailureTimeFromJSON,
} from "../../../src/models/survival/accelerated-failure-time";
import { flies, golden, largestGap, rossi } from "./support";

const rng = seeded(1);
const some = takeRows(rossi.x, golden.rossi.predicted);

test("without columns it fits one Weibull: Walton's flies as lifelines' WeibullFitter", async () => {
  // WeibullFitter().fit(T, E): lambda_, rho_, log_likelihood_
  const none = matrix(flies.time.length, 0, new Float64Array(0));
  const model = await acceleratedFailureTime()({ ...flies, x: none }, rng);
  const [lambda, rho, logLikelihood] = golden.weibull;
  expect(Math.exp(model.intercept)).toBeCloseTo(lambda, 3);
  expect(1 / model.scale).toBeCloseTo(rho, 4);
  expect(model.logLikelihood).toBeGreaterThanOrEqual(logLikelihood - 1e-9);
  expect(model.logLikelihood).toBeCloseTo(-672.062187, 5);
});

describe.each(["weibull", "log-normal", "log-logistic"] as const)("%s on Rossi's data", (distribution) => {
  // WeibullAFTFitter(), LogNormalAFTFitter(), LogLogisticAFTFitter() .fit(rossi, "week", "arrest"). Their
  // optimiser stops earlier: its likelihood is at most ours (by 1e-4 for the log-logistic), hence the tolerances.
  const expected = golden.aft[distribution];

  test("agrees with lifelines", async () => {
    const model = await acceleratedFailureTime({ distribution })(rossi, rng);
    expect(model.logLikelihood).toBeGreaterThanOrEqual(expected.logLikelihood - 1e-9);
    expect(model.logLikelihood).toBeCloseTo(expected.logLikelihood, 3);
    const table = model.coefficientTable();
    expect(
      largestGap(
        table.map((r) => r.estimate),
        expected.coefficients,
      ),
    ).toBeLessThan(3e-3);
    expect(
      largestGap(
        table.map((r) => r.standardError),
        expected.standardErrors,
      ),
    ).toBeLessThan(3e-3);
    const survival = model.survivalAt(some, expected.times);
    const rows = [0, 1, 2].flatMap((i) => expected.times.map((_, t) => survival.values[t * 3 + i]));
    expect(largestGap(rows, expected.survival)).toBeLessThan(1e-3);
    expect(largestGap(model.timeAt(some, 0.5), expected.median)).toBeLessThan(3e-3);
  });

  test("survives JSON, and timeAt is where survivalAt says", async () => {
    const model = await acceleratedFailureTime({ distribution, penalty: 1 })(rossi, rng);
    const back = acceleratedFailureTimeFromJSON(JSON.parse(JSON.stringify(model)));
    expect([...back.timeAt(some, 0.3)]).toEqual([...model.timeAt(some, 0.3)]);
    const [time] = model.timeAt(some, 0.3);
    expect(model.survivalAt(some, [time]).values[0]).toBeCloseTo(0.3, 12);
    expect([...model.survivalAt(some, [0]).values]).toEqual([1, 1, 1]);
  });
});

test("left truncation agrees with lifelines", async () => {
  // WeibullAFTFitter().fit(…, entry_col="entry")
  const model = await acceleratedFailureTime()(
    { ...rossi, entry: Float64Array.from(golden.rossi.entry) },
    rng,
  );
  const expected = golden.aftTruncated;
  expect(model.logLikelihood).toBeCloseTo(expected.logLikelihood, 4);
  expect(
    largestGap(
      model.coefficientTable().map((r) => r.estimate),
      expected.coefficients,
    ),
  ).toBeLessThan(2e-3);
});

test("predict(x) ranks an earlier end higher", async () => {
  const model = await acceleratedFailureTime()(rossi, rng);
  const [risk, median] = [model.predict(some), model.timeAt(some, 0.5)];
  const order = [0, 1, 2].sort((a, b) => risk[b] - risk[a]);
  expect([0, 1, 2].sort((a, b) => median[a] - median[b])).toEqual(order);
});

test("refuses times of 0, and unknown distributions", async () => {
  const time = rossi.time.map((t, i) => (i === 4 ? 0 : t));
  await expect(acceleratedFailureTime()({ ...rossi, time }, rng)).rejects.toThrow(
    "times must be above 0, got 0 in row 4",
  );
  expect(() => acceleratedFailureTime({ distribution: "gamma" as never })).toThrow(
    "distribution must be one of weibull, log-normal, log-logistic",
  );
});
