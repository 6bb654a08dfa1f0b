import { describe, expect, test } from "vitest";
import { column, matrixFromRows, takeRows } from "../../../src/core/matrix";
import { normal, seeded } from "../../../src/core/rng";
import { logisticRegression } from "../../../src/models/linear/logistic";
import { acceleratedFailureTime } from "../../../src/models/survival/accelerated-failure-time";
import type { FitSurvival, SurvivalData } from "../../../src/models/survival/censored";
import { cox } from "../../../src/models/survival/cox";
import { discreteHazard } from "../../../src/models/survival/discrete-hazard";

const rng = seeded(8);
const x = matrixFromRows(Array.from({ length: 600 }, () => [normal(rng), rng.uniform() < 0.5 ? 1 : 0]));
const lifetime = column(x, 0).map(
  (v, i) => 10 * Math.exp(-0.5 * v + 0.3 * column(x, 1)[i]) * -Math.log(1 - rng.uniform()),
);
const data: SurvivalData = {
  x,
  time: lifetime.map((t) => Math.min(30, Math.ceil(t))),
  event: lifetime.map((t) => (t < 30 ? 1 : 0)),
};
const some = takeRows(x, [0, 1, 2, 3]);
const age = Float64Array.of(0, 3, 7, 12);
const times = [6, 1, 0, 9];

const learners: Record<string, FitSurvival> = {
  cox: cox(),
  "cox, level tail": cox({ tail: "level" }),
  weibull: acceleratedFailureTime(),
  "log-normal": acceleratedFailureTime({ distribution: "log-normal" }),
  "discrete hazard": discreteHazard({ learner: logisticRegression() }),
  "discrete hazard, smooth": discreteHazard({ learner: logisticRegression(), clock: "smooth" }),
  "discrete hazard, one-hot": discreteHazard({ learner: logisticRegression(), clock: "one-hot" }),
};

test.each(Object.keys(learners))("residualSurvivalAt of %s is S(age + t) / S(age)", async (name) => {
  const model = await learners[name](data, seeded(1));
  const residual = model.residualSurvivalAt(some, age, times);
  for (let t = 0; t < times.length; t++) {
    for (let i = 0; i < 4; i++) {
      const whole = column(model.survivalAt(some, [age[i] + times[t]]), 0)[i];
      const lived = column(model.survivalAt(some, [age[i]]), 0)[i];
      expect(column(residual, t)[i]).toBeCloseTo(whole / lived, 10);
    }
  }
  expect(() => model.residualSurvivalAt(some, Float64Array.of(1, 2, 3), times)).toThrow("ages and rows");
  expect(() =>
    model.residualSurvivalAt(
      some,
      age.map(() => -1),
      times,
    ),
  ).toThrow("got -1 in row 0");
});

describe("beyond the last event", () => {
  test('cox keeps survival flat, and with tail: "level" goes on at the late hazard', async () => {
    const flat = await cox()(data, seeded(1));
    const level = await cox({ tail: "level" })(data, seeded(1));
    const at = (model: typeof flat, t: number): number => -Math.log(model.survivalAt(some, [t]).values[0]);
    expect(at(flat, 60)).toBe(at(flat, 30));
    const [a, b, c] = [30, 40, 50].map((t) => at(level, t));
    expect(b).toBeGreaterThan(a);
    expect(c - b).toBeCloseTo(b - a, 9);
    expect(level.baselines[0].tailHazard).toBeGreaterThan(0);
  });

  test("a discrete hazard stays at that of its last period", async () => {
    const model = await learners["discrete hazard"](data, seeded(1));
    const [a, b, c] = [30, 31, 32].map((t) => model.survivalAt(some, [t]).values[0]);
    expect(c / b).toBeCloseTo(b / a, 12);
  });
});
