// How like the real rows synthetic ones are on tables that nothing was tuned on: each is split at random, learnt from,
// sampled and judged on rows held out, beside what two parts of the real table look like to the same detector. Medians
// over the splits. Needs the public data sets.
//
//   node bench/synthesis-tables.mjs [TABLE…] [--splits 3] [--rows 3000] [--columns] [--quick] [--method sequential] [--named] [--json FILE]
//
// --quick judges Quality and detection alone. --named tells the method which column is the target. --columns tells which columns alone give synthetic rows away. A peer in Python is run by --peer NAME (bench/peers/
// synthesis.py: GaussianCopula, CTGAN …) on the same splits.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import rngModule from "../dist/core/rng.js";
import readModule from "../dist/data/read/read-csv.js";
import schemaModule from "../dist/data/schema.js";
import tableModule from "../dist/data/table.js";
import detectionModule from "../dist/evaluate/synthetic/detection.js";
import lossesModule from "../dist/evaluate/synthetic/losses.js";
import privacyModule from "../dist/evaluate/synthetic/privacy/privacy.js";
import qualityModule from "../dist/evaluate/synthetic/quality.js";
import utilityModule from "../dist/evaluate/synthetic/utility.js";
import { median } from "./harness.mjs";

const { permutation, seeded } = rngModule;
const { readCsv } = readModule;
const { schemaOf } = schemaModule;
const { dropColumns, takeTableRows } = tableModule;
const { detectionAuc } = detectionModule;
const { lossesOf } = lossesModule;
const { distancePrivacy } = privacyModule;
const { qualityScore } = qualityModule;
const { trainSyntheticTestReal } = utilityModule;

const root = resolve(fileURLToPath(import.meta.url), "../..");
const folder = process.env.TELELINK_DATA ?? resolve(root, "../shared/data");
/** The column that models are trained to predict; none where nothing says which of its values is the positive one. */
const targets = {
  adult: undefined,
  "bank-churn": "Exited",
  "bank-marketing": "y",
  "credit-default": "default payment next month",
  "ecommerce-churn": "Churn",
  "german-credit": "default",
  "ibm-hr": "Attrition",
  insurance: "smoker",
  "marketing-campaign": "Response",
  shoppers: "Revenue",
  taxis: "color",
  "telco-with-holes": "Churn",
};

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    splits: { type: "string", default: "3" },
    rows: { type: "string", default: "3000" },
    method: { type: "string", default: "sequential" },
    peer: { type: "string" },
    columns: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    named: { type: "boolean", default: false },
    json: { type: "string" },
    keep: { type: "string" },
  },
});

function telelink(...args) {
  const done = spawnSync(process.execPath, [join(root, "dist/cli/main.js"), ...args], { encoding: "utf8" });
  if (done.status !== 0)
    throw new Error(`telelink ${args.join(" ")} ended with ${done.status}\n${done.stderr}`);
  return done.stdout + done.stderr;
}

/** The table's lines, shuffled by the split's number: learnt from, held out, and these with all that is left (unseen). */
function split(name, number, most, work) {
  const file = [join(folder, "tables", `${name}.csv`), join(folder, `${name}.csv`), name].find(existsSync);
  const [header, ...lines] = readFileSync(file, "utf8")
    .replace(/^\uFEFF/, "")
    .trimEnd()
    .split(/\r?\n/);
  const order = permutation(seeded(`split ${number}`), lines.length);
  const held = Math.round(Math.min(most * 1.25, lines.length) * 0.2);
  const learnt = Math.min(most, lines.length - held);
  const write = (to, ...parts) => {
    const rows = parts.flatMap(([from, until]) => Array.from(order.subarray(from, until), (i) => lines[i]));
    writeFileSync(join(work, to), `${[header, ...rows].join("\n")}\n`);
    return join(work, to);
  };
  return {
    train: write("train.csv", [held, held + learnt]),
    holdout: write("holdout.csv", [0, held]),
    unseen: write("unseen.csv", [0, held], [held + learnt, lines.length]),
    learnt,
  };
}

/**
 * Memorisation against every row that was not learnt from, as many at a time as were: of 750 rows its standard error is .07, of
 * 6,000 some .015.
 */
async function memorised(real, others, synthetic) {
  const size = Math.min(real.rows, others.rows);
  let total = 0;
  const parts = Math.floor(others.rows / size);
  for (let part = 0; part < parts; part++) {
    const rows = takeTableRows(
      others,
      Int32Array.from({ length: size }, (_, i) => part * size + i),
    );
    total += (await distancePrivacy(real, rows, synthetic)).memorisation;
  }
  return total / parts;
}

async function judge(name, number) {
  const work = options.keep
    ? join(options.keep, `${name}-${number}`)
    : mkdtempSync(join(tmpdir(), "synthesis-"));
  mkdirSync(work, { recursive: true });
  const { train, holdout, unseen, learnt } = split(name, number, Number(options.rows), work);
  const [model, made] = ["model.tlm", "made.csv"].map((file) => join(work, file));
  let said = "";
  if (options.peer) {
    const python = process.env.TELELINK_PYTHON_SDV ?? join(root, ".cache/peers-sdv/bin/python");
    const peer = spawnSync(
      python,
      [join(root, "bench/peers/synthesis.py"), options.peer, train, made, String(number)],
      { encoding: "utf8" },
    );
    if (peer.status !== 0) throw new Error(peer.stderr);
  } else {
    said = telelink(
      "synth",
      "fit",
      "--data",
      train,
      "--out",
      model,
      "--method",
      options.method,
      "--seed",
      String(number),
      ...(options.named && targets[name] ? ["--target", targets[name]] : []),
    );
    telelink(
      "synth",
      "sample",
      "--model",
      model,
      "--rows",
      String(learnt),
      "--seed",
      String(number),
      "--out",
      made,
    );
  }
  const real = readCsv(train).table;
  const { columns } = schemaOf(real);
  const schema = { columns: columns.map(({ name, type }) => ({ name, type })) };
  const [fresh, synthetic] = [holdout, made].map(
    (file) => readCsv(file, { schema, badCells: "missing" }).table,
  );
  const seen = async (tables) => (await detectionAuc(...tables, seeded(number))).auc;
  const target = targets[name];
  const alone = {};
  for (const { name: column, type } of options.columns ? columns : []) {
    if (type === "id") continue;
    const rest = columns.map((one) => one.name).filter((one) => one !== column);
    const [a, b, c] = [fresh, synthetic, real].map((table) => dropColumns(table, rest));
    alone[column] = await seen([a, b])
      .then(async (own) => own - (await seen([a, c])))
      .catch(() => NaN);
  }
  const { score: quality, shapes, trends } = qualityScore(real, synthetic);
  const lost = lossesOf(real, synthetic).filter(({ what }) => what === "all but one value");
  const found = {
    ...{ quality, shapes, trends, alone, said, rows: learnt },
    freshQuality: qualityScore(real, fresh).score,
    detection: await seen([fresh, synthetic]),
    baseline: await seen([fresh, real]),
    lost: lost.map(({ column }) => column),
  };
  if (!options.quick) {
    found.memorisation = await memorised(
      real,
      readCsv(unseen, { schema, badCells: "missing" }).table,
      synthetic,
    );
    const plan = { train: real, synthetic, test: fresh, target };
    const utility = target ? await trainSyntheticTestReal(plan, seeded(number)) : [];
    const [best] = utility.sort((a, b) => b.real.estimate - a.real.estimate);
    Object.assign(found, { tstr: best?.synthetic.estimate, trtr: best?.real.estimate });
  }
  if (!options.keep) rmSync(work, { recursive: true });
  return found;
}

const names = positionals.length > 0 ? positionals : Object.keys(targets);
const results = {};
const three = (value) => (value === undefined ? "–" : value.toFixed(3).replace(/^0/, ""));
const head = [
  "table",
  "rows",
  "Quality",
  "(real)",
  "detection",
  "(real)",
  "memorisation",
  "TSTR",
  "TRTR",
  "lost",
];
console.log(`| ${head.join(" | ")} |\n|${head.map(() => " --- |").join("")}`);
for (const name of names) {
  const runs = [];
  for (let number = 1; number <= Number(options.splits); number++) runs.push(await judge(name, number));
  results[name] = runs;
  const of = (key) => (runs[0][key] === undefined ? undefined : median(runs.map((run) => run[key])));
  const lost = [...new Set(runs.flatMap((run) => run.lost))].join(", ") || "none";
  const cells = [
    name,
    runs[0].rows,
    three(of("quality")),
    three(of("freshQuality")),
    three(of("detection")),
    three(of("baseline")),
  ];
  console.log(
    `| ${[...cells, three(of("memorisation")), three(of("tstr")), three(of("trtr")), lost].join(" | ")} |`,
  );
  if (options.columns) {
    const worst = Object.entries(runs[0].alone)
      .sort((a, b) => b[1] - a[1])
      .filter(([, value]) => value > 0.02);
    console.log(`  ${worst.map(([column, value]) => `${column} ${three(value)}`).join(", ")}`);
    console.log(runs[0].said.replace(/^/gm, "    "));
  }
  if (options.json) writeFileSync(options.json, `${JSON.stringify(results, undefined, 1)}\n`);
}
