import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { importsOf, ModuleGraph } from "../../src/notebook/reproduce/module-graph";

function names(source: string): unknown[] {
  return importsOf(source).map((one) => [one.from, one.names === "all" ? "all" : [...one.names]]);
}

describe("importsOf", () => {
  test.each<[string, unknown[]]>([
    ['import { a, b as c } from "x";', [["x", ["a", "b"]]]],
    ['import type { T } from "x";', []],
    ['import { type T, a } from "x";', [["x", ["a"]]]],
    ['import d, { a } from "x";', [["x", ["a", "default"]]]],
    ['import "x";', [["x", "all"]]],
    ['const x = await import("x");', [["x", "all"]]],
    ['import * as s from "x";\nf(...s.one(2));\ns\n  .two();\nother.s.three;', [["x", ["one", "two"]]]],
    ['import * as s from "x";\nconsole.log(s);', [["x", "all"]]],
    [
      'import {\n  a,\n  b,\n} from "x";\nimport { c } from "./y";',
      [
        ["x", ["a", "b"]],
        ["./y", ["c"]],
      ],
    ],
  ])("importsOf(%j) finds modules and names", (source, found) => {
    expect(names(source)).toEqual(found);
  });
});

/** A small built package: an index that passes names on, and modules behind it. */
function folder(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), "telelink-graph-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

const pass = (name: string, variable: string): string =>
  `Object.defineProperty(exports, "${name}", { enumerable: true, get: function () { return ${variable}.${name}; } });`;

const root = folder({
  "package.json": JSON.stringify({ name: "pack", exports: { "./studies": { default: "./dist/index.js" } } }),
  "dist/index.js": [
    '"use strict";',
    'Object.defineProperty(exports, "__esModule", { value: true });',
    "exports.one = exports.two = void 0;",
    'var one_1 = require("./one");',
    pass("one", "one_1"),
    'var two_1 = require("./sub/two");',
    pass("two", "two_1"),
  ].join("\n"),
  "dist/one.js": 'exports.one = 1; const shared = require("./shared");',
  "dist/sub/two.js": 'const a = require("../shared"); const b = import("./late.js");',
  "dist/sub/late.js": "exports.late = 1;",
  "dist/shared.js": 'require("node:fs"); require("zeromq");',
  "dist/alone.js": "exports.alone = 1;",
});

describe("ModuleGraph", () => {
  const graph = new ModuleGraph(root);

  test("reach(imports) follows an index to the modules of the names used, and no others", () => {
    expect(graph.reach(importsOf('import { one } from "pack/studies";'))).toEqual([
      "dist/one.js",
      "dist/shared.js",
    ]);
  });

  test("reach(imports) follows imports that happen later", () => {
    expect(graph.reach(importsOf('import * as s from "pack/studies";\ns.two();'))).toEqual([
      "dist/shared.js",
      "dist/sub/late.js",
      "dist/sub/two.js",
    ]);
  });

  test("reach(imports) takes everything where the whole module is used", () => {
    expect(graph.reach(importsOf('import * as s from "pack/studies";\nuse(s);')).length).toBe(5);
  });

  test("reach(imports) leaves out other packages", () => {
    expect(graph.reach(importsOf('import { readFileSync } from "node:fs"; import x from "packer";'))).toEqual(
      [],
    );
  });
});
