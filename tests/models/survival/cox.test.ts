import { describe, expect, test } from "vitest";
import { column, matrix, matrixFromRows, takeColumns, takeRows } from "../../../src/core/matrix";
import { seeded } from "../../../src/core/rng";
import { takeSurvival } from "../../../src/models/survival/censored";
import { cox } from "../../../src/models/survival/cox";
import { coxFromJSON } from "../../../src/models/survival/cox-model";
import { kaplanMeier } from "../../../src/models/survival/kaplan-meier";
import { proportionalHazardsTest, schoenfeldResiduals } from "../../../src/models/survival/schoenfeld";
import { golden, largestGap, rossi } from "./support";

const rng = seeded(1);
const some = takeRows(rossi.x, golden.rossi.predicted);

/** A times × rows matrix as rows of times. */
function byRow(survival: { rows: number; columns: number; values: Float64Array }): number[] {
  const out: number[] = [];
  for (let i = 0; i < survival.rows; i++)
    for (let t = 0; t < survival.columns; t++) out.push(survival.values[t * survival.rows + i]);
  return out;
}

describe("cox() on Rossi's data agrees with lifelines' CoxPHFitter", () => {
  // CoxPHFitter().fit(rossi, "week", "arrest", fit_options={"precision": 1e-14, "r_precision": 1e-16})
  test("coefficients, standard errors, p-values, likelihoods", async () => {
    const model = await cox()(rossi, rng);
    const expected = golden.cox;
    expect(largestGap(model.coefficients, expected.coefficients)).toBeLessThan(1e-9);
    const rows = model.coefficientTable();
    expect(
      largestGap(
        rows.map((r) => r.standardError),
        expected.standardErrors,
      ),
    ).toBeLessThan(1e-9);
    expect(
      largestGap(
        rows.map((r) => r.pValue),
        expected.p,
      ),
    ).toBeLessThan(1e-9);
    expect(model.logLikelihood).toBeCloseTo(expected.logLikelihood, 9);
    expect(model.likelihoodRatio().statistic).toBeCloseTo(golden.likelihoodRatio, 8);
    expect(rows.map((r) => r.feature)).toEqual(golden.rossi.columns);
  });

  test("risk scores, and survival by Efron's baseline", async () => {
    const model = await cox()(rossi, rng);
    // predict_log_partial_hazard; its hazards with R's (Efron's) baseline
    expect(largestGap(model.predict(some), golden.cox.risk)).toBeLessThan(1e-8);
    const survival = model.survivalAt(some, golden.cox.times);
    expect(largestGap(byRow(survival), golden.cox.survival)).toBeLessThan(1e-9);
    expect([...model.survivalAt(some, [0]).values]).toEqual([1, 1, 1]);
  });

  test("penalty: lifelines' penalizer times the rows", async () => {
    // CoxPHFitter(penalizer=10 / len(rossi))
    const model = await cox({ penalty: 10 })(rossi, rng);
    expect(largestGap(model.coefficients, golden.coxPenalised.coefficients)).toBeLessThan(1e-8);
    const errors = model.coefficientTable().map((r) => r.standardError);
    expect(largestGap(errors, golden.coxPenalised.standardErrors)).toBeLessThan(1e-8);
    expect(
      largestGap(byRow(model.survivalAt(some, golden.cox.times)), golden.coxPenalised.survival),
    ).toBeLessThan(1e-8);
  });

  test("left truncation", async () => {
    // .fit(…, entry_col="entry"), entries at half weeks; that fitter stops at a coarser gradient
    const model = await cox()({ ...rossi, entry: Float64Array.from(golden.rossi.entry) }, rng);
    expect(largestGap(model.coefficients, golden.coxTruncated.coefficients)).toBeLessThan(1e-6);
    expect(model.logLikelihood).toBeCloseTo(golden.coxTruncated.logLikelihood, 7);
  });

  test("weights", async () => {
    // .fit(…, weights_col="w")
    const model = await cox()({ ...rossi, weights: Float64Array.from(golden.rossi.weights) }, rng);
    expect(largestGap(model.coefficients, golden.coxWeighted.coefficients)).toBeLessThan(1e-8);
    expect(model.logLikelihood).toBeCloseTo(golden.coxWeighted.logLikelihood, 7);
  });
});

test.each(["rank", "km", "identity", "log"] as const)(
  "proportionalHazardsTest(…, {transform: %s}) agrees with lifelines' proportional_hazard_test",
  async (transform) => {
    const model = await cox()(rossi, rng);
    const found = proportionalHazardsTest(model, rossi, { transform });
    const [statistics, pValues] = golden.proportionalHazards[transform];
    expect(
      largestGap(
        found.map((r) => r.statistic),
        statistics,
      ),
    ).toBeLessThan(1e-7);
    expect(
      largestGap(
        found.map((r) => r.pValue),
        pValues,
      ),
    ).toBeLessThan(1e-7);
  },
);

test("schoenfeldResiduals(model, data) sum to 0 at the unpenalised optimum", async () => {
  const model = await cox()(rossi, rng);
  const { rows, residuals } = schoenfeldResiduals(model, rossi);
  expect(rows.length).toBe(114);
  for (let j = 0; j < 7; j++) {
    let sum = 0;
    for (let e = 0; e < rows.length; e++) sum += residuals[e * 7 + j];
    expect(Math.abs(sum)).toBeLessThan(1e-7);
  }
});

test("ties: one event a time makes Efron and Breslow agree; many ties pull Breslow towards 0", async () => {
  const apart = { ...rossi, time: rossi.time.map((t, i) => t + i / 1e4) };
  const [e, b] = [await cox()(apart, rng), await cox({ ties: "breslow" })(apart, rng)];
  expect(largestGap(e.coefficients, b.coefficients)).toBeLessThan(1e-9);
  const tied = { ...rossi, time: rossi.time.map((t) => Math.ceil(t / 13)) };
  const [efron, breslow] = [await cox()(tied, rng), await cox({ ties: "breslow" })(tied, rng)];
  expect(Math.abs(breslow.coefficients[1])).toBeLessThan(Math.abs(efron.coefficients[1]));
});

test("a row of weight 2 has the coefficients of two rows under Breslow's ties", async () => {
  const weights = rossi.time.map((_, i) => 1 + (i % 2));
  const rows = [...weights.keys()].flatMap((i) => (weights[i] === 2 ? [i, i] : [i]));
  const once = await cox({ ties: "breslow" })({ ...rossi, weights }, rng);
  const twice = await cox({ ties: "breslow" })(takeSurvival(rossi, rows), rng);
  expect(largestGap(once.coefficients, twice.coefficients)).toBeLessThan(1e-9);
});

test("toJSON and coxFromJSON give the same predictions, bit for bit", async () => {
  const model = await cox()(rossi, rng);
  const back = coxFromJSON(JSON.parse(JSON.stringify(model)));
  expect([...back.survivalAt(some, [5, 50]).values]).toEqual([...model.survivalAt(some, [5, 50]).values]);
  expect(back.coefficientTable()).toEqual(model.coefficientTable());
  expect(() => coxFromJSON({ kind: "forest", version: 1 })).toThrow("Cannot load a Cox model");
  expect(() => coxFromJSON({ ...model.toJSON(), means: [1] })).toThrow(
    "means and features must have the same length",
  );
});

test("refuses constant, collinear, separating and missing columns with the reason", async () => {
  const one = takeColumns(rossi.x, [1]);
  const beside = (values: Float64Array): Promise<unknown> =>
    cox()(
      {
        ...rossi,
        x: matrix(432, 2, Float64Array.from([...one.values, ...values]), [{ name: "age" }, { name: "b" }]),
      },
      rng,
    );
  await expect(beside(new Float64Array(432).fill(2))).rejects.toThrow("column b must not be constant, got 2");
  await expect(beside(column(one, 0).map((v) => 2 * v))).rejects.toThrow("must not determine one another");
  await expect(beside(rossi.event)).rejects.toThrow("column b must not separate the ended lifetimes");
  await expect(beside(new Float64Array(432).fill(Number.NaN))).rejects.toThrow(
    'column "b" must hold finite numbers, got NaN in row 0',
  );
  const nobody = { ...rossi, event: new Float64Array(432) };
  await expect(cox()(nobody, rng)).rejects.toThrow("at least one lifetime must have ended");
  expect(() => cox({ penalty: -1 })).toThrow("penalty must be at least 0, got -1");
});

test("a penalty keeps a separating column finite", async () => {
  const x = matrixFromRows([...rossi.event].map((e, i) => [e, i % 7]));
  const model = await cox({ penalty: 1 })({ ...rossi, x }, rng);
  expect(model.coefficients[0]).toBeGreaterThan(2);
  expect(Number.isFinite(model.coefficients[0])).toBe(true);
});

describe("ties", () => {
  // Everybody leaves with chance .2 at each month's end, the column has no effect, watched for 5 months.
  const draws = seeded("ties");
  const rows = 3000;
  const time = new Float64Array(rows);
  const event = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let month = 1;
    while (month < 5 && draws.uniform() > 0.2) month++;
    time[i] = month;
    event[i] = month < 5 || draws.uniform() < 0.2 ? 1 : 0;
  }
  const x = matrix(
    rows,
    1,
    Float64Array.from({ length: rows }, () => draws.uniform()),
    [{ name: "noise" }],
  );

  test("Efron's baseline is Kaplan and Meier's where columns have no effect", async () => {
    const model = await cox()({ x, time, event }, rng);
    const curve = kaplanMeier({ time, event });
    const mean = matrix(1, 1, Float64Array.of(model.means[0]), [{ name: "noise" }]);
    const survival = model.survivalAt(mean, [1, 3, 5]).values;
    for (const [k, t] of [1, 3, 5].entries()) expect(survival[k]).toBeCloseTo(curve.at(t), 3);
    // Breslow's is what its own coefficients rest on: Σ d / S0.
    const breslow = await cox({ ties: "breslow" })({ x, time, event }, rng);
    expect(breslow.survivalAt(mean, [5]).values[0]).toBeCloseTo(nelsonAalenSurvival(5), 3);
  });

  function nelsonAalenSurvival(until: number): number {
    let hazard = 0;
    for (let t = 1; t <= until; t++) {
      const ends = time.filter((v, i) => v === t && event[i] === 1).length;
      hazard += ends / time.filter((v) => v >= t).length;
    }
    return Math.exp(-hazard);
  }
});

test.each(["rank", "km", "identity", "log"] as const)(
  "proportionalHazardsTest(…, {transform: %s}) takes a row of weight 2 as two rows",
  async (transform) => {
    const weights = Float64Array.from(golden.rossi.weights);
    const repeated = Array.from(weights, (w, i) => new Array<number>(w).fill(i)).flat();
    const twice = takeSurvival(rossi, repeated);
    // Breslow's treatment of ties is the one in which a weight and a repeated row are the same by definition.
    const fit = cox({ ties: "breslow" });
    const weighted = { ...rossi, weights };
    const one = proportionalHazardsTest(await fit(weighted, rng), weighted, { transform });
    const other = proportionalHazardsTest(await fit(twice, rng), twice, { transform });
    expect(
      largestGap(
        one.map((r) => r.statistic),
        other.map((r) => r.statistic),
      ),
    ).toBeLessThan(1e-7);
  },
);
