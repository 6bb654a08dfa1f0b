import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { Inputs } from "../../src/notebook/facts";
import { formatNotebook } from "../../src/notebook/nbformat";
import { changes, InputReader } from "../../src/notebook/reproduce/inputs";
import { prepare } from "../../src/notebook/run/run-file";
import { code, notebook } from "./fixtures/make";

let root = "";

function put(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
}

const pass = (from: string, name: string): string =>
  `var ${name}_1 = require("${from}");\nObject.defineProperty(exports, "${name}", { enumerable: true, get: function () { return ${name}_1.${name}; } });`;

/** A package with two studies that share a module, and the notebooks of a project that uses them. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "telelink-inputs-"));
  const book = (source: string): string => formatNotebook(notebook([code(source)]));
  put({
    "package.json": JSON.stringify({ name: "pack", exports: { ".": { default: "./dist/index.js" } } }),
    "package-lock.json": "{}",
    "dist/index.js": `"use strict";\n${pass("./one", "one")}\n${pass("./two", "two")}\n`,
    "dist/one.js": 'exports.one = 1; require("./shared");',
    "dist/two.js": 'exports.two = 2; require("./shared");',
    "dist/shared.js": "exports.shared = 1;",
    "dist/notebook/render/render.js": "exports.render = 1;",
    "src/near.ts": 'import { far } from "./far";\nexport const near = far;',
    "src/far.ts": "export const far: number = 1;",
    "notebooks/one.ipynb": book('import { one } from "pack";'),
    "notebooks/two.ipynb": book('import { two } from "pack";'),
    "notebooks/path.ipynb": book('import { near } from "../src/near";'),
    "notebooks/none.ipynb": book("1"),
  });
});

function inputs(): Record<string, Inputs> {
  const reader = new InputReader(root);
  return Object.fromEntries(
    ["one", "two", "path", "none"].map((name) => [
      name,
      reader.inputs(prepare(join(root, "notebooks", `${name}.ipynb`)), []),
    ]),
  );
}

/** What changes for each notebook when the files do; those for which nothing does are left out. */
function changed(files: Record<string, string>): Record<string, string[]> {
  const before = inputs();
  put(files);
  const after = inputs();
  const all = Object.keys(before).map((name) => [name, changes(before[name], after[name])] as const);
  return Object.fromEntries(all.filter(([, list]) => list.length > 0));
}

describe("InputReader", () => {
  test("inputs(prepared) changes with a source file for exactly the notebooks that reach it", () => {
    expect(changed({ "dist/one.js": "exports.one = 3;" })).toEqual({
      one: ["src/one.ts changed", "src/shared.ts is gone"],
    });
    expect(changed({ "dist/shared.js": "exports.shared = 2;" })).toEqual({ two: ["src/shared.ts changed"] });
    expect(changed({ "dist/unused.js": "exports.x = 2;" })).toEqual({});
  });

  test("inputs(prepared) follows files imported by their path", () => {
    expect(changed({ "src/far.ts": "export const far: number = 2;" })).toEqual({
      path: ["file ../src/far.ts changed"],
    });
  });

  test("inputs(prepared) changes with the lockfile and Node for all", () => {
    const all = { one: 1, two: 1, path: 1, none: 1 };
    const lock = changed({ "package-lock.json": '{"a":1}' });
    expect(lock).toEqual(
      Object.fromEntries(Object.keys(all).map((name) => [name, ["package-lock.json changed"]])),
    );
    const { none } = inputs();
    expect(none.Node).toBe(process.versions.node);
    expect(changes({ ...none, Node: "18.0.0" }, none)).toEqual(["Node changed"]);
    expect(none.kernel).toMatch(/^tslab \d/);
  });

  test("inputs(prepared) changes with a cell's source, and not with its outputs", () => {
    const other = notebook([
      { ...code("1"), outputs: [{ output_type: "stream", name: "stdout", text: "x" }] },
    ]);
    expect(changed({ "notebooks/none.ipynb": formatNotebook(other) })).toEqual({});
    expect(changed({ "notebooks/none.ipynb": formatNotebook(notebook([code("2")])) })).toEqual({
      none: ["cell cell-1 changed"],
    });
  });
});
