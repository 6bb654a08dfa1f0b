// POST /predict under load: requests a second and their times, the load generator on the same processors, beside
// FastAPI with scikit-learn in turns. Run it alone: node bench/load.mjs [--seconds 8] [--rounds 2] [--connections 32].
// It listens on loopback, ends by itself, and ends only the processes that it started.
//
// The peer needs a Python with scripts/peers-api.txt, named by TELELINK_API_PYTHON:
//   python3 -m venv /opt/peers-api && /opt/peers-api/bin/pip install -r scripts/peers-api.txt
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import viewRowsModule from "../dist/data/simulate/view-rows.js";
import tableModule from "../dist/data/table.js";
import writeCsvModule from "../dist/data/write-csv.js";
import columnsModule from "../dist/studies/desk/columns.js";
import { machine, median } from "./harness.mjs";

const { viewRows } = viewRowsModule;
const { cellText, columnNamed } = tableModule;
const { writeCsv } = writeCsvModule;
const { deskFields } = columnsModule;
const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const python = [process.env.TELELINK_API_PYTHON, "/opt/peers-api/bin/python"].find(
  (file) => file && existsSync(file),
);
const { values: flags } = parseArgs({
  options: {
    seconds: { type: "string", default: "8" },
    rounds: { type: "string", default: "2" },
    connections: { type: "string", default: "32" },
  },
});
const seconds = Math.min(60, Number(flags.seconds));
const connections = Number(flags.connections);
const folder = mkdtempSync(join(tmpdir(), "telelink-load-"));

const sides = [
  { name: "telelink, no reasons", path: "/predict?reasons=0", start: ours },
  { name: "telelink, 3 reasons", path: "/predict", start: ours },
  { name: "telelink, /explain", path: "/explain", start: ours },
  ...(python ? [{ name: "FastAPI + scikit-learn", path: "/predict", start: peer }] : []),
];

try {
  const [customers] = viewRows("churn-bigml", 2000, 11);
  writeCsv(customers, join(folder, "customers.csv"));
  const bodies = bodiesOf(customers);
  const results = new Map(sides.map((side) => [side.name, []]));
  for (let round = 0; round < Number(flags.rounds); round++)
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
      const server = await side.start();
      try {
        await load(server.port, side.path, bodies, 2);
        const before = cpuSeconds(server.child.pid);
        const own = process.cpuUsage();
        const found = await load(server.port, side.path, bodies, seconds);
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
  const report = {
    name: "load",
    title: `POST /predict, ${connections} connections, the load generator on the same processors, ${seconds} s a round`,
    machine: machine(),
    results: [...results].map(([name, rounds]) => {
      const of = (key) => median(rounds.map((one) => one[key]));
      return {
        name,
        rounds: rounds.length,
        ...Object.fromEntries(Object.keys(rounds[0]).map((key) => [key, Math.round(100 * of(key)) / 100])),
      };
    }),
  };
  writeFileSync(join(root, "bench", "results", "load.json"), `${JSON.stringify(report, null, 1)}\n`);
  console.log(report.title);
  console.log(report.machine);
  console.table(report.results);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** One JSON body for each customer. */
function bodiesOf(customers) {
  const columns = deskFields.map((field) => columnNamed(customers, field.column));
  return Array.from({ length: customers.rows }, (_, i) =>
    JSON.stringify(
      Object.fromEntries(
        deskFields.map((field, j) => {
          const text = cellText(columns[j], i);
          return [field.key, field.kind === "number" ? Number(text) : text];
        }),
      ),
    ),
  );
}

async function ours() {
  const port = await freePort();
  const store = join(folder, `store-${port}.db`);
  return started(
    process.execPath,
    [join(root, "dist", "cli", "main.js"), "serve", "--port", port, "--store", store, "--log-level", "warn"],
    port,
  );
}

async function peer() {
  const port = await freePort();
  return started(python, [join(root, "bench", "peers", "api.py"), join(folder, "customers.csv"), port], port);
}

/** Starts a server, waits until it answers, and says how to end it. */
async function started(command, args, port) {
  const child = spawn(command, args.map(String), { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (bytes) => {
    said = (said + bytes).slice(-2000);
  });
  const exited = new Promise((done) => child.once("exit", done));
  const end = async () => {
    child.kill("SIGTERM");
    const hard = setTimeout(() => child.kill("SIGKILL"), 5000);
    await exited;
    clearTimeout(hard);
  };
  for (let waited = 0; waited < 120; waited++) {
    if (child.exitCode !== null) throw new Error(`Cannot start ${args[0]}: ${said}`);
    const answer = await fetch(`http://127.0.0.1:${port}/online`).catch(() => undefined);
    if (answer?.ok) return { child, port, end };
    await new Promise((done) => setTimeout(done, 500));
  }
  await end();
  throw new Error(`Cannot start ${args[0]}: it did not answer\n${said}`);
}

/**
 * Keeps every connection busy with one request at a time for so long. Written on bare sockets, so that the generator
 * leaves the processors to the server.
 */
async function load(port, path, bodies, time) {
  const requests = bodies.map((body) =>
    Buffer.from(
      `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    ),
  );
  const times = [];
  let failed = 0;
  let next = 0;
  const begin = performance.now();
  const until = begin + 1000 * time;
  await Promise.all(
    Array.from(
      { length: connections },
      () =>
        new Promise((done, fail) => {
          const socket = connect(port, "127.0.0.1");
          let held = Buffer.alloc(0);
          let sent = 0;
          const ask = () => {
            if (performance.now() >= until) return socket.end();
            sent = performance.now();
            socket.write(requests[next++ % requests.length]);
          };
          socket.setNoDelay(true);
          socket.on("connect", ask);
          socket.on("error", fail);
          socket.on("close", done);
          socket.on("data", (bytes) => {
            held = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
            const header = held.indexOf("\r\n\r\n");
            if (header < 0) return;
            const head = held.toString("latin1", 0, header);
            const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
            if (held.length < header + 4 + length) return;
            if (!head.startsWith("HTTP/1.1 200")) failed++;
            held = Buffer.alloc(0);
            times.push(performance.now() - sent);
            ask();
          });
        }),
    ),
  );
  const took = (performance.now() - begin) / 1000;
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(share * times.length))];
  return {
    requests: times.length,
    failed,
    perSecond: times.length / took,
    p50: at(0.5),
    p99: at(0.99),
    most: at(1),
  };
}

/** A port that is free now. */
function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

/** Processor seconds of a process and its threads so far. */
function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function memoryMb(pid) {
  return Number(readFileSync(`/proc/${pid}/status`, "utf8").match(/VmRSS:\s*(\d+)/)[1]) / 1024;
}
