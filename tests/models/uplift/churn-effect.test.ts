import { describe, expect, test } from "vitest";
import { matrix } from "../../../src/core/matrix";
import { normal, seeded } from "../../../src/core/rng";
import { logisticRegression } from "../../../src/models/linear/logistic";
import { churnEffect, churnEffectFromJSON } from "../../../src/models/uplift/churn-effect";

/** Customers with a chance to leave p, of whom a contact keeps `share(x)` of those who would leave. */
function campaign(rows: number, seed: number, share: (x: number) => number) {
  const rng = seeded(seed);
  const values = new Float64Array(3 * rows);
  const treated = new Float64Array(rows);
  const y = new Float64Array(rows);
  const effect = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const p = rng.uniform() ** 2;
    values[i] = normal(rng);
    values[rows + i] = normal(rng);
    values[2 * rows + i] = p;
    effect[i] = p * share(values[i]);
    treated[i] = rng.uniform() < 0.5 ? 1 : 0;
    y[i] = rng.uniform() < p - treated[i] * effect[i] ? 0 : 1;
  }
  const features = ["x", "noise", "chance to leave"].map((name) => ({ name }));
  return { x: matrix(rows, 3, values, features), treated, y, effect, propensity: 0.5 };
}

const learner = churnEffect({ outcome: logisticRegression(), folds: 4 });

describe("churnEffect(options)", () => {
  test("finds the one share that a contact keeps, and nothing in noise", async () => {
    const kappas: number[] = [];
    for (const seed of [1, 2, 3, 4]) {
      const model = await learner(
        campaign(6000, seed, () => 0.3),
        seeded(seed),
      );
      kappas.push(model.kappa);
      expect(Math.abs(model.kappa - 0.3)).toBeLessThan(3 * model.kappaError);
      expect(model.penalty).toBe(Infinity);
      expect(model.coefficients.every((b) => b === 0)).toBe(true);
    }
    expect(Math.abs(kappas.reduce((a, b) => a + b, 0) / 4 - 0.3)).toBeLessThan(0.05);
  });

  test("lets the share follow a column where the campaign shows it, and survives JSON bit for bit", async () => {
    const rows = campaign(8000, 5, (x) => (x > 0 ? 0.8 : 0));
    const model = await learner(rows, seeded(1));
    expect(model.penalty).toBeLessThan(Infinity);
    expect(model.coefficients[0]).toBeGreaterThan(3 * Math.abs(model.coefficients[1]));
    const again = churnEffectFromJSON(JSON.parse(JSON.stringify(model)));
    expect(again.predict(rows.x)).toEqual(model.predict(rows.x));
    const plain = churnEffectFromJSON(
      JSON.parse(
        JSON.stringify(
          await learner(
            campaign(2000, 1, () => 0.3),
            seeded(1),
          ),
        ),
      ),
    );
    expect(plain.penalty).toBe(Infinity);
  });

  test("refuses a column that is no chance", async () => {
    const rows = campaign(200, 1, () => 0.3);
    rows.x.values[2 * 200] = 2;
    await expect(learner(rows, seeded(1))).rejects.toThrow(
      /chances to leave must be from 0 to 1, got 2 in row 0/,
    );
    const other = churnEffect({ outcome: logisticRegression(), churn: "churn" });
    await expect(other(rows, seeded(1))).rejects.toThrow(/column of the chance to leave must exist/);
  });
});
