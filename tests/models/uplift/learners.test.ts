import { describe, expect, test } from "vitest";
import { column, matrixFromRows } from "../../../src/core/matrix";
import type { Fit, Model, ModelJson } from "../../../src/core/model";
import { normal, seeded } from "../../../src/core/rng";
import { qiniScore } from "../../../src/evaluate/uplift/scores";
import { linearRegression } from "../../../src/models/linear/linear";
import { linearFromJSON } from "../../../src/models/linear/linear-model";
import { logisticRegression } from "../../../src/models/linear/logistic";
import { logisticRegressionFromJSON } from "../../../src/models/linear/logistic-model";
import { type Campaign, type FitUplift, takeCampaign } from "../../../src/models/uplift/campaign";
import { effectModelFromJSON } from "../../../src/models/uplift/effect-model";
import { rLearner } from "../../../src/models/uplift/r-learner";
import { tLearner, tLearnerFromJSON } from "../../../src/models/uplift/t-learner";
import { transformedOutcome } from "../../../src/models/uplift/transformed-outcome";
import { xLearner, xLearnerFromJSON } from "../../../src/models/uplift/x-learner";

/** A campaign whose effect is 0.5 + x₀, beside a far larger part of the outcome that is 3 x₁ treated or not. */
function campaign(rows: number, seed: number, share = 0.5): Campaign & { readonly effect: Float64Array } {
  const rng = seeded(seed);
  const x = matrixFromRows(Array.from({ length: rows }, () => [normal(rng), normal(rng)]));
  const effect = column(x, 0).map((v) => 0.5 + v);
  const treated = effect.map(() => (rng.uniform() < share ? 1 : 0));
  const y = effect.map((e, i) => 3 * column(x, 1)[i] + e * treated[i] + normal(rng));
  return { x, y, treated, effect, propensity: share };
}

const line = linearRegression();
const learners: Record<string, FitUplift> = {
  "t-learner": tLearner({ outcome: line }),
  "x-learner": xLearner({ outcome: line, effect: line }),
  "r-learner": rLearner({ outcome: line, effect: line }),
  "transformed-outcome": transformedOutcome({ effect: line }),
};
const load = (json: ModelJson): Model =>
  json.kind === "logistic-regression" ? logisticRegressionFromJSON(json) : linearFromJSON(json);
const loaders: Record<string, (json: ModelJson) => Model> = {
  "t-learner": (json) => tLearnerFromJSON(json, load),
  "x-learner": (json) => xLearnerFromJSON(json, load),
  "r-learner": (json) => effectModelFromJSON(json, load),
  "transformed-outcome": (json) => effectModelFromJSON(json, load),
};

describe.each(Object.keys(learners))("%s", (name) => {
  const rows = campaign(8000, 1, 0.3);

  test("finds the effect that made the campaign", async () => {
    const predicted = (await learners[name](rows, seeded(1))).predict(rows.x);
    const error = Math.sqrt(
      predicted.reduce((sum, v, i) => sum + (v - rows.effect[i]) ** 2, 0) / predicted.length,
    );
    // Effects have a deviation of 1; the transformed outcome bears the noise of 3 x₁ as well.
    expect(error).toBeLessThan(name === "transformed-outcome" ? 0.25 : 0.1);
  });

  test("gives the same model for the same stream, and survives JSON bit for bit", async () => {
    const small = takeCampaign(
      rows,
      Array.from({ length: 500 }, (_, i) => i),
    );
    const [one, two] = [await learners[name](small, seeded(2)), await learners[name](small, seeded(2))];
    expect([...one.predict(small.x)]).toEqual([...two.predict(small.x)]);
    const back = loaders[name](JSON.parse(JSON.stringify(one)));
    expect([...back.predict(small.x)]).toEqual([...one.predict(small.x)]);
    expect(() => loaders[name]({ kind: "forest", version: 1 })).toThrow("kind and version must be");
  });

  test("refuses campaigns without a control group", async () => {
    const all = { ...rows, treated: rows.treated.map(() => 1) };
    await expect(learners[name](all, seeded(1))).rejects.toThrow(
      "some rows must be treated and some not, got 8000",
    );
    const wrong = { ...rows, propensity: 1.2 };
    await expect(learners[name](wrong, seeded(1))).rejects.toThrow(
      "propensity must be above 0 and below 1, got 1.2",
    );
  });
});

test("xLearner weighs the effect learnt from controls by the share treated", async () => {
  // Künzel et al. (2019), equation 9: τ(x) = e τ₀(x) + (1 − e) τ₁(x), with τ₀ learnt from controls.
  const rows = campaign(400, 3, 0.2);
  const means: number[] = [];
  const mean: Fit<Model> = async ({ y }) => {
    const value = y.reduce((sum, v) => sum + v / y.length, 0);
    means.push(value);
    const predict: Model["predict"] = (x) => new Float64Array(x.rows).fill(value);
    return { kind: "mean", predict, toJSON: () => ({ kind: "mean", version: 1 }) };
  };
  const model = await xLearner({ outcome: line, effect: mean })(rows, seeded(1));
  const [treated, control] = means;
  expect(treated).not.toBeCloseTo(control, 3);
  expect(model.predict(rows.x)[0]).toBeCloseTo(0.2 * control + 0.8 * treated, 9);
});

test("rLearner takes the outcome expected by models that did not see the row", async () => {
  // An outcome learner that knows every row it was fitted on by heart: in-sample residuals, and effects, would be 0.
  const rows = campaign(600, 4);
  const byHeart: Fit<Model> = async (train) => {
    const known = new Map(Array.from(column(train.x, 0), (v, i) => [v, train.y[i]]));
    return {
      kind: "by-heart",
      predict: (x) => Float64Array.from(column(x, 0), (v) => known.get(v) ?? 0),
      toJSON: () => ({ kind: "by-heart", version: 1 }),
    };
  };
  const model = await rLearner({ outcome: byHeart, effect: line })(rows, seeded(1));
  const mean = model.predict(rows.x).reduce((sum, v) => sum + v / rows.y.length, 0);
  expect(mean).toBeGreaterThan(0.2);
});

test("tLearner on binary outcomes ranks by effect, and tells both outcomes", async () => {
  const rng = seeded(9);
  const x = matrixFromRows(Array.from({ length: 6000 }, () => [normal(rng)]));
  const treated = column(x, 0).map(() => (rng.uniform() < 0.5 ? 1 : 0));
  const y = column(x, 0).map((v, i) => (rng.uniform() < 1 / (1 + Math.exp(1 - treated[i] * v)) ? 1 : 0));
  const model = await tLearner({ outcome: logisticRegression() as Fit })({ x, treated, y }, seeded(1));
  const { treated: yes, control: no } = model.outcomes(x);
  expect(yes.every((p, i) => p >= 0 && p <= 1 && no[i] >= 0)).toBe(true);
  expect(qiniScore({ y, treated }, model.predict(x))).toBeGreaterThan(0.15);
});
