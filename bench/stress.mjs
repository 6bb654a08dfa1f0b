// What the server does when it is treated badly, for as long as one likes; small sizes run in a minute:
//   node bench/stress.mjs --kills 50            kill -9 during ingest, batches and a training: every confirmed prediction is there
//   node bench/stress.mjs --minutes 10          a GAN's training, 90 previews at a time and predictions: failures and memory
//   node bench/stress.mjs --streams 200         event streams of one training, and what else is answered meanwhile
// --seconds 480 ends the kills after so long and tells how many there were.
// Figures go to standard output as JSON and a verdict; the exit code is 1 where something was lost, failed or not given back.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import viewRowsModule from "../dist/data/simulate/view-rows.js";
import openModule from "../dist/data/store/open.js";
import writeCsvModule from "../dist/data/write/write-csv.js";
import { bodiesOf, freePort, memoryMb, started } from "./http-load.mjs";

const { openStore } = openModule;
const { viewRows } = viewRowsModule;
const { writeCsv } = writeCsvModule;
const main = join(resolve(dirname(fileURLToPath(import.meta.url)), ".."), "dist", "cli", "main.js");
const { values: flags } = parseArgs({
  options: {
    kills: { type: "string", default: "0" },
    minutes: { type: "string", default: "0" },
    streams: { type: "string", default: "0" },
    seconds: { type: "string", default: "3600" },
    previews: { type: "string", default: "90" },
  },
});
const folder = mkdtempSync(join(tmpdir(), "telelink-stress-"));
const [customers] = viewRows("churn-bigml", 500, 11);
writeCsv(customers, join(folder, "customers.csv"));
const [telco] = viewRows("telco", 2000, 1);
writeCsv(telco, join(folder, "telco.csv"));
const bodies = bodiesOf(customers).map((one) => JSON.parse(one));
const json = { "content-type": "application/json" };
const found = {};
let bad = false;
try {
  if (Number(flags.kills) > 0) found.kills = await kills(Number(flags.kills));
  if (Number(flags.minutes) > 0) found.soak = await soak(Number(flags.minutes));
  if (Number(flags.streams) > 0) found.streams = await streams(Number(flags.streams));
  console.log(JSON.stringify(found, null, 1));
  console.log(`verdict: ${bad ? "NOT HELD" : "held"}; ${verdict(found)}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = bad ? 1 : 0;

/** What was found, in a line. */
function verdict({ kills, soak, streams }) {
  return [
    ...(kills
      ? [
          `${kills.times} of ${flags.kills} kills, ${kills.confirmed} predictions confirmed, ${kills.lost} lost, ${kills.twice} twice, integrity ${kills.integrity}`,
        ]
      : []),
    ...(soak
      ? [
          `${soak.minutes} minutes, ${JSON.stringify(soak.codes)}, ${soak.failed} failed, memory ${Object.values(soak.memoryMb).map(Math.round).join(" -> ")} MB (at most 400, back to within 20%)`,
        ]
      : []),
    ...(streams
      ? [
          `${streams.many} streams, ${streams.events} events, predictions p99 ${Math.round(streams.predictP99)} ms`,
        ]
      : []),
  ].join("; ");
}

async function serve(name, environment = {}) {
  const port = await freePort();
  const store = join(folder, `${name}.db`);
  const args = [main, "serve", "--port", port, "--store", store, "--log-level", "warn"];
  const server = await started(process.execPath, args, port, folder, {
    TELELINK_DATA_FOLDER: folder,
    ...environment,
  });
  const at = `http://127.0.0.1:${server.port}`;
  const post = (path, body, more = {}) =>
    fetch(at + path, { method: "POST", headers: json, body: JSON.stringify(body), ...more });
  return { ...server, at, store, post };
}

/** Kills the server again and again while it works; counts what was confirmed and what the store has. */
async function kills(times) {
  const confirmed = new Set();
  let next = 0;
  let store = "";
  let done = 0;
  for (const until = Date.now() + 1000 * Number(flags.seconds); done < times && Date.now() < until; done++) {
    const k = done;
    const server = await serve("kills");
    store = server.store;
    let on = true;
    const one = async () => {
      while (on) {
        const id = `p${next++}`;
        try {
          const reply = await server.post("/predict?reasons=0", { ...bodies[next % 500], customer_id: id });
          if (reply.status === 200 && (await reply.json()).customer_id === id) confirmed.add(id);
        } catch {
          // Killed in the middle: nothing was confirmed.
        }
      }
    };
    const many = async () => {
      while (on) {
        const ids = bodies.map((_, i) => `b${next + i}`);
        next += bodies.length;
        try {
          const list = bodies.map((body, i) => ({ ...body, customer_id: ids[i] }));
          const reply = await server.post("/batch-predict", list);
          if (reply.status === 200)
            for (const { customer_id: id } of (await reply.json()).predictions) confirmed.add(id);
        } catch {
          // Likewise.
        }
      }
    };
    const ingest = spawn(process.execPath, [
      ...[main, "ingest", join(folder, "telco.csv"), "--db", store, "--table", `t${k}`],
    ]);
    const ingested = new Promise((done) => ingest.once("close", done));
    await server.post("/synth/train", { path: "telco.csv", method: "gan", epochs: 50 }).catch(() => {});
    const work = [one(), one(), one(), many()];
    // On a busy machine it takes a while until there is something to lose.
    const before = confirmed.size;
    for (let waited = 0; confirmed.size < before + 5 && waited < 10_000; waited += 50) await sleep(50);
    await sleep(70 * (k % 10));
    server.child.kill("SIGKILL");
    on = false;
    await Promise.all(work);
    ingest.kill("SIGKILL");
    await ingested;
    await server.exited;
    if (k % 10 === 9) console.error(`${k + 1} kills, ${confirmed.size} predictions confirmed`);
  }
  const last = await serve("kills");
  await sleep(3000);
  await last.end();
  const opened = openStore(store);
  const kept = new Map();
  for (const { customer } of opened.db.prepare("SELECT customer FROM telelink_predictions").all())
    kept.set(customer, (kept.get(customer) ?? 0) + 1);
  const whole = opened.db.prepare("PRAGMA integrity_check").all();
  opened.close();
  const lost = [...confirmed].filter((id) => !kept.has(id)).length;
  const twice = [...kept.values()].filter((n) => n > 1).length;
  bad ||= lost > 0 || twice > 0 || whole.length !== 1 || done < times || confirmed.size === 0;
  return {
    times: done,
    confirmed: confirmed.size,
    kept: kept.size,
    lost,
    twice,
    integrity: Object.values(whole[0])[0],
  };
}

/** A training, previews and predictions for a while; only 503 by admission may be refused, and memory comes back. */
async function soak(minutes) {
  const server = await serve("soak");
  const codes = {};
  const count = (reply) => {
    codes[reply.status] = (codes[reply.status] ?? 0) + 1;
    return reply.arrayBuffer();
  };
  try {
    for (let k = 0; k < 50; k++) await server.post("/predict", bodies[k]).then(count);
    const before = memoryMb(server.child.pid);
    const job = await (
      await server.post("/synth/train", { path: "telco.csv", method: "gan", epochs: 10_000 })
    ).json();
    const until = Date.now() + 60_000 * minutes;
    let most = before;
    const watch = setInterval(() => {
      most = Math.max(most, memoryMb(server.child.pid));
    }, 200);
    const predict = async () => {
      for (let k = 0; Date.now() < until; k++)
        await server.post("/predict?reasons=0", bodies[k % 500]).then(count);
    };
    const preview = async () => {
      const body = { model: "pretrained telco-gan", rows: 10 };
      while (Date.now() < until) {
        const all = Array.from({ length: Number(flags.previews) }, () =>
          server.post("/synth/preview", body).then(count),
        );
        await Promise.all(all);
        await sleep(1000);
      }
    };
    await Promise.all([predict(), predict(), predict(), predict(), preview()]);
    clearInterval(watch);
    await server.post(`/jobs/${job.id}/stop`, {}).then(count);
    await sleep(20_000);
    const after = memoryMb(server.child.pid);
    const failed = Object.entries(codes).reduce(
      (sum, [code, n]) => sum + (["200", "202", "503"].includes(code) ? 0 : n),
      0,
    );
    bad ||= failed > 0 || most > 400 || after > 1.2 * before;
    return { minutes, codes, failed, memoryMb: { before, most, after } };
  } finally {
    await server.end();
  }
}

/** So many streams of one training; the server goes on answering. */
async function streams(many) {
  const server = await serve("streams");
  try {
    const job = await (
      await server.post("/synth/train", { path: "telco.csv", method: "gan", epochs: 10_000 })
    ).json();
    const stop = new AbortController();
    let events = 0;
    const open = await Promise.all(
      Array.from({ length: many }, () =>
        fetch(`${server.at}/jobs/${job.id}/events`, { signal: stop.signal }),
      ),
    );
    const readers = open.map(async (reply) => {
      try {
        for await (const bytes of reply.body)
          events += Buffer.from(bytes).toString().split("data:").length - 1;
      } catch {
        // Ended below.
      }
    });
    const times = [];
    for (let k = 0; k < 100; k++) {
      const begun = performance.now();
      const reply = await server.post("/predict?reasons=0", bodies[k]);
      await reply.arrayBuffer();
      bad ||= reply.status !== 200;
      times.push(performance.now() - begun);
      await sleep(30);
    }
    stop.abort();
    await Promise.all(readers);
    times.sort((a, b) => a - b);
    bad ||= open.some((reply) => reply.status !== 200) || events < many;
    return {
      many,
      events,
      predictP50: times[50],
      predictP99: times[98],
      memoryMb: memoryMb(server.child.pid),
    };
  } finally {
    await server.end();
  }
}
