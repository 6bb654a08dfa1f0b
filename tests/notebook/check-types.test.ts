import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { checkTypes, type Problem } from "../../src/notebook/check-types";
import { checkVariables } from "../../src/notebook/check-variables";
import type { Cell } from "../../src/notebook/nbformat";
import { code, notebook, prose } from "./fixtures/make";

// Notebooks that lie where the package can be imported by its name.
const path = (name: string): string => resolve(__dirname, "fixtures", `${name}.ipynb`);

describe("checkVariables", () => {
  const told = (...cells: Cell[]) =>
    checkVariables(path("one"), notebook(cells)).map((one) => [one.cell, one.text, one.advice]);

  test("checkVariables says where a variable is stale: what it was computed from has changed", () => {
    expect(
      told(
        code("let rate = 2;\nconst total = rate * 10;\nconst late = () => rate;"),
        code("rate = 3;"),
        code("console.log(total, late(), rate);"),
      ),
    ).toEqual([[2, "total is stale here: it was computed from rate before cell 2 changed that", true]]);
    expect(
      told(code("let a = 1;\nlet b = a + 1;"), code("a += 1;\nb = a + 1;"), code("console.log(a, b);")),
    ).toEqual([]);
  });

  test("checkVariables says what nothing uses, and is silent on what is used later", () => {
    expect(
      told(code("const used = 1;\nconst lost = 2;\nconst _own = 3;"), code("console.log(used);")),
    ).toEqual([[0, "lost is declared, and nothing uses it", true]]);
  });
});

// All of a folder are compiled together, in about the time of one.
const books: Record<string, Cell[]> = {
  right: [
    code("const seed = 42;\nlet label = 'a';", "parameters"),
    code('import { display } from "tslab";\nimport { seeded } from "telelink";\nconst rng = seeded(seed);'),
    code('import { display, newDisplay } from "tslab";\nconst seed = "again";\nlabel = seed;'),
    code(
      "async function f() { return rng.uniform(); }\nconst u: number = await f();\ndisplay.text(label + u);",
    ),
    code("interface Point { x: number }"),
    code("const p: Point = { x: 1 };\nclass Point3 implements Point { x = p.x; }\nfor (const q of [p]) q.x;"),
  ],
  kernel: [
    code("export enum Plan { basic, pro }\nexport namespace tools { export const one = 1; }\nlet count = 0;"),
    code("count += tools.one;\nconst p: Plan = Plan.pro;\nconst v = await (Promise.resolve(p));"),
    code("for await (const x of [v]) count += x;\nenum Plan { other }\nconst same: Plan = Plan.other; same;"),
    code('import data from "./small.ipynb.json" with { type: "json" };\ncount = "x";'),
  ],
  strict: [
    code("const n: string = null;"),
    prose("text"),
    code('import { seeded } from "telelink";\nconst rng = seeded(42);\n\nrng.nonsense();'),
    code("function g(q) { return q; }"),
    code("const late = missing;"),
  ],
  imports: [code('\nimport { nobody } from "telelink";\nimport x from "no-such-package";')],
  bracket: [code("const a = 1;"), code("function broken() {")],
  plain: [code("1")],
};

describe("checkTypes", () => {
  let problems: Problem[];
  beforeAll(async () => {
    const all = Object.entries(books).map(([name, cells]) => ({
      path: path(name),
      notebook: notebook(cells),
    }));
    const python = { path: path("python"), notebook: notebook([code("x: int = 'a'")], "python3", "python") };
    problems = await checkTypes([...all, python]);
  });

  /** What is said of a notebook: cell, line and rule. */
  const found = (name: string): [cell: number, line: number | undefined, code: string][] =>
    problems
      .filter((one) => one.path === path(name))
      .map((one) => [one.cell, one.line, one.text.match(/\((TS\d+)\)$/)?.[1] ?? one.text]);

  test("checkTypes finds nothing in cells that are right, and may declare a name again", () => {
    expect(found("right")).toEqual([]);
  });

  test("checkTypes takes cells as the kernel does: enums, namespaces, exports, awaits, assignments to earlier names", () => {
    expect(found("kernel")).toEqual([
      [3, 1, "TS2307"],
      [3, 2, "TS2322"],
    ]);
  });

  test("checkTypes points to cell and line, under strict", () => {
    expect(found("strict")).toEqual([
      [0, 1, "TS2322"],
      [2, 4, "TS2339"],
      [3, 1, "TS7006"],
      [4, 1, "TS2304"],
    ]);
  });

  test("checkTypes finds an import that is not there, at its line", () => {
    expect(found("imports")).toEqual([
      [0, 2, "TS2305"],
      [0, 3, "TS2307"],
    ]);
  });

  test("checkTypes knows the package and what it brings along where a notebook lies in a folder of its own", async () => {
    const cells = [
      code('import { seeded, toPolars } from "telelink";\nimport pl from "nodejs-polars";'),
      code("const frame = pl.DataFrame({ a: [1, 2] });\nframe.nonsense();\nconsole.log(seeded, toPolars);"),
    ];
    const alone = join(mkdtempSync(join(tmpdir(), "telelink-alone-")), "alone.ipynb");
    const said = await checkTypes([{ path: alone, notebook: notebook(cells) }]);
    expect(said.map((one) => [one.cell, one.line, one.text.match(/TS\d+/)?.[0]])).toEqual([[1, 2, "TS2339"]]);
  });

  test("checkTypes finds a bracket that is never closed, and what is wrong in the other notebooks all the same", () => {
    expect(found("bracket").map(([cell]) => cell)).toContain(1);
    expect(found("imports")).toHaveLength(2);
  });

  test("checkTypes names the notebook, and leaves out other languages", () => {
    expect(new Set(problems.map((one) => one.path))).toEqual(
      new Set(["kernel", "strict", "imports", "bracket"].map(path)),
    );
  });
});
