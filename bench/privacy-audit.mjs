// A lower bound of ε from fits on two neighbouring tables: how differently an event happens with and without one row (Jagielski,
// Ullman and Oprea, 2020). What is stated is an upper bound, so the bound found must not exceed it; how near it comes says how much
// of what is stated the attack could use. The event is a statistic above a threshold, chosen on half of the fits and counted on the
// other half.
//
//   node bench/privacy-audit.mjs [--method mst] [--attack share] [--epsilon 1] [--delta 1e-3] [--rows 60] [--fits 20000] [--seed 1] [--json FILE]
//
// The row that differs is the only one of its level; the statistic is the level's share in the model. With few rows and few columns
// nearly the whole budget goes to counts that the row is in, which is where an attack bites most. With --attack ratio it is the ratio of
// likelihoods by boosting over all numbers in the model's file, taught by the half of the fits that the threshold is chosen on.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import rngModule from "../dist/core/rng.js";
import tableModule from "../dist/data/table.js";
import auditModule from "../dist/evaluate/synthetic/privacy/audited-epsilon.js";
import boostingModule from "../dist/models/boosting/boosting.js";
import pipelineModule from "../dist/models/pipeline.js";
import methodsModule from "../dist/synthesis/methods.js";

const { auditedEpsilon } = auditModule;
const { gradientBoosting } = boostingModule;
const { pipeline } = pipelineModule;
const { seeded } = rngModule;
const { table } = tableModule;
const { synthesis } = methodsModule;

const { values: options } = parseArgs({
  options: {
    method: { type: "string", default: "mst" },
    attack: { type: "string", default: "share" },
    epsilon: { type: "string", default: "1" },
    delta: { type: "string", default: "1e-3" },
    rows: { type: "string", default: "60" },
    fits: { type: "string", default: "20000" },
    seed: { type: "string", default: "1" },
    json: { type: "string" },
  },
});
const [epsilon, delta, rows, fits] = ["epsilon", "delta", "rows", "fits"].map((name) =>
  Number(options[name]),
);
if (!(fits >= 100) || fits % 4 !== 0)
  throw new Error(`Cannot audit: --fits must be a multiple of 4 from 100 on, got ${options.fits}`);

if (!["share", "ratio"].includes(options.attack))
  throw new Error(`Cannot audit: --attack must be share or ratio, got ${options.attack}`);

const levels = ["a", "b"];
const domain = {
  columns: [
    { name: "plan", type: "categorical", levels, required: true },
    { name: "paid", type: "boolean", levels: ["No", "Yes"], required: true },
  ],
};

/** Customers of plan a, half of whom have paid; with the extra row one of plan b who has. */
function customers(extra) {
  const length = rows + (extra ? 1 : 0);
  return table([
    {
      name: "plan",
      type: "categorical",
      levels,
      codes: Int32Array.from({ length }, (_, i) => (i < rows ? 0 : 1)),
    },
    {
      name: "paid",
      type: "boolean",
      levels: ["No", "Yes"],
      codes: Int32Array.from({ length }, (_, i) => (i < rows ? i % 2 : 1)),
    },
  ]);
}

/** About the share of plan b among rows drawn from the model, of which there are many. */
function statistic(model) {
  const { codes } = model.sample(400, seeded("drawn")).columns[0];
  return codes.reduce((sum, code) => sum + code, 0);
}

/** All numbers in the model's file but its ledger's, by where they stand. */
function numbersIn(value, at = "", out = new Map()) {
  if (typeof value === "number") out.set(at, value);
  else if (value && typeof value === "object")
    for (const [key, own] of Object.entries(value))
      if (key !== "privacy") numbersIn(own, `${at}/${key}`, out);
  return out;
}

/** How likely each model is to be one with the row, told by the first half of either kind. */
async function ratios(withRow, without) {
  const all = [...withRow, ...without];
  const names = [...new Set(all.flatMap((numbers) => [...numbers.keys()]))];
  const asTable = (models) =>
    table(
      names.map((name) => ({
        name,
        type: "numeric",
        values: Float64Array.from(models, (numbers) => numbers.get(name) ?? Number.NaN),
      })),
    );
  const half = withRow.length / 2;
  const taught = [...withRow.slice(0, half), ...without.slice(0, half)];
  const y = Float64Array.from(taught, (_, k) => (k < half ? 1 : 0));
  const learner = pipeline({ learner: gradientBoosting() });
  const model = await learner(asTable(taught), y, seeded("attack"));
  return [withRow, without].map((models) => Array.from(model.predict(asTable(models))));
}

async function statistics(extra, count) {
  const from = customers(extra);
  const fit = synthesis(options.method, { epsilon, delta, domain, noise: "seed", target: null });
  const out = [];
  for (let k = 0; k < count; k++) out.push(told(await fit(from, seeded(`${options.seed} ${extra} ${k}`))));
  return out;
}

const isRatio = options.attack === "ratio";
const told = (model) => (isRatio ? numbersIn(model.toJSON()) : statistic(model));
const start = process.cpuUsage();
const read = [await statistics(true, fits / 2), await statistics(false, fits / 2)];
const [with_, without] = isRatio ? await ratios(...read) : read;
const found = auditedEpsilon(with_, without, delta);
const { user, system } = process.cpuUsage(start);
const result = {
  method: options.method,
  attack: options.attack,
  stated: epsilon,
  delta,
  rows,
  fits,
  found: Number(found.toFixed(4)),
  holds: found <= epsilon,
  cpuSeconds: Math.round((user + system) / 1e5) / 10,
};
console.log(
  `${result.method}: ε = ${epsilon}, δ = ${delta} stated; ${fits} fits with and without one of ${rows} rows bound it from below by ${result.found} (right but for a chance of 1 in 1,000), ${result.cpuSeconds} CPU s`,
);
if (options.json) writeFileSync(options.json, `${JSON.stringify(result, undefined, 1)}\n`);
if (!result.holds) {
  console.error("The bound found is above what is stated: the guarantee does not hold");
  process.exitCode = 1;
}
