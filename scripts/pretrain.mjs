// Trains the generators of data/pretrained from simulated customers: node scripts/pretrain.mjs [NAME…]
// Writes each model, its entry in index.json, and README.md, the model cards. Everything but the day follows from the
// seeds, so that anybody can make the same bytes.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import rngModule from "../dist/core/rng.js";
import readModule from "../dist/data/read/read-csv.js";
import viewModule from "../dist/data/simulate/view-rows.js";
import writeModule from "../dist/data/write/write-csv.js";
import reportModule from "../dist/evaluate/synthetic/report.js";
import methodsModule from "../dist/synthesis/methods.js";
import savedModule from "../dist/synthesis/saved-synthesiser.js";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const folder = join(root, "data", "pretrained");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const seed = 1;
const learnt = 7043;
const held = 3000;

const small = {
  gan: { latent: 24, units: 64, epochs: 150 },
  vae: { latent: 16, units: 96, epochs: 100 },
  sequential: {},
};
const plans = [
  { name: "telco-gan", schema: "telco", method: "gan" },
  { name: "telco-vae", schema: "telco", method: "vae" },
  { name: "telco-sequential", schema: "telco", method: "sequential" },
  { name: "reference-gan", schema: "reference", method: "gan" },
];
const titles = {
  gan: "GAN",
  vae: "VAE",
  sequential: "sequential",
  telco: "customers with IBM Telco's columns",
  reference: "customers with the columns of the reference generator",
};

function simulated(schema, rows, from) {
  const pieces = [];
  const writer = writeModule.csvWriter((bytes) => pieces.push(Buffer.from(bytes)));
  for (const table of viewModule.viewRows(schema, rows, from)) writer.write(table);
  writer.end();
  const bytes = Buffer.concat(pieces);
  return { table: readModule.parseCsv(bytes).table, sha256: sha256(bytes) };
}

function sha256(bytes) {
  return createHash("sha256").update(bytes).digest("hex");
}

async function make({ name, schema, method }) {
  const train = simulated(schema, learnt, seed);
  const test = simulated(schema, held, seed + 1);
  const options = small[method];
  const show = process.stderr.isTTY ? (text) => process.stderr.write(`\r\x1b[2K${text}`) : () => {};
  const progress = ({ phase, done, total }) => show(`${name}: ${phase} ${done} of ${total}`);
  const rng = rngModule.seeded(seed);
  const synthesiser = await methodsModule.synthesis(method, options)(train.table, rng, { progress });
  const data = [
    {
      name: `telelink simulate --schema ${schema} --customers ${learnt} --seed ${seed}`,
      sha256: train.sha256,
    },
  ];
  const origin = { method, options, seed, rows: train.table.rows, data, version };
  const text = `${JSON.stringify(savedModule.savedSynthesiserToJSON({ synthesiser, origin }))}\n`;
  const file = `${name}.json`;
  writeFileSync(join(folder, file), text);
  const made = synthesiser.sample(train.table.rows, rngModule.seeded("judge"));
  const plan = { real: train.table, synthetic: made, holdout: test.table, target: "Churn" };
  const found = await reportModule.syntheticReport(plan, rngModule.seeded("judge"), { progress });
  show("");
  const three = (value) => Number(value.toFixed(3));
  const figures = {
    quality: three(found.quality.score),
    detection: three(found.detectionHoldout.auc),
    memorisation: three(found.privacy.memorisation),
    "memorisation, low": three(found.privacy.memorisationLow),
    "memorisation, high": three(found.privacy.memorisationHigh),
    "exact copies": three(found.privacy.copies),
    ...Object.fromEntries(
      found.utility.flatMap((one) => [
        [`${one.learner}, trained on synthetic rows`, three(one.synthetic.estimate)],
        [`${one.learner}, trained on simulated rows`, three(one.real.estimate)],
      ]),
    ),
  };
  return {
    name,
    title: `${titles[method]}, ${titles[schema]}`,
    file,
    sha256: sha256(Buffer.from(text)),
    bytes: Buffer.byteLength(text),
    columns: synthesiser.columns.map((one) => one.name),
    method,
    schema,
    seed,
    rows: train.table.rows,
    version,
    made: new Date().toISOString().slice(0, 10),
    figures,
  };
}

function card(one) {
  const figures = Object.entries(one.figures).map(([name, value]) => `| ${name} | ${value} |`);
  return `## ${one.name}

${one.title}. Learnt by \`${one.method}\` from ${one.rows} simulated rows (\`telelink simulate --schema ${one.schema} --customers ${learnt} --seed ${one.seed}\`); ${Math.round(one.bytes / 1024)} kB.

| measured on ${held} simulated customers that it never saw | |
| --- | --- |
${figures.join("\n")}

Columns: ${one.columns.join(", ")}.
`;
}

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !plans.some((plan) => plan.name === name));
if (unknown !== undefined) {
  const names = plans.map((plan) => plan.name).join(", ");
  console.error(`Cannot pretrain: the name must be one of ${names}, got ${JSON.stringify(unknown)}`);
  process.exit(1);
}
mkdirSync(folder, { recursive: true });
const index = join(folder, "index.json");
const known = existsSync(index) ? JSON.parse(readFileSync(index, "utf8")).models : [];
const models = [];
for (const plan of plans) {
  const before = known.find((one) => one.name === plan.name);
  const one = wanted.length === 0 || wanted.includes(plan.name) || !before ? await make(plan) : before;
  models.push(one);
  console.log(
    `${one.name}: ${one.bytes} bytes, quality ${one.figures.quality}, detection ${one.figures.detection}`,
  );
}
writeFileSync(index, `${JSON.stringify({ models }, undefined, 2)}\n`);
writeFileSync(
  join(folder, "README.md"),
  `# Pretrained generators

Ready to use: \`telelink synth sample --pretrained telco-gan --rows 1000\`, or under Data Generation in the web app. Made by
\`node scripts/pretrain.mjs\` from this project's own simulator, so they hold no real person's data and come under this
project's licence. They show what the methods can do and give data to try things with; they tell nothing about any real
market. Quality is SDMetrics' score (1 is best); detection is how well boosting tells made from unseen rows (0.5 is
guessing); memorisation is 0 for independent rows and 1 for copies; the rest are ROC AUCs for churn among unseen rows.

${models.map(card).join("\n")}`,
);
