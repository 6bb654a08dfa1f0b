// A load generator on bare sockets, and servers to load: what bench/load.mjs is made of.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import tableModule from "../dist/data/table.js";
import columnsModule from "../dist/services/score/columns.js";

const { cellText, columnNamed } = tableModule;
const { deskFields } = columnsModule;

/** One JSON body for each customer. */
export function bodiesOf(customers) {
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

/** Starts a server, waits until it answers, and says how to end it. */
export async function started(command, args, port, folder, environment = {}) {
  const child = spawn(command, args.map(String), {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "ignore", "pipe"],
  });
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
    if (answer?.ok) return { child, port, end, exited };
    await new Promise((done) => setTimeout(done, 500));
  }
  await end();
  throw new Error(`Cannot start ${args[0]}: it did not answer\n${said}`);
}

/**
 * Keeps every connection busy with one request at a time for so long. Written on bare sockets, so that the generator
 * leaves the processors to the server. A connection that breaks counts as a failed request, and is made anew.
 */
export async function load(
  port,
  path,
  bodies,
  { seconds, connections, everySeconds = 0, onWindow = () => {} },
) {
  const requests = bodies.map((body) =>
    Buffer.from(
      `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    ),
  );
  const times = [];
  let failed = 0;
  let next = 0;
  const begin = performance.now();
  const until = begin + 1000 * seconds;
  let [from, failedBefore] = [0, 0];
  const windows =
    everySeconds > 0
      ? setInterval(() => {
          const some = times.slice(from);
          from = times.length;
          onWindow({
            second: (performance.now() - begin) / 1000,
            failed: failed - failedBefore,
            ...quantiles(some),
          });
          failedBefore = failed;
        }, 1000 * everySeconds)
      : undefined;
  const lane = () =>
    new Promise((done) => {
      const socket = connect(port, "127.0.0.1");
      let held = Buffer.alloc(0);
      let sent = 0;
      const ask = () => {
        if (performance.now() >= until) {
          sent = 0;
          return socket.end();
        }
        sent = performance.now();
        socket.write(requests[next++ % requests.length]);
      };
      socket.setNoDelay(true);
      socket.on("connect", ask);
      socket.on("error", () => {});
      socket.on("close", () => {
        if (sent > 0) failed++;
        done();
      });
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
    });
  const lanes = Array.from({ length: connections }, async () => {
    while (performance.now() < until) await lane();
  });
  await Promise.all(lanes);
  clearInterval(windows);
  const took = (performance.now() - begin) / 1000;
  return { failed, ...quantiles(times), perSecond: times.length / took };
}

function quantiles(times) {
  const sorted = Float64Array.from(times).sort();
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return { requests: times.length, p50: at(0.5), p99: at(0.99), most: at(1) };
}

/** A port that is free now. */
export function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

/** Processor seconds of a process and its threads so far. */
export function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Resident memory. */
export function memoryMb(pid) {
  return Number(readFileSync(`/proc/${pid}/status`, "utf8").match(/VmRSS:\s*(\d+)/)[1]) / 1024;
}
