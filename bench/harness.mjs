// Compares a piece of our work with the same piece by a peer library: in pairs, one right after the other, each in a
// fresh process that measures itself, so that a busy machine disturbs both alike. A bench file exports by default
//
//   { title, peers?: "peers-clv" | "peers-sdv", cases: [{ name, goal?, measure?, rounds?, params }], async ours(params) { prepare; return () => work } }
//
// and bench/peers/NAME.py defines prepare(params), which returns the peer's work likewise. What the work returns is
// an object of further figures ({ logLoss: … }), or a function that makes it after the clock has stopped. `params`
// may hold `warmups` (untimed runs first) and `repeat` (runs per measurement).
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "..");

/** The Pythons with scripts/peers.txt (-clv, -sdv) installed, or undefined: then only ours is measured. */
const pythons = {
  peers: pythonAt(process.env.TELELINK_PYTHON, "peers"),
  "peers-clv": pythonAt(process.env.TELELINK_PYTHON_CLV, "peers-clv"),
  "peers-sdv": pythonAt(process.env.TELELINK_PYTHON_SDV, "peers-sdv"),
};
export const python = pythons.peers;

function pythonAt(given, folder) {
  return [given, join(root, ".cache", folder, "bin", "python")].find((file) => file && existsSync(file));
}

/** Runs every case of one bench in interleaved rounds, prints the table, writes bench/results/NAME.json. */
export async function compare(name, { rounds, only } = {}) {
  const bench = (await import(join(here, `${name}.bench.mjs`))).default;
  if (bench.data) await bench.data();
  const results = [];
  for (const one of bench.cases) {
    if (only && !one.name.includes(only)) continue;
    const pairs = [];
    for (let round = 0; round < (rounds ?? one.rounds ?? 5); round++) {
      process.stderr.write(`\r${name}: ${one.name}, round ${round + 1}   `);
      // Each goes first every other time.
      const order = round % 2 === 0 ? ["ours", "peer"] : ["peer", "ours"];
      const pair = {};
      for (const side of order)
        pair[side] = side === "ours" ? runOurs(name, one) : runPeer(name, one, bench.peers);
      pairs.push(pair);
    }
    process.stderr.write(`\r${" ".repeat(100)}\r`);
    results.push(summary(one, pairs));
  }
  const report = { name, title: bench.title, machine: machine(), peers: peers(name, bench.peers), results };
  mkdirSync(join(here, "results"), { recursive: true });
  if (!only) writeFileSync(join(here, "results", `${name}.json`), `${JSON.stringify(report, null, 1)}\n`);
  console.log(table(report));
  return report;
}

/** One line on the machine and the runtime. */
export function machine() {
  const [cpu] = cpus();
  return `${cpu.model.trim()}, ${cpus().length} processors, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}, ${process.platform}`;
}

function runOurs(name, one) {
  return run(process.execPath, ["--expose-gc", join(here, "child.mjs"), name, JSON.stringify(one.params)]);
}

function runPeer(name, one, kind = "peers") {
  const python = pythons[kind];
  if (!python || !existsSync(join(here, "peers", `${name}.py`))) return undefined;
  return run(python, [join(here, "peers", "child.py"), name, JSON.stringify(one.params)]);
}

function run(command, args) {
  const result = spawnSync(command, args, { cwd: root, encoding: "utf8", maxBuffer: 2 ** 28 });
  if (result.status !== 0)
    throw new Error(`Cannot measure ${args.join(" ")}: it ended with ${result.status}\n${result.stderr}`);
  return JSON.parse(result.stdout.trim().split("\n").at(-1));
}

function peers(name, kind = "peers") {
  const python = pythons[kind];
  if (!python || !existsSync(join(here, "peers", `${name}.py`)))
    return `not measured: no Python with scripts/${kind}.txt`;
  const wanted = readFileSync(join(root, "scripts", `${kind}.txt`), "utf8").match(/^[\w-]+(?===)/gm);
  const code = `import importlib.metadata as m, sys\nprint("Python", sys.version.split()[0], *[f"{n} {m.version(n)}" for n in ${JSON.stringify(wanted)}], sep=", ")`;
  return spawnSync(python, ["-c", code], { encoding: "utf8" }).stdout.trim();
}

function summary(one, pairs) {
  const measure = one.measure ?? "cpu";
  const both = pairs.every((pair) => pair.peer !== undefined);
  const side = (which) => {
    if (pairs.some((pair) => pair[which] === undefined)) return undefined;
    const of = (key) => median(pairs.map((pair) => pair[which][key]));
    const figures = {};
    for (const key of Object.keys(pairs[0][which].figures))
      figures[key] = median(pairs.map((pair) => pair[which].figures[key]));
    return { cpu: of("cpu"), wall: of("wall"), memory: of("memory"), figures };
  };
  const ratios = both ? pairs.map((pair) => pair.ours[measure] / pair.peer[measure]) : [];
  return {
    case: one.name,
    measure,
    goal: one.goal,
    rounds: pairs.length,
    ours: side("ours"),
    peer: side("peer"),
    ratio: both ? median(ratios) : undefined,
    ratioRange: both ? [Math.min(...ratios), Math.max(...ratios)] : undefined,
  };
}

export function median(values) {
  const sorted = values.slice().sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function table(report) {
  const rows = [["case", "ours", "peer", "ratio", "range", "goal", "memory MB", "figures"]];
  for (const one of report.results) {
    const unit = one.measure === "cpu" ? "CPU" : "wall";
    const both = (format) => [one.ours, one.peer].map((side) => (side ? format(side) : "–"));
    const [ours, peer] = both((side) => `${seconds(side[one.measure])} ${unit}`);
    const figures = Object.keys(one.ours.figures)
      .map(
        (key) =>
          `${key} ${both((side) => (side.figures[key] === undefined ? "–" : digits(side.figures[key]))).join(" / ")}`,
      )
      .join(", ");
    rows.push([
      one.case,
      ours,
      peer,
      one.ratio === undefined ? "–" : one.ratio.toFixed(2),
      one.ratioRange ? one.ratioRange.map((value) => value.toFixed(2)).join("–") : "–",
      one.goal === undefined
        ? ""
        : `≤ ${one.goal}${one.ratio === undefined ? "" : one.ratio <= one.goal ? " met" : " missed"}`,
      both((side) => Math.round(side.memory)).join(" / "),
      figures,
    ]);
  }
  const widths = rows[0].map((_, j) => Math.max(...rows.map((row) => String(row[j]).length)));
  const lines = rows.map((row) =>
    row
      .map((cell, j) => String(cell).padEnd(widths[j]))
      .join("  ")
      .trimEnd(),
  );
  return `\n${report.title}\n${report.machine}\n${report.peers}\n${lines.join("\n")}`;
}

function seconds(value) {
  if (value >= 1) return `${value.toFixed(2)} s`;
  if (value >= 1e-3) return `${(value * 1e3).toPrecision(3)} ms`;
  return `${(value * 1e6).toPrecision(3)} µs`;
}

function digits(value) {
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}
