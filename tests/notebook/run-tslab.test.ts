import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { bundledTslab } from "../../src/notebook/kernel-spec";
import type { Cell, Output } from "../../src/notebook/nbformat";
import { prepare, runFile } from "../../src/notebook/run/run-file";
import { describeFailure, type Run, type RunOptions, runNotebook } from "../../src/notebook/run/run-notebook";
import { makeSnapshot, snapshotCommand } from "../../src/notebook/snapshot";
import { code, notebook } from "./fixtures/make";

// The kernel runs where `telelink` can be imported by its name.
const cwd = resolve(__dirname, "fixtures");

function run(cells: readonly Cell[], options: Partial<RunOptions> = {}): Promise<Run> {
  return runNotebook(notebook(cells), { kernel: bundledTslab(), cwd, timeoutSeconds: 60, ...options });
}

function textOf(outputs: readonly Output[] | undefined): string {
  return (outputs ?? []).map((one) => (one.output_type === "stream" ? one.text : "")).join("");
}

describe("runNotebook with tslab", () => {
  test("runNotebook runs cells in order, with imports of the package by its name", async () => {
    const { verdict, notebook: ran } = await run([
      code('import { seeded } from "telelink";\nconst rng = seeded(42);'),
      code("rng.uniform()"),
    ]);
    expect(verdict).toBe("ok");
    expect(textOf(ran.cells[1].outputs)).toMatch(/^0\.\d+\n$/);
    expect(ran.cells[1].execution_count).toBe(2);
  });

  test("runNotebook lets cells import the package's source by its path", async () => {
    const cells = [
      code('import { seeded } from "../src/core/rng";\nimport { smote } from "../src/resample/smote";'),
      code("[typeof smote, seeded(1).uniform() === seeded(1).uniform()]"),
    ];
    const done = await run(cells, { cwd: resolve(__dirname, "..", "..", "notebooks") });
    expect(done.failures).toEqual([]);
    expect(textOf(done.notebook.cells[1].outputs)).toBe("[ 'function', true ]\n");
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
    expect(done.failures[0].traceback).toContain("    at Proxy.f (cell [1], line 7)");
    expect(done.failures[0].traceback.join()).not.toMatch(/node:|tslab/);
    const said = describeFailure(done.failures[0], "a.ipynb", done.notebook);
    expect(said).toBe("a.ipynb, cell 2 (id cell-2), line 4: TypeError: boom\n    f({ x: y });");
  });
});

describe("makeSnapshot", () => {
  test("makeSnapshot(kernel, cwd) makes a kernel that starts from memory and does the same", async () => {
    const cells = [
      code(
        'import * as telelink from "telelink";\nimport { display, newDisplay } from "tslab";\ntelelink.seeded(1).uniform()',
      ),
      code("class A<T> {\n  constructor(readonly x: T) {}\n}\nenum E { a, b }\nnew A(E.b)"),
      code(
        'import { Worker } from "node:worker_threads";\nconst w = new Worker("require(\'worker_threads\').parentPort.postMessage(7)", { eval: true });\nawait new Promise((done) => w.on("message", done))',
      ),
      code('const late = await import("markdown-it" as string);\ntypeof late.default'),
      code(
        'import { spawnSync } from "node:child_process";\nspawnSync(process.execPath, ["-p", "6 * 7"]).stdout.toString()',
      ),
      code(
        "const d = newDisplay();\nd.text('0');\nd.text('1');\nprocess.execArgv.includes('--snapshot-blob')",
      ),
      code("const s: string = 3;"),
      code("null!.x"),
      code("await new Promise((_, fail) => setTimeout(() => fail(new Error('later')), 5));"),
    ];
    vi.stubEnv("TELELINK_SNAPSHOT", "0");
    const plain = await run(cells, { keepGoing: true });
    vi.stubEnv("TELELINK_SNAPSHOT", "1");
    const cache = mkdtempSync(join(tmpdir(), "telelink-cache-"));
    vi.stubEnv("TELELINK_CACHE", cache);
    // What a making left that was killed an hour ago goes.
    const left = join(cache, "tslab-0.snapshot.7.part");
    writeFileSync(left, "");
    const hourAgo = new Date(Date.now() - 3600e3);
    utimesSync(left, hourAgo, hourAgo);
    expect(await makeSnapshot(bundledTslab(), cwd)).toBe(true);
    expect(existsSync(left)).toBe(false);
    const fast = await run(cells, { keepGoing: true });
    vi.unstubAllEnvs();
    expect(fast.notebook.cells.map((cell) => cell.outputs)).toEqual(
      plain.notebook.cells.map((cell) => cell.outputs),
    );
    expect(fast.failures).toEqual(plain.failures);
    expect(textOf(plain.notebook.cells[2].outputs)).toBe("7\n");
    expect(textOf(plain.notebook.cells[3].outputs)).toBe("function\n");
  }, 240_000);

  test("a kernel from a snapshot imports from its own folder, not from where the snapshot was made", async () => {
    vi.stubEnv("TELELINK_CACHE", mkdtempSync(join(tmpdir(), "telelink-cache-")));
    const folder = mkdtempSync(join(tmpdir(), "telelink-cwd-"));
    const notebooks = join(folder, "notebooks");
    mkdirSync(notebooks);
    writeFileSync(join(folder, "package.json"), "{}");
    writeFileSync(join(folder, "near.ts"), "export const near: number = 1;");
    writeFileSync(join(notebooks, "below.ts"), "export const below: number = 2;");
    symlinkSync(resolve(__dirname, "..", "..", "node_modules"), join(folder, "node_modules"));
    expect(await makeSnapshot(bundledTslab(), notebooks)).toBe(true);
    const cells = [code('import { near } from "../near";\nimport { below } from "./below";\nnear + below')];
    const done = await run(cells, { cwd: notebooks });
    expect(done.failures).toEqual([]);
    expect(textOf(done.notebook.cells[0].outputs)).toBe("3\n");
    // It did start from the snapshot.
    expect(snapshotCommand(bundledTslab(), notebooks)).toBeDefined();
    vi.unstubAllEnvs();
  });

  test("a kernel whose snapshot is broken starts without it", async () => {
    vi.stubEnv("TELELINK_CACHE", mkdtempSync(join(tmpdir(), "telelink-cache-")));
    expect(await makeSnapshot(bundledTslab(), cwd)).toBe(true);
    const [file] = snapshotCommand(bundledTslab(), cwd)?.slice(2, 3) ?? [];
    writeFileSync(file as string, "not a snapshot");
    const { verdict } = await run([code("1")]);
    expect(verdict).toBe("ok");
    expect(snapshotCommand(bundledTslab(), cwd)).toBeUndefined();
    // What failed is not tried at every run.
    expect(await makeSnapshot(bundledTslab(), cwd)).toBe(false);
    vi.unstubAllEnvs();
  }, 240_000);
});

// Node 24 for instance: TELELINK_OTHER_NODE names its program.
const other = process.env.TELELINK_OTHER_NODE;

describe.each([process.execPath, ...(other ? [other] : [])])("tslab with its repairs under %s", (node) => {
  test("has what @tensorflow/tfjs-node misses since Node 23, and loses no output", async () => {
    const bundled = bundledTslab();
    const kernel = { ...bundled, folder: cwd, argv: [node, ...bundled.argv.slice(1)] };
    const cells = [
      code('import util from "node:util";\nconst old = util as any;'),
      code("[old.isNullOrUndefined(null), old.isNullOrUndefined(0), old.isArray([]), old.isArray({})]"),
      code("for (let i = 0; i < 3000; i++) console.log(i);"),
      code("process.version"),
    ];
    const done = await run(cells, { kernel });
    expect(done.failures).toEqual([]);
    const texts = done.notebook.cells.map((cell) => textOf(cell.outputs));
    expect(texts[1]).toMatch(/^\[ true, false, true, false \]\n/);
    expect(texts[2].split("\n")).toHaveLength(3001);
    if (node === process.execPath) expect(texts[3]).toBe(`${process.version}\n`);
    else expect(texts[3]).toMatch(/^v\d/);
  });
});

describe("runFile", () => {
  test("runFile(prepare(path), {html}) writes the executed notebook, the report and its figures", async () => {
    const out = mkdtempSync(join(tmpdir(), "telelink-test-"));
    const prepared = prepare(join(cwd, "small.ipynb"), { parameters: { seed: "7" } });
    const { run: ran, written } = await runFile(prepared, { out, html: true });
    expect(ran.verdict).toBe("ok");
    expect(written).toEqual(["small.ipynb", "small.html", "small.json"].map((name) => join(out, name)));
    const json = JSON.parse(readFileSync(join(out, "small.json"), "utf8"));
    expect(json).toMatchObject({ title: "Who leaves, and why", parameters: { seed: 7 }, seeds: [42] });
    expect(json.figures.map((one: { name: string }) => one.name)).toEqual(["a.b", "rec", "n"]);
    const html = readFileSync(join(out, "small.html"), "utf8");
    expect(html).toContain("0.925");
    expect(html).not.toContain("<script");
    expect(html).toContain('<div class="tl-output"><b>bold</b></div>');
  });

  test("prepare(path, {parameters}) refuses a value of another type than the notebook's default", () => {
    expect(() => prepare(join(cwd, "small.ipynb"), { parameters: { seed: "abc" } })).toThrow(
      /parameter seed must be a number, got .*abc/,
    );
    expect(() => prepare(join(cwd, "small.ipynb"), { parameters: { sed: "1" } })).toThrow(
      /a parameter must be one of seed, got "sed"/,
    );
  });
});
