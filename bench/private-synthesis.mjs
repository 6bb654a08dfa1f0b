// How like IBM Telco's customers rows are that were learnt with differential privacy: three splits, 5,634 rows learnt from and
// 1,409 held out, levels and bounds from a public domain. Needs the public data sets.
//
//   node bench/private-synthesis.mjs [aim | mst] [--epsilon 1] [--splits 3] [--plain] [--json FILE]
//   node bench/private-synthesis.mjs ar | vae --epsilon 1        nets with DP-SGD, in Python (bench/peers/dp_sgd.py)
//
// --plain leaves out the rules between levels ("No internet service") that are public too.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import rngModule from "../dist/core/rng.js";
import readModule from "../dist/data/read/read-csv.js";
import schemaModule from "../dist/data/schema.js";
import tableModule from "../dist/data/table.js";
import writeModule from "../dist/data/write/write-csv.js";
import detectionModule from "../dist/evaluate/synthetic/detection.js";
import qualityModule from "../dist/evaluate/synthetic/quality.js";
import utilityModule from "../dist/evaluate/synthetic/utility.js";
import methodsModule from "../dist/synthesis/methods.js";
import domainModule from "../dist/synthesis/private/domain/domain.js";
import { median } from "./harness.mjs";

const { permutation, seeded } = rngModule;
const root = resolve(fileURLToPath(import.meta.url), "../..");
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    epsilon: { type: "string", default: "1" },
    splits: { type: "string", default: "3" },
    plain: { type: "boolean", default: false },
    json: { type: "string" },
  },
});
const [method = "aim"] = positionals;
const epsilon = Number(options.epsilon);

/** What the carrier's price list says, not its table. */
const online = [
  "OnlineSecurity",
  "OnlineBackup",
  "DeviceProtection",
  "TechSupport",
  "StreamingTV",
  "StreamingMovies",
];
const words = {
  gender: ["Female", "Male"],
  SeniorCitizen: ["0", "1"],
  Partner: ["No", "Yes"],
  Dependents: ["No", "Yes"],
  PhoneService: ["No", "Yes"],
  MultipleLines: ["No", "No phone service", "Yes"],
  InternetService: ["DSL", "Fiber optic", "No"],
  ...Object.fromEntries(online.map((name) => [name, ["No", "No internet service", "Yes"]])),
  Contract: ["Month-to-month", "One year", "Two year"],
  PaperlessBilling: ["No", "Yes"],
  PaymentMethod: ["Bank transfer (automatic)", "Credit card (automatic)", "Electronic check", "Mailed check"],
  Churn: ["No", "Yes"],
};
const numbers = {
  tenure: { minimum: 0, maximum: 72, decimals: 0, required: true },
  MonthlyCharges: { minimum: 18, maximum: 120, decimals: 2, required: true },
  TotalCharges: { minimum: 0, maximum: 9000, decimals: 2 },
};
const domain = {
  columns: [
    { name: "customerID", type: "id", pattern: "[0-9]{4}-[A-Z]{5}" },
    ...Object.entries(words).map(([name, levels]) => ({ name, type: "categorical", levels, required: true })),
    ...Object.entries(numbers).map(([name, range]) => ({ name, type: "numeric", ...range })),
  ],
  rules: [
    "TotalCharges ~ tenure * MonthlyCharges",
    ...(options.plain
      ? []
      : [
          "PhoneService=No <=> MultipleLines=No phone service",
          ...online.map((name) => `InternetService=No <=> ${name}=No internet service`),
        ]),
  ],
};

const folder = process.env.TELELINK_DATA ?? resolve(root, "../shared/data");
const whole = readModule.readCsv(join(folder, "Telco-Customer-Churn.csv"), {
  schema: { columns: [{ name: "SeniorCitizen", type: "categorical" }] },
}).table;
const work = mkdtempSync(join(tmpdir(), "private-"));

/** As many synthetic rows as were learnt from. */
async function made(train, split) {
  if (method === "aim" || method === "mst") {
    const parsed = domainModule.domainFromJson(domain, "the domain");
    const fit = methodsModule.synthesis(method, { epsilon, noise: "seed", domain: parsed });
    return (await fit(train, seeded(100 + split))).sample(train.rows, seeded(200 + split));
  }
  const [rules, from, to] = ["domain.json", "train.csv", "made.csv"].map((name) => join(work, name));
  writeFileSync(rules, JSON.stringify(domain));
  writeFileSync(from, writeModule.csvText(train));
  const own = process.env.TELELINK_PYTHON_SDV ?? join(root, ".cache/peers-sdv/bin/python");
  const script = join(root, "bench/peers/dp_sgd.py");
  const done = spawnSync(
    existsSync(own) ? own : "python3",
    [script, method, rules, from, to, String(epsilon), String(split)],
    {
      encoding: "utf8",
    },
  );
  if (done.status !== 0) throw new Error(done.stderr);
  const schema = { columns: schemaModule.schemaOf(whole).columns.map(({ name, type }) => ({ name, type })) };
  return readModule.readCsv(to, { schema, badCells: "missing" }).table;
}

const found = [];
for (let split = 1; split <= Number(options.splits); split++) {
  const order = permutation(seeded(`split ${split}`), whole.rows);
  const [train, test] = [order.subarray(0, 5634), order.subarray(5634)].map((rows) =>
    tableModule.takeTableRows(whole, rows),
  );
  const synthetic = await made(train, split);
  const { score: quality } = qualityModule.qualityScore(train, synthetic);
  const { auc: detection } = await detectionModule.detectionAuc(test, synthetic, seeded(3));
  const plan = { train, synthetic, test, target: "Churn" };
  const taught = await utilityModule.trainSyntheticTestReal(plan, seeded(4));
  const [logistic, boosting] = taught.map(({ difference }) => difference.estimate);
  found.push({ quality, detection, logistic, boosting });
  console.log(`split ${split}: ${line(found.at(-1))}`);
}
rmSync(work, { recursive: true });
const middle = Object.fromEntries(
  Object.keys(found[0]).map((name) => [name, median(found.map((one) => one[name]))]),
);
console.log(`${method}, ε = ${epsilon}, medians: ${line(middle)}`);
if (options.json)
  writeFileSync(options.json, JSON.stringify({ method, epsilon, found, middle }, undefined, 2));

function line({ quality, detection, logistic, boosting }) {
  return `Quality ${quality.toFixed(3)}, detection ${detection.toFixed(3)}, TSTR − real ${logistic.toFixed(3)} (logistic regression) and ${boosting.toFixed(3)} (boosting)`;
}
