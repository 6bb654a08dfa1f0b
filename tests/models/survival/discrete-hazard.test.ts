import { describe, expect, test } from "vitest";
import { column, matrixFromRows } from "../../../src/core/matrix";
import type { Fit, Model, ModelJson } from "../../../src/core/model";
import { seeded } from "../../../src/core/rng";
import type { SurvivalData } from "../../../src/models/survival/censored";
import {
  discreteHazard,
  discreteHazardFromJSON,
  personPeriods,
} from "../../../src/models/survival/discrete-hazard";
import { kaplanMeier } from "../../../src/models/survival/kaplan-meier";
import { rossi } from "./support";

/** A learner that knows only the period: the share of cases that ended in it. */
function byPeriod(rates: Record<string, number>): Model {
  return {
    kind: "by-period",
    predict: (x) => column(x, x.columns - 1).map((k) => rates[k]),
    toJSON: () => ({ kind: "by-period", version: 1, rates }),
  };
}
const learnShares: Fit = async ({ x, y, weights }) => {
  const cases: Record<string, number> = {};
  const ends: Record<string, number> = {};
  column(x, x.columns - 1).forEach((k, i) => {
    cases[k] = (cases[k] ?? 0) + (weights?.[i] ?? 1);
    ends[k] = (ends[k] ?? 0) + y[i] * (weights?.[i] ?? 1);
  });
  return byPeriod(Object.fromEntries(Object.keys(cases).map((k) => [k, ends[k] / cases[k]])));
};
const rng = seeded(1);
const weeks = Array.from({ length: 52 }, (_, k) => k + 1);

describe("discreteHazard({learner})", () => {
  test("with shares per period is Kaplan–Meier's curve", async () => {
    const model = await discreteHazard({ learner: learnShares })(rossi, rng);
    const survival = model.survivalAt(rossi.x, weeks);
    const curve = kaplanMeier(rossi);
    // Censored rows leave at the end of the last period, week 52, so that all who are at risk in a week are seen.
    for (const week of weeks) expect(column(survival, week - 1)[0]).toBeCloseTo(curve.at(week), 12);
  });

  test("weights and late entries count as they do there", async () => {
    const weights = rossi.time.map((_, i) => 1 + (i % 3));
    const entry = rossi.time.map((t, i) => (i % 4 === 0 && t > 20 ? 10 : 0));
    const data: SurvivalData = { ...rossi, weights, entry };
    const model = await discreteHazard({ learner: learnShares })(data, rng);
    const survival = model.survivalAt(rossi.x, weeks);
    const curve = kaplanMeier(data);
    for (const week of weeks) expect(column(survival, week - 1)[5]).toBeCloseTo(curve.at(week), 12);
  });

  test("survivalAt takes times in any order, between periods and beyond the last one", async () => {
    const model = await discreteHazard({ learner: learnShares })(rossi, rng);
    const x = rossi.x;
    const [beyond, at52, at51, none, half] = [60, 52, 51, 0, 51.5].map(
      (t) => model.survivalAt(x, [t]).values[0],
    );
    expect(none).toBe(1);
    expect(half).toBeCloseTo(Math.sqrt(at51 * at52), 12);
    // Eight more weeks at the hazard of the last week.
    expect(beyond).toBeCloseTo(at52 * (at52 / at51) ** 8, 12);
    expect([...model.survivalAt(x, [52, 0, 51]).values.filter((_, k) => k % x.rows === 0)]).toEqual([
      at52,
      1,
      at51,
    ]);
  });

  test("predict is minus the log of survival over all periods, and JSON keeps it", async () => {
    const model = await discreteHazard({ learner: learnShares, periods: 30 })(rossi, rng);
    const [s] = model.survivalAt(rossi.x, [30]).values;
    expect(model.predict(rossi.x)[0]).toBeCloseTo(-Math.log(s), 12);
    const load = (json: ModelJson): Model => byPeriod(json.rates as Record<string, number>);
    const back = discreteHazardFromJSON(JSON.parse(JSON.stringify(model)), load);
    expect([...back.predict(rossi.x)]).toEqual([...model.predict(rossi.x)]);
  });
});

test("personPeriods cuts censored rows to whole periods and labels only the last one of an end", () => {
  const data: SurvivalData = {
    x: matrixFromRows([[7], [8], [9]]),
    time: Float64Array.of(2.5, 2.5, 3),
    event: Float64Array.of(1, 0, 1),
  };
  const cases = personPeriods(data, 1, 10, "number");
  expect([...column(cases.x, 0)]).toEqual([7, 7, 7, 8, 8, 9, 9, 9]);
  expect([...column(cases.x, 1)]).toEqual([1, 2, 3, 1, 2, 1, 2, 3]);
  expect([...cases.y]).toEqual([0, 0, 1, 0, 0, 0, 0, 1]);
  // Followed for two periods only, nobody has ended yet; one-hot has a column for each but the first.
  const short = personPeriods(data, 1, 2, "one-hot");
  expect([...short.y]).toEqual([0, 0, 0, 0, 0, 0]);
  expect([...column(short.x, 1)]).toEqual([0, 1, 0, 1, 0, 1]);
  expect(short.x.features.map((f) => f.name)).toEqual(["x0", "period 2"]);
  const smooth = personPeriods(data, 1, 10, "smooth").x;
  expect([1, 2, 3].map((j) => column(smooth, j)[2])).toEqual([3, Math.log(3), 1 / 3]);
});

test("an end at time 0 falls into the first period", () => {
  const data = { x: matrixFromRows([[1]]), time: Float64Array.of(0), event: Float64Array.of(1) };
  expect([...personPeriods(data, 1, 5, "number").y]).toEqual([1]);
});

test("refuses lifetimes of which none ended within the periods", async () => {
  const data = { x: matrixFromRows([[1], [2]]), time: Float64Array.of(5, 6), event: Float64Array.of(1, 0) };
  await expect(discreteHazard({ learner: learnShares, periods: 2 })(data, rng)).rejects.toThrow(
    "Cannot fit discrete hazards: at least one lifetime must have ended within the periods",
  );
});
