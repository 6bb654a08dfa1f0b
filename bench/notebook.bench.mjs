// Notebooks under tslab: our runner beside nbclient and papermill, both with the kernel as `tslab install` registers it,
// and nbclient also with ours (`telelink kernel install`), so that runner and kernel can be told apart.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import installModule from "../dist/notebook/install-kernel.js";
import kernelModule from "../dist/notebook/kernel.js";
import specModule from "../dist/notebook/kernel-spec.js";
import executeModule from "../dist/notebook/run/execute-cell.js";
import outputsModule from "../dist/notebook/run/outputs.js";
import runModule from "../dist/notebook/run/run-notebook.js";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const home = join(root, ".cache", "bench-notebook");
const { CellOutputs, Displays } = outputsModule;
const limits = { timeoutSeconds: 60, quietSeconds: 10, mostOutput: 1e9, onUncaught() {} };

/** A cell as people write them: a declaration, a little work, a value. */
const cell = (i) =>
  `const rows${i} = Array.from({ length: ${100 + i} }, (_, j) => ({ id: j, value: Math.sqrt(j) }));\nrows${i}.filter((row) => row.value > 3).length`;

/** A notebook of so many cells. */
export function notebook(cells) {
  const code = (i) => ({
    ...{ cell_type: "code", id: `c${i}`, metadata: {}, source: cell(i) },
    ...{ outputs: [], execution_count: null },
  });
  const kernelspec = { name: "tslab", display_name: "TypeScript", language: "typescript" };
  return {
    ...{ nbformat: 4, nbformat_minor: 5, metadata: { kernelspec } },
    cells: Array.from({ length: cells }, (_, i) => code(i)),
  };
}

/** Executes a cell of ours and fails unless it ends well. */
async function execute(kernel, i) {
  const end = await executeModule.executeCell(kernel, cell(i), new CellOutputs(new Displays()), limits);
  if (end.status !== "ok") throw new Error(`cell ${i} ended with ${end.status}`);
}

const work = {
  /** From nothing to the first cell's value. */
  async first() {
    return async () => {
      const kernel = await kernelModule.Kernel.start(specModule.bundledTslab(), { cwd: root });
      await execute(kernel, 0);
      return async () => {
        await kernel.shutdown();
        return {};
      };
    };
  },
  /** Twenty cells in a kernel that has run some. */
  async further() {
    const kernel = await kernelModule.Kernel.start(specModule.bundledTslab(), { cwd: root });
    for (let i = 0; i < 5; i++) await execute(kernel, i);
    return async () => {
      for (let i = 5; i < 25; i++) await execute(kernel, i);
      return async () => {
        await kernel.shutdown();
        return {};
      };
    };
  },
  /** Ten completions, as Jupyter asks for them, in a kernel that has been left alone for a moment. */
  async complete() {
    const kernel = await kernelModule.Kernel.start({ ...specModule.bundledTslab(), env: {} }, { cwd: root });
    await execute(kernel, 0);
    await new Promise((done) => setTimeout(done, 3000));
    return async () => {
      for (let i = 0; i < 10; i++) {
        const code = `rows0[${i}].`;
        const matches = await new Promise((done) => {
          const reply = (message) => done(message.content.matches);
          const listener = { output() {}, reply };
          kernel.request("complete_request", { code, cursor_pos: code.length }, "shell", listener);
        });
        if (!matches.includes("value")) throw new Error(`completed with ${matches}`);
      }
      return async () => {
        await kernel.shutdown();
        return {};
      };
    };
  },
  /** A notebook of 30 cells from start to end, the kernel gone. */
  async whole() {
    return async () => {
      const kernel = specModule.bundledTslab();
      const done = await runModule.runNotebook(notebook(30), { kernel, cwd: root });
      if (done.verdict !== "ok") throw new Error(done.verdict);
      return { outputs: done.notebook.cells.filter((one) => one.outputs.length === 1).length };
    };
  },
  /** The same by the command line, with its own start. */
  async command() {
    const { spawnSync } = await import("node:child_process");
    return async () => {
      const out = mkdtempSync(join(tmpdir(), "telelink-bench-"));
      const args = [join(root, "dist", "cli", "main.js"), "run", join(home, "thirty.ipynb"), "--out", out];
      const done = spawnSync(process.execPath, args, { encoding: "utf8" });
      rmSync(out, { recursive: true });
      if (done.status !== 0) throw new Error(done.stderr);
    };
  },
};

export default {
  title: "Notebooks of tslab: our runner beside nbclient and papermill",
  async data() {
    const kernels = join(home, "share", "jupyter", "kernels");
    mkdirSync(join(kernels, "tslab"), { recursive: true });
    const tslab = createRequire(import.meta.url).resolve("tslab/package.json");
    const argv = [process.execPath, join(dirname(tslab), "bin", "tslab"), "kernel", "--config-path"];
    const stock = {
      display_name: "TypeScript",
      language: "typescript",
      argv: [...argv, "{connection_file}"],
    };
    writeFileSync(join(kernels, "tslab", "kernel.json"), JSON.stringify(stock));
    installModule.installKernel({ prefix: home, name: "telelink" });
    writeFileSync(join(home, "thirty.ipynb"), JSON.stringify(notebook(30)));
  },
  cases: [
    ["start to first result, nbclient", "first", "tslab", 0.5],
    ["twenty further cells, nbclient", "further", "tslab", 0.5],
    ["ten completions, jupyter_client", "complete", "tslab", undefined],
    ["30 cells, nbclient", "whole", "tslab", 0.5],
    ["30 cells by command, papermill", "command", "tslab", 0.5],
    ["start to first result, nbclient with our kernel", "first", "telelink", undefined],
    ["twenty further cells, nbclient with our kernel", "further", "telelink", undefined],
    ["30 cells, nbclient with our kernel", "whole", "telelink", undefined],
  ].map(([name, kind, kernel, goal]) => ({
    ...{ name, goal, measure: "wall", rounds: 3 },
    params: { kind, kernel, home, cells: Array.from({ length: 30 }, (_, i) => cell(i)) },
  })),
  ours: ({ kind }) => work[kind](),
};
