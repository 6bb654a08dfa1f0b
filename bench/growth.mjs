// How time and memory grow with rows: node bench/growth.mjs [COMMAND…] [--sizes 1000,10000,…] [--seconds N]
//
// Each command runs on simulated customers of 10³, 10⁴, … rows, each time in a process of its own, until the next would take
// more than --seconds of processor time (by default 200 where rows stream, else 60) or more than half of the machine's
// memory. A command that streams fails where it takes more than 2 GB. What was measured goes into bench/results/growth.json (with what was there of other commands, or on the page), the table into
// docs/BENCHMARKS.md (sizes that were not asked for stay), the chart into docs/growth.svg; --draw writes these from what was measured before.
import { spawnSync } from "node:child_process";
import {
  closeSync,
  createReadStream,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { totalmem } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { growthChart } from "./growth-chart.mjs";
import { machine } from "./harness.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const main = join(root, "dist", "cli", "main.js");
const folder = join(root, ".cache", "bench", "growth");
const at = (name) => join(folder, name);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sizes: { type: "string", default: "1000,10000,100000,1000000,10000000" },
    seconds: { type: "string" },
    draw: { type: "boolean" },
  },
});
const sizes = values.sizes.split(",").map(Number);
/** So few rows that a run of them is start-up alone. */
const fewest = 200;

const data = (n) => ["--data", at(`telco-${n}.csv`)];
const train = (n, model) => [
  "train",
  ...data(n),
  ...["--target", "Churn", "--id", "customerID", "--model", model, "--out", at("new.tlm")],
];
const contracts = (n) => [
  ...data(n),
  ...["--customer", "customerID", "--tenure", "tenure", "--ended", "Churn", "--revenue", "MonthlyCharges"],
];
const fitted = (n) => at(`telco-${Math.min(n, 10_000)}`);
/** What is measured, whether rows pass through it without being held, and what it needs beforehand. */
const commands = {
  simulate: { streams: true, run: (n) => ["simulate", "--customers", n, "--out", at("new.csv")] },
  "data show": { streams: true, run: (n) => ["data", "show", at(`telco-${n}.csv`)] },
  prepare: {
    streams: true,
    run: (n) => ["prepare", ...data(n), "--target", "Churn", "--out", at("prepared")],
  },
  "train --model logistic-regression": { run: (n) => train(n, "logistic-regression") },
  "train --model gradient-boosting": { run: (n) => train(n, "gradient-boosting") },
  "train (auto)": { run: (n) => train(n, "auto") },
  "train --sample": {
    streams: true,
    run: (n) => [...train(n, "logistic-regression"), "--sample", Math.min(n / 2, 200_000)],
  },
  predict: {
    streams: true,
    model: true,
    run: (n) => ["predict", `${fitted(n)}.tlm`, ...data(n), "--out", at("new.csv")],
  },
  score: {
    streams: true,
    model: true,
    run: (n) => [
      ...["score", "--model", `${fitted(n)}.tlm`, ...data(n)],
      ...["--value-column", "TotalCharges", "--out", at("new.csv")],
    ],
  },
  evaluate: { streams: true, model: true, run: (n) => ["evaluate", `${fitted(n)}.tlm`, ...data(n)] },
  explain: { streams: true, model: true, run: (n) => ["explain", `${fitted(n)}.tlm`, ...data(n)] },
  "clv (contracts)": { streams: true, run: (n) => ["clv", ...contracts(n), "--out", at("new.csv")] },
  "retain (customers)": {
    streams: true,
    run: (n) => [
      ...[
        "retain",
        ...data(n),
        "--kind",
        "customers",
        "--customer",
        "customerID",
        "--churn",
        "SeniorCitizen",
      ],
      ...["--value", "MonthlyCharges", "--budget", n / 2, "--out", at("new.csv")],
    ],
  },
  "retain (contracts)": {
    streams: true,
    run: (n) => ["retain", ...contracts(n), "--kind", "contracts", "--budget", n / 2, "--out", at("new.csv")],
  },
  "resample (random-over)": {
    streams: true,
    run: (n) => [
      ...["resample", ...data(n), "--target", "Churn", "--method", "random-over"],
      ...["--out", at("new.csv")],
    ],
  },
  "resample (SMOTE)": {
    streams: true,
    run: (n) => ["resample", ...data(n), "--target", "Churn", "--out", at("new.csv")],
  },
  forecast: {
    streams: true,
    usage: true,
    run: (n) => ["forecast", "--data", at(`usage-${n}.csv`), "--value", "cost", "--out", at("new.csv")],
  },
  "synth fit": { streams: true, run: (n) => ["synth", "fit", ...data(n), "--out", at("new.json")] },
  "synth fit --method mst": {
    streams: true,
    run: (n) => ["synth", "fit", ...data(n), "--method", "mst", "--out", at("new.json")],
  },
  "synth fit --method aim": {
    streams: true,
    run: (n) => ["synth", "fit", ...data(n), "--method", "aim", "--out", at("new.json")],
  },
  "synth fit --children": {
    streams: true,
    usage: true,
    fewest: 1000,
    run: (n) => [
      ...["synth", "fit", "--data", at(`users-${n}.csv`), "--children", at(`usage-${n}.csv`)],
      ...["--key", "customer", "--out", at("new.json")],
    ],
  },
  "synth sample": {
    streams: true,
    generator: true,
    run: (n) => ["synth", "sample", "--model", `${fitted(n)}.json`, "--rows", n, "--out", at("new.csv")],
  },
  "synth impute": {
    streams: true,
    generator: true,
    holes: true,
    run: (n) => [
      ...["synth", "impute", "--model", `${fitted(n)}.json`, "--data", at(`holes-${n}.csv`)],
      ...["--out", at("new.csv")],
    ],
  },
  "synth report": {
    streams: true,
    run: (n) => ["synth", "report", "--real", at(`telco-${n}.csv`), "--synthetic", at(`telco-${n}.csv`)],
  },
};
const unknown = positionals.find((name) => !(name in commands));
if (unknown) {
  console.error(
    `Cannot measure growth: the command must be one of ${Object.keys(commands).join(", ")}, got ${JSON.stringify(unknown)}`,
  );
  process.exit(1);
}

// The process measures itself, its threads included, once the command has ended.
const measured = `require(process.argv[1]).run(process.argv.slice(2)).then((code) => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  require("node:fs").writeSync(3, JSON.stringify({ code, cpu: (userCPUTime + systemCPUTime) / 1e6, megabytes: maxRSS / 1024 }));
  process.exit();
})`;

function run(args, seconds) {
  const start = performance.now();
  const done = spawnSync(process.execPath, ["-e", measured, main, ...args.map(String)], {
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe", "pipe"],
    // A machine beside other work may give a process a fraction of a processor.
    timeout: 1000 * 4 * seconds,
    killSignal: "SIGKILL",
  });
  if (done.signal) return undefined;
  const said = done.output[3].toString();
  const result = said === "" ? { code: done.status } : JSON.parse(said);
  if (result.code !== 0)
    throw new Error(`Cannot measure ${args.join(" ")}: it ended with ${result.code}\n${done.stderr}`);
  return { ...result, wall: (performance.now() - start) / 1000 };
}

/** So many rows of usage, twelve months a customer: as few as a forecast asks for and more. */
function writeUsage(file, rows) {
  const handle = openSync(file, "w");
  const parts = (i, of) => ((i * 7919) % of) / of;
  writeSync(handle, "customer,month,cost,minutes,gigabytes,region\n");
  let lines = "";
  for (let i = 0; i < rows; i++) {
    const [who, month] = [Math.floor(i / 12), (i % 12) + 1];
    const [minutes, gigabytes] = [
      20 + 180 * parts(who, 9973) * (0.7 + 0.6 * parts(i, 997)),
      9 * parts(i, 9901),
    ];
    const cost = 10 + 0.2 * minutes + 1.5 * gigabytes + parts(i, 31);
    lines += `u${who},2024-${String(month).padStart(2, "0")},${cost.toFixed(2)},${minutes.toFixed(1)},${gigabytes.toFixed(2)},${"NSEW"[who % 4]}\n`;
    if (lines.length < 1 << 20 && i < rows - 1) continue;
    writeSync(handle, lines);
    lines = "";
  }
  closeSync(handle);
}

/** Those customers. */
function writeUsers(file, rows) {
  const handle = openSync(file, "w");
  writeSync(handle, "customer,plan,age\n");
  for (let who = 0; who * 12 < rows; ) {
    let lines = "";
    for (let k = 0; k < 20_000 && who * 12 < rows; k++, who++)
      lines += `u${who},${["basic", "plus", "max"][who % 3]},${18 + ((who * 7919) % 70)}\n`;
    writeSync(handle, lines);
  }
  closeSync(handle);
}

const million = 1_000_000;

/** The customers so many times, each time under other names. */
async function writeRepeated(from, file, times) {
  const handle = openSync(file, "w");
  for (let k = 0; k < times; k++) {
    let lines = "";
    let row = -1;
    for await (const line of createInterface({ input: createReadStream(from) })) {
      if (row++ >= 0) lines += `${k}${line}\n`;
      else if (k === 0) lines += `${line}\n`;
      if (lines.length < 1 << 20) continue;
      writeSync(handle, lines);
      lines = "";
    }
    writeSync(handle, lines);
  }
  closeSync(handle);
}

/** The customers with a cell of every twentieth row taken out, of one column after the other. */
async function writeHoles(from, file) {
  const handle = openSync(file, "w");
  let row = -1;
  let lines = "";
  for await (const line of createInterface({ input: createReadStream(from) })) {
    const cells = line.split(",");
    if (row >= 0 && row % 20 === 0) cells[1 + ((row / 20) % (cells.length - 1))] = "";
    row++;
    lines += `${cells.join(",")}\n`;
    if (lines.length < 1 << 20) continue;
    writeSync(handle, lines);
    lines = "";
  }
  writeSync(handle, lines);
  closeSync(handle);
}

/** The customers or what they used, and what is fitted on them, once. */
async function need(n, { model, generator, usage, holes }, limit) {
  if (usage) {
    if (!existsSync(at(`usage-${n}.csv`))) writeUsage(at(`usage-${n}.csv`), n);
    if (!existsSync(at(`users-${n}.csv`))) writeUsers(at(`users-${n}.csv`), n);
    return;
  }
  const csv = at(`telco-${n}.csv`);
  if (!existsSync(csv) && n > million) {
    await need(million, {}, limit);
    await writeRepeated(at(`telco-${million}.csv`), csv, n / million);
  } else if (!existsSync(csv)) run(["simulate", "--customers", n, "--out", csv], limit);
  const small = Math.min(n, 10_000);
  if ((model || generator) && small !== n) await need(small, { model, generator }, limit);
  if (holes && !existsSync(at(`holes-${n}.csv`))) await writeHoles(csv, at(`holes-${n}.csv`));
  const made = { model: `${fitted(n)}.tlm`, generator: `${fitted(n)}.json` };
  if (model && !existsSync(made.model))
    run([...train(small, "gradient-boosting").slice(0, -1), made.model], limit);
  if (generator && !existsSync(made.generator))
    run(["synth", "fit", ...data(small), "--out", made.generator], limit);
}

/** What the page's table says of commands that are not measured again. */
function fromPage() {
  const lines = readFileSync(page, "utf8").split("<!-- growth -->")[1].split("\n");
  const number = (text) => Number(text.replaceAll(",", ""));
  return Object.fromEntries(
    lines.flatMap((line) => {
      const [, name, ...cells] = line.split("|").map((cell) => cell.trim());
      if (!name?.startsWith("`")) return [];
      const runs = cells.flatMap((cell, k) => {
        const [, cpu, megabytes] = /^([\d.,]+) s, ([\d.,]+) MB$/.exec(cell) ?? [];
        return cpu === undefined
          ? []
          : [{ rows: 10 ** (k + 3), cpu: number(cpu), megabytes: number(megabytes) }];
      });
      const [, exponent, ended = ""] = /^(?:n\^([\d.]+))?(?: ?\((.*)\))?$/.exec(cells.at(-2)) ?? [];
      return [[name.slice(1, -1), { runs, ended, ...(exponent && { exponent: Number(exponent) }) }]];
    }),
  );
}

/** How fast time grows at the end, start-up taken off: 1 is in proportion to rows; undefined while start-up is most. */
function exponent(runs, start) {
  const [a, b] = runs.slice(-2);
  if (b === undefined || a.cpu < 1.25 * start) return undefined;
  return Math.log((b.cpu - start) / (a.cpu - start)) / Math.log(b.rows / a.rows);
}

mkdirSync(folder, { recursive: true });
const file = join(root, "bench", "results", "growth.json");
const page = join(root, "docs", "BENCHMARKS.md");
const before = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).results : fromPage();
const results = { ...before };
/** Megabytes that a command through which rows stream may take. */
const most = 2000;
const failed = [];
const asked = values.draw ? [] : positionals.length > 0 ? positionals : Object.keys(commands);
for (const name of asked) {
  const runs = [];
  let ended = "";
  const { streams = false } = commands[name];
  const limit = Number(values.seconds ?? (streams ? 200 : 60));
  const least = commands[name].fewest ?? fewest;
  await need(least, commands[name], limit);
  const start = run(commands[name].run(least), limit).cpu;
  for (const rows of sizes) {
    await need(rows, commands[name], limit);
    process.stderr.write(`\r${name}: ${rows} rows      `);
    const one = run(commands[name].run(rows), limit);
    if (!one) {
      ended = `at ${rows} rows it did not end within ${4 * limit} s`;
      break;
    }
    runs.push({ rows, cpu: one.cpu, wall: one.wall, megabytes: one.megabytes });
    const next = sizes[sizes.indexOf(rows) + 1];
    const times = next / rows;
    // What a size adds to the one before grows with rows; what any size takes does not.
    const added = one.cpu - (runs.at(-2)?.cpu ?? start);
    if (streams && one.megabytes > most)
      failed.push(`${name} took ${Math.round(one.megabytes)} MB at ${rows} rows`);
    if (next === undefined) break;
    if (one.cpu + times * added > limit)
      ended = `${next} rows would take more than ${limit} s of processor time`;
    else if (!streams && one.megabytes * times > totalmem() / 2 ** 21 && one.megabytes > 1000)
      ended = `${next} rows may need more than half of the memory`;
    if (ended) break;
  }
  const others = (before[name]?.runs ?? []).filter(({ rows }) => !sizes.includes(rows));
  const all = [...others, ...runs].sort((a, b) => a.rows - b.rows);
  results[name] = { runs: all, ended, exponent: exponent(all, start) };
  writeFileSync(file, `${JSON.stringify({ machine: machine(), results }, null, 1)}\n`);
}
process.stderr.write("\r");
for (const name of ["new.csv", "new.tlm", "new.json", "prepared"])
  rmSync(at(name), { recursive: true, force: true });

const order = Object.keys(commands).filter((name) => results[name]);
const shown = (value) => (value >= 10 ? Math.round(value).toLocaleString("en") : value.toPrecision(2));
const cell = (one) => (one ? `${shown(one.cpu)} s, ${shown(one.megabytes)} MB` : "");
const powers = [1e3, 1e4, 1e5, 1e6, 1e7].filter((n) =>
  order.some((name) => results[name].runs.some((r) => r.rows === n)),
);
const rows = [
  ["command", ...powers.map((n) => `10${"⁰¹²³⁴⁵⁶⁷"[Math.log10(n)]} rows`), "grows as"],
  ...order.map((name) => {
    const { runs, ended, exponent } = results[name];
    const grows = typeof exponent === "number" ? `n^${exponent.toFixed(2)}` : "";
    const cells = powers.map((n) => cell(runs.find((r) => r.rows === n)));
    return [`\`${name}\``, ...cells, `${grows}${ended ? ` (${ended})` : ""}`];
  }),
];
const widths = rows[0].map((_, k) => Math.max(...rows.map((row) => row[k].length)));
const right = (k) => k > 0 && k <= powers.length;
const line = (row) =>
  `| ${row.map((text, k) => (right(k) ? text.padStart(widths[k]) : text.padEnd(widths[k]))).join(" | ")} |`;
const rule = line(widths.map((n, k) => (right(k) ? `${"-".repeat(n - 1)}:` : "-".repeat(n))));
const table = [line(rows[0]), rule, ...rows.slice(1).map(line)].join("\n");
console.log(table);
const text = readFileSync(page, "utf8");
const [head, rest] = text.split("<!-- growth -->\n");
const tail = rest.slice(rest.indexOf("<!-- end of growth -->"));
writeFileSync(page, `${head}<!-- growth -->\n\n${machine()}\n\n${table}\n\n${tail}`);
writeFileSync(
  join(root, "docs", "growth.svg"),
  growthChart(order.map((name) => ({ name, runs: results[name].runs }))),
);
if (failed.length > 0) {
  console.error(`Rows must stream in ${most} MB: ${failed.join("; ")}`);
  process.exit(1);
}
