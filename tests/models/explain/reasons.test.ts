import { expect, test } from "vitest";
import { column } from "../../../src/core/matrix";
import { integer, normal, seeded } from "../../../src/core/rng";
import { table, takeTableRows } from "../../../src/data/table";
import { encode } from "../../../src/features/encode";
import { gradientBoosting } from "../../../src/models/boosting/boosting";
import { contributionsOf } from "../../../src/models/explain/contributions";
import { reasons, tableContributions } from "../../../src/models/explain/reasons";
import { randomForest } from "../../../src/models/forest/forest";
import { pipeline } from "../../../src/models/pipeline";

const rng = seeded("reasons");
const rows = 400;
const months = Float64Array.from({ length: rows }, (_, i) =>
  i % 9 === 0 ? NaN : Math.round(30 + 10 * normal(rng)),
);
const plans = Int32Array.from({ length: rows }, () => integer(rng, 3));
const customers = table([
  { name: "months", type: "numeric", values: months, decimals: 0 },
  { name: "plan", type: "categorical", codes: plans, levels: ["basic", "plus", "max"] },
  { name: "id", type: "id", values: Array.from({ length: rows }, (_, i) => `c${i}`) },
]);
const y = Float64Array.from(months, (value, i) => (value < 25 || plans[i] === 2 ? 1 : 0));

test("tableContributions adds up a column's levels and its missing mark", async () => {
  const learner = randomForest({ trees: 20, threads: 1 });
  const model = await pipeline({ learner })(customers, y, seeded(1));
  expect(model.encoder.features.map((one) => one.name)).toEqual([
    "months",
    "months is missing",
    "plan=max",
    "plan=plus",
  ]);
  const parts = contributionsOf(model.model, model.encoder.transform(customers))?.values;
  const found = tableContributions(model, customers);
  if (!parts || !found) throw new Error("a forest has contributions");
  expect(found.columns).toEqual(["months", "plan"]);
  const expected = (from: number[]) =>
    Float64Array.from({ length: rows }, (_, i) => from.reduce((sum, j) => sum + column(parts, j)[i], 0));
  expect(found.values[0]).toEqual(expected([0, 1]));
  expect(found.values[1]).toEqual(expected([2, 3]));
});

test("reasons(model, rows, top) names the strongest columns first, with the values of the file", async () => {
  const fit = pipeline({ encode: encode({ categories: "codes" }), learner: gradientBoosting({ trees: 20 }) });
  const model = await fit(customers, y, seeded(1));
  const i = plans.findIndex((plan, k) => plan === 2 && months[k] > 35);
  const j = plans.findIndex((plan, k) => plan === 0 && months[k] < 20);
  const [one, other] = reasons(model, takeTableRows(customers, [i, j]), 1) ?? [];
  expect(one).toMatchObject({ unit: "log odds", exact: true, reasons: [{ column: "plan", value: "max" }] });
  expect(one.reasons[0].contribution).toBeGreaterThan(0);
  expect(other.reasons).toMatchObject([{ column: "months", value: String(months[j]) }]);
  const all = reasons(model, takeTableRows(customers, [i]))?.[0].reasons ?? [];
  expect(all.map((reason) => reason.column)).toEqual(["plan", "months"]);
  expect(Math.abs(all[0].contribution)).toBeGreaterThan(Math.abs(all[1].contribution));
});
