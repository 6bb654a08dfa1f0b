// POST /predict under load: requests a second and their times, the load generator on the same processors, beside
// FastAPI with scikit-learn in turns. Run it alone: node bench/load.mjs [--seconds 8] [--rounds 2] [--connections 32].
// It listens on loopback, ends by itself, and ends only the processes that it started.
//
// --minutes 10 --training: ours alone under load for so long, at most 60, while it trains a generator; tells every tenth
// of the time of requests, failures, times and memory. --out FILE writes what was found, beside bench/results/.
//
// The peer needs `make peers-api`, or a Python with scripts/peers-api.txt that TELELINK_API_PYTHON names.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import viewRowsModule from "../dist/data/simulate/view-rows.js";
import writeCsvModule from "../dist/data/write/write-csv.js";
import { machine, median } from "./harness.mjs";
import { bodiesOf, cpuSeconds, freePort, load, memoryMb, started } from "./http-load.mjs";

const { viewRows } = viewRowsModule;
const { writeCsv } = writeCsvModule;
const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const python = [process.env.TELELINK_API_PYTHON, join(root, ".cache", "peers-api", "bin", "python")].find(
  (file) => file && existsSync(file),
);
const { values: flags } = parseArgs({
  options: {
    seconds: { type: "string", default: "8" },
    rounds: { type: "string", default: "2" },
    connections: { type: "string", default: "32" },
    minutes: { type: "string" },
    training: { type: "boolean", default: false },
    out: { type: "string" },
  },
});
const seconds = Math.min(60, Number(flags.seconds));
const connections = Number(flags.connections);
const folder = mkdtempSync(join(tmpdir(), "telelink-load-"));

const sides = [
  { name: "telelink, no reasons", path: "/predict?reasons=0", start: ours },
  { name: "telelink, 3 reasons", path: "/predict", start: ours },
  { name: "telelink, /explain", path: "/explain", start: ours },
  ...(python
    ? [
        { name: "FastAPI + scikit-learn, a frame a request", path: "/predict", start: peer },
        { name: "FastAPI + scikit-learn, quickest honest code", path: "/predict-quick", start: peer },
      ]
    : []),
];

try {
  const [customers] = viewRows("churn-bigml", 2000, 11);
  writeCsv(customers, join(folder, "customers.csv"));
  const bodies = bodiesOf(customers);
  const report = flags.minutes === undefined ? await sideBySide(bodies) : await soak(bodies);
  const out = flags.out ?? join(root, "bench", "results", `${report.name}.json`);
  writeFileSync(out, `${JSON.stringify(report, null, 1)}\n`);
  console.log(report.title);
  console.log(report.machine);
  console.table(report.results);
  if (report.verdict) console.log(`verdict: ${report.verdict}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Every side in turns. */
async function sideBySide(bodies) {
  const results = new Map(sides.map((side) => [side.name, []]));
  for (let round = 0; round < Number(flags.rounds); round++)
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
      const server = await side.start();
      try {
        await load(server.port, side.path, bodies, { seconds: 2, connections });
        const before = cpuSeconds(server.child.pid);
        const own = process.cpuUsage();
        const found = await load(server.port, side.path, bodies, { seconds, connections });
        const used = process.cpuUsage(own);
        results.get(side.name).push({
          ...found,
          serverCpuMicros: (1e6 * (cpuSeconds(server.child.pid) - before)) / found.requests,
          generatorCpuMicros: (used.user + used.system) / found.requests,
          memoryMb: memoryMb(server.child.pid),
        });
        process.stderr.write(`${side.name}: ${Math.round(found.perSecond)} requests/s\n`);
      } finally {
        await server.end();
      }
    }
  return {
    name: "load",
    title: `POST /predict, ${connections} connections, the load generator on the same processors, ${seconds} s a round`,
    machine: machine(),
    ...ratio(results),
    results: [...results].map(([name, rounds]) => {
      const of = (key) => median(rounds.map((one) => one[key]));
      return {
        name,
        rounds: rounds.length,
        ...Object.fromEntries(Object.keys(rounds[0]).map((key) => [key, Math.round(100 * of(key)) / 100])),
      };
    }),
  };
}

/** How many times the requests a second of the peer at its quickest ours answers. */
function ratio(results) {
  const at = (name) => median((results.get(name) ?? []).map((one) => one.perSecond));
  const ours = at("telelink, no reasons");
  const quickest = at("FastAPI + scikit-learn, quickest honest code");
  if (!(quickest > 0)) return { verdict: "no peer: run make peers-api" };
  return {
    verdict: `${Math.round(ours)} requests a second without reasons, ${Math.round(at("telelink, 3 reasons"))} with, ${(ours / quickest).toFixed(1)} times FastAPI's quickest honest code`,
  };
}

/** Ours for a long time, with a training beside it where one is asked for. */
async function soak(bodies) {
  const minutes = Math.min(60, Number(flags.minutes));
  for (const table of viewRows("telco", 7043, 1)) writeCsv(table, join(folder, "telco.csv"));
  const server = await ours({ TELELINK_DATA_FOLDER: folder });
  const at = `http://127.0.0.1:${server.port}`;
  const ask = async (path, body) => {
    const headers = { "content-type": "application/json" };
    const reply = await fetch(at + path, body ? { method: "POST", headers, body: JSON.stringify(body) } : {});
    if (!reply.ok) throw new Error(`Cannot go on: ${path} answered ${reply.status}: ${await reply.text()}`);
    return reply.json();
  };
  const results = [];
  try {
    await load(server.port, "/predict?reasons=0", bodies, { seconds: 2, connections });
    const rest = memoryMb(server.child.pid);
    const asked = { path: "telco.csv", method: "gan", epochs: 10_000 };
    let job = flags.training ? await ask("/synth/train", asked) : undefined;
    let trainings = job ? 1 : 0;
    const rounded = (value) => Math.round(100 * value) / 100;
    let watching = Promise.resolve();
    const watch = async (window) => {
      // A training that has ended is followed by another: there is one at any time.
      if (job && (await ask(`/jobs/${job.id}`)).state !== "running") {
        job = await ask("/synth/train", { ...asked, seed: String(++trainings) });
      }
      const training = job ? (await ask(`/jobs/${job.id}`)).state : "none";
      results.push({
        ...Object.fromEntries(Object.entries(window).map(([name, value]) => [name, rounded(value)])),
        memoryMb: rounded(memoryMb(server.child.pid)),
        training,
      });
      process.stderr.write(`${JSON.stringify(results.at(-1))}\n`);
    };
    const found = await load(server.port, "/predict?reasons=0", bodies, {
      seconds: 60 * minutes,
      connections,
      everySeconds: 6 * minutes,
      onWindow: (window) => {
        watching = watch(window);
      },
    });
    await watching;
    const events = job ? await ask(`/jobs/${job.id}/stop`, {}).then(() => ask(`/jobs/${job.id}`)) : undefined;
    const memory = results.map((one) => one.memoryMb);
    return {
      name: "soak",
      title: `POST /predict for ${minutes} minutes${flags.training ? " with a training beside it" : ""}, ${connections} connections, the load generator on the same processors`,
      machine: machine(),
      results,
      all: { ...found, trainings, lastTraining: events?.state, memoryAfterWarmUpMb: rest },
      verdict: `${found.requests} requests, ${found.failed} failed, ${Math.round(found.perSecond)} a second, p50 ${rounded(found.p50)} ms, p99 ${rounded(found.p99)} ms, the longest ${rounded(found.most)} ms; memory from ${Math.min(...memory)} to ${Math.max(...memory)} MB`,
    };
  } finally {
    await server.end();
  }
}

async function ours(environment = {}) {
  const port = await freePort();
  const store = join(folder, `store-${port}.db`);
  const cli = join(root, "dist", "cli", "main.js");
  const args = [cli, "serve", "--port", port, "--store", store, "--log-level", "warn"];
  return started(process.execPath, args, port, folder, environment);
}

async function peer() {
  const port = await freePort();
  const args = [join(root, "bench", "peers", "api.py"), join(folder, "customers.csv"), port];
  return started(python, args, port, folder);
}
