// First and later completions of our kernel and of stock tslab, asked by one client, in turns: time by the clock and
// processor time of all processes of the kernel. `node bench/completion.mjs [--rounds 5]` prints medians.
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import kernelModule from "../dist/notebook/kernel.js";
import specModule from "../dist/notebook/kernel-spec.js";
import executeModule from "../dist/notebook/run/execute-cell.js";
import outputsModule from "../dist/notebook/run/outputs.js";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" } } });
const cwd = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const tslab = join(dirname(createRequire(import.meta.url).resolve("tslab/package.json")), "bin", "tslab");
const ours = { ...specModule.bundledTslab(), env: {} };
const specs = {
  ours,
  "stock tslab": { ...ours, argv: [process.execPath, tslab, "kernel", "--config-path", "{connection_file}"] },
};
const limits = { timeoutSeconds: 60, quietSeconds: 10, mostOutput: 1e9, onUncaught() {} };
const { CellOutputs, Displays } = outputsModule;

/** Processor time of the processes of a group in milliseconds, the dead ones that they waited for included. */
function processorTime(group) {
  let ticks = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) /, "")
        .split(" ");
      if (Number(fields[2]) === group)
        ticks += fields.slice(11, 15).reduce((sum, one) => sum + Number(one), 0);
    } catch {
      // It has ended meanwhile.
    }
  }
  return ticks * 10;
}

/** The group of the kernel that this process has started last. */
function newestGroup() {
  const groups = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
          .replace(/^.*\) /, "")
          .split(" ");
        const kernel = readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("connection.json");
        return kernel && Number(fields[1]) === process.pid ? [Number(pid)] : [];
      } catch {
        return [];
      }
    });
  return Math.max(...groups);
}

async function complete(kernel, code, wanted) {
  const content = await new Promise((done) => {
    const listener = { output() {}, reply: (message) => done(message.content) };
    kernel.request("complete_request", { code, cursor_pos: code.length }, "shell", listener);
  });
  if (!content.matches.includes(wanted))
    throw new Error(`completed ${code} with ${content.matches.slice(0, 5)}`);
}

const cell = "const rows = [{ id: 1, value: 2 }];\nrows.length";
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

async function round(spec) {
  const begun = performance.now();
  const kernel = await kernelModule.Kernel.start(spec, { cwd });
  const group = newestGroup();
  const timed = async (work) => {
    const [wall, cpu] = [performance.now(), processorTime(group)];
    await work();
    return [performance.now() - wall, processorTime(group) - cpu];
  };
  try {
    const end = await executeModule.executeCell(kernel, cell, new CellOutputs(new Displays()), limits);
    if (end.status !== "ok") throw new Error(`the cell ended with ${end.status}`);
    const result = [performance.now() - begun, processorTime(group)];
    const first = await timed(() => complete(kernel, "rows[0].", "value"));
    // A person types; what is warmed up meanwhile counts for nobody.
    await pause(3000);
    const ten = await timed(async () => {
      for (let i = 0; i < 10; i++) await complete(kernel, `rows[${i}].`, "value");
    });
    return {
      "start to first result": result,
      "first completion, at once": first,
      "each of ten later": ten.map((x) => x / 10),
    };
  } finally {
    await kernel.shutdown();
  }
}

/** A kernel that has been left alone for a moment before its first completion, as by a person who reads. */
async function idleRound(spec) {
  const kernel = await kernelModule.Kernel.start(spec, { cwd });
  try {
    await executeModule.executeCell(kernel, cell, new CellOutputs(new Displays()), limits);
    await pause(3000);
    const wall = performance.now();
    await complete(kernel, "rows[0].", "value");
    return { "first completion, after 3 s": [performance.now() - wall, Number.NaN] };
  } finally {
    await kernel.shutdown();
  }
}

const found = {};
for (let i = 0; i < Number(values.rounds); i++)
  for (const [name, spec] of Object.entries(specs))
    for (const [what, times] of Object.entries({ ...(await round(spec)), ...(await idleRound(spec)) })) {
      found[what] ??= { ours: [], "stock tslab": [] };
      found[what][name].push(times);
    }
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const table = Object.entries(found)
  .flatMap(([what, by]) =>
    ["wall", "CPU"].map((kind, k) => {
      const [own, theirs] = Object.values(by).map((list) => median(list.map((times) => times[k])));
      return {
        work: what,
        measure: `${kind}, ms`,
        ours: Math.round(own),
        "stock tslab": Math.round(theirs),
        ratio: (own / theirs).toFixed(2),
      };
    }),
  )
  .filter((row) => !Number.isNaN(row.ours));
console.table(table);
