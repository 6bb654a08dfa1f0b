import { expect, test } from "vitest";
import { matrixFromRows, takeColumns, takeRows } from "../../../src/core/matrix";
import { seeded } from "../../../src/core/rng";
import { acceleratedFailureTime } from "../../../src/models/survival/accelerated-failure-time";
import { joinSurvival, type SurvivalData } from "../../../src/models/survival/censored";
import { cox } from "../../../src/models/survival/cox";
import { type CoxModel, coxFromJSON } from "../../../src/models/survival/cox-model";
import { fineGray, fineGrayFromJSON } from "../../../src/models/survival/fine-gray";
import { schoenfeldResiduals } from "../../../src/models/survival/schoenfeld";
import { startStopRows } from "../../../src/models/survival/start-stop";
import { reference } from "../../support";
import { golden, largestGap, rossi } from "./support";

interface Fit {
  readonly coefficients: number[];
  readonly standardErrors: number[];
  readonly logLikelihood: number;
}

interface Golden {
  readonly stratified: Fit & { times: number[]; survival: [number[], number[]] };
  readonly clustered: Fit;
  readonly weighted: Fit;
  readonly breslow: Fit;
  readonly both: Fit;
  readonly hearts: Fit & { id: number[]; start: number[]; stop: number[]; event: number[]; rows: number[][] };
  readonly fineGray: Fit & {
    time: number[];
    cause: number[];
    rows: number[][];
    times: number[];
    incidence: number[][];
    breslow: number[];
  };
}

// Rscript scripts/reference/survival.R: R's survival (coxph with strata and cluster, finegray)
const r = reference<Golden>("survival_r");
const rng = seeded(1);
const clusters = Int32Array.from(rossi.time, (_, i) => i % 150);
const wexp = rossi.x.features.findIndex((f) => f.name === "wexp");
const others = takeColumns(
  rossi.x,
  rossi.x.features.flatMap((_, j) => (j === wexp ? [] : [j])),
);
const strata = Int32Array.from({ length: rossi.x.rows }, (_, i) => golden.rossi.rows[i][wexp]);

function expectFit(model: CoxModel, expected: Fit): void {
  expect(largestGap(model.coefficients, expected.coefficients)).toBeLessThan(1e-8);
  const errors = model.coefficientTable().map((row) => row.standardError);
  expect(largestGap(errors, expected.standardErrors)).toBeLessThan(1e-8);
  expect(model.logLikelihood).toBeCloseTo(expected.logLikelihood, 7);
}

test("strata: coefficients, and a baseline each, as coxph's", async () => {
  const model = await cox()({ ...rossi, x: others, strata }, rng);
  expectFit(model, r.stratified);
  const row = takeRows(others, [2, 2]);
  const survival = coxFromJSON(JSON.parse(JSON.stringify(model))).survivalAt(row, r.stratified.times, [0, 1]);
  const byStratum = [0, 1].map((i) => r.stratified.times.map((_, t) => survival.values[t * 2 + i]));
  expect(largestGap(byStratum.flat(), r.stratified.survival.flat())).toBeLessThan(1e-8);
  const still = model.residualSurvivalAt(row, Float64Array.of(20, 20), [20], [0, 1]);
  expect(still.values[1]).toBeCloseTo(byStratum[1][2] / byStratum[1][1], 8);
});

test.each([
  ["clusters", {}, { ...rossi, clusters }, r.clustered],
  ["weights", { robust: true }, { ...rossi, weights: Float64Array.from(golden.rossi.weights) }, r.weighted],
  ["Breslow's ties", { ties: "breslow", robust: true }, rossi, r.breslow],
  ["strata and clusters", {}, { ...rossi, x: others, strata, clusters }, r.both],
] satisfies [string, Parameters<typeof cox>[0], SurvivalData, Fit][])(
  "robust standard errors of %s, as coxph's",
  async (_, options, data, expected) => {
    expectFit(await cox(options)(data, rng), expected);
  },
);

test("columns that vary in time: Stanford's heart transplants as coxph fits them", async () => {
  const { hearts } = r;
  const x = matrixFromRows(
    hearts.rows,
    ["age", "year", "surgery", "transplant"].map((name) => ({ name })),
  );
  expectFit(await cox()({ ...startStopRows(hearts), x }, rng), hearts);
});

test("start-stop rows that overlap or go on after the end are refused by name", () => {
  const rows = { id: ["a", "a"], start: [0, 2], stop: [3, 5], event: [0, 1] };
  expect(() => startStopRows(rows)).toThrow("overlap (customer a, rows 0 and 1)");
  expect(() => startStopRows({ ...rows, start: [0, 3], event: [1, 0] })).toThrow("follow the end");
  expect(() => startStopRows({ ...rows, stop: [3] })).toThrow("same length");
});

test("fineGray() agrees with finegray and coxph", async () => {
  const { time, cause, rows, times, incidence, ...expected } = r.fineGray;
  const x = matrixFromRows(rows, [{ name: "a" }, { name: "b" }]);
  const data = { time: Float64Array.from(time), cause, x };
  const model = fineGrayFromJSON(JSON.parse(JSON.stringify(await fineGray()(data, rng))));
  const table = model.coefficientTable();
  const estimates = table.map((row) => row.estimate);
  expect(largestGap(estimates, expected.coefficients)).toBeLessThan(1e-8);
  const errors = table.map((row) => row.standardError);
  expect(largestGap(errors, expected.standardErrors)).toBeLessThan(1e-8);
  const pair = matrixFromRows(
    [
      [0, 1],
      [1, 0],
    ],
    x.features,
  );
  const chances = model.cumulativeIncidenceAt(pair, times);
  const byRow = [0, 1].map((i) => times.map((_, t) => chances.values[t * 2 + i]));
  expect(largestGap(byRow.flat(), incidence.flat())).toBeLessThan(1e-8);
  const breslow = await fineGray({ ties: "breslow" })(data, rng);
  const other = breslow.coefficientTable().map((row) => row.estimate);
  expect(largestGap(other, expected.breslow)).toBeLessThan(1e-8);
  await expect(fineGray({ cause: 3 })(data, rng)).rejects.toThrow("ended by the cause, got 3");
});

test("strata are never ignored: unknown ones, missing ones, and learners that take none; files of 0.1 load", async () => {
  const model = await cox()({ ...rossi, x: others, strata }, rng);
  const one = takeRows(others, [0]);
  expect(() => model.survivalAt(one, [10])).toThrow("strata must be given");
  expect(() => model.survivalAt(one, [10], [7])).toThrow("among those of the training rows (row 0), got 7");
  expect(() => schoenfeldResiduals(model, { ...rossi, x: others })).toThrow("no strata");
  expect(() => joinSurvival({ ...rossi, strata }, rossi)).toThrow("no strata");
  const late = { time: rossi.time, cause: rossi.event, x: others, entry: rossi.time.map((t) => t / 2) };
  await expect(fineGray()(late, rng)).rejects.toThrow("take no entry");
  const plain = await cox()(rossi, rng);
  const { baselines, ...rest } = JSON.parse(JSON.stringify(plain));
  const { tailHazard, ...baseline } = baselines[0];
  const former = coxFromJSON({ ...rest, baseline, tailHazard });
  expect(former.survivalAt(takeRows(rossi.x, [0]), [10]).values).toEqual(
    plain.survivalAt(takeRows(rossi.x, [0]), [10]).values,
  );
  expect(() => plain.survivalAt(takeRows(rossi.x, [0]), [10], [0])).toThrow("no strata");
  await expect(acceleratedFailureTime()({ ...rossi, strata }, rng)).rejects.toThrow(
    "only a Cox model takes strata",
  );
});

test("joined rows are at risk from 0 and weigh 1 where one side says nothing else", () => {
  const entry = rossi.time.map((t) => t / 2);
  const joined = joinSurvival({ ...rossi, entry }, { ...rossi, weights: rossi.time.map(() => 3) });
  const n = rossi.time.length;
  expect([joined.entry?.[0], joined.entry?.[n]]).toEqual([entry[0], 0]);
  expect([joined.weights?.[0], joined.weights?.[n]]).toEqual([1, 3]);
});
