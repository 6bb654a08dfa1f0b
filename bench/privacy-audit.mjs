// A lower bound of ε from fits on two neighbouring tables: how differently an event happens with and without one row (Jagielski,
// Ullman and Oprea, 2020). What is stated is an upper bound, so the bound found must not exceed it; how near it comes says how much
// of what is stated the attack could use. The event is a statistic above a threshold, chosen on half of the fits and counted on the
// other half.
//
//   node bench/privacy-audit.mjs [--method mst] [--epsilon 1] [--delta 1e-3] [--rows 60] [--fits 20000] [--seed 1] [--json FILE]
//
// The row that differs is the only one of its level; the statistic is the level's share in the model. With few rows and few columns
// nearly the whole budget goes to counts that the row is in, which is where an attack bites most.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import rngModule from "../dist/core/rng.js";
import tableModule from "../dist/data/table.js";
import auditModule from "../dist/evaluate/synthetic/privacy/audited-epsilon.js";
import methodsModule from "../dist/synthesis/methods.js";

const { auditedEpsilon } = auditModule;
const { seeded } = rngModule;
const { table } = tableModule;
const { synthesis } = methodsModule;

const { values: options } = parseArgs({
  options: {
    method: { type: "string", default: "mst" },
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

async function statistics(extra, count) {
  const from = customers(extra);
  const fit = synthesis(options.method, { epsilon, delta, domain, noise: "seed", target: null });
  const out = [];
  for (let k = 0; k < count; k++)
    out.push(statistic(await fit(from, seeded(`${options.seed} ${extra} ${k}`))));
  return out;
}

const start = process.cpuUsage();
const [with_, without] = [await statistics(true, fits / 2), await statistics(false, fits / 2)];
const found = auditedEpsilon(with_, without, delta);
const { user, system } = process.cpuUsage(start);
const result = {
  method: options.method,
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
