import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readKernelSpec } from "../../src/notebook/kernel-spec";
import { type Cell, formatNotebook } from "../../src/notebook/nbformat";
import { runNotebook } from "../../src/notebook/run/run-notebook";
import { python } from "../support";
import { code, notebook } from "./fixtures/make";

/** Deno, as the environment of the Python peers or PATH has it; undefined where there is none. */
const deno = [python && dirname(python), ...(process.env.PATH ?? "").split(delimiter)]
  .filter((folder) => folder !== undefined)
  .map((folder) => join(folder, "deno"))
  .find((file) => existsSync(file));

const cells: readonly Cell[] = [
  // Deno sends what is printed a moment later, as output of the cell that runs then.
  code(
    "const a: number = 6 * 7;\nconsole.log('hi', a);\nawait new Promise((done) => setTimeout(done, 200));",
  ),
  code("a"),
  code("Deno.jupyter.html`<b>bold</b>`"),
  code(
    "await new Promise((done) => setTimeout(done, 5));\nawait Deno.jupyter.display({ 'text/plain': 'shown' }, { raw: true });",
  ),
  code("// a comment\nthrow new TypeError('boom');", "raises-exception"),
  code("const types: string = 'are stripped';\ntypes.length"),
];

describe.skipIf(!deno)("runNotebook with Deno's kernel", () => {
  const home = mkdtempSync(join(tmpdir(), "telelink-deno-"));
  const share = join(home, "share");
  const folder = join(share, "jupyter", "kernels", "deno");

  beforeAll(() => {
    const env = { ...process.env, HOME: home, XDG_DATA_HOME: share, DENO_DIR: join(home, "deno") };
    const done = spawnSync(deno as string, ["jupyter", "--install"], { env, encoding: "utf8" });
    expect([done.status, done.stderr]).toEqual([0, expect.stringContaining("installed")]);
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  const run = (all: readonly Cell[], timeoutSeconds = 30) =>
    runNotebook(notebook(all, "deno"), { kernel: readKernelSpec(folder), cwd: home, timeoutSeconds });

  test.skipIf(!python)(
    "runNotebook keeps every output, those of nbclient among them, and the same counts",
    async () => {
      const ours = await run(cells);
      expect(ours.verdict).toBe("ok");
      const file = join(home, "cells.ipynb");
      writeFileSync(file, formatNotebook(notebook(cells, "deno")));
      const script = resolve(__dirname, "fixtures", "nbclient_run.py");
      const env = { ...process.env, JUPYTER_PATH: join(share, "jupyter") };
      const done = spawnSync(python as string, [script, "deno", file], { env, encoding: "utf8" });
      const [theirs] = JSON.parse(done.stdout) as { verdict: string; cells: Cell[] }[];
      expect(theirs.verdict).toBe("ok");
      const counts = (all: readonly Cell[]) => all.map((cell) => cell.execution_count);
      expect(counts(ours.notebook.cells)).toEqual(counts(theirs.cells));
      // Deno may send an output after idle: nbclient then drops it, so it may have fewer than the ones expected above.
      for (const [i, cell] of theirs.cells.entries())
        for (const output of cell.outputs ?? [])
          expect(ours.notebook.cells[i].outputs).toContainEqual(output);
    },
    60_000,
  );

  test("runNotebook names the line of an error", async () => {
    const done = await run([code("1"), code("// a comment\nthrow new TypeError('boom');")]);
    expect(done.failures).toMatchObject([{ verdict: "error", cell: 1, line: 2, ename: "TypeError" }]);
  });

  test("runNotebook tells a timeout, though Deno ends when it is interrupted", async () => {
    const done = await run([code("while (true) {}")], 1);
    expect(done.failures).toMatchObject([{ verdict: "timeout", cell: 0 }]);
  });
});
