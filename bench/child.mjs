// Our side of one measurement: `node bench/child.mjs NAME PARAMS` prints CPU and wall seconds of the work, and by how
// much the process grew at its peak.
import { readFileSync, writeFileSync } from "node:fs";

function peakBytes() {
  try {
    return Number(readFileSync("/proc/self/status", "utf8").match(/VmHWM:\s*(\d+)/)[1]) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}

const [, , name, params] = process.argv;
const bench = (await import(`./${name}.bench.mjs`)).default;
const given = JSON.parse(params);
const work = await bench.ours(given);
for (let k = 0; k < (given.warmups ?? 0); k++) await work();
const repeat = given.repeat ?? 1;
// What preparing left behind would hide what the work takes.
globalThis.gc?.();
await new Promise((done) => setTimeout(done, 50));
globalThis.gc?.();
// Linux forgets the peak so far on request: preparing may have needed more than the work does.
try {
  writeFileSync("/proc/self/clear_refs", "5");
} catch {}
const before = process.memoryUsage.rss();
const cpu = process.cpuUsage();
const wall = process.hrtime.bigint();
let made;
for (let k = 0; k < repeat; k++) made = await work();
const wallSeconds = Number(process.hrtime.bigint() - wall) / 1e9;
const used = process.cpuUsage(cpu);
const peak = peakBytes();
const figures = (typeof made === "function" ? await made() : made) ?? {};
console.log(
  JSON.stringify({
    cpu: (used.user + used.system) / 1e6 / repeat,
    wall: wallSeconds / repeat,
    memory: Math.max(0, peak - before) / 2 ** 20,
    figures,
  }),
);
process.exit(0);
