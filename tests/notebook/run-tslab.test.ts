import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { bundledTslab } from "../../src/notebook/kernel-spec";
import type { Cell, Output } from "../../src/notebook/nbformat";
import { prepare, runFile } from "../../src/notebook/run/run-file";
import { describeFailure, type Run, type RunOptions, runNotebook } from "../../src/notebook/run/run-notebook";
import { code, notebook } from "./fixtures/make";

// The kernel runs where `telelink` can be imported by its name.
const cwd = resolve(__dirname, "fixtures");

function run(cells: readonly Cell[], options: Partial<RunOptions> = {}): Promise<Run> {
  return runNotebook(notebook(cells), { kernel: bundledTslab(), cwd, timeoutSeconds: 60, ...options });
}

function textOf(outputs: readonly Output[] | undefined): string {
  return (outputs ?? [])
    .map((one) =>
      one.output_type === "stream" ? one.text : "data" in one ? String(one.data["text/plain"] ?? "") : "",
    )
    .join("");
}

describe("runNotebook with tslab", () => {
  test("runNotebook runs cells in order, with imports of the package by its name", async () => {
    const { verdict, notebook: ran } = await run([
      code('import { seeded } from "telelink";\nconst rng = seeded(42);'),
      code("rng.uniform()"),
    ]);
    expect(verdict).toBe("ok");
    expect(textOf(ran.cells[1].outputs)).toMatch(/^0\.\d+$/);
    expect(ran.cells[1].execution_count).toBe(2);
  });

  test("runNotebook lets cells import the package's source by its path", async () => {
    const cells = [
      code('import { seeded } from "../src/core/rng";\nimport { smote } from "../src/resample/smote";'),
      code("[typeof smote, seeded(1).uniform() === seeded(1).uniform()]"),
    ];
    const done = await run(cells, { cwd: resolve(__dirname, "..", "..", "notebooks") });
    expect(done.failures).toEqual([]);
    expect(textOf(done.notebook.cells[1].outputs)).toBe("[ 'function', true ]");
  });

  test("runNotebook loses none of 100,000 lines printed at once", async () => {
    const { verdict, notebook: ran } = await run([
      code('for (let i = 0; i < 100000; i++) console.log("line " + i);'),
    ]);
    expect(verdict).toBe("ok");
    const lines = textOf(ran.cells[0].outputs).trimEnd().split("\n");
    expect(lines.length).toBe(100000);
    expect(lines.every((line, i) => line === `line ${i}`)).toBe(true);
  });

  test("runNotebook stops at a cell that throws and makes the error output that tslab does not send", async () => {
    const {
      verdict,
      failures,
      notebook: ran,
    } = await run([
      code("console.error('a warning');\nthrow new TypeError('boom');"),
      code("console.log('never');"),
    ]);
    expect(verdict).toBe("error");
    expect(failures).toMatchObject([{ cell: 0, id: "cell-1", ename: "TypeError", evalue: "boom" }]);
    expect(ran.cells[0].outputs).toMatchObject([
      { output_type: "stream", name: "stderr", text: "a warning\n" },
      { output_type: "error", ename: "TypeError", evalue: "boom" },
    ]);
    expect(ran.cells[1].outputs).toEqual([]);
  });

  test("runNotebook names the line that does not compile", async () => {
    const { failures } = await run([code("const a = 1;\nconst b: string = a;")]);
    expect(failures).toMatchObject([{ cell: 0, line: 2, ename: "CompileError" }]);
    expect(failures[0].evalue).toContain("not assignable");
  });

  test("runNotebook fails when nobody catches a rejection, though tslab says ok", async () => {
    const { verdict, failures } = await run([
      code("void Promise.reject(new RangeError('nobody caught me'));"),
    ]);
    expect(verdict).toBe("error");
    expect(failures).toMatchObject([{ cell: 0, ename: "RangeError", evalue: "nobody caught me" }]);
  });
});

describe("runNotebook with tslab, on errors", () => {
  test("runNotebook names the cell's own line, also where the error lies in an earlier cell or is awaited", async () => {
    const done = await run(
      [
        code(
          "interface A {\n  x: number;\n}\n\n// a comment\nconst f = (a: A): number => {\n  throw new TypeError('boom');\n};",
        ),
        code("// first\nconst y = 1;\n\nf({ x: y });"),
        code(
          "const g = async () => {\n  await new Promise((d) => setTimeout(d, 5));\n  return JSON.parse('{');\n};\nawait g();",
        ),
        code("void Promise.resolve().then(() => {\n  throw new RangeError('late');\n});"),
        code("throw { code: 7 };"),
      ],
      { keepGoing: true },
    );
    expect(done.failures.map((one) => [one.cell, one.line, one.ename])).toEqual([
      [1, 4, "TypeError"],
      [2, 3, "SyntaxError"],
      [3, 2, "RangeError"],
      [4, undefined, "Error"],
    ]);
    expect(done.failures[0].traceback).toContain("    at f (cell [1], line 7)");
    expect(done.failures[0].traceback.join()).not.toMatch(/node:|tslab/);
    const said = describeFailure(done.failures[0], "a.ipynb", done.notebook);
    expect(said).toBe("a.ipynb, cell 2 (id cell-2), line 4: TypeError: boom\n    f({ x: y });");
  });

  test("runNotebook names places in a person's own modules, and none of the machine's in errors that are shown", async () => {
    const folder = mkdtempSync(join(tmpdir(), "telelink-modules-test-"));
    writeFileSync(
      join(folder, "inner.ts"),
      "type A = 1;\n\nexport const f = () => {\n  throw new Error('in');\n};",
    );
    writeFileSync(join(folder, "half.ts"), "export const a = 1;\nexport const = 2;");
    writeFileSync(join(folder, "half.json"), '{"a": }');
    const done = await run(
      [
        code('import { f } from "./inner.js";\nf();'),
        code('import "./half";'),
        code('import half from "./half.json";'),
        code("new Error('shown')"),
      ],
      { keepGoing: true, cwd: folder },
    );
    const errors = done.failures.map((one) => [one.cell, one.ename, one.evalue]);
    expect(errors).toEqual([
      [0, "Error", "in"],
      [1, "SyntaxError", expect.stringMatching(/^Cannot import .*half\.ts, line 2, column 14: /)],
      [2, "SyntaxError", expect.stringMatching(/^Cannot import .*half\.json: Unexpected token/)],
    ]);
    expect(done.failures[0].traceback.slice(1)).toEqual([
      "    at f (inner.ts, line 4)",
      "    at cell [1], line 2",
    ]);
    expect(textOf(done.notebook.cells[3].outputs)).toBe("Error: shown\n    at cell [4], line 1");
    rmSync(folder, { recursive: true, force: true });
  });
});

describe("runFile", () => {
  test("runFile(prepare(path), {html}) writes the executed notebook, the report and its figures", async () => {
    const out = mkdtempSync(join(tmpdir(), "telelink-test-"));
    const prepared = prepare(join(cwd, "small.ipynb"), { parameters: { seed: 7 } });
    const { run: ran, written } = await runFile(prepared, { out, html: true });
    expect(ran.verdict).toBe("ok");
    expect(written).toEqual(["small.ipynb", "small.html", "small.json"].map((name) => join(out, name)));
    const json = JSON.parse(readFileSync(join(out, "small.json"), "utf8"));
    expect(json).toMatchObject({ title: "Who leaves, and why", parameters: { seed: 7 }, seeds: [42] });
    expect(json.figures.map((one: { name: string }) => one.name)).toEqual(["a.b", "rec", "n"]);
    const html = readFileSync(join(out, "small.html"), "utf8");
    expect(html).toContain("0.925");
    // The seal, and the page's own check of it, which the policy names by its hash.
    expect(html.match(/<script>/g)).toHaveLength(1);
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html).toMatch(/script-src 'sha256-[\w+/=]+'"/);
    expect(html).toMatch(/<div class="tl-output"[^>]*><b>bold<\/b><\/div>/);
  });

  test("prepare(path, {parameters}) refuses a value of another type than the notebook's default", () => {
    expect(() => prepare(join(cwd, "small.ipynb"), { parameters: { seed: "abc" } })).toThrow(
      /parameter seed must be a number, got .*abc/,
    );
    expect(() => prepare(join(cwd, "small.ipynb"), { parameters: { sed: 1 } })).toThrow(
      /a parameter must be one of seed, got "sed"/,
    );
  });
});
